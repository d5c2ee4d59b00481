"""The zone in which a workspace's days begin, over time: it may have moved to another zone.

Each day begins where the one before it ended, so that no hour falls out of both and none is in two:
a day on which the workspace moved is longer or shorter by what the clocks differ.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, case, func

Past = tuple[ZoneInfo, datetime]
"""A zone, and until when it was the workspace's (UTC)."""


class MovingZone(tzinfo):
    """Several zones, one after the other."""

    def __init__(self, past: Sequence[Past], now: ZoneInfo) -> None:
        """`past` is in the order of time."""
        self._past, self._now = tuple(past), now

    @property
    def key(self) -> str:
        """Names it: the same days have the same name."""
        moved = "".join(f"{zone.key} until {until:%Y-%m-%dT%H:%MZ}, " for zone, until in self._past)
        return f"{moved}{self._now.key}"

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        """The offset at this local time; of a time that comes twice, the first or by `fold` the
        second."""
        return None if at is None else at.replace(tzinfo=self._local(at)).utcoffset()

    def dst(self, at: datetime | None) -> timedelta | None:
        """What of the offset is daylight saving."""
        return None if at is None else at.replace(tzinfo=self._local(at)).dst()

    def tzname(self, at: datetime | None) -> str | None:
        """The zone's usual abbreviation."""
        return None if at is None else at.replace(tzinfo=self._local(at)).tzname()

    def fromutc(self, at: datetime) -> datetime:
        """The local time of a moment, which is given as UTC."""
        moment = at.replace(tzinfo=UTC)
        zone = self.at(moment)
        local = moment.astimezone(zone).replace(tzinfo=self)
        return local if self._local(local) is zone else local.replace(fold=1)

    def at(self, moment: datetime) -> ZoneInfo:
        """The zone that was the workspace's at a moment."""
        return next((zone for zone, until in self._past if moment < until), self._now)

    def local(self, moment: SQLColumnExpression[datetime]) -> ColumnElement[datetime]:
        """The local time of a column of moments. Its parameters have names, so that a statement
        can select it and group by it."""
        now = func.timezone(bindparam("zone", self._now.key), moment)
        whens = [
            (
                moment < bindparam(f"until_{number}", until),
                func.timezone(bindparam(f"zone_{number}", zone.key), moment),
            )
            for number, (zone, until) in enumerate(self._past)
        ]
        return case(*whens, else_=now) if whens else now

    def _local(self, at: datetime) -> ZoneInfo:
        """Whose zone's clock shows this local time; the earlier one's, where both do."""
        zones = [*self._past, (self._now, datetime.max.replace(tzinfo=UTC))]
        fitting = [
            zone
            for number, (zone, until) in enumerate(zones)
            if at.replace(tzinfo=zone).astimezone(UTC) < until
            and (number == 0 or at.replace(tzinfo=zone).astimezone(UTC) >= zones[number - 1][1])
        ]
        if fitting:
            return fitting[-1 if at.fold else 0]
        # The clocks went over this time: it is read on the clock that came after it.
        return next(
            zone for zone, until in zones if at.replace(tzinfo=zone).astimezone(UTC) < until
        )


def next_midnight(after: datetime, zone: ZoneInfo) -> datetime:
    """When the next day begins in a zone (UTC)."""
    day = after.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), zone).astimezone(UTC)
