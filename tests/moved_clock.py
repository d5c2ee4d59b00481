"""The clock of a test: it stands still until somebody moves it."""

from datetime import UTC, datetime, timedelta

from bot import clock

NINE = datetime(2026, 6, 1, 7, tzinfo=UTC)
"""In Berlin, on a Monday."""


class MovedClock:
    """What `bot.clock` says from now on."""

    def __init__(self, now: datetime = NINE) -> None:
        self.now = now
        self._numbers = 0
        clock.use(lambda: self.now)

    def runs(self) -> int:
        """Another number each time, for what has to be unique within a test."""
        self._numbers += 1
        return self._numbers

    def forward(self, **by: float) -> None:
        """Move it on, by hours, days or what else a timedelta takes."""
        self.now += timedelta(**by)

    def to(self, moment: datetime) -> None:
        """Move it to a moment."""
        self.now = moment
