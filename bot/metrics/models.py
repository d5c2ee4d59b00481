"""The tables of the metrics: what the leads of each day that is over add up to.

They hold nothing that the leads do not say, and can be emptied at any time. An *edition* is one way
to tally: it names the formulas and the time zone that days are of. Rows of another edition are not
read, so a version of the application never meets the sums of another one.
"""

from datetime import date, datetime

from sqlalchemy import Date, Index, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base, Id, Moment, WorkspaceId
from bot.store.base import Key

# Compared byte by byte, which is several times as fast as by the rules of a language.
_Word = Text(collation="C")


class _Group:
    """Which leads: those of a day, or one group of them, under a rule of attribution."""

    workspace_id: Mapped[WorkspaceId]
    edition: Mapped[str]
    credit: Mapped[str]
    split: Mapped[str]
    """By what the leads are told apart; empty: not at all."""
    day: Mapped[date] = mapped_column(Date)
    key: Mapped[str] = mapped_column(_Word)
    """Which group; empty: those that belong to none."""


class DayTally(_Group, Base):
    """What a group's leads add up to."""

    __tablename__ = "day_tally"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "edition", "credit", "split", "day", "key"),
    )

    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """How many leads meet each condition."""


class DayWait(_Group, Base):
    """How long each lead of a group waited for something."""

    __tablename__ = "day_wait"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "edition", "credit", "split", "wait", "day", "key"),
    )

    wait: Mapped[str] = mapped_column(_Word)
    """For what it waited."""
    seconds: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """The shortest first."""


class TalliedDay(Base):
    """A day whose tallies are written."""

    __tablename__ = "tallied_day"
    __table_args__ = (PrimaryKeyConstraint("workspace_id", "edition", "day"),)

    workspace_id: Mapped[WorkspaceId]
    edition: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    tallied_at: Mapped[datetime]
    good_until: Mapped[datetime | None]
    """When time alone changes them: a promise that is open becomes a late one."""


class ChangedTime(Base):
    """A lead that came in the quarter of an hour from `at` was written, changed or deleted, so what
    is tallied of its day is stale.

    Triggers write it (revision 0024), so no way to change a lead goes past it. Rows are only added
    and taken away, so nobody waits for anybody.
    """

    __tablename__ = "changed_time"
    __table_args__ = (Index("ix_changed_time_workspace_id_at", "workspace_id", "at"),)

    id: Mapped[Id]
    workspace_id: Mapped[Key]
    at: Mapped[Moment]
