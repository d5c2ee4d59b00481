"""Who works on a lead: the service level, the round robin, the steps of the escalation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.leads.models import Lead, LeadEvent
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId


class EscalationStep(StrEnum):
    """A step of the escalation."""

    NUDGE = "nudge"
    """A word in the lead's thread."""
    MESSAGE = "message"
    """A direct message to everyone on duty."""
    SUGGEST = "suggest"
    """Offered to the one whose turn it is."""
    MANAGER = "manager"
    """A manager is told."""
    FALLBACK = "fallback"
    """Everybody is out: the named person is told."""
    REMIND = "remind"
    """The owner, who has not been in contact, is reminded."""
    TAKE_BACK = "take_back"
    """The lead returns to the channel."""
    HEAD_START = "head_start"
    """Who knows the customer hears of them first."""
    HAND_OVER = "hand_over"
    """Its owner is away: it is offered without a wait."""
    WAKE = "wake"
    """The owner's snooze is over, or the day has come for which a lead was paused."""
    MOVED = "moved"
    """Its former owner hears that somebody else has it."""
    ASKED = "asked"
    """A colleague would like to take it over."""
    KEPT = "kept"
    """Who asked for it hears that it stays where it is."""
    DETAILS = "details"
    """The channel sees names only: its owner gets the rest."""
    GIVEN = "given"
    """Its new owner gets it, and hears who handed it over and why."""
    CLOSED = "closed"
    """Its owner hears that a colleague closed, paused or reopened it."""


LISTED_STEPS = (EscalationStep.MESSAGE, EscalationStep.MANAGER, EscalationStep.FALLBACK)
"""These are one message to each person, about all leads for which they were taken."""

UNCLAIMED_STEPS = (
    EscalationStep.NUDGE,
    EscalationStep.MESSAGE,
    EscalationStep.SUGGEST,
    EscalationStep.MANAGER,
)
"""What happens while nobody claims a lead."""

CLAIMED_STEPS = (EscalationStep.REMIND, EscalationStep.TAKE_BACK)
"""What happens while its owner has not been in contact."""


class ServiceLevel(Base):
    """What sales promises, and what happens when it is not kept.

    The minutes are working time, since the lead came in or was claimed. Reminders come before the
    response target passes, and what takes a lead to somebody else after it. The defaults follow
    what is known in the field: a hot lead is answered within 5 minutes, is with its whole team at
    15, and changes hands by the hour.
    """

    __tablename__ = "service_level"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    respond_minutes: Mapped[int] = mapped_column(default=5, server_default="5")
    """Until the first response to a hot lead, since it came."""
    nudge_minutes: Mapped[int] = mapped_column(default=3, server_default="3")
    """Since it came in, as those of the next three; it is the time to claim it by, too."""
    message_minutes: Mapped[int] = mapped_column(default=15, server_default="15")
    suggest_minutes: Mapped[int] = mapped_column(default=30, server_default="30")
    manager_minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    remind_minutes: Mapped[int] = mapped_column(default=3, server_default="3")
    """Since the claim, without a contact, as those of the next."""
    take_back_minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    attempts: Mapped[int] = mapped_column(default=3, server_default="3")
    """How often somebody is called before they count as unable to reach."""
    most_open: Mapped[int | None]
    """Open leads up to which somebody is offered more; None: no limit."""
    head_start_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    """How long a returning customer's lead is kept for who knows them."""
    fallback_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    stalled_days: Mapped[int] = mapped_column(default=14, server_default="14")
    """Days without a step after which a contacted lead stands still; after twice as many, the
    managers hear of it."""
    names_only: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether the channel sees name and company alone."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """The round robin's virtual time."""

    def wait(self, step: EscalationStep) -> timedelta:
        """Working time from the step before until this one."""
        steps = CLAIMED_STEPS if step in CLAIMED_STEPS else UNCLAIMED_STEPS
        before = steps[: steps.index(step)][-1:]
        minutes = self._minutes(step) - sum(map(self._minutes, before))
        return timedelta(minutes=max(minutes, 0))

    def _minutes(self, step: EscalationStep) -> int:
        return int(getattr(self, f"{step}_minutes"))


class LeadStep(Base):
    """A step of the escalation that was taken; once an assignment for each person it concerns."""

    __tablename__ = "lead_step"
    __table_args__ = (
        UniqueConstraint(
            "lead_id",
            "assignment_no",
            "step",
            "person_id",
            "by_id",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"))
    assignment_no: Mapped[int]
    step: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The colleague whom the message is about: who handed it on, asks for it, or closed it."""
    at: Mapped[Moment]


class NoticeKind(StrEnum):
    """What a message about several leads is about."""

    UNCLAIMED = "unclaimed"
    """Nobody has claimed them."""
    STALLED = "stalled"
    """They were contacted, and nothing has happened since."""


class LeadNotice(Base):
    """A message to a person about several leads."""

    __tablename__ = "lead_notice"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "at"),
        Index("ix_lead_notice_lead_ids", "lead_ids", postgresql_using="gin"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    at: Mapped[Moment]
    """When it was written."""
    lead_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    """None, once a newer message has taken over what was left of this one."""


@dataclass(frozen=True)
class Listed:
    """A lead in a message about several, with its owner."""

    lead: Lead
    owner: Person | None
    moved_at: datetime | None
    """When something was done with it last."""
    nobody_free: bool = False
    """Whether it could be offered to nobody."""
    meets_at: datetime | None = None
    """When the meeting begins that it booked."""


@dataclass(frozen=True)
class NoticeFacts:
    """A message about several leads with what it says."""

    notice: LeadNotice
    person: Person
    """Who gets it."""
    listed: Sequence[Listed]
    """Those of the leads that still are as it says, the longest first."""
    colleagues: Sequence[tuple[Person, int]] = ()
    """Whom a manager can assign them to, each with the open leads that they hold."""


@dataclass(frozen=True)
class StepFacts:
    """A step of the escalation with what its message tells."""

    step: LeadStep
    lead: Lead
    owner: Person | None
    by: Person | None = None
    """The colleague whom it is about."""
    event: LeadEvent | None = None
    """What they did, where the message tells of that."""
    is_undone: bool = False
    """Whether they took that back."""
    is_kept: bool = False
    """Whether who asks for the lead was told no."""
    via: str | None = None
    """The program that moved it, where no person did."""
    meets_at: datetime | None = None
    """When the meeting begins that the lead booked."""
