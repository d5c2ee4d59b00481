"""Looking back: at the end of a campaign both sides are asked what they have learned, once; and
what is remembered of the past campaigns that are most like one that is proposed.

How like two campaigns are, of one point each: the same kind, the share of the words that both
audiences have in common, and the share of channels. Shares are Jaccard's index: in both, by in
either.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import TypeVar

from sqlalchemy import Date, cast, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import clock, slack
from bot.campaigns import announcing
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign, Stage
from bot.campaigns.texts import period
from bot.errors import NotFound
from bot.leads.models import Lead
from bot.leads.ratings import IS_LOST_FOR
from bot.metrics import of_campaigns
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning.audit import LESSONS, RETROSPECTIVE
from bot.planning.models import Again, CampaignReview, LastTime, Retrospective, Side
from bot.tasks import Loop

MOST = 3

_SHORTEST = 3  # words of an audience that tell something
T = TypeVar("T")

_ENDED = Loop("planning.retrospectives", "Questions at the end of a campaign")

# Whoever starts to use this is not asked about campaigns of years ago.
_RECENTLY = timedelta(days=14)

# The newest campaigns are looked through; who plans remembers no more, and a card is drawn often.
_MOST_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Likeness:
    """What of a campaign is compared."""

    kind: str
    audience: str
    channels: tuple[str, ...]


def most_similar(wanted: Likeness, past: Sequence[tuple[T, Likeness]], most: int = MOST) -> list[T]:
    """The past campaigns that have something in common, the most similar first.

    Of equally similar ones, those that stand first in `past`.
    """
    ranked = sorted(past, key=lambda each: similarity(wanted, each[1]), reverse=True)
    return [each for each, like in ranked[:most] if similarity(wanted, like) > 0]


def similarity(one: Likeness, other: Likeness) -> Fraction:
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


def ask_about_ended(session: Session, most: int) -> int:
    """Ask about the campaigns that have ended lately; returns about how many."""
    recently = clock.now() - _RECENTLY
    already_asked = exists().where(Retrospective.campaign_id == Campaign.id)
    ended = session.scalars(
        select(Campaign)
        .join(Workspace, Workspace.id == Campaign.workspace_id)
        .where(
            Campaign.stage == Stage.ENDED,
            Campaign.announced_at.is_not(None),
            Campaign.ends_on >= cast(func.timezone(Workspace.timezone, recently), Date),
            ~already_asked,
            _ENDED.ready(Campaign.id),
        )
        .options(joinedload(Campaign.owner))
        .limit(most)
        .with_for_update(of=Campaign, key_share=True, skip_locked=True)
    ).all()
    _ENDED.each(session, ended, partial(_ask, session))
    return len(ended)


def retrospective(session: Session, person: Person, retrospective_id: int) -> Retrospective:
    """What the person is asked, with its campaign. Raises NotFound."""
    row = session.scalar(
        select(Retrospective)
        .where(Retrospective.id == retrospective_id, Retrospective.person_id == person.id)
        .options(joinedload(Retrospective.campaign))
    )
    if row is None:
        raise NotFound(what="this question among those that you were asked")
    return row


def save_lesson(
    session: Session, person: Person, retrospective_id: int, worked: str, failed: str, again: Again
) -> Retrospective:
    """Say what worked, what failed, and whether to do it again; a second answer replaces the first.

    Raises NotFound.
    """
    row = retrospective(session, person, retrospective_id)
    row.worked, row.failed = worked, failed
    row.again, row.answered_at = again, clock.now()
    session.flush()
    slack.redraw(session, RETROSPECTIVE, row.id)
    _show_lessons(session, row)
    return row


def review(session: Session, campaign_id: int) -> CampaignReview:
    """A campaign's end in numbers and in words; for our own work, which carries its id."""
    campaign = campaign_queries.known(session, campaign_id)
    return CampaignReview(
        campaign=campaign,
        figures=of_campaigns(session, campaign.workspace_id, [campaign.id])[campaign.id],
        said=lessons(session, [campaign.id]).get(campaign.id, []),
        asked=session.scalars(
            select(func.count())
            .select_from(Retrospective)
            .where(Retrospective.campaign_id == campaign.id)
        ).one(),
    )


def retrospective_in_full(
    session: Session, retrospective_id: int
) -> tuple[Retrospective, CampaignReview]:
    """A question that is there, and what its campaign came to."""
    row = session.get_one(Retrospective, retrospective_id)
    return row, review(session, row.campaign_id)


def lessons(session: Session, campaign_ids: Sequence[int]) -> Mapping[int, Sequence[Retrospective]]:
    """What was said of each of these campaigns, the oldest first, with who said it."""
    by_campaign: dict[int, list[Retrospective]] = {}
    rows = (
        select(Retrospective)
        .where(Retrospective.campaign_id.in_(campaign_ids), Retrospective.answered_at.is_not(None))
        .options(joinedload(Retrospective.person))
        .order_by(Retrospective.answered_at, Retrospective.id)
    )
    for each in session.scalars(rows):
        by_campaign.setdefault(each.campaign_id, []).append(each)
    return by_campaign


def _ask(session: Session, campaign: Campaign) -> None:
    """The owner for marketing; of sales those who had its leads, or all, where nobody had any."""
    respondents = {person.id: (person, Side.SALES) for person in _salespeople(session, campaign)}
    respondents[campaign.owner_id] = (campaign.owner, Side.MARKETING)
    for person, side in respondents.values():
        row_id = session.scalar(
            insert(Retrospective)
            .values(
                workspace_id=campaign.workspace_id,
                campaign_id=campaign.id,
                person_id=person.id,
                side=side,
                asked_at=clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(Retrospective.id)
        )
        if row_id is not None:
            slack.show(session, campaign.workspace_id, RETROSPECTIVE, row_id, person.slack_id)


def _salespeople(session: Session, campaign: Campaign) -> Sequence[Person]:
    owned = exists().where(Lead.claimed_by == Person.id, Lead.campaign_id == campaign.id)
    had = session.scalars(
        select(Person)
        .where(Person.workspace_id == campaign.workspace_id, Person.active, owned)
        .order_by(Person.name, Person.id)
    ).all()
    return had or people.having(session, campaign.workspace_id, Role.SALESPERSON)


def _show_lessons(session: Session, row: Retrospective) -> None:
    """Put what was learned into the announcement's thread."""
    place = slack.place(session, announcing.CARD, row.campaign_id)
    if place is not None:
        thread = (announcing.CARD, row.campaign_id)
        slack.show(session, row.workspace_id, LESSONS, row.campaign_id, place[0], thread_of=thread)


def last_time(session: Session, campaign: Campaign) -> Sequence[LastTime]:
    """The announced campaigns that are most like this one, and what came of each."""
    past = _past(session, campaign)
    wanted = Likeness(campaign.kind, campaign.audience, tuple(campaign.channels))
    outcomes = most_similar(wanted, past)
    if not outcomes:
        return []
    figures = of_campaigns(session, campaign.workspace_id, [each.id for each in outcomes])
    reasons = _top_reasons(session, [each.id for each in outcomes])
    learned = lessons(session, [each.id for each in outcomes])
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
        for each in outcomes
    ]


def _again(retrospectives: Sequence[Retrospective]) -> str | None:
    """How many would do it again, in words."""
    if not retrospectives:
        return None
    again = sum(each.again != Again.NO for each in retrospectives)
    return f"{again} of {len(retrospectives)} would do it again"


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
