"""Working time: when a team works, when a person does, and how much of it lies between two moments.

All moments are UTC; opening and closing are on the local clock, so daylight saving moves them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from heapq import merge

import holidays

Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
# Who is not back within a year is not waited for.
_HORIZON = timedelta(days=366)


@dataclass(frozen=True)
class Hours:
    """A team's hours."""

    days: frozenset[int] = frozenset(range(5))
    """Days of the week; 0 is Monday."""
    opens: time = time(9)
    closes: time = time(17)
    """Midnight is the end of the day."""
    country: str | None = None
    """Whose public holidays are free: ISO 3166-1 (`AT`), or a part by ISO 3166-2 (`DE-BY`)."""

    def on(self, day: date, zone: tzinfo) -> Span | None:
        """When the team works on this day in this zone; None where it is free."""
        if day.weekday() not in self.days or day in free_days(self.country, day.year):
            return None
        until = day + _DAY if self.closes == time.min else day
        opens = datetime.combine(day, self.opens, zone).astimezone(UTC)
        closes = datetime.combine(until, self.closes, zone).astimezone(UTC)
        return (opens, closes) if opens < closes else None


@dataclass(frozen=True)
class Shift:
    """Hours in somebody's zone, without the time that they are away."""

    hours: Hours
    zone: tzinfo
    away: tuple[Span, ...] = ()

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The working spans that touch this time, in order."""
        day = start.astimezone(self.zone).date() - _DAY
        last = end.astimezone(self.zone).date()
        while day <= last:
            if span := self.hours.on(day, self.zone):
                yield from _without(span, self.away)
            day += _DAY


class Calendar:
    """The working time of one or more shifts: somebody is there."""

    def __init__(self, *shifts: Shift) -> None:
        self._shifts = shifts

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this moment; closing time is free already."""
        return any(start <= at < end for start, end in self.spans(at, at))

    def after(self, start: datetime, worked: timedelta) -> datetime | None:
        """The moment when so much has been worked since `start`; None: not within a year.

        Nothing to be worked gives the next moment at which somebody works.
        """
        left = worked
        for opens, closes in self.spans(start, start + _HORIZON):
            begin = max(opens, start)
            if closes > start and begin + left <= closes and (left or begin < closes):
                return begin + left
            left -= max(closes - begin, timedelta())
        return None

    def closing(self, start: datetime, days: int) -> datetime | None:
        """When work ends on the working day that is so many after that of `start`.

        None: there are not so many within a year.
        """
        first = start.astimezone(self._shifts[0].zone).date()
        for day in (first + _DAY * number for number in range(1, _HORIZON.days + 1)):
            spans = [shift.hours.on(day, shift.zone) for shift in self._shifts]
            ends = [span[1] for span in spans if span]
            days -= bool(ends)
            if days == 0:
                return max(ends)
        return None

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How much is worked between two moments; nothing where `end` is not after `start`."""
        return sum(
            (
                max(min(closes, end) - max(opens, start), timedelta())
                for opens, closes in self.spans(start, end)
            ),
            timedelta(),
        )

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The working spans that touch this time, in order and without overlap.

        What follows without a break is not joined: somebody may be there day and night.
        """
        until = datetime.min.replace(tzinfo=UTC)
        for opens, closes in merge(*(shift.spans(start, end) for shift in self._shifts)):
            if closes > until:
                yield max(opens, until), closes
                until = closes


@lru_cache(maxsize=512)
def free_days(country: str | None, year: int) -> frozenset[date]:
    """The public holidays of a country or a part of it. Raises NotImplementedError: not known."""
    if country is None:
        return frozenset()
    name, _, part = country.partition("-")
    return frozenset(holidays.country_holidays(name, subdiv=part or None, years=year))


def has_holidays(country: str | None) -> bool:
    """Whether the public holidays of a country or a part of it are known."""
    try:
        return bool(free_days(country, 2026))  # as well as of any other year
    except NotImplementedError:
        return False


def _without(span: Span, away: Sequence[Span]) -> Iterable[Span]:
    """What is left of a span where somebody is away."""
    left = [span]
    for gone, back in away:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, gone)), (max(start, back), end))
            if piece[0] < piece[1]
        ]
    return left
