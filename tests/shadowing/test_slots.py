"""Times for two: within what both work, spread over days, an hour or a shift; and as a file."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.people.hours import Hours, Shift, Span
from bot.shadowing import invite, slots
from bot.shadowing.invite import Invitation

START = datetime(2026, 10, 19, tzinfo=UTC)  # the clocks change on 25 October in Europe
ZONES = ["Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Tokyo", "Asia/Kolkata"]

spans = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 40)), max_size=12).map(
    lambda pieces: list(_apart(pieces))
)


def _apart(pieces: list[tuple[int, int]]) -> list[Span]:
    """Spans in order, with gaps."""
    found: list[Span] = []
    at = START
    for gap, length in pieces:
        begin = at + timedelta(minutes=5 * gap + 5)
        at = begin + timedelta(minutes=15 * length)
        found.append((begin, at))
    return found


@given(spans, spans)
def test_shared_time_is_in_both_and_nothing_of_it_is_missed(
    one: list[Span], other: list[Span]
) -> None:
    def at(found: list[Span], moment: datetime) -> bool:
        return any(start <= moment < end for start, end in found)

    both = list(slots.shared(one, other))
    assert both == list(slots.shared(other, one))
    edges = {edge for span in (*one, *other, *both) for edge in span}
    for moment in edges:
        assert at(both, moment) == (at(one, moment) and at(other, moment))


@given(spans)
def test_what_is_proposed_lies_within_working_time(free: list[Span]) -> None:
    proposed = slots.propose(free, UTC)
    assert bool(proposed) == slots.can_meet(free)
    for start, end in proposed:
        assert any(begin <= start and end <= until for begin, until in free)
        assert end - start == slots.HOUR or timedelta(hours=3) <= end - start <= timedelta(hours=8)
    assert len(proposed) == len(set(proposed)) <= 4
    hours = [start for start, end in proposed if end - start == slots.HOUR]
    within = {span for start in hours for span in free if span[0] <= start < span[1]}
    assert len(within) == len(hours)


@given(st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_hours_hold_on_both_clocks_across_a_change_of_the_clock(one: str, other: str) -> None:
    end = START + timedelta(weeks=2)
    mine, theirs = (list(Shift(Hours(), ZoneInfo(z)).spans(START, end)) for z in (one, other))
    for start, until in slots.propose(list(slots.shared(mine, theirs)), ZoneInfo(one)):
        for zone in (one, other):
            local = start.astimezone(ZoneInfo(zone))
            assert local.weekday() < 5
            assert local.hour >= 9
            assert until.astimezone(ZoneInfo(zone)).hour <= 17


def test_the_file_is_one_event_that_later_ones_change() -> None:
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)
    hostile = "Ada\r\nATTENDEE:mailto:x@example.com; a, b"
    facts = Invitation("shadow-5-of-1@handoff", 1, (hostile, "Bo"), at, at + slots.HOUR,
                       ("Listen to calls",))  # fmt: skip
    event = Calendar.from_ical(invite.file(facts, at)).walk("VEVENT")[0]
    assert event["UID"] == "shadow-5-of-1@handoff"
    assert event.decoded("SEQUENCE") == 1
    assert event.decoded("DTSTART") == at
    assert event.decoded("DTEND") == at + slots.HOUR
    assert "ATTENDEE" not in event
    assert "Bo" in str(event["SUMMARY"])
    assert event["DESCRIPTION"] == "- Listen to calls"
    gone = Invitation(facts.uid, 2, facts.names, at, at + slots.HOUR, is_cancelled=True)
    calendar = Calendar.from_ical(invite.file(gone, at))
    assert calendar["METHOD"] == "CANCEL"
    assert calendar.walk("VEVENT")[0]["STATUS"] == "CANCELLED"
