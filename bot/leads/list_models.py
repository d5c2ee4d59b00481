"""Lists of leads: call lists, the quiet leads digest, a salesperson's own lists, and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.campaigns.models import Campaign
from bot.formats import InWords
from bot.leads.models import CallList, Rating
from bot.store import Base, Id, Moment, WorkspaceId


class CallOutcome(InWords):
    """What a call of a list brought."""

    INTERESTED = "interested"
    CALL_BACK = "call_back"
    NO_ANSWER = "no_answer"
    NOT_INTERESTED = "not_interested"


@dataclass(frozen=True)
class CallProgress:
    """How far a call list is."""

    listed: CallList
    campaign: Campaign | None
    total: int
    left: int
    """Those to be called yet, or again."""
    by_outcome: Mapping[str | None, int]
    """The calls that brought something, and those whom nobody reached at last."""


class QuietLeadsDigest(Base):
    """Quiet leads that were offered to the channel together, at one of the set hours."""

    __tablename__ = "quiet_leads_digest"
    __table_args__ = (
        UniqueConstraint("workspace_id", "at"),
        Index("ix_quiet_leads_digest_lead_ids", "lead_ids", postgresql_using="gin"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    at: Mapped[Moment]
    lead_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    waiting: Mapped[int]
    """How many quiet leads waited then, with those that are not shown."""


class Mine(StrEnum):
    """The lists of a salesperson."""

    TO_CALL = "to_call"
    IN_WORK = "in_work"
    STALLED = "stalled"
    SNOOZED = "snoozed"
    TO_RATE = "to_rate"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The list as headings write it."""
        return _LABELS[self]


_LABELS = {
    Mine.TO_CALL: "To call now",
    Mine.IN_WORK: "Active",
    Mine.STALLED: "Stalled",
    Mine.SNOOZED: "Snoozed",
    Mine.TO_RATE: "To rate",
    Mine.CLOSED: "Closed this week",
}


MOST_TO_CLAIM = 5
"""Free leads that a home tab shows, those that wait longest."""


@dataclass(frozen=True)
class RatingSummary:
    """What sales thinks of a campaign's leads."""

    received: int
    claimed: int
    ratings: Mapping[Rating, int]
    reasons: Sequence[tuple[str, int]]
    """Those named most, with how often."""


@dataclass(frozen=True)
class Workload:
    """What somebody holds."""

    open: int
    overdue: int
    """Open, and past the promised answer."""
    unrated: int
    """Closed without a rating."""


@dataclass(frozen=True)
class Arrivals:
    """What came in for a campaign."""

    received: int
    claimed: int
    rated: int
    liked: int
    """Rated great or good."""
