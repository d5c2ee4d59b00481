"""The fields of a form, one class a kind: how it is drawn, and how what Slack sends is read.

A form names a field by a function of this module (`text`, `number`, `day`, …), as pydantic's
`Field` does. The limits are those of Slack's documents, block elements.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, ClassVar, NamedTuple, ParamSpec, TypedDict, cast
from zoneinfo import available_timezones

from pydantic import Field, TypeAdapter, ValidationError
from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ConversationFilter,
    ConversationSelectElement,
    DatePickerElement,
    DateTimePickerElement,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    StaticSelectElement,
    TimePickerElement,
    UserMultiSelectElement,
    UserSelectElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.blocks.block_elements import (
    EmailInputElement,
    NumberInputElement,
    UrlInputElement,
)

from bot.errors import OutdatedForm
from bot.money import Money, parse
from bot.slack.text import clean

P = ParamSpec("P")

Values = Mapping[str, Any]
"""What stands in a form, by the names of its fields."""

MOST_OPTIONS = 100
"""The most that a menu lists."""
_OPTION, _LONGEST_ZONE, _LONGEST_AMOUNT = 75, 60, 30
_NONE = "0"  # the option that stands for nothing; no row has this id


class Choice(NamedTuple):
    """An option of a menu, of radio buttons or of boxes to tick."""

    value: Any
    """An id, an enum's member, a boolean, a date or a text."""
    text: str
    description: str = ""


class Changes(TypedDict, total=False):
    """What of a field depends on the moment in which the form is drawn."""

    label: str
    hint: str | None
    optional: bool
    options: Sequence[Choice]
    above: str | Sequence[Block]


WEEKDAYS = tuple(
    Choice(name[:3].lower(), name)
    for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
)
"""The days of the week as cron writes them."""


@dataclass(frozen=True)
class Input:
    """A field. A subclass draws its element and reads what Slack sends of it."""

    label: str
    _: KW_ONLY
    hint: str | None = None
    optional: bool = False
    """It may stay empty: it is None then, an empty text, or an empty list."""
    above: str | Sequence[Block] = ""
    """What stands above it: mrkdwn, or blocks."""
    refresh: str = ""
    """The action id that comes when another value is chosen, to draw the form anew."""
    when: Callable[[Values], bool] | None = None
    """Whether it is there, by what stands in the fields before it and in hidden ones."""
    missing: str = "This is needed."
    """What is said then; whether texts and lists may be empty is for the form to check."""
    before: str = ""
    """The inherited field before which it stands; else it comes after all of them."""

    empty: ClassVar[type[Any]] = NoneType
    """What an empty field makes if it is never None: an empty text, an empty list, False."""

    def changed(self, changes: Changes) -> "Input":
        """The field as it is drawn this time."""
        return replace(self, **cast(dict[str, Any], changes))

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        """What is drawn, with what stands in it at first; `of` is the type of its values."""
        raise NotImplementedError

    def read(self, raw: Any, of: Any, values: Values) -> Any:
        """What Slack sends, if it is not empty, as a value. Raises ValueError with a sentence,
        OutdatedForm for an option that there is not."""
        return raw

    def title(self, values: Values) -> str:
        """The words above the field."""
        return self.label

    def wanted(self, of: Any) -> str:
        """What is said if it is empty and must not be."""
        return self.missing


@dataclass(frozen=True)
class Text(Input):
    """Text of one or more lines."""

    _: KW_ONLY
    most: int
    """Characters."""
    multiline: bool = False
    placeholder: str = ""
    each_character: bool = False
    """Whether `refresh` comes with each character, and not with Enter; typing begins here then."""
    empty: ClassVar[type[Any]] = str

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        each_character = DispatchActionConfig(trigger_actions_on=["on_character_entered"])
        return PlainTextInputElement(
            action_id=action_id,
            multiline=self.multiline,
            max_length=self.most,
            initial_value=clean(str(value), self.most) if value else None,
            placeholder=self.placeholder or None,
            focus_on_load=self.each_character or None,
            dispatch_action_config=each_character if self.each_character else None,
        )


@dataclass(frozen=True)
class Zone(Text):
    """A time zone by its name; it is read as the database of time zones writes it."""

    most: int = _LONGEST_ZONE

    def read(self, raw: Any, of: Any, values: Values) -> str:
        return time_zone(raw)


@dataclass(frozen=True)
class Amount(Text):
    """An amount of money, in the currency that a hidden field of the form names."""

    most: int = _LONGEST_AMOUNT
    currency: str = "currency"
    """The hidden field."""
    empty = NoneType

    def title(self, values: Values) -> str:
        return f"{self.label} in {values[self.currency]}"

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        written = f"{value.amount:f}" if isinstance(value, Money) else value
        return super().element(action_id, of, written)

    def read(self, raw: Any, of: Any, values: Values) -> Money:
        return parse(raw, values[self.currency])


@dataclass(frozen=True)
class Email(Input):
    """An e-mail address, which Slack's client checks."""

    empty = str

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return EmailInputElement(action_id=action_id, initial_value=value or None)


@dataclass(frozen=True)
class Url(Input):
    """A web address, which Slack's client checks."""

    empty = str

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return UrlInputElement(action_id=action_id, initial_value=value or None)


@dataclass(frozen=True)
class Number(Input):
    """A whole number, or one with decimals where the field is a Decimal."""

    _: KW_ONLY
    minimum: int | None = None
    maximum: int | None = None

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return NumberInputElement(
            action_id=action_id,
            is_decimal_allowed=of is Decimal,
            initial_value=None if value is None else f"{Decimal(value):f}",
            min_value=None if self.minimum is None else str(self.minimum),
            max_value=None if self.maximum is None else str(self.maximum),
        )

    def read(self, raw: Any, of: Any, values: Values) -> int | Decimal:
        pattern = r"[+-]?\d{1,18}" + (r"(\.\d{1,18})?" if of is Decimal else "")
        if not re.fullmatch(pattern, raw.strip(), re.ASCII):
            raise ValueError(self.wanted(of))
        number: int | Decimal = of(raw.strip())
        least, most = self.minimum, self.maximum
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValueError(self.wanted(of))
        return number

    def wanted(self, of: Any) -> str:
        what = "Write a number" if of is Decimal else "Write a whole number"
        if self.maximum is not None:
            return f"{what} from {self.minimum or 0} to {self.maximum}."
        return f"{what}, at least {self.minimum}." if self.minimum is not None else f"{what}."


@dataclass(frozen=True)
class Day(Input):
    """A date."""

    _: KW_ONLY
    missing: str = "Choose a day."

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return DatePickerElement(
            action_id=action_id, initial_date=value.isoformat() if value else None
        )

    def read(self, raw: Any, of: Any, values: Values) -> date:
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise ValueError(self.missing) from None


@dataclass(frozen=True)
class Clock(Input):
    """A time of day."""

    _: KW_ONLY
    missing: str = "Choose a time of day, such as 09:30."

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return TimePickerElement(
            action_id=action_id, initial_time=None if value is None else f"{value:%H:%M}"
        )

    def read(self, raw: Any, of: Any, values: Values) -> time:
        try:
            return time.fromisoformat(raw).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise ValueError(self.missing) from None


@dataclass(frozen=True)
class Moment(Input):
    """A day and a time, which is chosen on one's own clock, in UTC."""

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return DateTimePickerElement(
            action_id=action_id, initial_date_time=int(value.timestamp()) if value else None
        )

    def read(self, raw: Any, of: Any, values: Values) -> datetime:
        return datetime.fromtimestamp(int(raw), UTC)


@dataclass(frozen=True)
class _Chosen(Input):
    """One or more of some options: those that are given, or the members of an enum."""

    _: KW_ONLY
    options: Sequence[Choice] = ()
    """Where the form does not know them, they are given when it is drawn."""

    def choices(self, of: Any) -> Sequence[Choice]:
        """The options in the order in which they stand."""
        if self.options or not (isinstance(of, type) and issubclass(of, Enum)):
            return self.options
        return [
            Choice(each, getattr(each, "label", "") or str(each.value).capitalize()) for each in of
        ]

    def read(self, raw: Any, of: Any, values: Values) -> Any:
        try:
            value = _adapter(of).validate_python(raw)
        except ValidationError:
            raise OutdatedForm from None
        known = _Chosen.choices(self, of)  # not the one that stands for None
        if known and value not in [each.value for each in known]:
            raise OutdatedForm
        return value


@dataclass(frozen=True)
class Select(_Chosen):
    """One of a menu."""

    _: KW_ONLY
    none: str = ""
    """The words of a first option, which stands for None."""
    placeholder: str = ""

    def choices(self, of: Any) -> Sequence[Choice]:
        """The options, that for None first."""
        return [*([Choice(None, self.none)] if self.none else []), *super().choices(of)]

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        options = _options(self.choices(of))
        return StaticSelectElement(
            action_id=action_id,
            placeholder=self.placeholder or None,
            options=options,
            initial_option=next(iter(_those(options, [value])), None),
        )

    def read(self, raw: Any, of: Any, values: Values) -> Any:
        return None if self.none and raw == _NONE else super().read(raw, of, values)


@dataclass(frozen=True)
class Radio(_Chosen):
    """One of a few, all of which are seen."""

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        options = _options(self.choices(of))
        return RadioButtonsElement(
            action_id=action_id,
            options=options,
            initial_option=next(iter(_those(options, [value])), None),
        )


@dataclass(frozen=True)
class Checkboxes(_Chosen):
    """Any of a few; the field is a list."""

    empty = list

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        options = _options(self.choices(of))
        return CheckboxesElement(
            action_id=action_id,
            options=options,
            initial_options=_those(options, value or ()) or None,
        )

    def read(self, raw: Any, of: Any, values: Values) -> list[Any]:
        return [super(Checkboxes, self).read(each, of, values) for each in raw]


@dataclass(frozen=True)
class Tick(Input):
    """One box to tick: yes or no."""

    words: str
    """What stands at the box."""
    _: KW_ONLY
    description: str = ""
    value: str = "yes"
    """What Slack sends if it is ticked."""
    empty = bool

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        options = _options([Choice(self.value, self.words, self.description)])
        return CheckboxesElement(
            action_id=action_id, options=options, initial_options=options if value else None
        )

    def read(self, raw: Any, of: Any, values: Values) -> bool:
        if raw != [self.value]:
            raise OutdatedForm
        return True


@dataclass(frozen=True)
class User(_Chosen):
    """A person: one of those given when it is drawn, by their row's id, or anybody in the
    workspace, by Slack's ID. Of more than a menu lists, everybody is offered, to be found by name;
    `bot.people.choosing.chosen` says who either is."""

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        if not self.options or len(self.options) > MOST_OPTIONS:
            placeholder = "Type a name" if self.options else None
            return UserSelectElement(
                action_id=action_id, initial_user=value or None, placeholder=placeholder
            )
        options = _options(self.options)
        first = next(iter(_those(options, [value])), None)
        return StaticSelectElement(action_id=action_id, options=options, initial_option=first)


@dataclass(frozen=True)
class Users(Input):
    """People of the workspace, by Slack's IDs; the field is a list."""

    _: KW_ONLY
    most: int | None = None
    empty = list

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return UserMultiSelectElement(
            action_id=action_id, initial_users=list(value or ()) or None,
            max_selected_items=self.most,
        )  # fmt: skip


@dataclass(frozen=True)
class Channel(Input):
    """A channel, by Slack's ID."""

    _: KW_ONLY
    with_bots: bool = True

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        shown = ConversationFilter(
            include=["public", "private"], exclude_bot_users=None if self.with_bots else True
        )
        return ConversationSelectElement(
            action_id=action_id, initial_conversation=value or None, filter=shown
        )


def _declared_by(kind: Callable[P, Input]) -> Callable[P, Any]:
    """A function that declares a field of this kind in a form."""

    def declare(*args: P.args, **kwargs: P.kwargs) -> Any:
        field = Field()
        field.metadata.append(kind(*args, **kwargs))
        return field

    return declare


text = _declared_by(Text)
zone = _declared_by(Zone)
money = _declared_by(Amount)
email = _declared_by(Email)
url = _declared_by(Url)
number = _declared_by(Number)
day = _declared_by(Day)
clock = _declared_by(Clock)
moment = _declared_by(Moment)
select = _declared_by(Select)
radio = _declared_by(Radio)
checkboxes = _declared_by(Checkboxes)
tick = _declared_by(Tick)
user = _declared_by(User)
users = _declared_by(Users)
channel = _declared_by(Channel)


def listed(
    choices: Sequence[Choice], many: str, hint: str = "", *, most: int = MOST_OPTIONS - 1
) -> Changes:
    """As many of these options as a menu lists, and a hint that says so where they are more."""
    more = f"The first {most} of {len(choices):,} {many} are listed."
    words = [hint, more if len(choices) > most else ""]
    return {"options": choices[:most], "hint": " ".join(filter(None, words)) or None}


def time_zone(written: str) -> str:
    """The name of a time zone as the database writes it. Raises ValueError with a sentence that
    names the nearest one."""
    name = written.strip().replace(" ", "_").casefold()
    if found := _zones().get(name):
        return found
    near = get_close_matches(name, _zones(), n=1)
    example = f"Did you mean {_zones()[near[0]]}?" if near else "Write one such as Europe/Berlin."
    raise ValueError(f"I do not know this time zone. {example}")


@cache
def _zones() -> dict[str, str]:
    """The names of all time zones, by their casefolded form."""
    return {each.casefold(): each for each in available_timezones()}


@cache
def _adapter(of: Any) -> TypeAdapter[Any]:
    return TypeAdapter(of)


def _written(value: Any) -> str:
    """An option's value as Slack carries it."""
    if value is None:
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.value if isinstance(value, Enum) else value)


def _options(choices: Iterable[Choice]) -> list[Option]:
    return [
        Option(
            text=PlainTextObject(text=clean(each.text, _OPTION), emoji=False),
            value=_written(each.value),
            description=PlainTextObject(text=clean(each.description, _OPTION), emoji=False)
            if each.description
            else None,
        )
        for each in choices
    ]


def _those(options: Sequence[Option], values: Iterable[Any]) -> list[Option]:
    """The options that stand for these values."""
    wanted = {_written(each) for each in values}
    return [each for each in options if each.value in wanted]
