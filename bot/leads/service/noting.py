"""Notes: what people write about a lead, at any step; they stay whatever becomes of the lead."""

from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.leads.models import Actor, EventType, Lead, LeadNote
from bot.leads.service.audit import record
from bot.leads.service.reading import find
from bot.people import service as people
from bot.people.models import Person, Role


class NothingWritten(HandoffError):
    """Please write the note."""


def add_note(session: Session, who: Person, lead_id: int, text: str) -> Lead:
    """Write a note about the lead, open or closed. Raises NotAllowed, NotFound, NothingWritten."""
    people.require(session, who, "write notes about leads", Role.SALESPERSON, Role.MARKETER)
    lead = find(session, who.workspace_id, lead_id)
    if not text.strip():
        raise NothingWritten
    keep_note(session, lead, who, EventType.NOTED, text)
    record(session, lead, who, EventType.NOTED)
    return lead


def keep_note(
    session: Session, lead: Lead, who: Actor, event_type: EventType, text: str | None
) -> None:
    """Keep what was written at a step, if anything was; the step itself redraws the cards."""
    if words := (text or "").strip():
        session.add(
            LeadNote(
                workspace_id=lead.workspace_id,
                lead_id=lead.id,
                event_type=event_type,
                at=clock.now(),
                text=words,
                person_id=who.id if isinstance(who, Person) else None,
                via=who if isinstance(who, str) else None,
            )
        )
