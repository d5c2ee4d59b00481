"""A standup and its questions: what a team is asked, on which days, at whose nine thirty."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.people.models import Team
from bot.store import Base, Id, Moment, WorkspaceId
from bot.tasks import Schedule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MOST_QUESTIONS = 10
"""Beyond that nobody answers in ten minutes, and the modal that changes them would be full."""


LONGEST_NAME = 80
LONGEST_ANSWER = 3000  # what Slack's input takes, and gives back in the next form
LONGEST_LABEL = 150

NEW = "new"
"""In the place of a question's key: the one that a form would add."""


class Theme(StrEnum):
    """What a question is about; the summary tells the themes in this order."""

    BLOCKERS = "blockers"
    PLANS = "plans"
    FOCUS = "focus"
    DONE = "done"
    EFFECTIVENESS = "effectiveness"
    WORKED = "worked"
    FAILED = "failed"
    STRATEGIES = "strategies"
    IDEAS = "ideas"
    PRODUCT = "product"
    CHANNELS = "channels"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The theme as headings write it."""
        return _LABELS[self]


_LABELS = {
    Theme.BLOCKERS: "Blockers",
    Theme.PLANS: "Plans",
    Theme.FOCUS: "Focus",
    Theme.DONE: "Done",
    Theme.EFFECTIVENESS: "Effectiveness",
    Theme.WORKED: "What worked",
    Theme.FAILED: "What failed",
    Theme.STRATEGIES: "Strategies",
    Theme.IDEAS: "Ideas",
    Theme.PRODUCT: "Product material",
    Theme.CHANNELS: "How customers talk to us",
    Theme.OTHER: "Also said",
}


class Closing(StrEnum):
    """Until when one may answer."""

    EACH = "each"
    """Each person has the same time, from when they are asked."""
    LAST = "last"
    """Everybody may answer until the last person's time is over."""


class Standup(Base):
    """What a team is asked, when, and where it is summed up."""

    __tablename__ = "standup"
    __table_args__ = (
        UniqueConstraint("workspace_id", "token"),
        Index("ix_standup_team_id", "team_id"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    name: Mapped[str]
    days: Mapped[str]
    """Days of the week in crontab's words: `mon-fri`, `mon,wed,fri`."""
    at: Mapped[time]
    zone: Mapped[str | None]
    """Where everybody is asked at one moment; None: each person at their own local time."""
    channel: Mapped[str]
    readers: Mapped[str | None]
    """The channel in which the other department reads the summary; None: only in `channel`."""
    readers_in_thread: Mapped[bool] = mapped_column(default=False)
    """Whether it reads them in a thread, one for each week."""
    remind_after_minutes: Mapped[int]
    close_after_minutes: Mapped[int]
    closing: Mapped[str] = mapped_column(default=Closing.EACH)
    active: Mapped[bool]
    archived_at: Mapped[Moment | None]
    token: Mapped[str | None]
    """The form that made it: one that arrives again makes no second."""

    team: Mapped[Team] = relationship(lazy="raise")
    questions: Mapped[list["StandupQuestion"]] = relationship(
        lazy="raise", order_by="(StandupQuestion.position, StandupQuestion.id)"
    )

    @property
    def is_on(self) -> bool:
        """Whether it is asked at all."""
        return self.active and self.archived_at is None

    @property
    def asked(self) -> list["StandupQuestion"]:
        """The questions that are asked now; earlier ones are kept for their answers."""
        return [question for question in self.questions if not question.retired]

    @property
    def weekdays(self) -> list[str]:
        """The days one by one: `mon-wed` is `mon`, `tue`, `wed`."""
        return [day for part in self.days.split(",") for day in _span(part)]

    @property
    def cron(self) -> str:
        """When it is asked, as the five fields of crontab, on somebody's local clock."""
        return f"{self.at.minute} {self.at.hour} * * {self.days}"

    def schedule_name(self, zone: str) -> str:
        """The name of the schedule that asks the people of one zone."""
        return f"standup:{self.id}:{zone}"

    def falls_on(self, day: date) -> bool:
        """Whether it is asked on this day: one of its own, on which its team works."""
        return DAYS[day.weekday()] in self.weekdays and self.team.hours.on(day, UTC) is not None

    def moment_on(self, day: date, zone: str) -> datetime:
        """When it is asked there on one of its days.

        A time that daylight saving leaves out comes an hour later, one that it repeats comes first.
        """
        midnight = datetime.combine(day, time(), ZoneInfo(zone))
        before = midnight.astimezone(UTC) - timedelta(microseconds=1)
        return self.moment_after(before, zone)

    def moment_after(self, moment: datetime, zone: str) -> datetime:
        """When its clock strikes there next, on a day of its own."""
        return Schedule(cron=self.cron, zone=zone).after(moment)

    def open_until(self, begun: datetime) -> datetime:
        """When somebody's time is over who was asked then."""
        return begun + timedelta(minutes=self.close_after_minutes)


class StandupQuestion(Base):
    """One question of a standup. Its key stays, whatever becomes of its words."""

    __tablename__ = "standup_question"
    __table_args__ = (UniqueConstraint("standup_id", "key"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    standup_id: Mapped[int] = mapped_column(ForeignKey("standup.id"))
    key: Mapped[str]
    position: Mapped[int]
    label: Mapped[str]
    theme: Mapped[str]
    needs_answer: Mapped[bool]
    """Whether an answer without it would say nothing."""
    retired: Mapped[bool] = mapped_column(default=False)
    """No longer asked; the answers that it had keep it."""


def crontab_days(days: list[str]) -> str:
    """Days of the week in crontab's words, in their order: the working week is `mon-fri`."""
    chosen = [day for day in DAYS if day in days]
    return "mon-fri" if chosen == list(DAYS[:5]) else ",".join(chosen)


def _span(part: str) -> tuple[str, ...]:
    first, _, last = part.partition("-")
    return DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]
