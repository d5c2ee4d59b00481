"""Who reads: the person a page is drawn for, with their time zone, names and the clock.

Everything that is drawn depends on the reader and on nothing else of the page, so that text,
blocks and charts stay plain functions of JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WEEK_DAYS = 7
_SOON = 60


def zone(name: str) -> ZoneInfo:
    """The zone of this IANA name; UTC where the name is unknown."""
    try:
        return ZoneInfo(name or "Etc/UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Etc/UTC")


@dataclass(frozen=True)
class Reader:
    """One person looking: `now` gives seconds since 1970, the names resolve ids or give None."""

    user: str
    tz: ZoneInfo
    now: Callable[[], float]
    user_name: Callable[[str], str | None]
    channel_name: Callable[[str], str | None]
    file_url: Callable[[str], str | None] = lambda _file_id: None

    def local(self, stamp: float) -> datetime:
        """This moment (seconds since 1970) in the reader's own zone."""
        return datetime.fromtimestamp(stamp, self.tz)

    def today(self) -> date:
        """The reader's day."""
        return self.local(self.now()).date()


def clock_time(moment: datetime, *, seconds: bool = False) -> str:
    """`3:05 PM`, as Slack shows it to most people."""
    shown = f"{moment.hour % 12 or 12}:{moment.minute:02d}"
    if seconds:
        shown += f":{moment.second:02d}"
    return f"{shown} {'AM' if moment.hour < 12 else 'PM'}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def relative_day(day: date, today: date) -> str | None:
    """`today`, `yesterday`, `tomorrow`, or None."""
    return {0: "today", -1: "yesterday", 1: "tomorrow"}.get((day - today).days)


def day_heading(day: date, today: date) -> str:
    """What the divider above a day's messages says."""
    if near := relative_day(day, today):
        return near.capitalize()
    heading = f"{day:%A}, {day:%B} {ordinal(day.day)}"
    return heading if day.year == today.year else f"{heading}, {day.year}"


def day_and_time(reader: Reader, stamp: float) -> str:
    """`today at 3:05 PM`, or `Mar 4th at 3:05 PM`."""
    moment = reader.local(stamp)
    day = relative_day(moment.date(), reader.today()) or f"{moment:%b} {ordinal(moment.day)}"
    return f"{day} at {clock_time(moment)}"


def full_moment(reader: Reader, stamp: float) -> str:
    """The whole date and time, for a tooltip."""
    moment = reader.local(stamp)
    return f"{moment:%A}, {moment:%B} {moment.day}, {moment.year} at {clock_time(moment)}"


def ago(reader: Reader, stamp: float) -> str:
    """`3 minutes ago`, `in 2 hours`."""
    gap = timedelta(seconds=reader.now() - stamp)
    seconds = abs(gap.total_seconds())
    if seconds < _SOON:
        return "just now"
    steps = ((86400 * _WEEK_DAYS, "week"), (86400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next(step for step in steps if seconds >= step[0])
    count = int(seconds // size)
    words = f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{words} ago" if gap > timedelta(0) else f"in {words}"
