"""Reading: a lead with what its card says."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.campaigns.model import Campaign
from bot.errors import NotFound
from bot.leads.model import Lead, LeadFacts, Status
from bot.people.model import Person


def find(session: Session, workspace_id: int, lead_id: int, *, lock: bool = False) -> Lead:
    """The lead of this workspace; with `lock`, held until the transaction ends. Raises NotFound."""
    mine = select(Lead).where(Lead.id == lead_id, Lead.workspace_id == workspace_id)
    lead = session.scalar(mine.with_for_update() if lock else mine)
    if lead is None:
        raise NotFound(what="this lead")
    return lead


def facts(session: Session, lead_id: int) -> LeadFacts:
    """What a lead's card says."""
    row = session.execute(
        select(Lead, Campaign, Person)
        .outerjoin(Campaign, Campaign.id == Lead.campaign_id)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(Lead.id == lead_id)
    ).one()
    return LeadFacts(*row)


def mine(session: Session, who: Person, limit: int) -> Sequence[Lead]:
    """The open leads that the person owns, the longest waiting first, at most `limit`."""
    return session.scalars(
        select(Lead)
        .where(Lead.claimed_by == who.id, Lead.status.in_([Status.NEW, Status.QUALIFIED]))
        .order_by(Lead.claimed_at)
        .limit(limit)
    ).all()


def unrated(session: Session, who: Person, limit: int) -> Sequence[Lead]:
    """The closed leads that the person owns and has not rated, at most `limit`."""
    return session.scalars(
        select(Lead)
        .where(
            Lead.claimed_by == who.id,
            Lead.rating.is_(None),
            Lead.status.in_([Status.WON, Status.LOST]),
        )
        .order_by(Lead.closed_at)
        .limit(limit)
    ).all()


def waiting(session: Session, workspace_id: int, limit: int) -> Sequence[Lead]:
    """The leads that nobody has claimed, the longest waiting first, at most `limit`."""
    return session.scalars(
        select(Lead)
        .where(
            Lead.workspace_id == workspace_id,
            Lead.claimed_by.is_(None),
            Lead.status == Status.NEW,
        )
        .order_by(Lead.received_at)
        .limit(limit)
    ).all()


def count_waiting(session: Session, workspace_id: int) -> int:
    """How many leads nobody has claimed."""
    return _count(session, Lead.workspace_id == workspace_id, Lead.claimed_by.is_(None),
                  Lead.status == Status.NEW)  # fmt: skip


def count_received(session: Session, workspace_id: int, since: datetime) -> int:
    """How many leads came since then."""
    return _count(session, Lead.workspace_id == workspace_id, Lead.received_at >= since)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).select_from(Lead).where(*conditions)).one()
