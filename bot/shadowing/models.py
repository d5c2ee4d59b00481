"""The tables and words of shadowing: how people stand to the rounds, pairs and their times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models import Campaign
from bot.people.models import Person
from bot.planning.models import Request
from bot.store import Base, Id, Moment, WorkspaceId

MINUTES = (60, 120, 240, 480)
"""How long a time may be that somebody proposes: an hour to a shift."""

LONGEST_GOAL = 200
LONGEST_ANSWER = 1000


class Stage(StrEnum):
    """Where a pair stands."""

    FINDING = "finding"
    """They look for a time."""
    AGREED = "agreed"
    HELD = "held"
    """The time is over; both are asked for a debrief."""
    SETTLED = "settled"
    """Both wrote, or had a week to."""
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    """No time was found before the round was over."""

    @property
    def is_live(self) -> bool:
        """Whether the two are still to meet."""
        return self in (Stage.FINDING, Stage.AGREED)

    @property
    def has_met(self) -> bool:
        """Whether the two count as having met."""
        return self in (Stage.HELD, Stage.SETTLED)


class Goal(StrEnum):
    """What somebody may want of it: the short list."""

    CALLS = "calls"
    REPLIES = "replies"
    OFFER = "offer"
    MATERIAL = "material"
    TARGETING = "targeting"
    REJECTED = "rejected"
    TOOLS = "tools"

    @property
    def label(self) -> str:
        """The goal in words."""
        return _GOALS[self]


_GOALS = {
    Goal.CALLS: "Listen in on calls with leads",
    Goal.REPLIES: "See how first replies are written",
    Goal.OFFER: "Hear an offer the way customers do",
    Goal.MATERIAL: "Find out which material helps and what's missing",
    Goal.TARGETING: "See how audiences are chosen and paid for",
    Goal.REJECTED: "Look at rejected leads, and why",
    Goal.TOOLS: "See the other department's tools and reports",
}


class Reason(StrEnum):
    """Why somebody was left over."""

    UNEVEN = "uneven"
    """The other side has fewer people."""
    ALL_MET = "all_met"
    """Whom they have not met yet does not take part this time."""
    NO_TIME = "no_time"
    """They work when nobody of the other side does."""
    NOBODY = "nobody"
    """There is nobody on the other side."""


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
    """Who cancelled it; None where it was cancelled because one of the two has left."""

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


@dataclass(frozen=True)
class Mine:
    """What `/shadow` tells a person."""

    person: Person
    has_side: bool
    """Whether they are in marketing or sales at all."""
    member: ShadowMember | None
    participants: Sequence[ShadowParticipant]
    """Their parts in pairs that are not over, the newest first; with all that a card shows."""
    next_round_at: datetime | None
    """None: no rounds are planned."""
    shown_at: datetime
    """The moment of which it tells."""


@dataclass(frozen=True)
class LeftOver:
    """Somebody who had no partner in a round."""

    participant: ShadowParticipant
    has_found: bool
    """Whether they have taken somebody's place since."""
    next_round_at: datetime | None


@dataclass(frozen=True)
class Quarter:
    """What came of shadowing in a quarter."""

    first: date
    """Its first day."""
    met: int
    """Pairs that met."""
    debriefs: int
    """People who wrote one."""
    ideas: int
    requests: int
    """Ideas that became requests."""
    campaigns: int
    """Requests of them for which there is a campaign, or was."""
