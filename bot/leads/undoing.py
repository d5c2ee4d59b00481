"""Undo: for ten minutes a person takes back the last step that they took with a lead.

Notes and logged calls stay, and so does the audit, which has the step and that it was undone.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError, NotFound
from bot.leads.editing import update_keys
from bot.leads.events import record
from bot.leads.meetings import take_back_answer
from bot.leads.models import EventType, Lead, LeadEvent
from bot.leads.outcomes import see_that_no_other_is_open
from bot.leads.queries import find
from bot.leads.steps import UNDO_FOR, last_events, last_step, restore
from bot.people.models import Person


class TooLate(HandoffError):
    """A step can be undone for ten minutes. You can still reopen the lead or correct it."""


class ChangedSince(HandoffError):
    """This lead has changed since, so your step can't be undone. Nothing was changed."""


def undo(session: Session, who: Person, event_id: int) -> Lead:
    """Take back the step to which this event belongs; once it is, nothing more happens.

    Raises NotFound where the person took no such step, TooLate, ChangedSince, AnotherIsOpen.
    """
    event = session.get(LeadEvent, event_id)
    if event is None or event.person_id != who.id:
        raise NotFound(what="this step")
    lead = find(session, who.workspace_id, event.lead_id, lock=True)
    newest = last_events(session, lead.id)[0]
    if newest.event_type == EventType.UNDONE and event.id in newest.facts["events"]:
        return lead
    if event.at < clock.now() - UNDO_FOR:
        raise TooLate
    step = last_step(session, who, lead.id)
    if event.id not in {each.id for each in step}:
        raise ChangedSince
    _take_back(session, lead, who, step)
    return lead


def _take_back(session: Session, lead: Lead, who: Person, step: Sequence[LeadEvent]) -> None:
    was_closed, owner_id = lead.is_closed, lead.claimed_by
    if any(each.event_type in (EventType.WON, EventType.LOST) for each in step):
        see_that_no_other_is_open(session, lead)
    for event in step:
        restore(lead, event.facts.get("before", {}))
        take_back_answer(session, event)
    is_edit = any(each.event_type == EventType.EDITED for each in step)
    keys = update_keys(session, lead) if is_edit else {}
    if lead.first_claimed_at is None:
        lead.claim_worked = None
    if lead.first_response_at is None:
        lead.response_worked = None
    if lead.claimed_by != owner_id or was_closed:
        lead.assignment_no += 1  # the escalation begins anew
        lead.step = lead.suggested_to = None
    lead.step_started_at = lead.next_check_at = clock.now()
    record(
        session, lead, who, EventType.UNDONE, events=[each.id for each in step],
        was=[each.event_type for each in step], from_id=owner_id, **keys,
    )  # fmt: skip
