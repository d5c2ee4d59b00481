"""Giving: what the owner of a lead gets of it in their own messages."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.models import Actor, EscalationStep, Lead, LeadStep, ServiceLevel
from bot.leads.service.admitting import CARD
from bot.people.models import Person
from bot.store import table

STEP = "lead.step"
"""The card of a step that was taken for a lead."""

# Built once, since every step of every ladder runs through it.
_NOTE = insert(table(LeadStep)).on_conflict_do_nothing().returning(table(LeadStep).c.id)


def give(session: Session, lead: Lead, owner: Person) -> None:
    """Let the owner have the lead in their messages: its card; where the channel sees names only,
    all that is known, for as long as it is theirs."""
    if not has_names_only(session, lead.workspace_id):
        slack.show(session, lead.workspace_id, CARD, lead.id, owner.slack_id)
        return
    step_id = note(session, lead, EscalationStep.DETAILS, owner.id)
    if step_id is not None:
        slack.show(session, lead.workspace_id, STEP, step_id, owner.slack_id)


def give_claimed(session: Session, lead: Lead, owner: Person) -> None:
    """Likewise after a claim; the card of a hot lead stands in the channel already."""
    if not lead.is_hot or has_names_only(session, lead.workspace_id):
        give(session, lead, owner)


def tell_former_owner(session: Session, lead: Lead, former_id: int | None, by: Actor) -> None:
    """Who had the lead hears that it was given to somebody else, unless they did that."""
    by_id = by.id if isinstance(by, Person) else None
    if former_id is None or former_id in (by_id, lead.claimed_by):
        return
    former = session.get_one(Person, former_id)
    step_id = note(session, lead, EscalationStep.MOVED, former_id, by_id) if former.active else None
    if step_id is not None:
        slack.show(session, lead.workspace_id, STEP, step_id, former.slack_id)


def has_names_only(session: Session, workspace_id: int) -> bool:
    """Whether the channel sees name and company alone."""
    level = session.get(ServiceLevel, workspace_id)
    return level is not None and level.names_only


def note(
    session: Session,
    lead: Lead,
    step: EscalationStep,
    person_id: int | None,
    by_id: int | None = None,
) -> int | None:
    """Write a step down; None where it was taken before in this assignment."""
    facts = {
        "workspace_id": lead.workspace_id,
        "lead_id": lead.id,
        "assignment_no": lead.assignment_no,
        "step": step,
        "person_id": person_id,
        "by_id": by_id,
        "at": clock.now(),
    }
    step_id: int | None = session.scalar(_NOTE, facts)
    return step_id
