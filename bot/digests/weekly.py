"""Weekly reports: the figures of a week as they are now, or as its digest has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import BigInteger, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.campaigns.models import Campaign
from bot.digests.corrections import corrections
from bot.digests.models import WEEKLY, Digest, Week, WeekToCome
from bot.digests.report import CampaignFigures, PastWeek, Report, TeamStats
from bot.leads import ratings as lead_ratings
from bot.leads.models import Lead
from bot.metrics import By, Cohort, Figures, Period
from bot.metrics.computing import scope
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning import requests as planning
from bot.reports.permissions import DataClass, permissions_of
from bot.shadowing import queries as shadowing
from bot.slack.text import clean
from bot.standups import queries as standups

_WEEKS = 4
# Somebody's own words can be many; a digest shows the first few.
_MOST_REASONS, _LONGEST_REASON = 10, 200
# Until then a digest can still be sent as planned; after that it is written when somebody asks.
_COMES_WITHIN = timedelta(days=7)
# A digest that came on Tuesday is near enough to one that came on Monday.
_SAME_AGE = timedelta(days=2)


@dataclass(frozen=True)
class VisibleReport:
    """A report, as somebody may see it."""

    report: Report
    shows_money: bool
    corrections: Sequence[str] = ()
    """What has changed since the digest was written, in a few words each."""


def running(session: Session, person: Person) -> VisibleReport:
    """The running week so far. Raises NotAllowed."""
    workspace = workspace_of_reader(session, person)
    week = Week.of(clock.now(), workspace.days)
    return VisibleReport(compute(session, workspace, week, is_running=True), may_see_money(person))


def last(session: Session, person: Person) -> VisibleReport:
    """Last week as its digest said it; computed where none was written. Raises NotAllowed."""
    workspace = workspace_of_reader(session, person)
    return of_week(session, person, Week.of(clock.now(), workspace.days).before)


def of_week(session: Session, person: Person, week: Week) -> VisibleReport:
    """Any week: one that was summed up says the same again, with what is different since.

    A week whose digest was never sent is summed up when somebody asks first. Raises NotAllowed,
    WeekToCome.
    """
    workspace = workspace_of_reader(session, person)
    this = Week.of(clock.now(), workspace.days)
    if week.monday > this.monday:
        raise WeekToCome
    if week == this:
        return running(session, person)
    digest = kept_digest(session, workspace, week)
    if digest is None and this.monday - week.end >= _COMES_WITHIN:
        digest = sum_up(session, workspace, week)
    if digest is None:
        return VisibleReport(compute(session, workspace, week), may_see_money(person))
    report, shows_money = Report.of(digest), may_see_money(person)
    now = compute(session, workspace, week, is_compared=False)
    return VisibleReport(report, shows_money, corrections(report, now, with_money=shows_money))


def period_so_far(workspace: Workspace, week: Week) -> Period:
    """The days of a week; of the running one those until today."""
    return week.period.until(workspace.day_of(clock.now()))


def workspace_of_reader(session: Session, person: Person) -> Workspace:
    """The workspace of somebody who may read digests. Raises NotAllowed."""
    people.require(session, person, "read the digest", Role.SALESPERSON, Role.MARKETER)
    return session.get_one(Workspace, person.workspace_id)


def may_see_money(person: Person) -> bool:
    """Whether this person sees amounts, here as on the report page."""
    permissions = permissions_of(person)
    return permissions is not None and permissions.may_see_some(DataClass.MONEY)


def sum_up(session: Session, workspace: Workspace, week: Week) -> Digest:
    """The digest of a week, written down if there is none yet."""
    digest = kept_digest(session, workspace, week)
    if digest is not None:
        return digest
    report = compute(session, workspace, week)
    session.execute(
        insert(Digest)
        .values(
            workspace_id=workspace.id, kind=WEEKLY, person_id=None, period_start=week.monday,
            period_end=week.end, figures=report.snapshot(), created_at=report.as_of,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    digest = kept_digest(session, workspace, week)
    assert digest is not None
    return digest


def kept_digest(session: Session, workspace: Workspace, week: Week) -> Digest | None:
    """The digest of that week, if there is one."""
    return session.scalar(
        select(Digest).where(
            Digest.workspace_id == workspace.id,
            Digest.kind == WEEKLY,
            Digest.period_start == week.monday,
        )
    )


def compute(
    session: Session,
    workspace: Workspace,
    week: Week,
    *,
    is_running: bool = False,
    is_compared: bool = True,
) -> Report:
    """The figures of a week as they are now; `is_compared`: with those of the weeks before."""
    period = period_so_far(workspace, week)
    cohort = metrics.compute(session, workspace.id, period, by=By.CAMPAIGN)
    about = scope(session, workspace.id, period)
    return Report(
        week=week,
        zone=workspace.timezone,
        as_of=clock.now(),
        total=cohort.total,
        weeks=weeks_before(session, workspace, week) if is_compared else (),
        campaigns=with_names(session, cohort.by_campaign),
        sources=_sources(session, workspace, period),
        dispositions=_frequent(lead_ratings.lost_for(session, about.leads, about.facts)),
        reasons=_frequent(lead_ratings.rated_low_for(session, about.leads, about.facts)),
        team=team_stats(session, workspace, week),
        pipeline=metrics.pipeline(session, workspace.id) if _is_recent(workspace, week) else None,
        is_running=is_running,
    )


def weeks_before(session: Session, workspace: Workspace, week: Week) -> tuple[PastWeek, ...]:
    """The weeks before as their digests said them; computed where none did.

    Weeks before the first lead say nothing of how many are usual, and are left out; those after it
    that brought none count.
    """
    first = _first_week(session, workspace)
    mondays = [
        before.monday
        for before in map(week.ago, range(1, _WEEKS + 1))
        if first is not None and before.monday >= first.monday
    ]
    weeks = _summed_up(session, workspace, week, mondays)
    if len(weeks) < len(mondays):
        computed = _computed(session, workspace, week)
        missing = {day: PastWeek(day, computed.of(day), same_age=False) for day in mondays}
        weeks = missing | weeks
    return tuple(weeks[monday] for monday in mondays)


def _first_week(session: Session, workspace: Workspace) -> Week | None:
    """The week of the first lead of all."""
    first = session.scalar(
        select(func.min(Lead.received_at)).where(
            Lead.workspace_id == workspace.id, Lead.merged_into.is_(None)
        )
    )
    return Week.of(first, workspace.days) if first else None


def _summed_up(
    session: Session, workspace: Workspace, week: Week, mondays: Sequence[date]
) -> dict[date, PastWeek]:
    start, end = Digest.period_start, Digest.period_end
    rows = session.execute(
        select(start, end, Digest.created_at, Digest.figures["total"]).where(
            Digest.workspace_id == workspace.id, Digest.kind == WEEKLY, start.in_(mondays)
        )
    )
    age = workspace.day_of(clock.now()) - week.end
    return {
        monday: PastWeek(
            monday, Figures.from_json(total), abs(workspace.day_of(at) - ended - age) <= _SAME_AGE
        )
        for monday, ended, at, total in rows
    }


def _computed(session: Session, workspace: Workspace, week: Week) -> Cohort:
    period = Period(week.ago(_WEEKS).monday, week.monday)
    return metrics.compute(session, workspace.id, period, by=By.WEEK)


def _sources(
    session: Session, workspace: Workspace, period: Period
) -> tuple[tuple[str, Figures], ...]:
    by = metrics.compute(session, workspace.id, period, by=By.SOURCE).by
    return tuple(
        sorted(
            ((str(source), figures) for source, figures in by.items()),
            key=lambda row: (-row[1].count("received"), row[0]),
        )
    )


def _frequent(counted: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The first few; somebody's own words can be long."""
    return tuple((clean(words, _LONGEST_REASON), count) for words, count in counted[:_MOST_REASONS])


def with_names(
    session: Session, by_campaign: Mapping[int | None, Figures]
) -> tuple[CampaignFigures, ...]:
    """The campaigns with their names, the most leads first; the unattributed ones last."""
    ids = [campaign_id for campaign_id in by_campaign if campaign_id is not None]
    rows = session.execute(
        select(Campaign.id, Campaign.name, Person.name.label("owner"))
        .join(Person, Person.id == Campaign.owner_id)
        .where(Campaign.id == any_(literal(ids, ARRAY(BigInteger))))
    )
    known = {row.id: row for row in rows}
    campaigns = [
        CampaignFigures(campaign_id, row and row.name, figures, row and row.owner)
        for campaign_id, figures in by_campaign.items()
        for row in [known.get(campaign_id or 0)]
    ]
    return tuple(sorted(campaigns, key=_order))


def _order(row: CampaignFigures) -> tuple[bool, int, str, int]:
    return row.name is None, -row.figures.count("received"), row.name or "", row.campaign_id or 0


def team_stats(session: Session, workspace: Workspace, week: Week) -> TeamStats:
    """How the departments worked together; nothing of a week that is long over, since what waits
    and who met is known of the present."""
    if not _is_recent(workspace, week):
        return TeamStats()
    trends = standups.response_trend(session, workspace.id, 2).values()
    weeks = [each for trend in trends for each in trend.weeks if each.monday == week.monday]
    return TeamStats(
        prompts=sum(each.prompts for each in weeks),
        answered=sum(each.answered for each in weeks),
        overdue=len(planning.overdue(session, workspace.id)),
        quarter=shadowing.quarter(session, workspace.id, week.sunday),
    )


def _is_recent(workspace: Workspace, week: Week) -> bool:
    """Whether what is known of the present alone says something of the week."""
    this = Week.of(clock.now(), workspace.days)
    return week in (this, this.before)
