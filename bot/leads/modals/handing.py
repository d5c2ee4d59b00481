"""The modals of handing on: until when it rests, who gets it, until when somebody is away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    CheckboxesElement,
    DateTimePickerElement,
    InputBlock,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.leads.modals.parts import subject, text
from bot.leads.model import Lead
from bot.people.model import Person
from bot.slack.text import clean, plural

SAVE_SNOOZE = "lead.save_snooze"
SAVE_REASSIGN = "lead.save_reassign"
SAVE_AWAY = "lead.save_away"

_MOST_OPTIONS = 100  # Slack's documents, select menus


def snooze(lead: Lead, until: datetime) -> View:
    """Until when it rests; `until` is offered."""
    return View(
        type="modal",
        callback_id=SAVE_SNOOZE,
        private_metadata=str(lead.id),
        title="Snooze",
        submit="Snooze",
        close="Cancel",
        blocks=[subject(lead), _time("until", "Remind me", until)],
    )


def reassign(lead: Lead, colleagues: Sequence[Person], held: Mapping[int, int]) -> View:
    """Who gets it; each with the open leads that they hold."""
    options = [
        Option(
            text=PlainTextObject(
                text=f"{clean(each.name, 50)} · {plural(held.get(each.id, 0), 'open lead')}",
                emoji=False,
            ),
            value=str(each.id),
        )
        for each in colleagues[:_MOST_OPTIONS]
    ]
    return View(
        type="modal",
        callback_id=SAVE_REASSIGN,
        private_metadata=str(lead.id),
        title="Reassign",
        submit="Reassign",
        close="Cancel",
        blocks=[
            subject(lead),
            InputBlock(
                block_id="to",
                label="To whom?",
                hint="They get the lead's card at once.",
                element=StaticSelectElement(action_id="to", options=options),
            ),
            handover_note(),
        ],
    )


def handover_note() -> InputBlock:
    """What whoever takes over should know."""
    return text(
        "note", "Handover note", most=1000, optional=True, multiline=True,
        hint="What was said so far, and what comes next.",
    )  # fmt: skip


def nobody_else(lead: Lead) -> View:
    """There is no colleague to give it to."""
    said = "There is no other salesperson. An admin gives roles with `/handoff people`."
    return View(
        type="modal", title="Reassign", close="Close",
        blocks=[subject(lead), SectionBlock(text=said)],
    )  # fmt: skip


def away(count: int, until: datetime) -> View:
    """Until when somebody is away, and whether their leads come back."""
    back = Option(text="Give them back to me afterwards, unless they are closed", value="return")
    said = (
        f"Your {plural(count, 'open lead')} will be offered to your colleagues in turn."
        if count
        else "You own no open lead. New ones will not be offered to you meanwhile."
    )
    leads = InputBlock(
        block_id="leads",
        label="My open leads",
        optional=True,
        element=CheckboxesElement(action_id="leads", options=[back]),
    )
    return View(
        type="modal",
        callback_id=SAVE_AWAY,
        title="I am away",
        submit="I am away",
        close="Cancel",
        blocks=[SectionBlock(text=said), _time("until", "I am back", until),
                *([leads] if count else [])],
    )  # fmt: skip


def _time(name: str, label: str, initial: datetime) -> InputBlock:
    element = DateTimePickerElement(action_id=name, initial_date_time=int(initial.timestamp()))
    return InputBlock(block_id=name, label=label, element=element)
