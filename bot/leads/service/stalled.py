"""Stalled: leads that were contacted and stand still; once a week their owners are told, and the
managers of those that have stood still for twice as long."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.leads.models import IS_OPEN, Lead, Listed, NoticeKind
from bot.leads.service.notices import add_to_notice, is_stalled, moved_at
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.tasks import Loop

STALLED = "leads.stalled"
"""The schedule, and the task that it wakes."""


_TELLING = Loop("leads.stalled", "Leads that stand still")


def last_moves(session: Session, leads: Sequence[Lead]) -> dict[int, datetime]:
    """When something was done with each of these leads last, by its id."""
    moved = moved_at()
    rows = select(Lead.id, moved).where(
        Lead.id.in_([lead.id for lead in leads]), moved.is_not(None)
    )
    return dict(session.execute(rows).all())


def long_stalled(session: Session, workspace_id: int, limit: int) -> Sequence[Listed]:
    """What the managers should hear of: leads that stand still for twice the limit, the longest
    first."""
    moved = moved_at()
    rows = session.execute(
        select(Lead, Person, moved)
        .join(Person, Person.id == Lead.claimed_by)
        .where(Lead.workspace_id == workspace_id, IS_OPEN, is_stalled(session, workspace_id, 2))
        .order_by(func.coalesce(moved, Lead.first_response_at), Lead.id)
        .limit(limit)
    )
    return [Listed(*row) for row in rows]


def tell(session: Session, workspace: Workspace, at: datetime) -> None:
    """Tell each owner what of theirs stands still, and each manager what does for twice as long:
    one message to each."""
    rows = session.execute(
        select(Lead.id, Lead.claimed_by)
        .where(
            Lead.workspace_id == workspace.id, Lead.claimed_by.is_not(None), IS_OPEN,
            is_stalled(session, workspace.id),
        )
        .order_by(Lead.id)
    ).all()  # fmt: skip
    whose: dict[int, list[int]] = {}
    for lead_id, owner_id in rows:
        whose.setdefault(owner_id or 0, []).append(lead_id)
    for manager in people.having(session, workspace.id, Role.MANAGER):
        for each in long_stalled(session, workspace.id, len(rows)):
            if each.lead.claimed_by != manager.id:
                whose.setdefault(manager.id, []).append(each.lead.id)
    persons = session.scalars(
        select(Person).where(Person.id.in_(whose), Person.active).order_by(Person.id)
    ).all()
    _TELLING.each(session, persons, partial(_tell, session, workspace, whose, at))


def _tell(
    session: Session, workspace: Workspace, whose: dict[int, list[int]], at: datetime, who: Person
) -> None:
    add_to_notice(session, NoticeKind.STALLED, who, workspace.day_of(at), whose[who.id])
