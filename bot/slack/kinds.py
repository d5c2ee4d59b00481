"""The kinds of fields that a form can have, but for those in which one chooses: how each is drawn,
and how what Slack sends of it is read. The limits are those of Slack's documents, block elements.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from types import NoneType
from typing import Any, ClassVar, NamedTuple, TypedDict, cast
from zoneinfo import available_timezones

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    DateTimePickerElement,
    InputInteractiveElement,
    PlainTextInputElement,
    TimePickerElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.blocks.block_elements import (
    EmailInputElement,
    NumberInputElement,
    UrlInputElement,
)

from bot.money import Money, parse
from bot.slack.text import clean

Values = Mapping[str, Any]
"""What stands in a form, by the names of its fields."""

_LONGEST_ZONE, _LONGEST_AMOUNT = 60, 30


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
    missing: str = ""
    """What is said where nothing stands in it; a text or a list may be empty without this."""
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
        """What Slack sends, if it is not empty, as a value; a text comes without invisible
        characters and without spaces around it. Raises ValueError with a sentence,
        OutdatedForm for an option that there is not."""
        return raw

    def title(self, values: Values) -> str:
        """The words above the field."""
        return self.label

    def wanted(self, of: Any) -> str:
        """What is said if it is empty and must not be."""
        return self.missing or "Please fill this in."


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

    def read(self, raw: Any, of: Any, values: Values) -> Any:
        length = len(raw)
        if length > self.most:
            raise ValueError(
                f"This has {length:,} characters. Please shorten it to {self.most:,} or fewer."
            )
        return raw


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
    """An email address, which Slack's client checks."""

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
        end = ", or leave it empty." if self.optional else "."
        if self.maximum is not None:
            return f"{what} from {self.minimum or 0:,} to {self.maximum:,}{end}"
        return f"{what}, at least {self.minimum:,}{end}" if self.minimum is not None else what + end


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
        if not re.fullmatch(r"\d{1,11}", str(raw), re.ASCII):
            raise ValueError("Choose a day and a time.")
        return datetime.fromtimestamp(int(raw), UTC)


def time_zone(written: str) -> str:
    """The name of a time zone as the database writes it. Raises ValueError with a sentence that
    names the nearest one."""
    name = written.strip().replace(" ", "_").casefold()
    if zone := _zones().get(name):
        return zone
    near = get_close_matches(name, _zones(), n=1)
    example = f"Did you mean {_zones()[near[0]]}?" if near else "Write one such as Europe/Berlin."
    raise ValueError(f"I don't know this time zone. {example}")


@cache
def _zones() -> dict[str, str]:
    """The names of all time zones, by their casefolded form."""
    return {each.casefold(): each for each in available_timezones()}
