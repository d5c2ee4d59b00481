"""The promises: until when each department answers, and the rules that an admin sets."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import department
from bot.planning.models import PlanningRules


def rules(session: Session, workspace_id: int) -> PlanningRules:
    """The workspace's rules; the usual ones, where nobody has changed them yet."""
    current = session.get(PlanningRules, workspace_id)
    if current is None:
        session.execute(
            insert(PlanningRules).values(workspace_id=workspace_id).on_conflict_do_nothing()
        )
        current = session.get_one(PlanningRules, workspace_id)
    return current


def changeable(session: Session, person: Person) -> PlanningRules:
    """The rules, for who may change them. Raises NotAllowed."""
    people.require(session, person, "change the rules of planning", Role.ADMIN)
    return rules(session, person.workspace_id)


def set_answer_sla(session: Session, person: Person, days: int) -> PlanningRules:
    """Set within how many working days marketing answers; it holds for what is asked from now on.

    Raises NotAllowed.
    """
    changed = changeable(session, person)
    changed.answer_days = days
    return changed


def answer_sla(session: Session, workspace: Workspace, now: datetime) -> tuple[datetime, datetime]:
    """When an answer to a request is due, and when marketing is reminded before."""
    days = rules(session, workspace.id).answer_days
    return _deadline(session, workspace, Role.MARKETER, now, days)


def ready_sla(session: Session, workspace: Workspace, now: datetime) -> tuple[datetime, datetime]:
    """When the answers to a proposal are due, and when the silent are reminded before."""
    days = rules(session, workspace.id).ready_days
    return _deadline(session, workspace, Role.SALESPERSON, now, days)


def _deadline(
    session: Session, workspace: Workspace, role: Role, now: datetime, days: int
) -> tuple[datetime, datetime]:
    """The end of the last of these working days of a department, and that of the day before it.

    Today is not counted. Where it is one day only, half of the time until then.
    """
    calendar = department(session, workspace, role)
    due = calendar.closing(now, days)
    assert due is not None, "every team works on some day of each week"
    before = calendar.closing(now, days - 1) if days > 1 else now + (due - now) / 2
    assert before is not None
    return due, before
