"""How things stand: what somebody holds, and what came in for some campaigns."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, TextClause, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.leads.models import IS_OPEN, IS_UNRATED, Arrivals, Lead, Rating, Workload
from bot.people.models import Person

_LIKED = Lead.rating.in_([Rating.HOT, Rating.GOOD])


def workload(session: Session, who: Person) -> Workload:
    """What the person holds at the moment; each count has an index of its own."""
    late = (Lead.first_response_at.is_(None), Lead.response_due_at < clock.now())
    counts = select(_count(who, IS_OPEN), _count(who, IS_OPEN, *late), _count(who, IS_UNRATED))
    return Workload(*session.execute(counts).one())


def arrivals(
    session: Session, campaign_ids: Collection[int], since: datetime
) -> Mapping[int, Arrivals]:
    """What came in for each campaign since then; a campaign without leads is left out."""
    rows = session.execute(
        select(
            Lead.campaign_id,
            func.count(),
            func.count(Lead.first_claimed_at),
            func.count(Lead.rating),
            func.count().filter(_LIKED),
        )
        .where(
            Lead.campaign_id.in_(campaign_ids),
            Lead.received_at >= since,
            Lead.merged_into.is_(None),
        )
        .group_by(Lead.campaign_id)
    )
    return {campaign_id: Arrivals(*counts) for campaign_id, *counts in rows if campaign_id}


def _count(who: Person, *which: ColumnElement[bool] | TextClause) -> ScalarSelect[int]:
    mine = (Lead.workspace_id == who.workspace_id, Lead.claimed_by == who.id)
    return select(func.count()).select_from(Lead).where(*mine, *which).scalar_subquery()
