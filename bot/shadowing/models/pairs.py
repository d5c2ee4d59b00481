"""A round's tables: its pairs, their times, and its participants; and the rules of a pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models import Campaign
from bot.people.models import Person
from bot.planning.models import Request
from bot.shadowing.models.words import Goal, Stage
from bot.store import Base, Id, Moment, WorkspaceId


@dataclass(frozen=True)
class Debrief:
    """What somebody writes afterwards."""

    surprised: str
    change: str
    idea: str = ""
    shares: bool = False
    """Whether the shared channel may read it, if the other agrees too."""


class ShadowRound(Base):
    """One round: who was there was paired, and the rest was told."""

    __tablename__ = "shadow_round"
    __table_args__ = (UniqueConstraint("workspace_id", "day"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    day: Mapped[date]
    """In the workspace's zone."""
    opened_at: Mapped[Moment]
    closes_at: Mapped[Moment]
    """Until when a pair finds a time, or lapses."""


class ShadowPair(Base):
    """A marketer and a salesperson of a round."""

    __tablename__ = "shadow_pair"
    __table_args__ = (
        UniqueConstraint("round_id", "marketer_id", "salesperson_id"),
        Index("ix_shadow_pair_workspace_id_stage", "workspace_id", "stage"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    round_id: Mapped[int] = mapped_column(ForeignKey("shadow_round.id"))
    marketer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    salesperson_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    """The marketer's campaign of which the salesperson works the most leads."""
    leads: Mapped[int]
    """How many leads of the marketer's campaigns they work."""
    stage: Mapped[str] = mapped_column(default=Stage.FINDING)
    slot_id: Mapped[int | None]
    """The time that is agreed; a row of this pair's slots."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Counts the times that were agreed: calendars keep the newest (RFC 5545, SEQUENCE)."""
    held_at: Mapped[Moment | None]
    """When the time that was agreed was over."""
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who cancelled it."""

    round: Mapped[ShadowRound] = relationship(lazy="raise")
    campaign: Mapped[Campaign | None] = relationship(lazy="raise")
    slots: Mapped[list["ShadowSlot"]] = relationship(
        lazy="raise", order_by="ShadowSlot.starts_at, ShadowSlot.ends_at"
    )
    participants: Mapped[list["ShadowParticipant"]] = relationship(
        lazy="raise", order_by="ShadowParticipant.id", back_populates="pair"
    )

    @property
    def taken(self) -> "Sequence[ShadowParticipant]":
        """The two who are in it now; a place that was handed on has a former participant."""
        return [participant for participant in self.participants if not participant.handed_on]

    @property
    def agreed(self) -> "ShadowSlot | None":
        """The time that is agreed."""
        return next((slot for slot in self.slots if slot.id == self.slot_id), None)

    def participant_of(self, person_id: int) -> "ShadowParticipant | None":
        """The person as a participant, if they are in it now."""
        return next(
            (participant for participant in self.taken if participant.person_id == person_id), None
        )

    def partner_of(self, participant: "ShadowParticipant") -> "ShadowParticipant":
        """The other of the two."""
        return next(each for each in self.taken if each.id != participant.id)

    def open_slots(self, now: datetime) -> "list[ShadowSlot]":
        """The times that can still be chosen: once one is agreed, only what was proposed anew."""
        wanted = {slot_id for participant in self.taken for slot_id in participant.picked}
        return [
            slot
            for slot in self.slots
            if slot.starts_at > now
            and not slot.is_gone
            and slot.id != self.slot_id
            and (self.slot_id is None or slot.id in wanted)
        ]


class ShadowSlot(Base):
    """A time at which a pair may meet."""

    __tablename__ = "shadow_slot"
    __table_args__ = (UniqueConstraint("pair_id", "starts_at", "ends_at"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    pair_id: Mapped[int] = mapped_column(ForeignKey("shadow_pair.id"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    is_gone: Mapped[bool] = mapped_column(default=False)
    """It was meant for somebody who has handed the place on."""


class ShadowParticipant(Base):
    """One person's part in a round: in a pair, or left over."""

    __tablename__ = "shadow_participant"
    __table_args__ = (
        UniqueConstraint("pair_id", "person_id"),
        Index("ix_shadow_participant_round_id_person_id", "round_id", "person_id"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    round_id: Mapped[int] = mapped_column(ForeignKey("shadow_round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("shadow_pair.id"))
    """None: left over."""
    reason: Mapped[str | None]
    """Why they were left over."""
    picked: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    """The slots that suit them."""
    goals: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    own_goal: Mapped[str] = mapped_column(default="")
    acted_at: Mapped[Moment | None]
    """When they last did something with it; None: they gave no sign."""
    handed_on: Mapped[bool] = mapped_column(default=False)
    """Whether a colleague took the place."""
    surprised: Mapped[str] = mapped_column(default="")
    change: Mapped[str] = mapped_column(default="")
    idea: Mapped[str] = mapped_column(default="")
    shares: Mapped[bool] = mapped_column(default=False)
    """Whether the shared channel may read the answers, if the other agrees too."""
    answered_at: Mapped[Moment | None]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    """What the idea became; or a campaign, then that one:"""
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))

    person: Mapped[Person] = relationship(lazy="raise")
    round: Mapped[ShadowRound] = relationship(lazy="raise")
    pair: Mapped[ShadowPair | None] = relationship(lazy="raise", back_populates="participants")
    request: Mapped[Request | None] = relationship(lazy="raise")

    @property
    def wants(self) -> list[str]:
        """Their goals in words, the own ones last."""
        listed = [goal.label for goal in Goal if goal in self.goals]
        return [*listed, self.own_goal] if self.own_goal else listed
