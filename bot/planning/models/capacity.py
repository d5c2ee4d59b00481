"""Capacity: how many leads a campaign brings a day, set against what the team has room for.

Pure, and in exact fractions. The formula, in leads a working day:

    net = expected / days + arriving - closing

`arriving` and `closing` are what has come and was closed a day lately. Where salespeople have a
limit of open leads, the room below it fills at `net` a day; the campaign fits if the room lasts for
all its days. Without a limit it fits if the team closes as fast as leads arrive.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Fit(StrEnum):
    """What comes of it."""

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
    """Working days of the campaign, or of the part of it that is looked at."""
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
    per_day: Fraction
    """Leads of the campaign on a working day."""
    each: Fraction
    """The same, for each salesperson who works."""
    full_after: int | None
    """Whole working days until nobody has room any more; None: there is room for all days."""


def capacity(expected: int | None, team: TeamCapacity) -> Capacity:
    """Set the expected leads against the team; `expected` falls on the days of `team`."""
    if team.days == 0 or team.people == 0:
        return Capacity(team, Fit.NOBODY, Fraction(), Fraction(), None)
    if expected is None:
        return Capacity(team, Fit.UNKNOWN, Fraction(), Fraction(), None)
    per_day = Fraction(expected, team.days)
    net = per_day + team.arriving - team.closing
    full_after = None
    if team.room is not None and net > 0 and team.room < net * team.days:
        full_after = int(Fraction(team.room) / net)
    return Capacity(team, _fit(team, net, full_after), per_day, per_day / team.people, full_after)


def _fit(team: TeamCapacity, net: Fraction, full_after: int | None) -> Fit:
    if full_after is not None:
        return Fit.FILLS_UP
    return Fit.PILES_UP if team.room is None and net > 0 else Fit.FITS
