"""Retrospectives: when a campaign has ended, both sides are asked once what they have learned."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Date, cast, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import clock, slack
from bot.campaigns import announcing
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign, Stage
from bot.errors import NotFound
from bot.leads.models import Lead
from bot.metrics import of_campaigns
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning.cards import LESSONS, RETROSPECTIVE
from bot.planning.models import Again, CampaignReview, Retrospective, Side
from bot.tasks import Loop

_ENDED = Loop("planning.retrospectives", "Questions at the end of a campaign")

# Whoever starts to use this is not asked about campaigns of years ago.
_RECENTLY = timedelta(days=14)


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
        answers=answers_by_campaign(session, [campaign.id]).get(campaign.id, []),
        asked_count=session.scalars(
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


def answers_by_campaign(
    session: Session, campaign_ids: Sequence[int]
) -> Mapping[int, Sequence[Retrospective]]:
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
    """The owner for marketing, or who looks after it since they left; of sales those who had its
    leads, or all, where nobody had any."""
    respondents = {person.id: (person, Side.SALES) for person in _salespeople(session, campaign)}
    for owner in campaign_queries.owner_or_managers(session, campaign):
        respondents[owner.id] = (owner, Side.MARKETING)
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
    """Put what we learned into the announcement's thread."""
    place = slack.place(session, announcing.CARD, row.campaign_id)
    if place is not None:
        thread = (announcing.CARD, row.campaign_id)
        slack.show(session, row.workspace_id, LESSONS, row.campaign_id, place[0], thread_of=thread)
