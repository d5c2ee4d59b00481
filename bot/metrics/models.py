"""The tables of the metrics: what the leads of each day that is over add up to.

They hold nothing that the leads do not say, and can be emptied at any time. `formula_version` names
the formulas and the time zone that days are of. Rows of another one are not read, so a version of
the application never meets the sums of another.
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
    formula_version: Mapped[str]
    credit: Mapped[str]
    split: Mapped[str]
    """By what the leads are told apart; empty: not at all."""
    day: Mapped[date] = mapped_column(Date)
    key: Mapped[str] = mapped_column(_Word)
    """Which group; empty: those that belong to none."""


class DailyTotals(_Group, Base):
    """What a group's leads add up to."""

    __tablename__ = "daily_totals"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "formula_version", "credit", "split", "day", "key"),
    )

    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """How many leads meet each condition."""


class DailyWaits(_Group, Base):
    """How long each lead of a group waited for something."""

    __tablename__ = "daily_waits"
    __table_args__ = (
        PrimaryKeyConstraint(
            "workspace_id", "formula_version", "credit", "split", "wait", "day", "key"
        ),
    )

    wait: Mapped[str] = mapped_column(_Word)
    """For what it waited."""
    seconds: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """The shortest first."""


class ComputedDay(Base):
    """A day whose totals are computed."""

    __tablename__ = "computed_day"
    __table_args__ = (PrimaryKeyConstraint("workspace_id", "formula_version", "day"),)

    workspace_id: Mapped[WorkspaceId]
    formula_version: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    computed_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    """When time alone changes them: a lead that is in time becomes late."""


class ChangedTime(Base):
    """A lead that came in the quarter of an hour from `at` was written, changed or deleted, so what
    was computed of its day is outdated.

    Triggers write it (`metrics.sql` of the first revision), so no way to change a lead goes past
    it. Rows are only added and taken away, so nobody waits for anybody.
    """

    __tablename__ = "changed_time"
    __table_args__ = (Index("ix_changed_time_workspace_id_at", "workspace_id", "at"),)

    id: Mapped[Id]
    workspace_id: Mapped[Key]
    at: Mapped[Moment]
