"""A round of a standup, each person's part in it, and what they said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot import clock
from bot.people.models import Person
from bot.standups.models.standup import Closing, Standup, StandupQuestion, Theme
from bot.store import Base, Id, Moment, WorkspaceId

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
        return f"{self.day:%A}, {self.day.day} {self.day:%B}"

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

    def said(self, question: StandupQuestion) -> str:
        """What the person answered to a question; empty where they did not."""
        return next((each.text for each in self.answers if each.question_id == question.id), "")


class StandupAnswer(Base):
    """What someone said to one question; a blocker has somebody who lifts it."""

    __tablename__ = "standup_answer"
    __table_args__ = (
        UniqueConstraint("entry_id", "question_id"),
        Index("ix_standup_answer_taken_by", "taken_by",
              postgresql_where=text("taken_by IS NOT NULL AND lifted_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    entry_id: Mapped[int] = mapped_column(ForeignKey("standup_entry.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("standup_question.id"))
    text: Mapped[str]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[Moment | None]
    lifted_at: Mapped[Moment | None]
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
class Heard:
    """What came of a round, as it is summed up; nobody who was silent is named in it."""

    round: StandupRound
    """With its standup and team."""
    said: Sequence[StandupAnswer]
    """By theme, blockers that are open first, then by whose they are; each with its entry, person
    and question, and whoever takes it."""
    counts: Mapping[str, int]
    """How many parts are in each state."""


@dataclass(frozen=True)
class Page:
    """A page of all that was said in a round, in the same order."""

    round: StandupRound
    said: Sequence[StandupAnswer]
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
