"""Call lists: whom to call next, and what each call brought."""

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns.models import Campaign
from bot.errors import NotFound
from bot.leads.calls import NotedAlready, add_attempt
from bot.leads.claiming import owned, release, set_owner
from bot.leads.events import keep_note, record
from bot.leads.list_models import CallOutcome, CallProgress
from bot.leads.models import (
    CallList,
    CallResult,
    Disposition,
    EventType,
    Lead,
    LeadEvent,
    Status,
)
from bot.leads.notices import notify_owner
from bot.leads.outcomes import Ending, attempts_needed, lose
from bot.people import service as people
from bot.people.models import Person, Role

_NOT_CALLED = or_(Lead.call_outcome.is_(None), Lead.call_outcome == CallOutcome.NO_ANSWER)


def next_contact(session: Session, who: Person, call_list_id: int) -> Lead | None:
    """Whom to call: claimed for this person, so that nobody else calls them; None: nobody is left.

    Who was not called yet goes first; whoever this person has open already, before that. Raises
    NotAllowed, NotFound.
    """
    people.require(session, who, "work through call lists", Role.SALESPERSON)
    listed = session.get(CallList, call_list_id)
    if listed is None or listed.workspace_id != who.workspace_id:
        raise NotFound(what="this call list")
    # Who presses twice gets one contact: the second press finds the one that is theirs by now.
    session.execute(select(Person.id).where(Person.id == who.id).with_for_update(key_share=True))
    lead = _next(session, who, call_list_id)
    if lead is not None and lead.claimed_by is None:
        set_owner(lead, who.id)
        record(session, lead, who, EventType.CLAIMED, call_list_id=call_list_id)
    return lead


def _next(session: Session, who: Person, call_list_id: int) -> Lead | None:
    """Whom nobody else is just calling; one who is under another's hand may come free again, so
    that nobody is left is only said after waiting for those."""
    for hurried in (True, False):
        for mine in (Lead.claimed_by == who.id, Lead.claimed_by.is_(None)):
            lead = session.scalar(
                select(Lead)
                .where(_to_call(call_list_id), mine)
                .order_by(Lead.call_attempts, Lead.id)
                .limit(1)
                .with_for_update(key_share=True, skip_locked=hurried)
            )
            if lead is not None:
                return lead
    return None


def note_call(
    session: Session, who: Person, lead_id: int, outcome: CallOutcome, note: str = "", *,
    attempt: int | None = None,
) -> Lead:  # fmt: skip
    """Note what a call brought; `attempt` is how many came before it, where that is known.

    Interested, or wants to be called back: the lead is the caller's to work on, and they get its
    card. Nobody answered: it goes back to the list, as often as is promised. Not interested: it is
    closed. Raises NotedAlready, and what `owned` raises.
    """
    lead = owned(session, who, lead_id, "note the call")
    if attempt not in (None, lead.call_attempts):
        raise NotedAlready
    lead.call_outcome, lead.call_attempts = outcome, lead.call_attempts + 1
    if outcome in (CallOutcome.INTERESTED, CallOutcome.CALL_BACK):
        lead.first_response_at = lead.first_response_at or clock.now()
    if outcome is not CallOutcome.NOT_INTERESTED:  # else the loss keeps it
        keep_note(session, lead, who, EventType.CALLED, note)
    record(session, lead, who, EventType.CALLED, outcome=outcome, note=note.strip() or None)
    if outcome is CallOutcome.NO_ANSWER:
        add_attempt(session, lead, who, CallResult.NO_ANSWER)
    most = attempts_needed(session, who.workspace_id)
    if outcome is CallOutcome.NO_ANSWER and lead.call_attempts < most:
        return release(session, who, lead_id)
    if outcome is CallOutcome.NO_ANSWER:
        given_up = Ending(Disposition.UNABLE_TO_REACH, attempts=lead.call_attempts)
        return lose(session, who, lead_id, given_up)
    if outcome is CallOutcome.NOT_INTERESTED:
        return lose(session, who, lead_id, Ending(Disposition.NO_INTEREST_OR_NEED, note))
    lead.next_check_at = clock.now()
    if not lead.is_hot:
        owner = session.get_one(Person, lead.claimed_by)
        notify_owner(session, lead, owner)
    return lead


def unassign_uncalled(session: Session, who: Person, lead_id: int) -> None:
    """The person stopped before the call: somebody else can have it, if they got it from the list;
    what they claimed themselves stays theirs."""
    lead = session.get(Lead, lead_id, with_for_update={"key_share": True})
    if lead is None or lead.claimed_by != who.id or lead.is_closed or lead.first_response_at:
        return
    from_the_list = exists().where(
        LeadEvent.lead_id == lead.id,
        LeadEvent.event_type == EventType.CLAIMED,
        LeadEvent.at >= lead.claimed_at,
        LeadEvent.facts.has_key("call_list_id"),
    )
    if session.scalar(select(from_the_list)):
        release(session, who, lead_id)


def call_progress(session: Session, call_list_id: int) -> CallProgress:
    """How far a list is."""
    listed = session.get_one(CallList, call_list_id)
    campaign = session.get(Campaign, listed.campaign_id) if listed.campaign_id else None
    mine = and_(Lead.call_list_id == call_list_id, Lead.merged_into.is_(None))
    total, left = session.execute(
        select(func.count(), func.count().filter(_to_call(call_list_id))).where(mine)
    ).one()
    ended = session.execute(
        select(Lead.call_outcome, func.count())
        .where(mine, Lead.call_outcome.is_not(None), ~_to_call(call_list_id))
        .group_by(Lead.call_outcome)
    )
    return CallProgress(listed, campaign, total, left, dict(ended.all()))


def _to_call(call_list_id: int) -> ColumnElement[bool]:
    return and_(
        Lead.call_list_id == call_list_id,
        Lead.status == Status.NEW,
        Lead.merged_into.is_(None),
        Lead.first_response_at.is_(None),
        Lead.snoozed_until.is_(None),
        _NOT_CALLED,
    )
