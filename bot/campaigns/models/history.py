"""The past of a campaign: every version of what it promised, and who did what when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models.campaign import Campaign, Promise, Stage
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId


class EventType(StrEnum):
    """What can happen to a campaign, as the audit names it."""

    DRAFTED = "drafted"
    SAVED = "saved"
    PROPOSED = "proposed"
    TAKEN_BACK = "taken_back"
    AGREED = "agreed"
    ASKED_AGAIN = "asked_again"
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"
    ANNOUNCED = "announced"
    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    CANCELLED = "cancelled"


# Written as PostgreSQL shows it, so that `handoff db check` can compare.
_SEARCHED = ("name", "offer", "price", "audience", "terms", "talking_points")
_JOINED = reduce(lambda before, each: f"(({before} || ' '::text) || {each})", _SEARCHED)
_WORDS = f"to_tsvector('simple'::regconfig, {_JOINED})"


class CampaignVersion(Promise, Base):
    """What a campaign promised, from its proposal or its announcement on: kept as it was."""

    __tablename__ = "campaign_version"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        Index("ix_campaign_version_words", "words", postgresql_using="gin"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    in_force_from: Mapped[Moment | None]
    """Since when it holds, until the next one does; None: it was only proposed so far."""
    words: Mapped[Any] = mapped_column(TSVECTOR, Computed(_WORDS, persisted=True), deferred=True)
    """What `service.offers` looks into."""


class CampaignEvent(Base):
    """Who did what with a campaign, and when: the audit."""

    __tablename__ = "campaign_event"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None: the clock did it."""
    event_type: Mapped[str]
    at: Mapped[Moment]
    facts: Mapped[dict[str, Any]]
    """`stage`, where it changed; `version` and `changed` (by field, before and after)."""

    person: Mapped[Person | None] = relationship(lazy="raise")


@dataclass(frozen=True)
class AsOf:
    """A campaign as it was at a moment, and as it is now."""

    campaign: Campaign
    version: CampaignVersion | None
    """None: nothing had been announced yet."""
    stage: Stage
    day: date
    """The day of that moment, in the workspace's zone."""
    today: date

    @property
    def promise(self) -> Promise:
        """What was promised then; before the announcement, what is planned."""
        return self.version or self.campaign

    @property
    def in_force(self) -> bool:
        """Whether the offer could be promised at that moment."""
        return (
            self.version is not None and self.stage == Stage.LIVE and self.version.runs_on(self.day)
        )

    @property
    def was_over(self) -> bool:
        """Whether it was over by then."""
        if self.version is None:
            return self.stage == Stage.CANCELLED
        return self.stage in (Stage.ENDED, Stage.CANCELLED) or self.version.has_ended_by(self.day)

    @property
    def changed_since(self) -> bool:
        """Whether the offer, its terms or its dates are others by now."""
        return self.version is not None and self.version.number < self.campaign.holds_from


@dataclass(frozen=True)
class Found:
    """The offers that match, as they were on a day: the first of them, and how many there are."""

    offers: Sequence[AsOf]
    """Those in force first; each campaign with its owner."""
    count: int
    words: str
    day: date
    today: date
