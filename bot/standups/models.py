"""The tables of standups: what is asked of whom and when, and what they answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot import clock, formats
from bot.campaigns.models import Campaign
from bot.leads.list_models import Arrivals, Workload
from bot.people.models import Person, Team
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
    Theme.FAILED: "What didn't work",
    Theme.STRATEGIES: "Strategies",
    Theme.IDEAS: "Ideas",
    Theme.PRODUCT: "Product material",
    Theme.CHANNELS: "Customers",
    Theme.OTHER: "Other",
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
    def active_questions(self) -> list["StandupQuestion"]:
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


ANSWERS_A_PAGE = 15

_LATE = timedelta(days=7)


class Answer(StrEnum):
    """What someone made of a standup's questions."""

    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"


class StandupRound(Base):
    """One day's standup of a team: the day is each person's own."""

    __tablename__ = "standup_round"
    __table_args__ = (
        UniqueConstraint("standup_id", "day"),
        Index(
            "ix_standup_round_closes_at", "closes_at", postgresql_where=text("closed_at IS NULL")
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    standup_id: Mapped[int] = mapped_column(ForeignKey("standup.id"))
    day: Mapped[date]
    opened_at: Mapped[Moment]
    closes_at: Mapped[Moment]
    """When the last person's time is over."""
    closed_at: Mapped[Moment | None]
    """When it was summed up."""

    standup: Mapped[Standup] = relationship(lazy="raise")
    entries: Mapped[list["StandupEntry"]] = relationship(lazy="raise", back_populates="round")

    @property
    def day_in_words(self) -> str:
        """`Monday, 23 November`."""
        return f"{self.day:%A}, {formats.day(self.day, self.day)}"

    @property
    def monday(self) -> date:
        """The first day of its week."""
        return self.day - timedelta(days=self.day.weekday())


class StandupEntry(Base):
    """One person's part in a round."""

    __tablename__ = "standup_entry"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        Index("ix_standup_entry_remind_at", "remind_at",
              postgresql_where=text("remind_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    round_id: Mapped[int] = mapped_column(ForeignKey("standup_round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(default=Answer.ASKED)
    due_at: Mapped[Moment]
    """The minute at which the person is asked, on their own clock."""
    asked_at: Mapped[Moment | None]
    """When they were asked; None: they came first."""
    closes_at: Mapped[Moment]
    remind_at: Mapped[Moment | None]
    """When the reminder is due; None once that is settled."""
    reminded_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]

    # `raise_on_sql`: whoever loaded a round with its entries has it at hand.
    round: Mapped[StandupRound] = relationship(lazy="raise_on_sql", back_populates="entries")
    person: Mapped[Person] = relationship(lazy="raise")
    answers: Mapped[list["StandupAnswer"]] = relationship(lazy="raise", back_populates="entry")

    @property
    def until(self) -> datetime:
        """Until when the person may answer and change what they said."""
        last = self.round.standup.closing == Closing.LAST
        return max(self.closes_at, self.round.closes_at) if last else self.closes_at

    @property
    def is_late(self) -> bool:
        """Whether the answer came after the closing."""
        return self.answered_at is not None and self.answered_at >= self.until

    def is_open(self, now: datetime) -> bool:
        """Whether the person's time is not over."""
        return now < self.until

    def takes_late(self, now: datetime) -> bool:
        """Whether somebody who has said nothing may still do so."""
        return self.state != Answer.ANSWERED and now < self.until + _LATE

    def answer_to(self, question: StandupQuestion) -> str:
        """What the person answered to a question; empty where they did not."""
        return next((each.text for each in self.answers if each.question_id == question.id), "")


class StandupAnswer(Base):
    """What someone said to one question; a blocker has somebody who resolves it."""

    __tablename__ = "standup_answer"
    __table_args__ = (
        UniqueConstraint("entry_id", "question_id"),
        Index("ix_standup_answer_taken_by", "taken_by",
              postgresql_where=text("taken_by IS NOT NULL AND resolved_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    entry_id: Mapped[int] = mapped_column(ForeignKey("standup_entry.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("standup_question.id"))
    text: Mapped[str]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[Moment | None]
    resolved_at: Mapped[Moment | None]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    """What became of an idea."""

    entry: Mapped[StandupEntry] = relationship(lazy="raise_on_sql", back_populates="answers")
    question: Mapped[StandupQuestion] = relationship(lazy="raise")
    taker: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def is_idea(self) -> bool:
        """Whether it may become a request."""
        return self.question.theme == Theme.IDEAS

    @property
    def is_blocker(self) -> bool:
        """Whether it says what is in the way."""
        return self.question.theme == Theme.BLOCKERS


@dataclass(frozen=True)
class RoundSummary:
    """What came of a round, as it is summed up; nobody who was silent is named in it."""

    round: StandupRound
    """With its standup and team."""
    answers: Sequence[StandupAnswer]
    """By theme, blockers that are open first, then by whose they are; each with its entry, person
    and question, and whoever takes it."""
    counts: Mapping[str, int]
    """How many parts are in each state."""


@dataclass(frozen=True)
class SummaryPage:
    """A page of all that was said in a round, in the same order."""

    round: StandupRound
    answers: Sequence[StandupAnswer]
    number: int
    """From 0."""
    count: int
    """Answers on all pages."""

    @property
    def pages(self) -> int:
        """How many pages there are, an empty one too."""
        return max(-(-self.count // ANSWERS_A_PAGE), 1)


@dataclass(frozen=True)
class Today:
    """How a person stands to one of their standups at the moment."""

    standup: Standup
    """With its team."""
    day: date | None
    """The day for which the person can answer now, early or late; None: there is none."""
    entry: StandupEntry | None
    """The person's part in it, or in the one that closed today; None before it is written."""
    next_at: datetime | None
    """When the person is asked next; None while it is paused."""

    @property
    def is_open(self) -> bool:
        """Whether the person was asked and can answer in time."""
        return self.entry is not None and self.entry.is_open(clock.now())

    @property
    def waits(self) -> bool:
        """Whether the person can still say something that they have not said."""
        silent = self.entry is None or self.entry.state == Answer.ASKED
        return self.day is not None and silent


@dataclass(frozen=True)
class Facts:
    """The person's leads and blockers, and their campaigns that run with what came in today."""

    work: Workload
    blockers: Sequence[StandupAnswer]
    """Not resolved yet, the oldest first: the person's own, and those that they took."""
    campaigns: Sequence[tuple[Campaign, Arrivals]]


@dataclass(frozen=True)
class Week:
    """A week of a standup: whole numbers of prompts, never of people by name."""

    monday: date
    prompts: int
    answered: int
    skipped: int

    @property
    def share(self) -> Fraction | None:
        """Answered of asked, from 0 to 1; None where nobody was asked."""
        return Fraction(self.answered, self.prompts) if self.prompts else None


@dataclass(frozen=True)
class Trend:
    """The weeks of one standup, this one first."""

    standup_id: int
    weeks: Sequence[Week]

    @property
    def shares(self) -> list[Fraction | None]:
        """The weeks' shares, this one first."""
        return [week.share for week in self.weeks]
