"""A salesperson's own lists: whom to call now, what is in work, what rests, what to rate."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.leads.model import CallList, Lead, Mine, Status
from bot.people.model import Person, Workspace

_MOST_CALL_LISTS = 3


def mine(session: Session, who: Person, which: Mine, limit: int, offset: int = 0) -> Sequence[Lead]:
    """The person's leads of one list, what is most urgent first."""
    return session.scalars(
        select(Lead)
        .where(*_of(who), _condition(session, who, which))
        .order_by(_ORDER[which], Lead.id)
        .limit(limit)
        .offset(offset)
    ).all()


def count_mine(session: Session, who: Person) -> Mapping[Mine, int]:
    """How many leads each of the person's lists has."""
    counted = [
        func.count().filter(_condition(session, who, which)).label(which.value) for which in Mine
    ]
    row = session.execute(select(*counted).where(*_of(who))).one()
    return dict(zip(Mine, row, strict=True))


def call_lists(session: Session, workspace_id: int) -> Sequence[tuple[CallList, int]]:
    """The newest lists that are not called through, each with how many are left."""
    left = func.count(Lead.id)
    rows = session.execute(
        select(CallList, left)
        .join(Lead, Lead.call_list_id == CallList.id)
        .where(
            CallList.workspace_id == workspace_id,
            Lead.status == Status.NEW,
            Lead.merged_into.is_(None),
            Lead.first_response_at.is_(None),
            Lead.claimed_by.is_(None),
        )
        .group_by(CallList.id)
        .order_by(CallList.id.desc())
        .limit(_MOST_CALL_LISTS)
    )
    return [(listed, count) for listed, count in rows]


_OPEN = Lead.status.in_([Status.NEW, Status.QUALIFIED])
_CLOSED = Lead.status.in_([Status.WON, Status.LOST])

# By the time promised for the answer; those without a promise by their claim.
_ORDER: dict[Mine, ColumnElement[datetime | None]] = {
    Mine.TO_CALL: func.coalesce(Lead.response_due_at, Lead.claimed_at),
    Mine.IN_WORK: func.coalesce(Lead.claimed_at, Lead.received_at),
    Mine.SNOOZED: func.coalesce(Lead.snoozed_until, Lead.wake_at),
    Mine.TO_RATE: func.coalesce(Lead.closed_at, Lead.received_at),
    Mine.CLOSED: Lead.closed_at.desc(),
}


def _of(who: Person) -> tuple[ColumnElement[bool], ...]:
    return (Lead.claimed_by == who.id, Lead.merged_into.is_(None))


def _condition(session: Session, who: Person, which: Mine) -> ColumnElement[bool]:
    awake = and_(_OPEN, Lead.snoozed_until.is_(None))
    match which:
        case Mine.TO_CALL:
            return and_(awake, Lead.first_response_at.is_(None))
        case Mine.IN_WORK:
            return and_(awake, Lead.first_response_at.is_not(None))
        case Mine.SNOOZED:
            return and_(_OPEN, Lead.snoozed_until.is_not(None))
        case Mine.TO_RATE:
            return and_(_CLOSED, Lead.rating.is_(None))
    return and_(_CLOSED, Lead.closed_at >= _monday(session, who))


def _monday(session: Session, who: Person) -> datetime:
    """When this week began in the workspace's zone."""
    workspace = session.get_one(Workspace, who.workspace_id)
    now = clock.now().astimezone(workspace.zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=now.weekday())
