"""Weeks: from Monday to Monday where the workspace is, whatever the clocks do there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.models import Week

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "UTC"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "monday", "begins", "ends", "hours"),
    [
        ("Europe/Berlin", date(2026, 11, 16), "2026-11-15T23:00", "2026-11-22T23:00", 168),
        ("Europe/Berlin", date(2026, 3, 23), "2026-03-22T23:00", "2026-03-29T22:00", 167),
        ("Europe/Berlin", date(2026, 10, 19), "2026-10-18T22:00", "2026-10-25T23:00", 169),
        ("America/New_York", date(2026, 3, 2), "2026-03-02T05:00", "2026-03-09T04:00", 167),
        ("America/New_York", date(2026, 10, 26), "2026-10-26T04:00", "2026-11-02T05:00", 169),
        # On this Monday the clocks of Tehran went from 23:59 to 01:00.
        ("Asia/Tehran", date(2021, 3, 22), "2021-03-21T20:30", "2021-03-28T19:30", 167),
    ],
)
def test_a_week_begins_at_midnight(
    zone: str, monday: date, begins: str, ends: str, hours: int
) -> None:
    first, following = Week(monday).period.bounds(ZoneInfo(zone))
    assert first
    assert following
    assert (first, following) == (utc(begins), utc(ends))
    assert following - first == timedelta(hours=hours)


@given(
    moment=st.timedeltas(timedelta(), timedelta(days=3653)).map(
        lambda after: utc("2020-01-01") + after
    ),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_each_moment_is_in_one_week(moment: datetime, zone: ZoneInfo) -> None:
    week = Week.of(moment, zone)
    first, following = week.period.bounds(zone)
    assert first
    assert following
    assert first <= moment < following
    assert week.before.period.bounds(zone)[1] == first
    assert week.monday.isocalendar()[:2] == moment.astimezone(zone).date().isocalendar()[:2]


def test_a_week_begins_on_monday() -> None:
    with pytest.raises(AssertionError):
        Week(date(2026, 11, 17))
