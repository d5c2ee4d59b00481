"""The round robin's weights, and what routing reads and changes at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.leads.models import Lead
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId


class RoundRobinWeight(Base):
    """A salesperson's place in the round robin; without a row the weight is 1."""

    __tablename__ = "round_robin_weight"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many leads for each one of a colleague with weight 1; 0: none."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """When this person's next turn is, in the round robin's virtual time."""


class AwayOffer(Base):
    """The question whether somebody is away here too, whose Slack status says that they are."""

    __tablename__ = "away_offer"
    __table_args__ = (UniqueConstraint("person_id", "until"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    until: Mapped[Moment | None]
    """When the status ends; None: it does not say."""
    at: Mapped[Moment]
    declined: Mapped[bool] = mapped_column(default=False, server_default="false")


@dataclass(frozen=True)
class SlaTerms:
    """What an admin may change of the service level; minutes are working time, since the lead came
    in or was claimed."""

    respond_minutes: int
    nudge_minutes: int
    message_minutes: int
    suggest_minutes: int
    manager_minutes: int
    remind_minutes: int
    take_back_minutes: int
    head_start_seconds: int
    attempts: int
    most_open: int | None
    names_only: bool
    stalled_days: int = 14


@dataclass(frozen=True)
class Cover:
    """A colleague who acts as owner of somebody's leads while they are away."""

    absence_id: int
    away: Person
    by: Person
    until: datetime
    is_over: bool
    leads: Sequence[Lead]
    """The open leads of who is away."""


@dataclass(frozen=True)
class Handover:
    """What a colleague has, or all of them have, while somebody is away."""

    away: Person
    until: datetime
    leads: Sequence[tuple[Lead, Person | None]]
    """Each with who has it now."""
    note: str = ""
    """What the one who is away wrote for those who stand in."""
    returned: Collection[int] = ()
    """The leads that came back to them, whoever has them now."""
    reader: str = ""
    """Slack's ID of who reads it: a colleague, or the one who was away."""
