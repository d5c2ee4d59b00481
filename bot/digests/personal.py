"""Personal reports: a salesperson's own week, a marketer's own campaigns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.campaigns.models import Campaign, Stage
from bot.digests.models import Audience, Digest, Week
from bot.digests.personal_report import PersonalReport, Quiet
from bot.digests.report import CampaignFigures
from bot.digests.weekly import period_so_far, with_names
from bot.errors import HandoffError
from bot.leads import queries as lead_queries
from bot.leads.list_models import Mine
from bot.leads.models import Lead
from bot.metrics import By, Figures
from bot.people.models import Person, Role, Workspace

ROLES = {Audience.SALESPEOPLE: Role.SALESPERSON, Audience.MARKETERS: Role.MARKETER}
"""The role of those who get a personal digest, by audience."""

_WAITING = (Mine.TO_CALL, Mine.IN_WORK, Mine.STALLED, Mine.SNOOZED, Mine.TO_RATE)


class NothingOfYourOwn(HandoffError):
    """You neither sell nor run campaigns here, so there is no week of your own. `/digest` shows
    that of all; an admin gives roles with `/handoff people`."""


def personal_reports(
    session: Session,
    workspace: Workspace,
    audience: Audience,
    people: Sequence[Person],
    week: Week,
) -> Mapping[int, PersonalReport]:
    """The week of each of these people, by their id: all of them in two passes."""
    if audience is Audience.SALESPEOPLE:
        return _for_sales(session, workspace, people, week)
    return _for_marketing(session, workspace, people, week)


def _for_sales(
    session: Session, workspace: Workspace, people: Sequence[Person], week: Week
) -> Mapping[int, PersonalReport]:
    now = metrics.compute(session, workspace.id, period_so_far(workspace, week), by=By.SALESPERSON)
    before = metrics.compute(session, workspace.id, week.before.period, by=By.SALESPERSON)
    return {
        person.id: PersonalReport(
            Audience.SALESPEOPLE,
            week,
            now.as_of,
            mine=now.of(person.id),
            before=before.of(person.id),
            team=now.total,
            waits=_waiting_counts(session, person),
        )
        for person in people
    }


def _waiting_counts(session: Session, person: Person) -> Mapping[str, int]:
    counts = lead_queries.count_mine(session, person)
    return {which.value: counts[which] for which in _WAITING}


def _for_marketing(
    session: Session, workspace: Workspace, people: Sequence[Person], week: Week
) -> Mapping[int, PersonalReport]:
    now = metrics.compute(session, workspace.id, period_so_far(workspace, week), by=By.CAMPAIGN)
    owners = _owners(session, now.by_campaign)
    by_owner: dict[int, list[CampaignFigures]] = defaultdict(list)
    for campaign in with_names(session, now.by_campaign):
        if campaign.campaign_id is not None:
            by_owner[owners[campaign.campaign_id]].append(campaign)
    with_leads = [key for key, figures in now.by_campaign.items() if figures.count("received")]
    quiet = _quiet(session, people, week, with_leads)
    return {
        person.id: PersonalReport(
            Audience.MARKETERS, week, now.as_of,
            campaigns=tuple(by_owner[person.id]), quiet=tuple(quiet[person.id]),
        )
        for person in people
    }  # fmt: skip


def _quiet(
    session: Session, people: Sequence[Person], week: Week, with_leads: Sequence[int | None]
) -> Mapping[int, list[Quiet]]:
    """By owner, the campaigns that ran in the week and brought no lead."""
    ever = exists().where(Lead.campaign_id == Campaign.id, Lead.merged_into.is_(None))
    rows = session.execute(
        select(Campaign.owner_id, Campaign.name, ever)
        .where(
            Campaign.owner_id.in_([person.id for person in people]),
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


def save(
    session: Session, workspace: Workspace, person_id: int, report: PersonalReport
) -> int | None:
    """Write a digest with the report; returns its id, or None where there is one already."""
    return session.scalar(
        insert(Digest)
        .values(
            workspace_id=workspace.id, kind=report.audience, person_id=person_id,
            period_start=report.week.monday, period_end=report.week.end, figures=report.snapshot(),
            created_at=report.as_of,
        )
        .on_conflict_do_nothing()
        .returning(Digest.id)
    )  # fmt: skip


def running(session: Session, person: Person) -> Sequence[PersonalReport]:
    """Somebody's own running week, for each of their roles. Raises NothingOfYourOwn."""
    workspace = session.get_one(Workspace, person.workspace_id)
    today = workspace.day_of(clock.now())
    week = Week.with_day(today)
    return [
        replace(
            personal_reports(session, workspace, audience, [person], week)[person.id],
            is_running=True,
            last_day=today,
        )
        for audience in _audiences(person)
    ]


def last(session: Session, person: Person) -> Sequence[PersonalReport]:
    """Somebody's own last week, as they were told it where they were. Raises NothingOfYourOwn."""
    workspace = session.get_one(Workspace, person.workspace_id)
    week = Week.of(clock.now(), workspace.days).before
    return [
        _kept(session, person, audience, week)
        or personal_reports(session, workspace, audience, [person], week)[person.id]
        for audience in _audiences(person)
    ]


def _kept(
    session: Session, person: Person, audience: Audience, week: Week
) -> PersonalReport | None:
    digest = session.scalar(
        select(Digest).where(
            Digest.workspace_id == person.workspace_id,
            Digest.kind == audience,
            Digest.person_id == person.id,
            Digest.period_start == week.monday,
        )
    )
    return PersonalReport.of(digest) if digest else None


def _audiences(person: Person) -> Sequence[Audience]:
    audiences = [audience for audience, role in ROLES.items() if role in person.roles]
    if not audiences:
        raise NothingOfYourOwn
    return audiences
