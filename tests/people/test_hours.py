"""Working time: over nights, weekends, holidays, absences and daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.hours import Calendar, Hours, Shift, free_days

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")]
OFFICE = Calendar(Shift(Hours(country="DE-BE"), BERLIN))
HOUR = timedelta(hours=1)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_a_night_a_weekend_and_a_holiday_do_not_count() -> None:
    friday = at("2026-05-22 16:30")  # Whit Monday follows
    assert OFFICE.after(friday, HOUR) == at("2026-05-26 09:30")
    assert OFFICE.worked(friday, at("2026-05-26 09:30")) == HOUR
    assert OFFICE.after(at("2026-05-23 12:00"), timedelta()) == at("2026-05-26 09:00")
    assert not OFFICE.is_open(at("2026-05-25 12:00"))


def test_the_edges_of_the_day() -> None:
    assert OFFICE.is_open(at("2026-06-01 09:00"))
    assert not OFFICE.is_open(at("2026-06-01 17:00"))
    assert OFFICE.after(at("2026-06-01 09:00"), 8 * HOUR) == at("2026-06-01 17:00")
    assert OFFICE.after(at("2026-06-01 17:00"), timedelta()) == at("2026-06-02 09:00")


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    assert date(2026, 3, 8) in free_days("DE-BE", 2026)
    assert date(2026, 3, 8) not in free_days("DE-BY", 2026)
    with pytest.raises(NotImplementedError):
        free_days("XX", 2026)


def test_daylight_saving_moves_the_opening_and_not_the_work() -> None:
    always = Calendar(Shift(Hours(frozenset(range(7)), time(0), time(0)), BERLIN))
    spring, autumn = at("2026-03-29 00:00"), at("2026-10-25 00:00")
    assert always.worked(spring, at("2026-03-30 00:00")) == 23 * HOUR
    assert always.worked(autumn, at("2026-10-26 00:00")) == 25 * HOUR
    sunday = Calendar(Shift(Hours(frozenset([6])), BERLIN))
    assert sunday.after(spring, HOUR) == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert sunday.after(autumn, HOUR) == datetime(2026, 10, 25, 9, tzinfo=UTC)


def test_a_promise_in_working_days_ends_with_the_last_of_them() -> None:
    thursday = at("2026-05-21 08:00")  # Whit Monday follows the weekend
    assert OFFICE.closing(thursday, 1) == at("2026-05-22 17:00")
    assert OFFICE.closing(thursday, 2) == at("2026-05-26 17:00")
    assert OFFICE.closing(at("2026-05-24 23:00"), 1) == at("2026-05-26 17:00")
    two = Calendar(Shift(Hours(), BERLIN), Shift(Hours(frozenset([5])), ZONES[1]))
    assert two.closing(at("2026-06-05 12:00"), 1) == at("2026-06-06 17:00", ZONES[1])
    assert Calendar(Shift(Hours(frozenset()), BERLIN)).closing(thursday, 1) is None


@given(
    st.integers(0, 2 * 365 * 24 * 60),
    st.integers(1, 40),
)
def test_a_later_day_closes_later_and_each_is_a_working_one(minute: int, days: int) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    closes, next_one = OFFICE.closing(start, days), OFFICE.closing(start, days + 1)
    assert closes is not None
    assert next_one is not None
    assert start < closes < next_one
    assert OFFICE.is_open(closes - timedelta(seconds=1))
    assert OFFICE.worked(closes, next_one) == 8 * HOUR


def test_absences_are_cut_out_and_who_never_works_is_not_waited_for() -> None:
    noon, gone = at("2026-06-01 12:00"), (at("2026-06-01 13:00"), at("2026-06-03 10:00"))
    away = Calendar(Shift(Hours(), BERLIN, (gone,)))
    assert away.after(noon, 2 * HOUR) == at("2026-06-03 11:00")
    assert Calendar(Shift(Hours(frozenset()), BERLIN)).after(noon, HOUR) is None
    assert Calendar().after(noon, timedelta()) is None


def test_two_shifts_are_there_together() -> None:
    both = Calendar(Shift(Hours(), BERLIN), Shift(Hours(), ZoneInfo("America/New_York")))
    monday = at("2026-06-01 09:00")
    # 9 to 17 in Berlin, and 15 to 23 by Berlin's clock in New York: two hours are shared.
    assert both.worked(monday, monday + 24 * HOUR) == 14 * HOUR


# All on half hours, so that half an hour is open as a whole or not at all.
HALF = timedelta(minutes=30)
moments = st.integers(0, 2 * 365 * 48).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * HALF)
spans = st.tuples(moments, st.integers(0, 700)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1] * HALF)
)
shifts = st.builds(
    Shift,
    st.builds(
        Hours,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.sampled_from([time(0), time(8, 30), time(2, 30)]),
        st.sampled_from([time(0), time(17), time(22, 30)]),
        st.sampled_from([None, "DE-BE", "US"]),
    ),
    st.sampled_from(ZONES),
    st.lists(spans, max_size=2).map(tuple),
)
calendars = st.lists(shifts, min_size=1, max_size=3).map(lambda drawn: Calendar(*drawn))


def test_who_is_always_there_is_looked_at_day_by_day() -> None:
    always = Shift(Hours(frozenset(range(7)), time(0), time(0)), BERLIN)
    late = Shift(Hours(frozenset(range(7)), time(8), time(0)), ZONES[1])
    monday = at("2026-06-01 00:00")
    first, *_ = spans = list(Calendar(always, late).spans(monday, monday + 366 * 24 * HOUR))
    assert max(closes - opens for opens, closes in spans) <= 25 * HOUR
    assert [opens for opens, _ in spans[1:]] == [closes for _, closes in spans[:-1]]
    assert first[0] < monday


@given(calendars, moments, st.integers(0, 5_000))
def test_what_is_worked_until_then_is_what_was_asked(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    worked = timedelta(minutes=minutes)
    due = calendar.after(start, worked)
    if due is None:
        return
    assert due >= start
    assert calendar.worked(start, due) == worked
    if minutes:
        assert calendar.worked(start, due - timedelta(seconds=1)) < worked
    else:
        assert calendar.is_open(due)


@given(calendars, moments, st.integers(0, 6_000), st.integers(0, 6_000))
def test_time_adds_up(calendar: Calendar, start: datetime, one: int, two: int) -> None:
    middle = start + timedelta(minutes=one)
    end = middle + timedelta(minutes=two)
    parts = calendar.worked(start, middle) + calendar.worked(middle, end)
    assert parts == calendar.worked(start, end) <= end - start
    assert calendar.worked(end, start) == timedelta()


@given(calendars, moments, st.integers(0, 200))
def test_it_agrees_with_looking_every_half_hour(
    calendar: Calendar, start: datetime, many: int
) -> None:
    looks = [calendar.is_open(start + n * HALF) for n in range(many)]
    assert calendar.worked(start, start + many * HALF) == sum(looks) * HALF
