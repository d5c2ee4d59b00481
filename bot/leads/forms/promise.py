"""The modal in which an admin says what sales promises, and what happens when it is not kept."""

from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    SectionBlock,
    UserSelectElement,
)
from slack_sdk.models.blocks.block_elements import NumberInputElement
from slack_sdk.models.views import View

from bot.leads.models import Promise
from bot.people.models import Person

PROMISE = "lead.promise"
SAVE_PROMISE = "lead.save_promise"

_FREE = {
    "nudge_minutes": "A word in the lead's thread",
    "message_minutes": "Then a direct message to all on duty",
    "offer_minutes": "Then it is offered to the next in turn",
    "manager_minutes": "Then the managers are told",
}
_OWNED = {
    "remind_minutes": "The owner is reminded",
    "take_back_minutes": "Then it returns to the channel",
}

_NAMES_ONLY = Option(
    text="The channel sees name and company only",
    description="The rest goes to the lead's owner alone.",
    value="names_only",
)


def promise(told: Promise, fallback: Person | None) -> View:
    """The minutes of the ladder, and the rotation's limits; `fallback` is who is named now."""
    blocks: list[Block] = [
        SectionBlock(text="All minutes are working time, each counted from the step before."),
        _number("respond_minutes", "First response promised within (minutes)", told),
        SectionBlock(text="*While nobody claims a hot lead*, after so many minutes:"),
        *[_number(name, label, told) for name, label in _FREE.items()],
        SectionBlock(text="*While its owner has not been in contact*, after so many minutes:"),
        *[_number(name, label, told) for name, label in _OWNED.items()],
        SectionBlock(text="*The rotation*"),
        _number("most_open", "Nobody is offered more than so many open leads", told,
                optional=True, hint="Empty: no limit."),
        _number("head_start_seconds", "A returning customer is kept for who knows them (seconds)",
                told, least=0),
        _number("stalled_days", "A contacted lead stands still after so many days without a step",
                told, hint="Its owner hears of it; after twice as many, the managers do."),
        _number("attempts", "Somebody counts as unable to reach after so many attempts", told),
        InputBlock(
            block_id="fallback", label="Who hears of it when everybody is out", optional=True,
            hint="Empty: the managers.",
            element=UserSelectElement(
                action_id="fallback", initial_user=fallback.slack_id if fallback else None
            ),
        ),
        InputBlock(
            block_id="privacy", label="Personal data", optional=True,
            element=CheckboxesElement(
                action_id="privacy", options=[_NAMES_ONLY],
                initial_options=[_NAMES_ONLY] if told.names_only else None,
            ),
        ),
    ]  # fmt: skip
    return View(
        type="modal", callback_id=SAVE_PROMISE, title="What sales promises", submit="Save",
        close="Cancel", blocks=blocks,
    )  # fmt: skip


def promise_of(fields: dict[str, Any]) -> tuple[Promise, str | None]:
    """What the modal says: the promise, and Slack's ID of the fallback."""
    names = ("respond_minutes", *_FREE, *_OWNED, "head_start_seconds", "attempts", "stalled_days")
    most = fields["most_open"]
    told = Promise(**{name: int(fields[name] or 0) for name in names},
                   most_open=int(most) if most else None,
                   names_only=bool(fields["privacy"]))  # fmt: skip
    return told, fields["fallback"] or None


def _number(
    name: str, label: str, told: Promise, *, least: int = 1, optional: bool = False,
    hint: str | None = None,
) -> InputBlock:  # fmt: skip
    value = getattr(told, name)
    element = NumberInputElement(
        action_id=name, initial_value=None if value is None else str(value),
        is_decimal_allowed=False, min_value=str(least), max_value="10000",
    )  # fmt: skip
    return InputBlock(block_id=name, label=label, element=element, optional=optional, hint=hint)
