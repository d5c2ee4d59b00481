"""Times at which two people may meet: what both work, cut into an hour or a shift."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta, tzinfo

from bot.people.hours import Span

HOUR = timedelta(hours=1)

# Shorter is no shift, longer is no favour.
_SHORTEST_SHIFT = timedelta(hours=3)
_LONGEST_SHIFT = timedelta(hours=8)
_HOURS = 3
_SHIFTS = 1


def shared(one: Iterable[Span], other: Iterable[Span]) -> Iterator[Span]:
    """The time that lies in spans of both; each comes in order and without overlap."""
    ones, others = iter(one), iter(other)
    left, right = next(ones, None), next(others, None)
    while left is not None and right is not None:
        start, end = max(left[0], right[0]), min(left[1], right[1])
        if start < end:
            yield start, end
        if left[1] <= right[1]:
            left = next(ones, None)
        else:
            right = next(others, None)


def can_meet(spans: Iterable[Span]) -> bool:
    """Whether an hour fits into the time."""
    return any(end - start >= HOUR for start, end in spans)


def propose(spans: Sequence[Span], zone: tzinfo) -> list[Span]:
    """A few hours on different days, and a shift, each within one of the spans.

    The hours are spread over the days that there are, and over the day: first an early one, then
    later ones. `zone` is the one whose days are meant.
    """
    by_day: dict[object, Span] = {}
    for start, end in spans:
        day = start.astimezone(zone).date()
        if end - start >= HOUR and (day not in by_day or _length(by_day[day]) < end - start):
            by_day[day] = (start, end)
    days = list(by_day.values())
    hours = [_hour(span, turn) for turn, span in enumerate(_spread(days, _HOURS))]
    long = [span for span in days if _length(span) >= _SHORTEST_SHIFT]
    shifts = [(start, min(end, start + _LONGEST_SHIFT)) for start, end in _spread(long, _SHIFTS)]
    return sorted({*hours, *shifts})


def _spread(days: Sequence[Span], count: int) -> list[Span]:
    """So many of the days, evenly over all of them."""
    few = min(count, len(days))
    return [days[(2 * turn + 1) * len(days) // (2 * few)] for turn in range(few)]


def _hour(span: Span, turn: int) -> Span:
    """An hour of the span that begins at a full or half hour, the later the higher the turn."""
    room = _length(span) - HOUR
    start = span[0] + room * (turn + 1) / (_HOURS + 1)
    past = timedelta(
        minutes=start.minute % 30, seconds=start.second, microseconds=start.microsecond
    )
    rounded = max(start - past, span[0])
    return rounded, rounded + HOUR


def _length(span: Span) -> timedelta:
    return span[1] - span[0]
