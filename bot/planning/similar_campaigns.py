"""The campaigns of the past that are most like one that is proposed, and what came of each.

Similarity is a sum of three parts, each from 0 to 1: the same kind, the share of the words that
both audiences have in common, and the share of channels. A share is Jaccard's index: the number in
both, divided by the number in either.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.campaigns.texts import period
from bot.leads.models import Lead
from bot.leads.ratings import IS_LOST_FOR
from bot.metrics import of_campaigns
from bot.planning.models import Again, Retrospective, SimilarCampaign
from bot.planning.retrospectives import answers_by_campaign

MOST = 3

_SHORTEST = 3  # letters: shorter words of an audience tell nothing
T = TypeVar("T")

# The newest campaigns are compared; older ones tell little, and a card is drawn often.
_MOST_COMPARED = 1_000


@dataclass(frozen=True)
class CampaignTraits:
    """The parts of a campaign that are compared."""

    kind: str
    audience: str
    channels: tuple[str, ...]


def most_similar(
    wanted: CampaignTraits, past: Sequence[tuple[T, CampaignTraits]], most: int = MOST
) -> list[T]:
    """The past campaigns that have something in common, the most similar first.

    Of equally similar ones, those that stand first in `past`.
    """
    ranked = sorted(past, key=lambda each: similarity(wanted, each[1]), reverse=True)
    return [each for each, traits in ranked[:most] if similarity(wanted, traits) > 0]


def similarity(one: CampaignTraits, other: CampaignTraits) -> Fraction:
    """How similar two campaigns are: from 0 to 3, the same either way round."""
    return (
        Fraction(one.kind == other.kind)
        + _share(_words(one.audience), _words(other.audience))
        + _share(_names(one.channels), _names(other.channels))
    )


def _share(one: frozenset[str], other: frozenset[str]) -> Fraction:
    either = one | other
    return Fraction(len(one & other), len(either)) if either else Fraction()


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.casefold()) if len(word) >= _SHORTEST)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def similar_campaigns(session: Session, campaign: Campaign) -> Sequence[SimilarCampaign]:
    """The announced campaigns that are most like this one, and what came of each."""
    campaigns = most_similar(_traits(campaign), _announced(session, campaign))
    if not campaigns:
        return []
    ids = [each.id for each in campaigns]
    figures = of_campaigns(session, campaign.workspace_id, ids)
    reasons = _top_reasons(session, ids)
    answers = answers_by_campaign(session, ids)
    return [
        SimilarCampaign(
            name=each.name,
            when=period(each),
            acceptance=figures[each.id]["acceptance_rate"],
            romi=figures[each.id]["romi"],
            top_reason=reasons.get(each.id),
            again=_again(answers.get(each.id, ())),
            lesson=_newest_lesson(answers.get(each.id, ())),
        )
        for each in campaigns
    ]


def _traits(campaign: Campaign) -> CampaignTraits:
    return CampaignTraits(campaign.kind, campaign.audience, tuple(campaign.channels))


def _newest_lesson(answers: Sequence[Retrospective]) -> str | None:
    return next((answer.failed for answer in reversed(answers) if answer.failed), None)


def _again(answers: Sequence[Retrospective]) -> str | None:
    """How many would do it again, in words."""
    if not answers:
        return None
    again = sum(each.again != Again.NO for each in answers)
    return f"{again} of {len(answers)} would do it again"


def _announced(session: Session, campaign: Campaign) -> list[tuple[Campaign, CampaignTraits]]:
    """The campaigns that were announced, the newest first."""
    announced = session.scalars(
        select(Campaign)
        .where(
            Campaign.workspace_id == campaign.workspace_id,
            Campaign.announced_at.is_not(None),
            Campaign.id != campaign.id,
        )
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(_MOST_COMPARED)
    )
    return [(each, _traits(each)) for each in announced]


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
