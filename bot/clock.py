"""The time, in one place: every deadline is computed from `now()`, so that tests and the playground
can move it.

The machine's clock may be wrong. What all processes share is the database's clock, by which timers
become due, so that one counts: each connection is asked for it (`bot.store`).
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

logger = logging.getLogger(__name__)

# A smaller difference is more likely the way to the database than a wrong clock.
_TOLERANCE = timedelta(seconds=1)


class _Clock:
    """What `now()` reads; one per process."""

    source: Callable[[], datetime] | None = None
    offset: timedelta = timedelta()
    correction: timedelta = timedelta()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    if _Clock.source is not None:
        return _Clock.source()
    return database_now() + _Clock.offset


def database_now() -> datetime:
    """The present moment by the database's clock, wherever `now()` was moved to."""
    return machine_now() + _Clock.correction


def machine_now() -> datetime:
    """The present moment by the machine's clock, right or wrong."""
    return datetime.now(UTC)


def offset() -> timedelta:
    """How far `now()` is ahead of the database's clock."""
    return now() - database_now() if _Clock.source is not None else _Clock.offset


def correct(theirs: datetime, began: datetime) -> None:
    """Go by the database's clock, which said `theirs` when it was asked at `began` (`machine_now`).

    An answer that was too long under way to prove anything leaves the machine's clock believed.
    """
    half = abs(machine_now() - began) / 2
    behind = theirs - (began + half)
    correction = behind if abs(behind) > _TOLERANCE + half else timedelta()
    if abs(correction - _Clock.correction) > _TOLERANCE:
        seconds = -correction.total_seconds()
        logger.warning("this clock is off by %+.0f s from the database's, which counts", seconds)
    _Clock.correction = correction


def move(by: timedelta) -> None:
    """Move the clock of this process forward by `by`; it goes on ticking from there."""
    _Clock.offset += by


def use(source: Callable[[], datetime] | None) -> None:
    """Read the time from `source` (an aware UTC datetime), or from the database again with None."""
    _Clock.source = source
    _Clock.offset = timedelta()
