"""The verbs of personal digests: a salesperson's own week, a marketer's own campaigns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.campaigns.models import Campaign, Stage
from bot.digests.models import Audience, Digest, Week
from bot.digests.own import OwnWeek, Quiet
from bot.digests.report import CampaignFigures
from bot.digests.reporting import named, so_far
from bot.errors import HandoffError
from bot.leads import queries as lead_queries
from bot.leads.list_models import Mine
from bot.leads.models import Lead
from bot.metrics import By, Figures
from bot.people.models import Person, Role, Workspace

ROLES = {Audience.SALESPEOPLE: Role.SALESPERSON, Audience.MARKETERS: Role.MARKETER}
"""Who gets which digest of their own."""

_WAITING = (Mine.TO_CALL, Mine.IN_WORK, Mine.STALLED, Mine.SNOOZED, Mine.TO_RATE)


class NothingOfYourOwn(HandoffError):
    """You neither sell nor run campaigns here, so there is no week of your own. `/digest` shows
    that of all; an admin gives roles with `/handoff people`."""


def own_weeks(
    session: Session,
    workspace: Workspace,
    audience: Audience,
    persons: Sequence[Person],
    week: Week,
) -> Mapping[int, OwnWeek]:
    """The week of each of these people, by their id: all of them in two passes."""
    if audience is Audience.SALESPEOPLE:
        return _selling(session, workspace, persons, week)
    return _marketing(session, workspace, persons, week)


def _selling(
    session: Session, workspace: Workspace, persons: Sequence[Person], week: Week
) -> Mapping[int, OwnWeek]:
    now = metrics.compute(session, workspace.id, so_far(workspace, week), by=By.SALESPERSON)
    before = metrics.compute(session, workspace.id, week.before.period, by=By.SALESPERSON)
    return {
        person.id: OwnWeek(
            Audience.SALESPEOPLE,
            week,
            now.as_of,
            mine=now.of(person.id),
            before=before.of(person.id),
            team=now.total,
            waits=_waiting(session, person),
        )
        for person in persons
    }


def _waiting(session: Session, person: Person) -> Mapping[str, int]:
    counts = lead_queries.count_mine(session, person)
    return {which.value: counts[which] for which in _WAITING}


def _marketing(
    session: Session, workspace: Workspace, persons: Sequence[Person], week: Week
) -> Mapping[int, OwnWeek]:
    now = metrics.compute(session, workspace.id, so_far(workspace, week), by=By.CAMPAIGN)
    owners = _owners(session, now.by_campaign)
    by_owner: dict[int, list[CampaignFigures]] = defaultdict(list)
    for campaign in named(session, now.by_campaign):
        if campaign.campaign_id is not None:
            by_owner[owners[campaign.campaign_id]].append(campaign)
    with_leads = [key for key, figures in now.by_campaign.items() if figures.count("received")]
    quiet = _quiet(session, persons, week, with_leads)
    return {
        person.id: OwnWeek(
            Audience.MARKETERS, week, now.as_of,
            campaigns=tuple(by_owner[person.id]), quiet=tuple(quiet[person.id]),
        )
        for person in persons
    }  # fmt: skip


def _quiet(
    session: Session, persons: Sequence[Person], week: Week, with_leads: Sequence[int | None]
) -> Mapping[int, list[Quiet]]:
    """By owner, the campaigns that ran in the week and brought no lead."""
    ever = exists().where(Lead.campaign_id == Campaign.id, Lead.merged_into.is_(None))
    rows = session.execute(
        select(Campaign.owner_id, Campaign.name, ever)
        .where(
            Campaign.owner_id.in_([person.id for person in persons]),
            Campaign.stage == Stage.LIVE,
            Campaign.starts_on < week.end,
            or_(Campaign.ends_on.is_(None), Campaign.ends_on >= week.monday),
            Campaign.id.not_in([each for each in with_leads if each is not None]),
        )
        .order_by(Campaign.starts_on, Campaign.id)
    )
    by_owner: dict[int, list[Quiet]] = defaultdict(list)
    for owner_id, name, before in rows:
        by_owner[owner_id].append(Quiet(name, before))
    return by_owner


def _owners(session: Session, campaigns: Mapping[int | None, Figures]) -> Mapping[int, int]:
    ids = [each for each in campaigns if each is not None]
    rows = session.execute(select(Campaign.id, Campaign.owner_id).where(Campaign.id.in_(ids)))
    return {row.id: row.owner_id for row in rows}


def write_own(session: Session, workspace: Workspace, person_id: int, own: OwnWeek) -> int | None:
    """Keep what somebody is told; None where it was kept before."""
    return session.scalar(
        insert(Digest)
        .values(
            workspace_id=workspace.id, kind=own.audience, person_id=person_id,
            period_start=own.week.monday, period_end=own.week.end, figures=own.snapshot(),
            created_at=own.as_of,
        )
        .on_conflict_do_nothing()
        .returning(Digest.id)
    )  # fmt: skip


def own_running(session: Session, person: Person) -> Sequence[OwnWeek]:
    """Somebody's own running week, for each of their roles. Raises NothingOfYourOwn."""
    workspace = session.get_one(Workspace, person.workspace_id)
    today = workspace.day_of(clock.now())
    week = Week.with_day(today)
    return [
        replace(
            own_weeks(session, workspace, audience, [person], week)[person.id],
            is_running=True,
            last_day=today,
        )
        for audience in _audiences(person)
    ]


def own_last(session: Session, person: Person) -> Sequence[OwnWeek]:
    """Somebody's own last week, as they were told it where they were. Raises NothingOfYourOwn."""
    workspace = session.get_one(Workspace, person.workspace_id)
    week = Week.of(clock.now(), workspace.days).before
    return [
        _kept(session, person, audience, week)
        or own_weeks(session, workspace, audience, [person], week)[person.id]
        for audience in _audiences(person)
    ]


def _kept(session: Session, person: Person, audience: Audience, week: Week) -> OwnWeek | None:
    digest = session.scalar(
        select(Digest).where(
            Digest.workspace_id == person.workspace_id,
            Digest.kind == audience,
            Digest.person_id == person.id,
            Digest.period_start == week.monday,
        )
    )
    return OwnWeek.of(digest) if digest else None


def _audiences(person: Person) -> Sequence[Audience]:
    audiences = [audience for audience, role in ROLES.items() if role in person.roles]
    if not audiences:
        raise NothingOfYourOwn
    return audiences
