"""The modals of handing on: until when it rests, who gets it, until when somebody is away."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DateTimePickerElement,
    InputBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    RadioButtonsElement,
    SectionBlock,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.leads.forms.parts import subject, text
from bot.leads.models import Lead
from bot.people.choosing import choice
from bot.people.models import Person
from bot.slack.text import clean, plural

SAVE_SNOOZE = "lead.save_snooze"
SAVE_REASSIGN = "lead.save_reassign"
SAVE_AWAY = "lead.save_away"
CHOOSE_LEADS = "lead.choose_leads"
HAND_OVER = "hand_over"
STAND_IN = "lead:"
"""A field that names who stands in begins so; the number of the lead follows."""


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
        for each in colleagues
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
                element=choice("to", options),
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


def away(
    count: int,
    until: datetime,
    leads: Sequence[Lead] = (),
    stand_ins: Mapping[int, Person] | None = None,
) -> View:
    """Until when somebody is away, and whether colleagues have some of their `count` open leads.

    With `stand_ins` these are to be handed over, each to the colleague who is suggested for it.
    """
    blocks: list[Block] = [_time("until", "I am back", until)]
    if count:
        blocks.append(_keep_or_hand_over(count, is_handing_over=stand_ins is not None))
    else:
        blocks.append(SectionBlock(text="You own no open lead. You will be offered no new ones."))
    if stand_ins is not None:
        blocks += _stand_ins(count, leads, stand_ins)
    return View(
        type="modal", callback_id=SAVE_AWAY, title="I am away", submit="I am away", close="Cancel",
        blocks=blocks,
    )  # fmt: skip


def _keep_or_hand_over(count: int, *, is_handing_over: bool) -> InputBlock:
    options = [
        Option(text="Keep them", value="keep", description="They wait until I am back."),
        Option(text="Hand them over until I am back", value=HAND_OVER,
               description="I choose which, and to whom. What is open then comes back to me."),
    ]  # fmt: skip
    return InputBlock(
        block_id="leads", label=f"My {plural(count, 'open lead')}", dispatch_action=True,
        element=RadioButtonsElement(
            action_id=CHOOSE_LEADS, options=options, initial_option=options[is_handing_over]
        ),
    )  # fmt: skip


def _stand_ins(
    count: int, leads: Sequence[Lead], stand_ins: Mapping[int, Person]
) -> Iterator[Block]:
    """A field for each lead, in which a colleague is suggested."""
    if not leads:
        yield SectionBlock(text="All of them are snoozed until you are back.")
        return
    if not stand_ins:
        yield SectionBlock(text="No colleague is there to stand in. You can still name somebody.")
    for lead in leads:
        to = stand_ins.get(lead.id)
        company = f" · {lead.company}" if lead.company else ""
        yield InputBlock(
            block_id=f"{STAND_IN}{lead.id}", optional=True,
            label=PlainTextObject(text=clean(f"{lead.name}{company}", 150), emoji=False),
            element=UserSelectElement(action_id="to", initial_user=to.slack_id if to else None),
        )  # fmt: skip
    rest = count - len(leads)
    more = f" {plural(rest, 'other lead')} will stay with you." if rest > 0 else ""
    yield ContextBlock(elements=[MarkdownTextObject(text=f"Clear a name to keep that lead.{more}")])
    yield handover_note()


def stand_ins_of(fields: Mapping[str, Any]) -> dict[int, str]:
    """By the number of a lead, Slack's ID of the colleague who was chosen for it."""
    if fields.get("leads") != HAND_OVER:
        return {}
    return {
        int(block.removeprefix(STAND_IN)): str(slack_id)
        for block, slack_id in fields.items()
        if block.startswith(STAND_IN) and slack_id
    }


def _time(name: str, label: str, initial: datetime) -> InputBlock:
    element = DateTimePickerElement(action_id=name, initial_date_time=int(initial.timestamp()))
    return InputBlock(block_id=name, label=label, element=element)
