"""The table of files on a schedule, and the days that each is about."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.people.models import Person
from bot.reports.conversions.models import Platform
from bot.reports.period import Period, Span, named
from bot.reports.service.sheets import SHEETS
from bot.store import Base, Id, Moment, WorkspaceId

_CONVERSIONS = {f"conversions_{platform}": platform for platform in Platform}

TITLES: Mapping[str, str] = {name: sheet.title for name, sheet in SHEETS.items()} | {
    name: f"Conversions for {platform.label}" for name, platform in _CONVERSIONS.items()
}
"""What can come on a schedule: by its name, the title that people read."""


class Rhythm(StrEnum):
    """How often a file comes, and with it what it is about."""

    WEEKLY = "weekly"
    """On Mondays, about the week before."""
    MONTHLY = "monthly"
    """On the first of the month, about the month before."""
    DAILY = "daily"
    """Each day, about the day before."""

    @property
    def words(self) -> str:
        """As lists and modals write it."""
        return {
            Rhythm.WEEKLY: "Mondays, about the week before",
            Rhythm.MONTHLY: "The first of the month, about the month before",
            Rhythm.DAILY: "Each day, about the day before",
        }[self]

    def cron(self, at: time) -> str:
        """When it is due, as crontab says it."""
        days = {Rhythm.WEEKLY: "* * mon", Rhythm.MONTHLY: "1 * *", Rhythm.DAILY: "* * *"}[self]
        return f"{at.minute} {at.hour} {days}"

    def period(self, day: date) -> Period:
        """The days that a file due on `day` is about."""
        if self is Rhythm.WEEKLY:
            return named(Span.LAST_WEEK, day)
        if self is Rhythm.DAILY:
            return Period(Span.DAYS, day - timedelta(days=1), day - timedelta(days=1))
        return named(Span.MONTH, day).before


class ScheduledExport(Base):
    """A file that comes again and again; a channel has each sheet in each rhythm once."""

    __tablename__ = "scheduled_export"
    __table_args__ = (UniqueConstraint("workspace_id", "channel", "sheet", "rhythm"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    channel: Mapped[str]
    sheet: Mapped[str]
    rhythm: Mapped[str]
    at: Mapped[time]
    """The hour, in the workspace's zone."""
    kind: Mapped[str]
    set_up_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    set_up_at: Mapped[Moment]
    last_slot: Mapped[str | None]
    """The time for which the last file was sent: each is sent once."""

    @property
    def schedule_name(self) -> str:
        """The name of the schedule that sends it."""
        return f"report.export:{self.id}"

    @property
    def title(self) -> str:
        """What it holds."""
        return TITLES[self.sheet]

    @property
    def platform(self) -> Platform | None:
        """The ad platform whose conversions it holds; None for a sheet."""
        return _CONVERSIONS.get(self.sheet)

    person: Mapped[Person] = relationship(lazy="raise")
