"""Leads in lists: on the home tab, in a list of one's own, and where quiet ones are offered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.leads.messages.calls import next_button
from bot.leads.messages.card import (
    REASSIGN,
    claim_button,
    mail_link,
    phone_link,
    rating_button,
    work_buttons,
)
from bot.leads.models import CallList, Lead, Mine, Rating, Status
from bot.people.models import Person
from bot.slack.paging import page_turns
from bot.slack.text import moment, plural, safe

LIST = "lead.list"
SHOW = "lead.show"
PAGE_SIZE = 20


def list_action(which: Mine) -> str:
    """The action id that shows the whole of a list."""
    return f"{LIST}.{which}"


def rows(
    which: Mine, leads: Sequence[Lead], moved: Mapping[int, datetime] | None = None
) -> list[Block]:
    """Leads of one's own, each with what can be done with it; `moved` says when something was done
    with each last."""
    at = moved or {}
    return [block for lead in leads for block in _row(which, lead, at.get(lead.id))]


def show_all(which: Mine, count: int) -> ActionsBlock:
    """The button for the rest of a list."""
    label = f"Show all {count:,}"
    return ActionsBlock(
        elements=[ButtonElement(text=label, action_id=list_action(which), value="0")]
    )


def whole_list(
    which: Mine, leads: Sequence[Lead], page: int, count: int,
    moved: Mapping[int, datetime] | None = None,
) -> View:  # fmt: skip
    """A list of one's own in a modal, a page of it."""
    pages = max(-(-count // PAGE_SIZE), 1)
    shown = f"{plural(count, 'lead')}, page {page + 1} of {pages}"
    return View(
        type="modal",
        callback_id=LIST,
        private_metadata=f"{which} {page}",
        title=which.label,
        close="Done",
        blocks=[
            *(rows(which, leads, moved) or [SectionBlock(text="_Nothing is left here._")]),
            *page_turns(list_action(which), page, pages),
            ContextBlock(elements=[MarkdownTextObject(text=shown)]),
        ],
    )


def row_to_claim(lead: Lead) -> list[Block]:
    """A lead that waits for someone, on the home tab; how to reach them comes with the claim."""
    return [SectionBlock(text=headline(lead), accessory=claim_button(lead))]


def row_late(lead: Lead, owner: Person | None) -> SectionBlock:
    """A lead whose promised answer is overdue, as a manager sees it."""
    who = f"{owner.mention} claimed it" if owner else "nobody has claimed it"
    reassign = ButtonElement(text="Reassign…", action_id=REASSIGN, value=str(lead.id))
    return SectionBlock(text=f"{headline(lead)} · {who}", accessory=reassign)


def headline(lead: Lead) -> str:
    """Who it is and how it stands, as everybody may see it."""
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    return f"*{safe(lead.name, 100)}*{company}\n{when(lead)}"


def row_of_calls(listed: CallList, left: int) -> SectionBlock:
    """A call list that is not called through."""
    text = f"*{safe(listed.name, 100)}*\n{plural(left, 'contact')} to call"
    return SectionBlock(text=text, accessory=next_button(listed))


def _row(which: Mine, lead: Lead, moved_at: datetime | None) -> list[Block]:
    value = str(lead.id)
    if which is Mine.CLOSED:
        show = ButtonElement(text="Open", action_id=SHOW, value=value)
        return [SectionBlock(text=_told(lead), accessory=show)]
    if which is Mine.TO_RATE:
        buttons = [rating_button(lead, rating, value) for rating in Rating]
        return [SectionBlock(text=_told(lead)), ActionsBlock(elements=buttons)]
    text = f"{_told(lead)}{_age(lead, moved_at)}"
    return [SectionBlock(text=text), ActionsBlock(elements=work_buttons(lead, value))]


def _age(lead: Lead, moved_at: datetime | None) -> str:
    """How long ago something was done with a contacted lead, or that the customer waits again."""
    if lead.first_response_at is None or moved_at is None:
        return ""
    if lead.last_touch_at > moved_at:
        return f" · *wrote again {moment(lead.last_touch_at, '{ago}')}*"
    return f" · last step {moment(moved_at, '{ago}')}"


def _told(lead: Lead) -> str:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    reach = " · ".join(way for way in (phone_link(lead), mail_link(lead)) if way)
    return f"*{safe(lead.name, 100)}*{company}\n{reach}\n{when(lead)}"


def when(lead: Lead) -> str:
    """What time says of it: the promise first."""
    if lead.is_closed and lead.closed_at:
        amount = f" for {lead.won_amount}" if lead.won_amount else ""
        return f"{lead.status}{amount} {moment(lead.closed_at)}"
    if lead.snoozed_until:
        return f"snoozed until {moment(lead.snoozed_until)}"
    if lead.first_response_at is None and lead.response_due_at:
        due = lead.response_due_at
        return f"*answer due {moment(due, '{ago}')}*, {moment(due)}"
    if lead.claimed_at is None:
        return f"received {moment(lead.received_at)}"
    stage = "qualified, " if lead.status == Status.QUALIFIED else ""
    return f"{stage}claimed {moment(lead.claimed_at)}"
