"""Meetings that people book themselves, each a part of a lead."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot import clock
from bot.leads.models import Lead
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId

MEETING = "lead.meeting"
"""The card of a message about a meeting."""

REMIND_BEFORE = timedelta(minutes=15)
"""How long before a meeting its owner is reminded."""

ASK_FOR = timedelta(days=7)
"""How long after a meeting somebody is asked whether it took place."""

# As a partial index has it, word for word: the planner compares them.
IS_BOOKED = text("meeting.status = 'booked'")
"""It has not been moved or cancelled, and nobody has said how it went."""


class MeetingStatus(StrEnum):
    """What became of a meeting."""

    BOOKED = "booked"
    MOVED = "moved"
    """What it was moved to is a meeting of its own."""
    CANCELLED = "cancelled"
    HELD = "held"
    MISSED = "missed"

    @property
    def label(self) -> str:
        """The status in words."""
        return {"held": "took place", "missed": "nobody came"}.get(self, self.value)


class Meeting(Base):
    """A meeting that somebody booked."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source", "external_id"),
        Index("ix_meeting_booked", "starts_at", postgresql_where=text("status = 'booked'")),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey(Lead.id), index=True)
    """None: it was cancelled or moved before its booking came."""
    source: Mapped[str]
    external_id: Mapped[str]
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    title: Mapped[str | None]
    place: Mapped[str | None]
    """Where they meet: an address, a link or a number."""
    status: Mapped[str]

    @property
    def is_ahead(self) -> bool:
        """Whether it is going to take place, or does just now."""
        return self.status == MeetingStatus.BOOKED and self.ends_at > clock.now()

    @property
    def is_unanswered(self) -> bool:
        """Whether it is over, and nobody has said whether it took place."""
        return self.status == MeetingStatus.BOOKED and self.ends_at <= clock.now()


class MeetingNoticeKind(StrEnum):
    """What the owner of a lead hears of a meeting."""

    REMINDER = "reminder"
    QUESTION = "question"
    """Whether it took place."""


class MeetingNotice(Base):
    """A message about a meeting to whoever owned its lead then."""

    __tablename__ = "meeting_notice"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id", "kind"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[str]


@dataclass(frozen=True)
class MeetingFacts:
    """A message about a meeting with what it tells."""

    notice: MeetingNotice
    meeting: Meeting
    lead: Lead
    owner: Person | None
    acting: Person | None
    """Who covers for the owner, else the owner."""
    next_one: Meeting | None = None
    """The lead's meeting that is ahead, if that is another."""

    @property
    def is_current(self) -> bool:
        """Whether the lead is open, and this person still acts as its owner."""
        is_open = not self.lead.is_closed and self.lead.merged_into is None
        return is_open and self.acting is not None and self.acting.id == self.notice.person_id
