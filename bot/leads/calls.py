"""Calls that somebody logs: what came of each, and when to try again.

Who was reached has had a first response. A call that reached nobody is an attempt: it is no
response, and whoever made it has the time between two steps of the escalation anew.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.leads.claiming import opening_on, owned, snooze
from bot.leads.events import keep_note, record
from bot.leads.models import CallResult, EventType, Lead, LeadAttempt, Rating
from bot.leads.outcomes import note_contact, rate
from bot.people.models import Person


class NotedAlready(HandoffError):
    """This call is already logged. Nothing was changed."""


@dataclass(frozen=True)
class Call:
    """A call, and what whoever made it says of it."""

    result: CallResult
    note: str = ""
    """Also the reason of a low rating."""
    rating: Rating | None = None
    next_step: str = ""
    follow_up: date | None = None
    """The day, in the workspace's zone, until which the lead rests."""


def loggable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may log a call; asked before the form is. Raises as `owned`."""
    return owned(session, who, lead_id, "log the call")


def log_call(
    session: Session, who: Person, lead_id: int, call: Call, *, before: int | None = None
) -> Lead:
    """Log a call; `before` is how many there were before it, where that is known.

    Raises NotedAlready, DayIsOver, ReasonMissing, and what `owned` raises.
    """
    lead = loggable(session, who, lead_id)
    if before not in (None, lead.call_attempts):
        raise NotedAlready
    until = opening_on(session, who.workspace_id, call.follow_up) if call.follow_up else None
    lead.call_attempts += 1
    rating = call.rating if call.rating != lead.rating else None
    needs_reason = rating is not None and rating.needs_reason
    # The reason of a rating is a note of its own.
    note = _in_words(call, "" if needs_reason else call.note.strip())
    keep_note(session, lead, who, EventType.CALLED, note)
    record(session, lead, who, EventType.CALLED, outcome=call.result)
    if call.result is not CallResult.REACHED:
        add_attempt(session, lead, who, call.result)
    elif lead.first_response_at is None:
        note_contact(session, lead, who)
    if rating is not None:
        rate(session, who, lead_id, rating, call.note if needs_reason else "")
    if until is not None:
        snooze(session, who, lead_id, until)
    return lead


def _in_words(call: Call, note: str) -> str:
    """The call as a note, which the CRM gets too: that nobody was reached, and what was typed."""
    result = "" if call.result is CallResult.REACHED else call.result.label
    parts = [": ".join(part for part in (result, note) if part)]
    parts += [f"Next step: {call.next_step.strip()}"] if call.next_step.strip() else []
    return "\n".join(parts)


def add_attempt(session: Session, lead: Lead, who: Person, outcome: str) -> LeadAttempt:
    """Note that nobody was reached: the owner of the lead, which is locked, has time anew."""
    attempt = LeadAttempt(
        workspace_id=lead.workspace_id, lead_id=lead.id, person_id=who.id, at=clock.now(),
        outcome=outcome,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    lead.step_started_at = lead.next_check_at = clock.now()
    return attempt
