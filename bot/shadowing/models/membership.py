"""How a workspace and its people stand to the rounds: when they are, who is out, who is apart."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.people.models import Person
from bot.store import Base, Id, WorkspaceId

# Rounds in which somebody gave no sign, until they rest.
SILENT_ROUNDS = 3


@dataclass(frozen=True)
class Rounds:
    """When rounds are to be, and how they are to pair."""

    active: bool
    every_weeks: int
    day: str
    """In crontab's words: `mon`."""
    at: time
    """On the workspace's clock."""
    two_pairs: bool = False
    """Whether somebody of the smaller department may be in two pairs."""


class ShadowSetting(Base):
    """When a workspace's rounds are, and how they pair."""

    __tablename__ = "shadow_setting"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    active: Mapped[bool] = mapped_column(default=False)
    every_weeks: Mapped[int] = mapped_column(default=4)
    day: Mapped[str] = mapped_column(default="mon")
    at: Mapped[time] = mapped_column(default=time(10))
    two_pairs: Mapped[bool] = mapped_column(default=False)
    """Whether somebody of the smaller department may be in two pairs."""

    @property
    def cron(self) -> str:
        """The weeks' day and hour, as the five fields of crontab."""
        return f"{self.at.minute} {self.at.hour} * * {self.day}"


class ShadowMember(Base):
    """How a person stands to the rounds; who has no row takes part."""

    __tablename__ = "shadow_member"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    is_out: Mapped[bool] = mapped_column(default=False)
    silent: Mapped[int] = mapped_column(default=0)
    """Rounds in a row in which they gave no sign."""
    waited: Mapped[int] = mapped_column(default=0)
    """Rounds in a row in which they had no partner, or lost one without a fault of theirs."""

    @property
    def rests(self) -> bool:
        """Whether they are left in peace until they say that they are in."""
        return self.silent >= SILENT_ROUNDS


class ShadowExclusion(Base):
    """Two people who are not paired; who asked for it is told to nobody but the admins."""

    __tablename__ = "shadow_exclusion"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="ordered"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    one_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    one: Mapped[Person] = relationship(lazy="raise", foreign_keys=[one_id])
    other: Mapped[Person] = relationship(lazy="raise", foreign_keys=[other_id])
    by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[by_id])
