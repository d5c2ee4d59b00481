"""What was done with a lead last, so that it can be told and undone; and how it was before that."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.leads.models import EventType, Lead, LeadAttempt, LeadEvent
from bot.leads.notice_models import EscalationStep, LeadStep
from bot.people.models import Person

DOUBLE_CLICK = timedelta(seconds=1)
"""A card redraws at once, and puts the next step's button under the pointer: nobody takes a lead
two steps on so soon. What is noted within it is one step, such as a call with its rating."""

UNDO_FOR = timedelta(minutes=10)
"""How long a step can be undone."""

_BEFORE = "leads_before"
_STATE = (
    "status", "claimed_by", "claimed_at", "first_claimed_by", "first_claimed_at",
    "first_response_at", "qualified_at", "rating", "rating_reason", "rated_at", "disposition",
    "disposition_note", "call_outcome", "won_minor", "won_currency", "expected_minor",
    "expected_currency", "expected_on", "closed_at", "passed_by", "returns_to",
    "reserved_for", "reserved_until", "snoozed_until", "wake_at", "claim_worked",
    "response_worked", "first_name", "last_name", "company", "job_title", "country", "email",
    "email_key", "phone_raw", "phone_e164",
)  # fmt: skip
"""What a step changes of a lead."""

UNDOABLE = (
    EventType.CALLED, EventType.CLAIMED, EventType.CONTACTED, EventType.CORRECTED, EventType.EDITED,
    EventType.LOST,
    EventType.QUALIFIED, EventType.RATED, EventType.REASSIGNED, EventType.RECYCLED,
    EventType.RELEASED, EventType.REOPENED, EventType.SNOOZED, EventType.WON,
    EventType.MEETING_HELD, EventType.MEETING_MISSED,
)  # fmt: skip
_NO_STEP = (
    EventType.NOTED, EventType.RETURNED, EventType.MEETING_BOOKED, EventType.MEETING_MOVED,
    EventType.MEETING_CANCELLED,
)  # fmt: skip


def remember(session: Session, lead: Lead) -> None:
    """Keep how the lead, which is locked, is before the transaction's next step with it."""
    session.info.setdefault(_BEFORE, {})[lead.id] = _state(lead)


def taken(session: Session, lead: Lead) -> dict[str, Any]:
    """What the step changed of the lead, as it was before, by column; the next step begins here."""
    before = session.info.get(_BEFORE, {}).get(lead.id)
    after = _state(lead)
    if before is None:
        return {}
    remember(session, lead)
    return {name: value for name, value in before.items() if value != after[name]}


def _state(lead: Lead) -> dict[str, Any]:
    values = ((name, getattr(lead, name)) for name in _STATE)
    return {name: _as_json(value) for name, value in values}


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # or a moment


def restore(lead: Lead, before: dict[str, Any]) -> None:
    """Give the lead these columns back (what `taken` returned)."""
    for name, value in before.items():
        setattr(lead, name, _from_json(name, value))


def _from_json(name: str, value: Any) -> Any:
    if value is not None and name.endswith("_on"):
        return date.fromisoformat(value)
    is_moment = value is not None and name.endswith(("_at", "_until"))
    return datetime.fromisoformat(value) if is_moment else value


def last_events(session: Session, lead_id: int) -> Sequence[LeadEvent]:
    """The lead's newest events, without notes and what its customer sent; the newest first."""
    return session.scalars(
        select(LeadEvent)
        .where(LeadEvent.lead_id == lead_id, LeadEvent.event_type.not_in(_NO_STEP))
        .order_by(LeadEvent.id.desc())
        .limit(10)
    ).all()


def last_step(session: Session, who: Person, lead_id: int) -> Sequence[LeadEvent]:
    """The events of the step that this person can undo, the newest first; empty where the newest
    is somebody else's, or too long ago."""
    events = last_events(session, lead_id)
    if not events or events[0].at < clock.now() - UNDO_FOR:
        return []
    since = events[0].at - DOUBLE_CLICK
    return [*takewhile(lambda each: _is_part(each, who, since), events)]


def _is_part(event: LeadEvent, who: Person, since: datetime) -> bool:
    return event.person_id == who.id and event.event_type in UNDOABLE and event.at >= since


def last_handover(session: Session, lead: Lead) -> tuple[LeadEvent, Person | None] | None:
    """How the lead came to its owner, and who gave it to them; None where they claimed it, took it
    over or have it back."""
    if lead.claimed_by is None:
        return None
    row = session.execute(
        select(LeadEvent, Person)
        .outerjoin(Person, Person.id == LeadEvent.person_id)
        .where(
            LeadEvent.lead_id == lead.id,
            LeadEvent.event_type == EventType.REASSIGNED,
            LeadEvent.facts["to_id"].as_integer() == lead.claimed_by,
            LeadEvent.facts["why"].astext.is_distinct_from("back"),
            LeadEvent.at >= lead.claimed_at,
        )
        .order_by(LeadEvent.id.desc())
    ).first()
    return (
        (row.LeadEvent, row.Person) if row and row.LeadEvent.person_id != lead.claimed_by else None
    )


_OUTCOMES = (EventType.WON, EventType.LOST, EventType.RECYCLED, EventType.REOPENED)


def event_behind(session: Session, step: LeadStep) -> LeadEvent | None:
    """What a colleague did with the lead, of which this step tells its owner or former owner."""
    done = select(LeadEvent).where(
        LeadEvent.lead_id == step.lead_id,
        LeadEvent.person_id == step.by_id,
    )
    if step.step == EscalationStep.CLOSED:
        done = done.where(LeadEvent.event_type.in_(_OUTCOMES))
    elif step.step == EscalationStep.MOVED:
        was_theirs = LeadEvent.facts["from_id"].as_integer() == step.person_id
        moved = LeadEvent.event_type == EventType.REASSIGNED
        done = done.where(moved, was_theirs, LeadEvent.at <= step.at)
    else:
        return None
    return session.scalars(done.order_by(LeadEvent.id.desc()).limit(1)).first()


def is_undone(session: Session, event: LeadEvent) -> bool:
    """Whether whoever did this took it back."""
    undone = select(LeadEvent.id).where(
        LeadEvent.lead_id == event.lead_id,
        LeadEvent.event_type == EventType.UNDONE,
        LeadEvent.facts["events"].contains([event.id]),
    )
    return session.scalar(undone.limit(1)) is not None


def attempts(session: Session, lead: Lead) -> Sequence[LeadAttempt]:
    """The calls that reached nobody, the newest first."""
    mine = select(LeadAttempt).where(LeadAttempt.lead_id == lead.id)
    return session.scalars(mine.order_by(LeadAttempt.id.desc())).all()


def is_kept(session: Session, request: LeadStep) -> bool:
    """Whether the colleague who asks for the lead in this step was told no."""
    refusal = select(LeadStep.id).where(
        LeadStep.lead_id == request.lead_id,
        LeadStep.assignment_no == request.assignment_no,
        LeadStep.step == EscalationStep.KEPT,
        LeadStep.person_id == request.by_id,
    )
    return session.scalar(refusal.limit(1)) is not None
