"""Capacity: how many leads a campaign brings a day, set against what the team has room for.

`capacity` is a pure function of what `capacity_of` reads, in exact fractions. The formula, in leads
a working day:

    net = expected / days + arriving - closing

`arriving` and `closing` are what has come and was closed a day lately. Where salespeople have a
limit of open leads, the room below it fills at `net` a day; the campaign fits if the room lasts for
all its days. Without a limit it fits if the team closes as fast as leads arrive.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign
from bot.leads import queries
from bot.leads.models import IS_CLOSED, Lead
from bot.people.hours import Calendar, Span
from bot.people.models import Workspace
from bot.people.rota import Rota, rota
from bot.routing import sla as lead_sla


class Fit(StrEnum):
    """Whether the team has the capacity."""

    NOBODY = "nobody"
    """Nobody in sales works on the campaign's days."""
    UNKNOWN = "unknown"
    """Nobody said how many leads are expected."""
    FITS = "fits"
    FILLS_UP = "fills_up"
    """There is room for some days, and not for all."""
    PILES_UP = "piles_up"
    """There is no limit; more arrive than are closed."""


@dataclass(frozen=True)
class TeamCapacity:
    """The team as it is before a campaign."""

    days: int
    """Working days of the campaign, or of its first part, if it is long."""
    people: Fraction
    """Salespeople who work on an average one of those days, absences taken off."""
    hours: Fraction
    """Working hours of such a day."""
    open_leads: int
    room: int | None
    """How many more leads all of them may hold; None: there is no limit."""
    arriving: Fraction
    closing: Fraction


@dataclass(frozen=True)
class Capacity:
    """What a campaign asks of the team."""

    team: TeamCapacity
    fit: Fit
    leads_per_day: Fraction
    """Leads of the campaign on a working day."""
    leads_per_person: Fraction
    """The same, for each salesperson who works."""
    full_after: int | None
    """Whole working days until nobody has room any more; None: there is room for all days."""


def capacity(expected: int | None, team: TeamCapacity) -> Capacity:
    """Set the expected leads against the team; `expected` falls on the days of `team`."""
    if team.days == 0 or team.people == 0:
        return Capacity(team, Fit.NOBODY, Fraction(), Fraction(), None)
    if expected is None:
        return Capacity(team, Fit.UNKNOWN, Fraction(), Fraction(), None)
    leads_per_day = Fraction(expected, team.days)
    net = leads_per_day + team.arriving - team.closing
    full_after = None
    if team.room is not None and net > 0 and team.room < net * team.days:
        full_after = int(Fraction(team.room) / net)
    return Capacity(
        team, _fit(team, net, full_after), leads_per_day, leads_per_day / team.people, full_after
    )


def _fit(team: TeamCapacity, net: Fraction, full_after: int | None) -> Fit:
    if full_after is not None:
        return Fit.FILLS_UP
    return Fit.PILES_UP if team.room is None and net > 0 else Fit.FITS


# Arriving and closed leads are averaged over this time before today: long enough to even out a slow
# week, short enough to be about the team of today. Whole days only: with a part of today in it the
# average would be another one at each hour.
_RECENTLY = timedelta(days=28)
# Of a campaign without an end, or with one far away, the capacity of so many days is computed.
_MOST_DAYS = 84
_DAY = timedelta(days=1)


def capacity_of(session: Session, campaign: Campaign) -> Capacity:
    """Set what the campaign brings against the team as it is now."""
    workspace = session.get_one(Workspace, campaign.workspace_id)
    first = max(campaign.starts_on, campaigns.today(session, workspace.id))
    last = campaign.ends_on or first + timedelta(days=27)
    horizon = min(last, first + timedelta(days=_MOST_DAYS - 1))
    team = _team(session, workspace, first, horizon)
    return capacity(_expected_until(campaign, first, last, horizon), team)


def _expected_until(campaign: Campaign, first: date, last: date, horizon: date) -> int | None:
    """The leads that are expected from the first day to the horizon, rounded up."""
    if campaign.expected_leads is None or last < first:
        return campaign.expected_leads
    share = Fraction((horizon - first).days + 1, (last - first).days + 1)
    return -int(-campaign.expected_leads * share // 1)


def _team(session: Session, workspace: Workspace, first: date, last: date) -> TeamCapacity:
    team = rota(session, workspace)
    start, end = _midnight(first, workspace), _midnight(last + _DAY, workspace)
    days = _days(team.department, start, end)
    hours = team.department.worked(start, end)
    until = _midnight(workspace.day_of(clock.now()), workspace)
    recently = (until - _RECENTLY, until)
    recent_days = _days(team.department, *recently) or 1
    return TeamCapacity(
        days=days,
        people=_ratio(_worked(team, start, end), hours),
        hours=_ratio(hours, timedelta(hours=days)),
        open_leads=sum(queries.open_counts(session, workspace.id).values()),
        room=_room(session, workspace, team),
        arriving=Fraction(_arrived(session, workspace, recently), recent_days),
        closing=Fraction(_closed(session, team, recently), recent_days),
    )


def _worked(team: Rota, start: datetime, end: datetime) -> timedelta:
    """How much all salespeople work in this time, absences taken off."""
    return sum(
        (team.calendar(person.id).worked(start, end) for person in team.salespeople),
        timedelta(),
    )


def _room(session: Session, workspace: Workspace, team: Rota) -> int | None:
    """How many more open leads the salespeople may hold together; None: there is no limit."""
    most = lead_sla.sla(session, workspace.id)[0].most_open
    if most is None:
        return None
    open_counts = queries.open_counts(session, workspace.id)
    return sum(max(most - open_counts.get(person.id, 0), 0) for person in team.salespeople)


def _days(calendar: Calendar, start: datetime, end: datetime) -> int:
    """On how many days between two midnights of the workspace somebody works."""
    whole = (end - start) // _DAY
    moments = (start + _DAY * number for number in range(whole))
    return sum(1 for each in moments if calendar.worked(each, each + _DAY))


def _arrived(session: Session, workspace: Workspace, recently: Span) -> int:
    since, until = recently
    came = (Lead.received_at >= since, Lead.received_at < until)
    return _count(session, Lead.workspace_id == workspace.id, *came)


def _closed(session: Session, team: Rota, recently: Span) -> int:
    """By those who sell now: their closed leads are what an index finds."""
    since, until = recently
    salespeople = [each.id for each in team.salespeople]
    ended = (IS_CLOSED, Lead.closed_at >= since, Lead.closed_at < until)
    return _count(session, Lead.claimed_by.in_(salespeople), *ended)


def _count(session: Session, *conditions: ColumnElement[bool] | TextClause) -> int:
    counted = select(func.count()).select_from(Lead)
    return session.scalars(counted.where(Lead.merged_into.is_(None), *conditions)).one()


def _midnight(day: date, workspace: Workspace) -> datetime:
    return datetime.combine(day, time(), workspace.zone)


def _ratio(part: timedelta, whole: timedelta) -> Fraction:
    return Fraction(part // timedelta(seconds=1), whole // timedelta(seconds=1) or 1)
