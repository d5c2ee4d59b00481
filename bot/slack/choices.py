"""The kinds of fields in which one chooses: of a menu, of a few, a person or a channel."""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from slack_sdk.models.blocks import (
    CheckboxesElement,
    ConversationFilter,
    ConversationSelectElement,
    InputInteractiveElement,
    Option,
    PlainTextObject,
    RadioButtonsElement,
    StaticSelectElement,
    UserMultiSelectElement,
    UserSelectElement,
)

from bot.errors import OutdatedForm
from bot.slack.kinds import Choice, Input, Values
from bot.slack.text import clean

MOST_OPTIONS = 100
"""The most that a menu lists."""
_OPTION = 75  # characters
_NONE = "0"  # the option that stands for nothing; no row has this id


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
