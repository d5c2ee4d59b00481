"""A salesperson's own lists: whom to call now, what is in work, what rests, what to rate."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.leads.models import (
    IS_CLOSED,
    IS_LISTED,
    IS_OPEN,
    IS_UNANSWERED,
    IS_UNRATED,
    CallList,
    Lead,
    Mine,
)
from bot.leads.service.notices import is_stalled, moved_at
from bot.people.models import Person, Workspace

_MOST_CALL_LISTS = 3


def mine(session: Session, who: Person, which: Mine, limit: int, offset: int = 0) -> Sequence[Lead]:
    """The person's leads of one list, what is most urgent first."""
    return session.scalars(
        select(Lead)
        .where(*_where(session, who, which))
        .order_by(_ORDER[which], Lead.id)
        .limit(limit)
        .offset(offset)
    ).all()


def count_mine(session: Session, who: Person) -> Mapping[Mine, int]:
    """How many leads each of the person's lists has."""
    counted = [
        select(func.count()).select_from(Lead).where(*_where(session, who, which)).scalar_subquery()
        for which in Mine
    ]
    return dict(zip(Mine, session.execute(select(*counted)).one(), strict=True))


def late(session: Session, workspace_id: int, limit: int) -> Sequence[tuple[Lead, Person | None]]:
    """The open leads whose promised answer is overdue, the longest first, each with its owner."""
    rows = session.execute(
        select(Lead, Person)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(
            Lead.workspace_id == workspace_id,
            IS_UNANSWERED,
            Lead.response_due_at < clock.now(),
        )
        .order_by(Lead.response_due_at, Lead.id)
        .limit(limit)
    )
    return [(lead, owner) for lead, owner in rows]


def call_lists(session: Session, workspace_id: int) -> Sequence[tuple[CallList, int]]:
    """The newest lists that are not called through, each with how many are left."""
    # List by list, the newest first, until there are enough: the others are not counted.
    counted = (
        select(func.count().label("left"))
        .select_from(Lead)
        .where(Lead.call_list_id == CallList.id, IS_LISTED)
        .lateral()
    )
    rows = session.execute(
        select(CallList, counted.c.left)
        .join(counted, counted.c.left > 0)
        .where(CallList.workspace_id == workspace_id)
        .order_by(CallList.id.desc())
        .limit(_MOST_CALL_LISTS)
    )
    return [(listed, count) for listed, count in rows]


# By the time promised for the answer; those without a promise by their claim.
_ORDER: dict[Mine, ColumnElement[datetime | None]] = {
    Mine.TO_CALL: func.coalesce(Lead.response_due_at, Lead.claimed_at),
    Mine.IN_WORK: func.coalesce(Lead.claimed_at, Lead.received_at),
    Mine.STALLED: func.coalesce(moved_at(), Lead.claimed_at),
    Mine.SNOOZED: func.coalesce(Lead.snoozed_until, Lead.wake_at),
    Mine.TO_RATE: func.coalesce(Lead.closed_at, Lead.received_at),
    Mine.CLOSED: Lead.closed_at.desc(),
}


def _where(
    session: Session, who: Person, which: Mine
) -> Sequence[ColumnElement[bool] | TextClause]:
    """What puts a lead on this list; each is found by an index of its own."""
    mine = (Lead.workspace_id == who.workspace_id, Lead.claimed_by == who.id)
    awake = Lead.snoozed_until.is_(None)
    match which:
        case Mine.TO_CALL:
            return (*mine, IS_OPEN, awake, Lead.first_response_at.is_(None))
        case Mine.IN_WORK:
            moves = ~is_stalled(session, who.workspace_id)
            return (*mine, IS_OPEN, awake, Lead.first_response_at.is_not(None), moves)
        case Mine.STALLED:
            return (*mine, IS_OPEN, is_stalled(session, who.workspace_id))
        case Mine.SNOOZED:
            return (*mine, IS_OPEN, ~awake)
        case Mine.TO_RATE:
            return (*mine, IS_UNRATED)
    return (*mine, IS_CLOSED, Lead.closed_at >= _monday(session, who))


def _monday(session: Session, who: Person) -> datetime:
    """When this week began in the workspace's zone."""
    workspace = session.get_one(Workspace, who.workspace_id)
    today = workspace.day_of(clock.now())
    monday = today - timedelta(days=today.weekday())
    return datetime.combine(monday, time(), workspace.days).astimezone(UTC)
