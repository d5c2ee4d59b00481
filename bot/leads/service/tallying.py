"""Tallying: what sales thinks of a campaign's leads, in one message in the campaign's thread."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns import announcing as campaigns
from bot.leads.models import Lead, Rating, RatingSummary
from bot.leads.service.reasons import reasons

TALLY = "lead.rating_summary"
"""The card of a campaign's tally."""

_MOST_REASONS = 3


def count_in(session: Session, lead: Lead) -> None:
    """Let the tally of the lead's campaign say what has just changed; the first word begins it."""
    if lead.campaign_id is None:
        return
    if not lead.rating and not lead.is_closed:  # it was reopened
        slack.redraw(session, TALLY, lead.campaign_id)
        return
    stands = slack.place(session, campaigns.CARD, lead.campaign_id)
    if stands is not None:
        thread = (campaigns.CARD, lead.campaign_id)
        slack.show(session, lead.workspace_id, TALLY, lead.campaign_id, stands[0], thread_of=thread)


def tally(session: Session, campaign_id: int) -> RatingSummary:
    """How the campaign's leads were rated, how they ended, and the reasons named most."""
    mine = (Lead.campaign_id == campaign_id, Lead.merged_into.is_(None))
    received, claimed = session.execute(
        select(func.count(), func.count(Lead.first_claimed_at)).where(*mine)
    ).one()
    ratings = session.execute(
        select(Lead.rating, func.count()).where(*mine, Lead.rating.is_not(None))
        .group_by(Lead.rating)
    )  # fmt: skip
    return RatingSummary(
        received=received,
        claimed=claimed,
        ratings={Rating(rating): count for rating, count in ratings if rating},
        reasons=reasons(session, mine, _MOST_REASONS),
    )
