"""The days that figures are over, in the workspace's zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class Period:
    """Days from `first` until before `end`; without one of them, it is open on that side."""

    first: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        assert not (self.first and self.end) or self.first <= self.end, self

    def until(self, last: date) -> "Period":
        """Its days up to this one, which is included; what is spent for days to come is not spent
        yet."""
        end = last + timedelta(days=1)
        if self.end is not None:
            end = min(end, self.end)
        return Period(self.first, max(end, self.first or end))

    def bounds(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """When it begins and ends there, in UTC; a week with a change of clocks has 167 or 169
        hours."""
        first, end = (_midnight(day, zone) if day else None for day in (self.first, self.end))
        return first, end


EVER = Period()
"""All days that there were."""


def _midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins there; where the clock skips midnight, the moment after the gap."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
