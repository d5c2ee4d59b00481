"""The tables of digests: what was said of a week, to whom it was sent, and when each audience wants
it; and the week that one covers."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.errors import HandoffError
from bot.metrics import Period
from bot.people.models import Person
from bot.slack.text import safe
from bot.store import Base, Id, Moment, WorkspaceId

WEEKLY = "weekly"
"""The kind of a digest that is about everybody; a personal one is of its audience's kind."""

_ISO_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})", re.IGNORECASE)
_EARLIEST, _LATEST = 2000, 2999


class NotAWeek(HandoffError):
    """“{words}” is no week that I know. Write a week such as 2026-W47, or any day in it, such as
    2026-11-18. `/digest help` says what else you can ask."""


class WeekToCome(HandoffError):
    """This week has not begun yet. `/digest` shows the running week."""


@dataclass(frozen=True)
class Week:
    """A week from Monday to Monday (ISO 8601), in some zone."""

    monday: date

    def __post_init__(self) -> None:
        assert self.monday.isoweekday() == 1, self.monday

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> "Week":
        """The week that the moment falls in, there."""
        return cls.with_day(moment.astimezone(zone).date())

    @classmethod
    def with_day(cls, day: date) -> "Week":
        """The week that has this day."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, words: str) -> "Week":
        """The week as people write it: `2026-W47`, or a day in it. Raises NotAWeek."""
        numbered = _ISO_WEEK.fullmatch(words.strip())
        try:
            if numbered:
                day = date.fromisocalendar(int(numbered[1]), int(numbered[2]), 1)
            else:
                day = date.fromisoformat(words.strip())
        except ValueError:
            raise NotAWeek(words=safe(words, 40)) from None
        if not _EARLIEST <= day.year <= _LATEST:
            raise NotAWeek(words=safe(words, 40))
        return cls.with_day(day)

    @property
    def name(self) -> str:
        """`Week 47`, by its number (ISO 8601)."""
        return f"Week {self.monday.isocalendar().week}"

    def ago(self, weeks: int) -> "Week":
        """The week so many weeks before."""
        return Week(self.monday - timedelta(weeks=weeks))

    @property
    def before(self) -> "Week":
        """The week before."""
        return self.ago(1)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def end(self) -> date:
        """The Monday after it, not included."""
        return self.monday + timedelta(weeks=1)

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(self.monday, self.end)


class Audience(StrEnum):
    """Who gets a digest: each on a day and at an hour of its own."""

    MANAGERS = "managers"
    CHANNEL = "channel"
    SALESPEOPLE = "salespeople"
    MARKETERS = "marketers"

    @property
    def label(self) -> str:
        """The audience as the settings name it."""
        return _LABELS[self]

    @property
    def is_personal(self) -> bool:
        """Whether each gets their own figures."""
        return self in (Audience.SALESPEOPLE, Audience.MARKETERS)


_LABELS = {
    Audience.MANAGERS: "Managers, by direct message",
    Audience.CHANNEL: "The shared channel",
    Audience.SALESPEOPLE: "Each salesperson: their own week",
    Audience.MARKETERS: "Each marketer: their own campaigns",
}


class Digest(Base):
    """What was said of a week, to everybody or to one person: written once, and never changed."""

    __tablename__ = "digest"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id", "kind", "period_start", "person_id", postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    kind: Mapped[str]
    """`weekly`, or the audience of a personal one."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    """Whose own figures it has."""
    period_start: Mapped[date]
    """The Monday of the week (ISO 8601), in the workspace's zone."""
    period_end: Mapped[date]
    """The Monday after it, not included."""
    figures: Mapped[dict[str, Any]]
    """The snapshot of a report."""
    created_at: Mapped[Moment]

    @property
    def week(self) -> Week:
        """The week that it covers."""
        return Week(self.period_start)


class Delivery(Base):
    """A digest that went to the channel, or to a person: to each of them once."""

    __tablename__ = "digest_delivery"
    __table_args__ = (
        UniqueConstraint("digest_id", "audience", "person_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    digest_id: Mapped[int] = mapped_column(ForeignKey(Digest.id))
    audience: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    """None: the channel."""
    shows_money: Mapped[bool]
    sent_at: Mapped[Moment]


class Timetable(Base):
    """When an audience gets its digest."""

    __tablename__ = "digest_timetable"
    __table_args__ = (UniqueConstraint("workspace_id", "audience"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    audience: Mapped[str]
    day: Mapped[str]
    """In crontab's words: `mon`."""
    at: Mapped[time]
    zone: Mapped[str | None]
    """None: the workspace's."""
    active: Mapped[bool]
    shows_money: Mapped[bool]
    """Whether amounts are among its figures; only an admin lets the channel see them."""

    @property
    def cron(self) -> str:
        """When it is due, as the five fields of crontab, in its zone."""
        return f"{self.at.minute} {self.at.hour} * * {self.day}"

    @property
    def schedule_name(self) -> str:
        """The name of the schedule that sends it."""
        return f"digest:{self.audience}"


@dataclass(frozen=True)
class TimetableChange:
    """When an audience is to get its digest from now on."""

    active: bool
    day: str
    """In crontab's words: `mon`."""
    at: time
    zone: str | None = None
    """None: the workspace's."""
    shows_money: bool | None = None
    """Whether the channel sees amounts; None: as it is."""


class OptOut(Base):
    """Somebody who wants no digest of their own."""

    __tablename__ = "digest_opt_out"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    since: Mapped[Moment]
