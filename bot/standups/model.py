"""The tables of standups, and the rules that they keep about themselves."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.people.model import Person, Team
from bot.store import Base, Id, Moment, WorkspaceId

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Answer(StrEnum):
    """What someone made of a standup's question."""

    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"


class Question(StrEnum):
    """What a standup asks, in the order in which it asks."""

    DID = "did"
    PLAN = "plan"
    BLOCKERS = "blockers"
    IDEAS = "ideas"

    @property
    def needs_answer(self) -> bool:
        """Whether an answer without it would say nothing."""
        return self in (Question.DID, Question.PLAN)


class Standup(Base):
    """A team's daily standup: when it is asked, reminded and closed, and where it is summed up."""

    __tablename__ = "standup"
    __table_args__ = (UniqueConstraint("workspace_id", "team_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    channel: Mapped[str]
    days: Mapped[str]
    """Days of the week in crontab's words: `mon-fri`, `mon,wed,fri`."""
    at: Mapped[time]
    zone: Mapped[str]
    remind_after_minutes: Mapped[int]
    close_after_minutes: Mapped[int]
    active: Mapped[bool]

    team: Mapped[Team] = relationship(lazy="raise")

    @property
    def weekdays(self) -> list[str]:
        """The days one by one: `mon-wed` is `mon`, `tue`, `wed`."""
        return [day for part in self.days.split(",") for day in _span(part)]

    @property
    def cron(self) -> str:
        """When it is asked, as the five fields of crontab, in its own zone."""
        return f"{self.at.minute} {self.at.hour} * * {self.days}"

    @property
    def schedule_name(self) -> str:
        """The name of the schedule that asks it."""
        return f"standup:{self.id}"

    def day_of(self, moment: datetime) -> date:
        """The day that a moment falls on, in the standup's own zone."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


class StandupRound(Base):
    """One day's standup of a team."""

    __tablename__ = "standup_round"
    __table_args__ = (UniqueConstraint("standup_id", "day"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    standup_id: Mapped[int] = mapped_column(ForeignKey("standup.id"))
    day: Mapped[date]
    opened_at: Mapped[Moment]
    closes_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]

    standup: Mapped[Standup] = relationship(lazy="raise")
    entries: Mapped[list["StandupEntry"]] = relationship(lazy="raise", back_populates="round")

    @property
    def is_open(self) -> bool:
        """Whether answers are taken. It ends when the round is closed, not when that is due: so
        whatever was taken is in the summary."""
        return self.closed_at is None

    @property
    def day_in_words(self) -> str:
        """`Monday, 23 November`."""
        return f"{self.day:%A}, {self.day.day} {self.day:%B}"


class StandupEntry(Base):
    """One person's part in a round."""

    __tablename__ = "standup_entry"
    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    round_id: Mapped[int] = mapped_column(ForeignKey("standup_round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(default=Answer.ASKED)
    answers: Mapped[dict[str, Any]]
    """By question: did, plan, blockers, ideas."""
    asked_at: Mapped[Moment]
    reminded_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]

    round: Mapped[StandupRound] = relationship(lazy="raise", back_populates="entries")
    person: Mapped[Person] = relationship(lazy="raise")

    def said(self, question: Question) -> str:
        """What the person answered to a question; empty where they did not."""
        return str(self.answers.get(question, ""))

    def answer(self, answers: Mapping[Question, str], now: datetime) -> None:
        """Take the answers, the first or newer ones; a skip is taken back by them."""
        self.answers = {question.value: text for question, text in answers.items() if text}
        self.state = Answer.ANSWERED
        self.answered_at = now


def crontab_days(days: list[str]) -> str:
    """Days of the week in crontab's words, in their order: the working week is `mon-fri`."""
    chosen = [day for day in DAYS if day in days]
    return "mon-fri" if chosen == list(DAYS[:5]) else ",".join(chosen)


def _span(part: str) -> tuple[str, ...]:
    first, _, last = part.partition("-")
    return DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]
