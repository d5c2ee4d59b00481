"""The promise: until when marketing answers, who is reminded before, and what the clock marks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.people.rota import department
from bot.planning.model import MOST_DAYS, Deed, PlanningRules, Request
from bot.planning.service.audit import REMINDER, record

# Requests of one transaction, so that a look is short and others can share the work.
_AT_ONCE = 100


def rules(session: Session, workspace_id: int) -> PlanningRules:
    """The workspace's rules; the usual ones, where nobody has changed them yet."""
    found = session.get(PlanningRules, workspace_id)
    if found is None:
        session.execute(
            insert(PlanningRules).values(workspace_id=workspace_id).on_conflict_do_nothing()
        )
        found = session.get_one(PlanningRules, workspace_id)
    return found


def changeable(session: Session, who: Person) -> PlanningRules:
    """The rules, for who may change them. Raises NotAllowed."""
    people.require(session, who, "change what marketing promises", Role.ADMIN)
    return rules(session, who.workspace_id)


def change_promise(session: Session, who: Person, days: str) -> PlanningRules:
    """Set within how many working days marketing answers; it holds for what is asked from now on.

    Raises NotAllowed, and FieldErrors for `answer_days`.
    """
    changed = changeable(session, who)
    if not days.isdecimal() or len(days) > 3 or not 1 <= int(days) <= MOST_DAYS:
        raise FieldErrors({"answer_days": f"Write a whole number from 1 to {MOST_DAYS}."})
    changed.answer_days = int(days)
    return changed


def promise(
    session: Session, workspace: Workspace, asked_at: datetime
) -> tuple[datetime, datetime]:
    """When an answer is due, and when marketing is reminded before: a working day earlier.

    It is due at the end of the last of the promised working days, on the clocks of marketing's
    teams; the day on which somebody asked is not counted.
    """
    days = rules(session, workspace.id).answer_days
    calendar = department(session, workspace, Role.MARKETER)
    due = calendar.closing(asked_at, days)
    assert due is not None, "every team works on some day of each week"
    before = calendar.closing(asked_at, days - 1) if days > 1 else asked_at + (due - asked_at) / 2
    assert before is not None
    return due, before


def remind(session: Session) -> int:
    """Look at the requests whose time has come, at most a hundred; returns how many those were."""
    now = clock.now()
    due = session.scalars(
        select(Request)
        .where(Request.look_at <= now)
        .order_by(Request.look_at)
        .limit(_AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    for request in due:
        _look(session, request, now)
    session.flush()
    return len(due)


def _look(session: Session, request: Request, now: datetime) -> None:
    """Remind marketing once, and mark what is overdue."""
    request.look_at = request.answer_by if now < request.answer_by else None
    first = request.reminded_at is None
    if first:
        request.reminded_at = now
    record(session, request, Deed.REMINDED if first else Deed.OVERDUE, None)
    if first:
        for person in _who_answers(session, request.workspace_id):
            slack.show(session, request.workspace_id, REMINDER, request.id, person.slack_id)


def _who_answers(session: Session, workspace_id: int) -> list[Person]:
    """Marketing; where nobody is in it, the managers."""
    marketers = people.having(session, workspace_id, Role.MARKETER)
    return list(marketers or people.having(session, workspace_id, Role.MANAGER))
