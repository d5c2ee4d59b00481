"""What a program or a CRM changes of a lead, with no person acting; `by` is its name on cards.

The rules are those of people's own verbs, but for who may do it: nobody needs to own the lead. Each
verb brings the lead to what is asked for and returns whether that changed anything, so that saying
it again does nothing. All raise MergedAway.
"""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.leads.claiming import MergedAway, assign, closed, unassign
from bot.leads.events import keep_note, record
from bot.leads.models import Disposition, EventType, Lead, LeadNote, Status
from bot.leads.outcomes import (
    AmountMissing,
    NotWon,
    make_lost,
    make_qualified,
    make_won,
    note_contact,
    put_amount_right,
    see_that_no_other_is_open,
    take_back_outcome,
)
from bot.leads.queries import find
from bot.money import Money
from bot.people.models import Person


class Stage(StrEnum):
    """How far a lead is, as programs and CRMs say it."""

    OPEN = "open"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    WON = "won"
    LOST = "lost"


PAUSED = "paused"
"""What programs read of a lead that rests until a day to come; nobody sets it from outside."""


def stage_of(lead: Lead) -> str:
    """How far the lead is: a `Stage`, or PAUSED."""
    if lead.status == Status.RECYCLED:
        return PAUSED
    if lead.status in (Status.QUALIFIED, Status.WON, Status.LOST):
        return Stage(lead.status)
    return Stage.CONTACTED if lead.first_response_at else Stage.OPEN


def set_owner(session: Session, lead: Lead, owner: Person | None, by: str) -> bool:
    """Assign the lead to somebody, or give it back to the channel (None).

    Raises NotFound, DoesNotSell, AlreadyClosed.
    """
    lead = _locked(session, lead)
    if lead.claimed_by == (owner.id if owner else None):
        return False
    if lead.is_closed:
        raise closed(lead)
    if owner is None:
        unassign(session, lead, by)
    else:
        assign(session, lead, owner, by)
    return True


def set_stage(
    session: Session, lead: Lead, stage: Stage, by: str, *, amount: Money | None = None,
    disposition: Disposition | None = None, note: str = "",
) -> bool:  # fmt: skip
    """Bring the lead to a stage; a closed one is reopened for any other.

    An open lead never goes back: one that is qualified is contacted and open too. Won needs the
    amount, and takes another one as its correction. The note of a loss says why, beside a
    disposition or without one; any other is kept with the lead.

    Raises AmountMissing, AnotherIsOpen.
    """
    lead = _locked(session, lead)
    changed = False
    if lead.is_closed and lead.status != stage:
        if stage not in (Stage.WON, Stage.LOST):
            see_that_no_other_is_open(session, lead)
        take_back_outcome(session, lead, by)
        changed = True
    if stage is Stage.LOST and lead.status != Status.LOST:
        make_lost(session, lead, by, disposition, note.strip() or None)
        return True
    return any([
        changed,
        _go_on(session, lead, stage, by, amount),
        add_note(session, lead, note, by) if note.strip() else False,
    ])  # fmt: skip


def set_amount(session: Session, lead: Lead, amount: Money, by: str) -> bool:
    """Put the amount right for which a lead was won. Raises NotWon, AmountMissing."""
    lead = _locked(session, lead)
    if lead.status != Status.WON:
        raise NotWon
    if lead.won_amount == amount:
        return False
    put_amount_right(session, lead, by, amount)
    return True


def add_note(session: Session, lead: Lead, text: str, by: str) -> bool:
    """Keep what was written elsewhere; the same words of the same program are kept once."""
    lead, words = _locked(session, lead), text.strip()
    same = (LeadNote.lead_id == lead.id, LeadNote.via == by, LeadNote.text == words)
    if not words or session.scalar(select(LeadNote.id).where(*same).limit(1)) is not None:
        return False
    keep_note(session, lead, by, EventType.NOTED, words)
    record(session, lead, by, EventType.NOTED)
    return True


def _go_on(session: Session, lead: Lead, stage: Stage, by: str, amount: Money | None) -> bool:
    """Take an open lead on to a stage, or correct the amount of a won one."""
    if stage is Stage.WON:
        return _win(session, lead, by, amount)
    if stage is Stage.QUALIFIED and lead.status != Status.QUALIFIED:
        make_qualified(session, lead, by)
        return True
    if stage is Stage.CONTACTED and lead.first_response_at is None:
        note_contact(session, lead, by)
        return True
    return False


def _win(session: Session, lead: Lead, by: str, amount: Money | None) -> bool:
    if lead.status == Status.WON:
        return amount is not None and set_amount(session, lead, amount, by)
    if amount is None:
        raise AmountMissing
    make_won(session, lead, by, amount)
    return True


def _locked(session: Session, lead: Lead) -> Lead:
    """The lead as it is now, held until the transaction ends. Raises MergedAway."""
    lead = find(session, lead.workspace_id, lead.id, lock=True)
    if lead.merged_into is not None:
        raise MergedAway(into=lead.merged_into)
    return lead
