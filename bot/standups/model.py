"""The tables of standups, and the rules that they keep about themselves."""

from datetime import date, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base, Id, Moment, WorkspaceId


class Answer(StrEnum):
    """What someone made of a standup's question."""

    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"


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
