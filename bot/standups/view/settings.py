"""How the standups' settings look: all of them, and the modal that changes one."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    CheckboxesElement,
    ConversationFilter,
    ConversationSelectElement,
    InputBlock,
    InputInteractiveElement,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.slack.text import clean, plural, safe
from bot.standups.model import DAYS, Standup

CHANGE = "standup.change"
SAVE = "standup.save"

_TITLE = 24
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FROM_NOW_ON = "Changes apply from the next round on. One that is open stays as it is."
_ACTIVE = (("Ask on these days", "yes"), ("Pause", "no"))


def overview(standups: Sequence[Standup]) -> View:
    """Each team's standup in a few words."""
    blocks: list[Block] = [
        SectionBlock(text="Who is asked when, and where the summary goes:"),
        *[_row(standup) for standup in standups],
    ]
    return View(type="modal", title="Standups", close="Done", blocks=blocks)


def change(standup: Standup) -> View:
    """The modal that changes one standup; the block ids are the fields that the verb takes."""
    return View(
        type="modal",
        callback_id=SAVE,
        private_metadata=str(standup.id),
        title=clean(f"{standup.team.name} standup", _TITLE),
        submit="Save",
        close="Back",
        blocks=[
            SectionBlock(text=_FROM_NOW_ON),
            _input("active", "Standup", _active(standup)),
            _input("days", "Days", _days(standup)),
            _input("at", "Asked at", _at(standup)),
            _input("zone", "Time zone", _zone(standup), "Such as Europe/Berlin or UTC."),
            _input("remind_after_minutes", "Reminder after (minutes)",
                   _minutes("remind_after_minutes", standup.remind_after_minutes),
                   "Goes once, to those who have neither answered nor skipped."),
            _input("close_after_minutes", "Closes after (minutes)",
                   _minutes("close_after_minutes", standup.close_after_minutes),
                   "The summary is posted then."),
            _input("channel", "Channel of the summary", _channel(standup)),
        ],
    )  # fmt: skip


def _row(standup: Standup) -> SectionBlock:
    when = f"{_in_words(standup.weekdays)} at {standup.at:%H:%M} ({standup.zone})"
    then = (
        f"Reminder after {plural(standup.remind_after_minutes, 'minute')}, summary after "
        f"{plural(standup.close_after_minutes, 'minute')} in <#{standup.channel}>"
    )
    return SectionBlock(
        text=f"*{safe(standup.team.name, 80)}*\n{when if standup.active else 'Paused'}\n{then}",
        accessory=ButtonElement(text="Change", action_id=CHANGE, value=str(standup.id)),
    )


def _in_words(days: Sequence[str]) -> str:
    """`Monday to Friday`, `Every day`, `Monday, Wednesday`."""
    chosen = [DAYS.index(day) for day in days]
    if len(chosen) == len(DAYS):
        return "Every day"
    first, last = _DAY_NAMES[chosen[0]], _DAY_NAMES[chosen[-1]]
    if len(chosen) > 2 and chosen == list(range(chosen[0], chosen[-1] + 1)):
        return f"{first} to {last}"
    return ", ".join(_DAY_NAMES[day] for day in chosen)


def _input(
    field: str, label: str, element: InputInteractiveElement, hint: str | None = None
) -> InputBlock:
    return InputBlock(block_id=field, label=label, hint=hint, element=element)


def _active(standup: Standup) -> RadioButtonsElement:
    options = [Option(text=text, value=value) for text, value in _ACTIVE]
    chosen = options[0] if standup.active else options[1]
    return RadioButtonsElement(action_id="active", options=options, initial_option=chosen)


def _days(standup: Standup) -> CheckboxesElement:
    options = [Option(text=name, value=day) for name, day in zip(_DAY_NAMES, DAYS, strict=True)]
    chosen = [option for option in options if option.value in standup.weekdays]
    return CheckboxesElement(action_id="days", options=options, initial_options=chosen)


def _at(standup: Standup) -> TimePickerElement:
    return TimePickerElement(action_id="at", initial_time=f"{standup.at:%H:%M}")


def _zone(standup: Standup) -> PlainTextInputElement:
    return PlainTextInputElement(action_id="zone", initial_value=standup.zone, max_length=60)


def _minutes(field: str, value: int) -> NumberInputElement:
    return NumberInputElement(action_id=field, initial_value=value, min_value=1)


def _channel(standup: Standup) -> ConversationSelectElement:
    return ConversationSelectElement(
        action_id="channel",
        initial_conversation=standup.channel,
        filter=ConversationFilter(include=["public", "private"]),
    )
