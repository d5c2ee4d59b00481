"""Reading a person's page: what is theirs to do, and what runs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import queries as campaigns
from bot.crm import webhooks
from bot.digests import sending as digests
from bot.digests.models import Audience
from bot.home.models import (
    FEW,
    MOST_CAMPAIGNS,
    MOST_FAILED,
    MOST_LATE,
    MOST_PROPOSALS,
    MOST_ROWS,
    MOST_STALLED,
    MOST_TO_ANSWER,
    MOST_UNATTENDED,
    SHOWN,
    Condition,
    Managing,
    Marketing,
    NextRun,
    OwnCampaign,
    OwnList,
    Page,
    Upkeep,
)
from bot.intake import receiving, source_health
from bot.leads import notices as lead_notices
from bot.leads import queries as lead_queries
from bot.leads.list_models import MOST_TO_CLAIM
from bot.metrics import computing as metrics
from bot.metrics.scope import Period
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning import queries as planning_queries
from bot.planning import requests as planning_requests
from bot.planning.models import Proposed
from bot.reports import exports
from bot.routing import absences as lead_absences
from bot.shadowing import queries as shadowing
from bot.shadowing import rounds
from bot.standups import answering as standup_answering
from bot.standups import asking as standup_asking
from bot.standups import setup as standup_setup
from bot.tasks import queue, schedules

# Proposals that are looked through for those of one person.
_MOST_WAITING = 20


def condition(session: Session, workspace_id: int) -> Condition:
    """The installation at this moment."""
    workspace = session.get_one(Workspace, workspace_id)
    midnight = clock.now().astimezone(workspace.zone).replace(hour=0, minute=0, second=0)
    return Condition(
        workspace=workspace,
        people=len(people.everyone(session, workspace_id)),
        received_today=lead_queries.count_received(session, workspace_id, midnight),
        waiting=lead_queries.count_waiting(session, workspace_id),
        jobs=queue.counts(session),
        next_runs=sorted(_next_runs(session, workspace)),
    )


def _next_runs(session: Session, workspace: Workspace) -> Iterator[NextRun]:
    """What people get by the clock, by its name; nothing that is paused."""
    runs = schedules(session, workspace.id)
    for timetable in digests.of_workspace(session, workspace.id):
        if timetable.active and (run := runs.get(timetable.schedule_name)):
            name = f"Weekly digest, {Audience(timetable.audience).label}"
            yield NextRun(run.next_run_at, name, run.zone)
    rows = standup_setup.standups_of_workspace(session, workspace.id)
    next_at = standup_asking.next_runs(session, rows)
    for each in rows:
        if each.id in next_at:
            yield NextRun(next_at[each.id], each.name, each.zone or "each person’s own time")
    if (opens := rounds.next_round_at(session, workspace.id)) is not None:
        yield NextRun(opens, "Stay in my shoes", workspace.timezone)
    for export in exports.of_workspace(session, workspace.id):
        if run := runs.get(export.schedule_name):
            yield NextRun(run.next_run_at, f"File “{export.title}”", run.zone)


def page(session: Session, person_id: int) -> Page:
    """The facts of one person's page; lists hold one row more than is shown, if there is more."""
    who = session.get_one(Person, person_id)
    sells = who.has(Role.SALESPERSON)
    today = campaigns.today(session, who.workspace_id)
    absence = lead_absences.absence_of(session, who)
    return Page(
        person=who,
        admins=people.having(session, who.workspace_id, Role.ADMIN),
        own=_own(session, who) if who.roles else [],
        to_claim=lead_queries.waiting(session, who.workspace_id, MOST_TO_CLAIM + 1)
        if sells
        else [],
        calls=lead_queries.call_lists(session, who.workspace_id) if sells else [],
        away_until=absence.ends_at if absence else None,
        standup=standup_answering.today(session, who),
        campaigns=campaigns.running(session, who.workspace_id, today) if who.roles else [],
        to_agree=_to_agree(session, who) if Role.SALESPERSON in who.roles else [],
        shoes=shadowing.open_participations(session, who) if who.roles else [],
        marketing=_marketing(session, who, today) if Role.MARKETER in who.roles else None,
        managing=_managing(session, who, today) if Role.MANAGER in who.roles else None,
        upkeep=_upkeep(session, who) if Role.ADMIN in who.roles else None,
    )


def retry(session: Session, who: Person, job_id: int) -> None:
    """Let failed work run again. Raises NotAllowed, NoSuchJob."""
    people.require(session, who, "retry failed work", Role.ADMIN)
    queue.retry(session, job_id)
    slack.redraw(session, slack.HOME, who.id)


def retry_all(session: Session, who: Person) -> int:
    """Let all failed work run again; returns how much. Raises NotAllowed."""
    people.require(session, who, "retry failed work", Role.ADMIN)
    slack.redraw(session, slack.HOME, who.id)
    return queue.retry_all(session)


def sources(session: Session, who: Person) -> Mapping[str, source_health.SourceActivity]:
    """What each source of leads brought lately. Raises NotAllowed."""
    people.require(session, who, "look at the sources", Role.ADMIN)
    return source_health.activity(session, who.workspace_id)


def webhooks_health(session: Session, who: Person) -> Mapping[str, str]:
    """How each receiver of webhooks does, by name. Raises NotAllowed."""
    people.require(session, who, "look at the sources", Role.ADMIN)
    endpoints = webhooks.endpoints(session, who.workspace_id)
    return {endpoint.name: webhooks.health(endpoint, waiting) for endpoint, waiting in endpoints}


def _marketing(session: Session, who: Person, today: date) -> Marketing:
    now = campaigns.overview(session, who.workspace_id, today)
    mine = [each for each in (*now.running, *now.coming) if each.owner_id == who.id]
    shown = mine[: MOST_CAMPAIGNS + 1]
    figures = metrics.of_campaigns(session, who.workspace_id, [each.id for each in shown])
    return Marketing(
        campaigns=[
            OwnCampaign(each, figures[each.id], now.readers.get(each.id, 0), now.sales)
            for each in shown
        ],
        proposals=[
            each
            for each in planning_queries.standings(session, who.workspace_id, _MOST_WAITING)
            if each.campaign.owner_id == who.id
        ][:MOST_PROPOSALS],
        to_answer=planning_requests.to_answer(session, who.workspace_id, MOST_TO_ANSWER + 1),
    )


def _to_agree(session: Session, who: Person) -> list[Proposed]:
    waiting = planning_queries.standings(session, who.workspace_id, _MOST_WAITING)
    return [each for each in waiting if who.id in each.standing.silent][:MOST_PROPOSALS]


def _managing(session: Session, who: Person, today: date) -> Managing:
    monday = today - timedelta(days=today.weekday())
    week = Period(monday, today + timedelta(days=1))
    before = Period(monday - timedelta(weeks=1), today + timedelta(days=1, weeks=-1))
    return Managing(
        late=lead_queries.late(session, who.workspace_id, MOST_LATE + 1),
        unattended=lead_notices.unattended(session, who.workspace_id, MOST_UNATTENDED),
        stalled=lead_notices.long_stalled(session, who.workspace_id, MOST_STALLED + 1),
        overdue=len(planning_requests.overdue(session, who.workspace_id)),
        week=metrics.compute(session, who.workspace_id, week).total,
        before=metrics.compute(session, who.workspace_id, before).total,
    )


def _upkeep(session: Session, who: Person) -> Upkeep:
    return Upkeep(
        jobs=queue.counts(session),
        failed=queue.failed(session, MOST_FAILED),
        unread=receiving.unread(session, who.workspace_id, MOST_ROWS + 1),
        channel=session.get_one(Workspace, who.workspace_id).channel,
    )


def _own(session: Session, who: Person) -> list[OwnList]:
    """The person's lists that have something in them."""
    counts = lead_queries.count_mine(session, who)
    only_sells = set(who.roles) <= {Role.SALESPERSON}
    lists = [
        OwnList(which, lead_queries.mine(session, who, which, most), counts[which])
        for which, most in (SHOWN if only_sells else FEW).items()
        if counts[which]
    ]
    moved = lead_notices.last_moves(session, [lead for each in lists for lead in each.leads])
    return [replace(each, moved=moved) for each in lists]
