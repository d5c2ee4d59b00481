"""Remembering: how the most similar campaigns of the past did, and why their leads were lost."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.campaigns.texts import period
from bot.leads.models import Lead
from bot.leads.service import IS_LOST_FOR
from bot.metrics import of_campaigns
from bot.planning.models import Again, LastTime, Likeness, Retrospective, most_similar
from bot.planning.service.retrospectives import lessons

# The newest campaigns are looked through; who plans remembers no more, and a card is drawn often.
_MOST_LOOKED_AT = 1_000


def last_time(session: Session, campaign: Campaign) -> Sequence[LastTime]:
    """The announced campaigns that are most like this one, and what came of each."""
    past = _past(session, campaign)
    wanted = Likeness(campaign.kind, campaign.audience, tuple(campaign.channels))
    found = most_similar(wanted, past)
    if not found:
        return []
    figures = of_campaigns(session, campaign.workspace_id, [each.id for each in found])
    reasons = _top_reasons(session, [each.id for each in found])
    learned = lessons(session, [each.id for each in found])
    return [
        LastTime(
            name=each.name,
            when=period(each),
            acceptance=figures[each.id]["acceptance_rate"],
            romi=figures[each.id]["romi"],
            top_reason=reasons.get(each.id),
            again=_again(learned.get(each.id, ())),
            lesson=next(
                (one.failed for one in reversed(learned.get(each.id, ())) if one.failed), None
            ),
        )
        for each in found
    ]


def _again(said: Sequence[Retrospective]) -> str | None:
    """How many would do it again, in words."""
    if not said:
        return None
    return f"{sum(each.again != Again.NO for each in said)} of {len(said)} would do it again"


def _past(session: Session, campaign: Campaign) -> list[tuple[Campaign, Likeness]]:
    """The campaigns that were announced, the newest first."""
    announced = session.scalars(
        select(Campaign)
        .where(
            Campaign.workspace_id == campaign.workspace_id,
            Campaign.announced_at.is_not(None),
            Campaign.id != campaign.id,
        )
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    return [(each, Likeness(each.kind, each.audience, tuple(each.channels))) for each in announced]


def _top_reasons(session: Session, campaign_ids: Sequence[int]) -> Mapping[int, str]:
    """By campaign, the disposition that most of its lost leads have."""
    rows = session.execute(
        select(Lead.campaign_id, Lead.disposition)
        .where(Lead.campaign_id.in_(campaign_ids), IS_LOST_FOR)
        .group_by(Lead.campaign_id, Lead.disposition)
        # The last one of each campaign stays in the mapping: the most frequent, then by name.
        .order_by(func.count(), Lead.disposition.desc())
    )
    return {
        campaign: disposition.replace("_", " ")
        for campaign, disposition in rows
        if campaign is not None and disposition is not None
    }
