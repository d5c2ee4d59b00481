"""The tables of requests: what customers ask for, who has heard it too, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models import Campaign
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId

LONGEST = {"text": 3_000, "audience": 200, "example": 1_000, "reason": 500}
"""The most characters that each text may have, so that a card shows it whole."""


class Heard(StrEnum):
    """How often somebody hears it from customers."""

    ONCE = "once"
    SOMETIMES = "sometimes"
    WEEKLY = "weekly"
    DAILY = "daily"

    @property
    def label(self) -> str:
        """How cards and modals write it."""
        return _HEARD[self]


_HEARD = {
    Heard.ONCE: "Once so far",
    Heard.SOMETIMES: "Now and then",
    Heard.WEEKLY: "Every week",
    Heard.DAILY: "Every day",
}


class RequestStatus(StrEnum):
    """What has become of a request."""

    WAITING = "waiting"
    """Marketing has promised an answer."""
    PROPOSED = "proposed"
    """There is a campaign for it, which is not announced yet."""
    ANNOUNCED = "announced"
    ENDED = "ended"
    """Its campaign is over, and the result told."""
    DECLINED = "declined"


class EventType(StrEnum):
    """What somebody did with a request; the audit's words."""

    ASKED = "asked"
    SECONDED = "seconded"
    SEEN = "seen"
    DRAFTED = "drafted"
    PROPOSED = "proposed"
    ANNOUNCED = "announced"
    ENDED = "ended"
    WAITS_ANEW = "waits_anew"
    DECLINED = "declined"
    REMINDED = "reminded"
    OVERDUE = "overdue"


class Request(Base):
    """What customers ask for, as somebody who talks to them wrote it."""

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("workspace_id", "token"),
        Index(
            "ix_request_next_check_at",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
        Index("ix_request_workspace_id_status", "workspace_id", "status"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    asker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    audience: Mapped[str]
    """For whom; empty where nobody said."""
    heard: Mapped[str | None]
    example: Mapped[str]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    """The lead that it came from."""
    status: Mapped[str] = mapped_column(default=RequestStatus.WAITING)
    asked_at: Mapped[Moment]
    answer_by: Mapped[Moment]
    """When marketing's promise is due; it moves when the request waits anew."""
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    seen_at: Mapped[Moment | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]
    reason: Mapped[str | None]
    """Why it was declined."""
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    """The campaign that marketing plans for it, from its first draft on."""
    reminded_at: Mapped[Moment | None]
    next_check_at: Mapped[Moment | None]
    """When the clock looks at it next: to remind marketing, and to mark it overdue."""
    token: Mapped[str]
    """The form or the idea that it came in: the same one asks once, however often it arrives."""

    asker: Mapped[Person] = relationship(lazy="raise", foreign_keys=asker_id)

    @property
    def is_waiting(self) -> bool:
        """Whether marketing still owes an answer."""
        return self.status == RequestStatus.WAITING

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer or for its campaign."""
        return self.status in (RequestStatus.WAITING, RequestStatus.PROPOSED)

    def is_overdue(self, now: datetime) -> bool:
        """Whether marketing has not kept its promise."""
        return self.is_waiting and self.answer_by < now

    def answer(self, person_id: int, status: RequestStatus, now: datetime) -> None:
        """Marketing has answered; the clock needs to look no more."""
        self.status, self.answered_by, self.answered_at = status, person_id, now
        self.next_check_at = None

    def wait_anew(self, answer_by: datetime, next_check_at: datetime) -> None:
        """What was proposed for it is given up: marketing owes an answer again."""
        self.status, self.answer_by, self.next_check_at = (
            RequestStatus.WAITING,
            answer_by,
            next_check_at,
        )
        self.answered_by = self.answered_at = self.reminded_at = None


class RequestSupport(Base):
    """Somebody hears the same from customers."""

    __tablename__ = "request_support"

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    at: Mapped[Moment]


class RequestEvent(Base):
    """What happened to a request: who did it, and when; nobody for what the clock did."""

    __tablename__ = "request_event"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    event_type: Mapped[str]
    at: Mapped[Moment]
    facts: Mapped[dict[str, Any]]


@dataclass(frozen=True)
class RequestFacts:
    """A request with what its cards say."""

    request: Request
    asker: Person
    supporters: Sequence[Person]
    """Who hears it too, in the order in which they said so."""
    seen_by: Person | None
    answered_by: Person | None
    campaign: Campaign | None = None
    """With its owner."""


@dataclass(frozen=True)
class Listed:
    """A request in a list."""

    request: Request
    asker: Person
    support: int
    """How many people hear it, the one who asked included."""
    mine: bool
    """Whether the reader is one of them."""
