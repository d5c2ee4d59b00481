"""The time, in one place: every deadline is computed from `now()`, so that tests and the playground
can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class _Clock:
    """What `now()` reads; one per process."""

    source: Callable[[], datetime] | None = None
    offset: timedelta = timedelta()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    if _Clock.source is not None:
        return _Clock.source()
    return datetime.now(UTC) + _Clock.offset


def offset() -> timedelta:
    """How far `now()` is ahead of the machine's clock."""
    return now() - datetime.now(UTC) if _Clock.source is not None else _Clock.offset


def move(by: timedelta) -> None:
    """Move the clock of this process forward by `by`; it goes on ticking from there."""
    _Clock.offset += by


def use(source: Callable[[], datetime] | None) -> None:
    """Read the time from `source` (an aware UTC datetime), or from the machine again with None."""
    _Clock.source = source
    _Clock.offset = timedelta()
