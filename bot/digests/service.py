"""The verbs of digests: sum up a week once, and look at the running one."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, metrics, slack
from bot.campaigns.model import Campaign
from bot.digests.model import CampaignFigures, Digest, Report, Week
from bot.jobs import put_schedule
from bot.metrics import By, Cohort, Figures
from bot.people import service as people
from bot.people.model import Person, Role, Workspace

CARD = "digest"
WEEKLY = "digest.weekly"
"""The schedule, and the task that it wakes."""

_KIND = "weekly"
_CRON = "0 8 * * mon"
# Down over the weekend and into Tuesday, the digest still comes; later it would be old news.
_GRACE = timedelta(days=2)


def install(session: Session, workspace: Workspace) -> None:
    """Let the digest be due on Monday mornings of the workspace's zone."""
    put_schedule(
        session, workspace.id, WEEKLY, WEEKLY, cron=_CRON, zone=workspace.timezone, grace=_GRACE,
        workspace_id=workspace.id,
    )  # fmt: skip


def sum_up(session: Session, workspace: Workspace, at: datetime) -> bool:
    """Report on the week before the one of `at`, to the channel and to each manager.

    A week is reported once; False when it was already.
    """
    week = Week.of(at, workspace.zone).before
    report = _report(session, workspace, week)
    digest_id = session.scalar(
        insert(Digest)
        .values(
            workspace_id=workspace.id, kind=_KIND, period_start=week.monday, period_end=week.end,
            figures=report.snapshot(), created_at=report.as_of,
        )
        .on_conflict_do_nothing()
        .returning(Digest.id)
    )  # fmt: skip
    if digest_id is None:
        return False
    managers = people.having(session, workspace.id, Role.MANAGER)
    for target in [workspace.channel, *(manager.slack_id for manager in managers)]:
        slack.show(session, workspace.id, CARD, digest_id, target)
    return True


def running(session: Session, who: Person) -> Report:
    """The running week so far. Raises NotAllowed."""
    workspace = _reader(session, who)
    return _report(session, workspace, Week.of(clock.now(), workspace.zone), is_running=True)


def last(session: Session, who: Person) -> Report:
    """Last week as its digest said it; computed where none was written. Raises NotAllowed."""
    workspace = _reader(session, who)
    week = Week.of(clock.now(), workspace.zone).before
    return _standing(session, workspace, week) or _report(session, workspace, week)


def _reader(session: Session, who: Person) -> Workspace:
    people.require(session, who, "read the digest", Role.SALESPERSON, Role.MARKETER)
    return session.get_one(Workspace, who.workspace_id)


def reported(session: Session, digest_id: int) -> Report | None:
    """What a digest said; None where it is gone."""
    digest = session.get(Digest, digest_id)
    return digest.report if digest else None


def _report(
    session: Session, workspace: Workspace, week: Week, *, is_running: bool = False
) -> Report:
    cohort = _cohort(session, workspace, week)
    return Report(
        week=week,
        zone=workspace.timezone,
        as_of=clock.now(),
        total=cohort.total,
        before=_total_of(session, workspace, week.before),
        campaigns=_named(session, cohort.by_campaign),
        is_running=is_running,
    )


def _cohort(session: Session, workspace: Workspace, week: Week) -> Cohort:
    return metrics.compute(session, workspace.id, week.period, by=By.CAMPAIGN)


def _total_of(session: Session, workspace: Workspace, week: Week) -> Figures:
    """The week's figures as its digest said them, at the same age; computed where none did."""
    standing = _standing(session, workspace, week)
    return standing.total if standing else _cohort(session, workspace, week).total


def _standing(session: Session, workspace: Workspace, week: Week) -> Report | None:
    """The report of that week, if it was written."""
    digest = session.scalar(
        select(Digest).where(
            Digest.workspace_id == workspace.id,
            Digest.kind == _KIND,
            Digest.period_start == week.monday,
        )
    )
    return digest.report if digest else None


def _named(
    session: Session, by_campaign: Mapping[int | None, Figures]
) -> tuple[CampaignFigures, ...]:
    """The campaigns with their names, the most leads first; the unattributed ones last."""
    ids = [campaign_id for campaign_id in by_campaign if campaign_id is not None]
    rows = session.execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    named = [
        CampaignFigures(campaign_id, names.get(campaign_id or 0), figures)
        for campaign_id, figures in by_campaign.items()
    ]
    return tuple(sorted(named, key=_place))


def _place(row: CampaignFigures) -> tuple[bool, int, str, int]:
    return row.name is None, -row.figures.count("received"), row.name or "", row.campaign_id or 0
