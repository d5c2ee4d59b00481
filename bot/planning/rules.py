"""The rules that an admin sets, and the deadlines that follow from them."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import department
from bot.planning.models import PlanningRules


def rules_of(session: Session, workspace_id: int) -> PlanningRules:
    """The workspace's rules; the defaults, where nobody has changed them yet."""
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
    return rules_of(session, person.workspace_id)


def set_answer_days(session: Session, person: Person, days: int) -> PlanningRules:
    """Set within how many working days marketing answers; it holds for what is asked from now on.

    Raises NotAllowed.
    """
    changed = changeable(session, person)
    changed.answer_days = days
    return changed


def answer_deadline(
    session: Session, workspace: Workspace, now: datetime
) -> tuple[datetime, datetime]:
    """When marketing's answer to a request is due, and when it is reminded of it."""
    days = rules_of(session, workspace.id).answer_days
    return _deadline(session, workspace, Role.MARKETER, now, days)


def ready_deadline(
    session: Session, workspace: Workspace, now: datetime
) -> tuple[datetime, datetime]:
    """When sales' answers to a proposal are due, and when the silent are reminded of it."""
    days = rules_of(session, workspace.id).ready_days
    return _deadline(session, workspace, Role.SALESPERSON, now, days)


def _deadline(
    session: Session, workspace: Workspace, role: Role, now: datetime, days: int
) -> tuple[datetime, datetime]:
    """The deadline, at the end of the last of so many working days, and the time of the reminder.

    Today is not counted. The reminder comes a working day before; where there is one day only,
    after half of the time.
    """
    calendar = department(session, workspace, role)
    due = calendar.closing(now, days)
    assert due is not None, "every team works on some day of each week"
    reminder = calendar.closing(now, days - 1) if days > 1 else now + (due - now) / 2
    assert reminder is not None
    return due, reminder
