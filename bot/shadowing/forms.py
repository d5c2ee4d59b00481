"""The modals of shadowing: a time, goals, who goes instead, the debrief, whom not, the settings."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    CheckboxesElement,
    DateTimePickerElement,
    InputBlock,
    InputInteractiveElement,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.people.choosing import choice
from bot.people.models import Person
from bot.shadowing.models import (
    DAYS,
    LONGEST_ANSWER,
    LONGEST_GOAL,
    MINUTES,
    Goal,
    ShadowSeat,
    ShadowSetting,
)
from bot.slack.text import clean, moment

SAVE_TIME = "shadow.save_time"
SAVE_GOALS = "shadow.save_goals"
SAVE_HAND_ON = "shadow.save_hand_on"
SAVE_DEBRIEF = "shadow.save_debrief"
SETTINGS = "shadow.settings"
SAVE_SETTINGS = "shadow.save_settings"
SHOW_APART = "shadow.show_apart"

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LENGTHS = {60: "An hour", 120: "Two hours", 240: "Half a day", 480: "A whole shift"}


def another_time(seat: ShadowSeat, suggested: datetime) -> View:
    """Another time, and how long it takes; `suggested` is offered."""
    lengths = [Option(text=_LENGTHS[minutes], value=str(minutes)) for minutes in MINUTES]
    picker = DateTimePickerElement(
        action_id="starts_at", initial_date_time=int(suggested.timestamp())
    )
    length = StaticSelectElement(action_id="minutes", options=lengths, initial_option=lengths[0])
    return _form(
        SAVE_TIME, seat, "Propose a time", "Propose",
        [
            SectionBlock(text="It is agreed once the other takes it. On your own clock:"),
            _input("starts_at", "When", picker),
            _input("minutes", "How long", length),
        ],
    )  # fmt: skip


def goals(seat: ShadowSeat) -> View:
    """What somebody wants of it."""
    options = [_option(goal.label, goal.value) for goal in Goal]
    chosen = [option for option in options if option.value in seat.goals]
    boxes = CheckboxesElement(action_id="goals", options=options, initial_options=chosen or None)
    own = PlainTextInputElement(
        action_id="own", max_length=LONGEST_GOAL, initial_value=seat.own_goal or None
    )
    return _form(
        SAVE_GOALS, seat, "Goals", "Save",
        [
            _input("goals", "What do you want to see or to learn?", boxes, optional=True),
            _input("own", "In your own words", own, optional=True),
        ],
    )  # fmt: skip


def hand_on(seat: ShadowSeat, colleagues: Sequence[Person]) -> View:
    """Which colleague goes instead."""
    if not colleagues:
        nobody = (
            "None of your colleagues is free this time: each has a partner already, is away, or "
            "has met this one. You can propose another time, or cancel."
        )
        return View(type="modal", title="A colleague goes", close="Back",
                    blocks=[SectionBlock(text=nobody)])  # fmt: skip
    options = [_option(each.name, str(each.id)) for each in colleagues]
    select = choice("colleague", options)
    told = "They get the place and a card at once, and look for a time of their own."
    return _form(
        SAVE_HAND_ON, seat, "A colleague goes", "Hand it on",
        [_input("colleague", "Who goes?", select, hint=told)],
    )  # fmt: skip


def debrief(seat: ShadowSeat) -> View:
    """How it was; what was written before stands in it."""
    share = Option(text="The shared channel may read it, if the other agrees too", value="yes")
    boxes = CheckboxesElement(
        action_id="shares", options=[share], initial_options=[share] if seat.shares else None
    )
    return _form(
        SAVE_DEBRIEF, seat, "How was it?", "Send",
        [
            _answer("surprised", "What surprised you?", seat.surprised),
            _answer("change", "What will you change?", seat.change),
            _answer("idea", "An idea?", seat.idea, optional=True,
                    hint="It can become a request or a proposal afterwards."),
            _input("shares", "Who reads it", boxes, optional=True,
                   hint="The other of you reads it in any case, once both have written."),
        ],
    )  # fmt: skip


def settings(
    told: ShadowSetting, zone: str, next_at: datetime | None = None, *, is_admin: bool
) -> View:
    """When rounds are, and how they pair; an admin gets to those who are kept apart."""
    states = [Option(text="There are rounds", value="yes"), Option(text="Off", value="no")]
    active = RadioButtonsElement(
        action_id="active", options=states, initial_option=states[0 if told.active else 1]
    )
    weeks = NumberInputElement(
        action_id="every_weeks", is_decimal_allowed=False, initial_value=str(told.every_weeks),
        min_value="1", max_value="26",
    )  # fmt: skip
    days = [Option(text=name, value=day) for name, day in zip(_DAY_NAMES, DAYS, strict=True)]
    day = StaticSelectElement(
        action_id="day", options=days, initial_option=days[DAYS.index(told.day)]
    )
    at = TimePickerElement(action_id="at", initial_time=f"{told.at:%H:%M}")
    double = Option(text="Somebody of the smaller department may get two partners", value="yes")
    twice = CheckboxesElement(
        action_id="two_pairs", options=[double],
        initial_options=[double] if told.two_pairs else None,
    )  # fmt: skip
    blocks: list[Block] = [
        SectionBlock(text="A round pairs people of marketing with people of sales. Whoever is left "
                     f"over is told, and comes first next time.{_next(next_at)}"),
        _input("active", "Rounds", active),
        _input("every_weeks", "Weeks from one round to the next", weeks),
        _input("day", "Day", day),
        _input("at", "At", at, hint=f"On the workspace's clock, {zone}."),
        _input("two_pairs", "Uneven departments", twice, optional=True),
    ]  # fmt: skip
    if is_admin:
        apart = ButtonElement(text="Show", action_id=SHOW_APART, value="0")
        blocks.append(SectionBlock(text="People who are not paired", accessory=apart))
    return View(
        type="modal", callback_id=SAVE_SETTINGS, title="Stay in my shoes", submit="Save",
        close="Cancel", blocks=blocks,
    )  # fmt: skip


def _next(at: datetime | None) -> str:
    return f" The next round opens {moment(at)}." if at else ""


def _form(
    callback_id: str, seat: ShadowSeat, title: str, submit: str, blocks: Sequence[Block]
) -> View:
    return View(
        type="modal", callback_id=callback_id, private_metadata=str(seat.id), title=title,
        submit=submit, close="Cancel", blocks=blocks,
    )  # fmt: skip


def _input(
    name: str,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> InputBlock:
    return InputBlock(block_id=name, label=label, hint=hint, optional=optional, element=element)


def _answer(
    name: str, label: str, said: str, *, hint: str | None = None, optional: bool = False
) -> InputBlock:
    element = PlainTextInputElement(
        action_id=name, multiline=True, max_length=LONGEST_ANSWER, initial_value=said or None
    )
    return _input(name, label, element, hint=hint, optional=optional)


def _option(text: str, value: str) -> Option:
    return Option(text=PlainTextObject(text=clean(text, 75), emoji=False), value=value)
