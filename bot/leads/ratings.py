"""Why leads were lost or rated low, and the rating summary in a campaign's thread.

A lead was lost for its disposition while it is lost: one that rests has a disposition too. One was
rated low for the words of whoever rated it weak or junk, whatever their case.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, select
from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns import announcing as campaigns
from bot.campaigns.models import Campaign
from bot.formats import in_words
from bot.leads.list_models import RatingSummary
from bot.leads.models import Lead, Rating, Status
from bot.leads.notices import has_names_only

IS_LOST_FOR = and_(
    Lead.status == Status.LOST, Lead.disposition.is_not(None), Lead.merged_into.is_(None)
)
"""The leads that were lost for a reason."""

_WORDS = func.lower(func.btrim(Lead.rating_reason))
_IS_LOW_FOR = and_(
    Lead.rating.in_([Rating.WEAK, Rating.JUNK]), _WORDS != "", Lead.merged_into.is_(None)
)

Counted = list[tuple[str, int]]
"""What was said and of how many leads, the most frequent first."""


def lost_for(
    session: Session, which: Sequence[ColumnElement[bool]], facts: Mapping[str, Any] | None = None
) -> Counted:
    """The dispositions for which leads that meet all these conditions were lost, as codes."""
    return _counted(session, Lead.disposition, [*which, IS_LOST_FOR], facts)


def rated_low_for(
    session: Session, which: Sequence[ColumnElement[bool]], facts: Mapping[str, Any] | None = None
) -> Counted:
    """The words for which such leads were rated weak or junk."""
    return _counted(session, _WORDS, [*which, _IS_LOW_FOR], facts)


def reasons(
    session: Session, which: Sequence[ColumnElement[bool]], most: int, *, only_codes: bool = False
) -> Counted:
    """Both together, in words: the codes by their names, what was typed between quotes. That may
    name people, so `only_codes` leaves it out."""
    found = [(in_words(code), count) for code, count in lost_for(session, which)]
    if not only_codes:
        found += [(f"“{words}”", count) for words, count in rated_low_for(session, which)]
    return sorted(found, key=lambda each: (-each[1], each[0]))[:most]


def _counted(
    session: Session,
    reason: SQLColumnExpression[Any],
    which: Sequence[ColumnElement[bool]],
    facts: Mapping[str, Any] | None,
) -> Counted:
    count = func.count()
    query = select(reason, count).where(*which).group_by(reason).order_by(count.desc(), reason)
    return [(words, often) for words, often in session.execute(query, facts or {})]


RATING_SUMMARY = "lead.rating_summary"
"""The card of a campaign's rating summary."""

_MOST_REASONS = 3


def update_summary(session: Session, lead: Lead) -> None:
    """Let the rating summary of the lead's campaign say what has just changed; the first one begins
    it."""
    if lead.campaign_id is None:
        return
    if not lead.rating and not lead.is_closed:  # it was reopened
        slack.redraw(session, RATING_SUMMARY, lead.campaign_id)
        return
    stands = slack.place(session, campaigns.CARD, lead.campaign_id)
    if stands is not None:
        thread = (campaigns.CARD, lead.campaign_id)
        slack.show(
            session,
            lead.workspace_id,
            RATING_SUMMARY,
            lead.campaign_id,
            stands[0],
            thread_of=thread,
        )


def rating_summary(session: Session, campaign_id: int) -> RatingSummary:
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
        reasons=reasons(
            session,
            mine,
            _MOST_REASONS,
            only_codes=has_names_only(session, session.get_one(Campaign, campaign_id).workspace_id),
        ),
    )
