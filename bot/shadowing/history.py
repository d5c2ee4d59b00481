"""What is on record, read for a round: who is out, whom each has met, who works whose leads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.people.models import Absence
from bot.shadowing.models import ShadowExclusion, ShadowMember, ShadowPair, ShadowRound, Stage
from bot.shadowing.pairing import Edge


@dataclass(frozen=True)
class Work:
    """The leads of a marketer's campaigns that a salesperson works."""

    leads: int
    campaign_id: int
    """The campaign with the most of them."""


def members(session: Session, workspace_id: int) -> Sequence[ShadowMember]:
    """Those who have a row: they were asked, are out, or wait."""
    mine = select(ShadowMember).where(ShadowMember.workspace_id == workspace_id)
    return session.scalars(mine).all()


def excluded(session: Session, workspace_id: int) -> set[Edge]:
    """Who is not paired; the lower id stands first."""
    rows = select(ShadowExclusion.one_id, ShadowExclusion.other_id).where(
        ShadowExclusion.workspace_id == workspace_id
    )
    return {(one, other) for one, other in session.execute(rows)}


def busy(session: Session, workspace_id: int) -> set[int]:
    """Who has a partner already, and is still to meet them."""
    rows = select(ShadowPair.marketer_id, ShadowPair.salesperson_id).where(
        ShadowPair.workspace_id == workspace_id,
        ShadowPair.stage.in_([Stage.FINDING, Stage.AGREED]),
    )
    return {person_id for row in session.execute(rows) for person_id in row}


def met(session: Session, workspace_id: int) -> dict[int, list[int]]:
    """Whom each has met, in order."""
    partners: dict[int, list[int]] = defaultdict(list)
    rows = (
        select(ShadowPair.marketer_id, ShadowPair.salesperson_id)
        .where(
            ShadowPair.workspace_id == workspace_id,
            ShadowPair.stage.in_([Stage.HELD, Stage.SETTLED]),
        )
        .order_by(ShadowPair.held_at, ShadowPair.id)
    )
    for one, other in session.execute(rows):
        partners[one].append(other)
        partners[other].append(one)
    return partners


def last_pairs(session: Session, workspace_id: int) -> set[Edge]:
    """Who was paired in the newest round that has pairs, whatever came of them."""
    newest = (
        select(func.max(ShadowPair.round_id))
        .where(ShadowPair.workspace_id == workspace_id)
        .scalar_subquery()
    )
    rows = select(ShadowPair.marketer_id, ShadowPair.salesperson_id).where(
        ShadowPair.round_id == newest
    )
    return {(one, other) for one, other in session.execute(rows)}


def work(session: Session, workspace_id: int, since: datetime) -> dict[Edge, Work]:
    """Who works whose leads, as they came in since then."""
    count = func.count(Lead.id)
    rows = session.execute(
        select(Campaign.owner_id, Lead.claimed_by, Lead.campaign_id, count)
        .join(Campaign, Campaign.id == Lead.campaign_id)
        .where(
            Lead.workspace_id == workspace_id,
            Lead.received_at >= since,
            Lead.claimed_by.is_not(None),
            Lead.merged_into.is_(None),
        )
        .group_by(Campaign.owner_id, Lead.claimed_by, Lead.campaign_id)
        .order_by(count, Lead.campaign_id)
    )
    leads_by_edge: dict[Edge, Work] = {}
    for owner, claimer, campaign_id, leads in rows:
        assert claimer is not None
        assert campaign_id is not None
        before = leads_by_edge.get((owner, claimer))
        leads_by_edge[owner, claimer] = Work(leads + (before.leads if before else 0), campaign_id)
    return leads_by_edge


def away(session: Session, people: Iterable[int], round_id: int) -> set[int]:
    """Who of these was away for some of the time in which a round's pairs look for theirs."""
    shadow_round = session.get_one(ShadowRound, round_id)
    return set(
        session.scalars(
            select(Absence.person_id).where(
                Absence.person_id.in_(people),
                Absence.starts_at < shadow_round.closes_at,
                Absence.ends_at > shadow_round.opened_at,
            )
        )
    )
