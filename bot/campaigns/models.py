"""The tables of campaigns, and the rules that a campaign keeps about itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.errors import HandoffError
from bot.formats import InWords
from bot.money import Money
from bot.people.models import Person
from bot.slack.text import safe
from bot.store import Base, Id, Moment, WorkspaceId

LONGEST = {
    "name": 80,
    "audience": 200,
    "offer": 300,
    "terms": 2_000,
    "price": 200,
    "talking_points": 2_000,
    "objections": 2_000,
    "channels": 200,
    "materials": 2_000,
    "utm_campaign": 80,
    "late_callers": 300,
    "question": 1_000,
    "answer": 1_000,
}
"""The most characters that each text may have, so that a card shows it whole."""

MOST_LEADS = 1_000_000
MOST_MATERIALS = 10

_CODE = re.compile(r"[\w.~+-]+")


def utm_code(text: str) -> str | None:
    """A UTM campaign code as it is kept and looked up; None for one that no campaign can have."""
    code = text.strip().casefold()
    return code if _CODE.fullmatch(code) and len(code) <= LONGEST["utm_campaign"] else None


class Kind(InWords):
    """What sort of campaign it is."""

    SEARCH_ADS = "search_ads"
    SOCIAL_ADS = "social_ads"
    EMAIL = "email"
    WEBINAR = "webinar"
    EVENT = "event"
    CONTENT = "content"
    PARTNER = "partner"
    OTHER = "other"


class Stage(StrEnum):
    """Where a campaign is in its life."""

    DRAFT = "draft"
    """Marketing writes it; nobody has answered to it."""
    PROPOSED = "proposed"
    """Sales is asked whether it is ready."""
    AGREED = "agreed"
    """Sales is ready; it waits to be announced."""
    LIVE = "live"
    """Announced: the offer is in force on its days."""
    PAUSED = "paused"
    """Announced, and for now not to be offered."""
    ENDED = "ended"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The stage as lists write it."""
        return self.value.capitalize()


MOVES: Mapping[Stage, frozenset[Stage]] = {
    Stage.DRAFT: frozenset({Stage.PROPOSED, Stage.LIVE, Stage.CANCELLED}),
    Stage.PROPOSED: frozenset({Stage.DRAFT, Stage.AGREED, Stage.CANCELLED}),
    Stage.AGREED: frozenset({Stage.PROPOSED, Stage.LIVE, Stage.CANCELLED}),
    Stage.LIVE: frozenset({Stage.PAUSED, Stage.ENDED, Stage.CANCELLED}),
    Stage.PAUSED: frozenset({Stage.LIVE, Stage.ENDED, Stage.CANCELLED}),
    Stage.ENDED: frozenset(),
    Stage.CANCELLED: frozenset(),
}
"""From each stage, the stages that may come next."""

OVER = (Stage.ENDED, Stage.CANCELLED)


class CannotMove(HandoffError):
    """“{name}” is {stage}, so it cannot become {to}."""


class Offer:
    """What is promised to customers, and until when: what a campaign and its versions share."""

    name: Mapped[str]
    audience: Mapped[str]
    offer: Mapped[str]
    terms: Mapped[str]
    price: Mapped[str] = mapped_column(default="", server_default="")
    """The price or discount, in words."""
    talking_points: Mapped[str]
    objections: Mapped[str] = mapped_column(default="", server_default="")
    """What customers object, and what to answer."""
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """Where it is advertised."""
    materials: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Pairs of a title and an https address."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    def runs_on(self, day: date) -> bool:
        """Whether that day is one of its days, the last one included."""
        return self.starts_on <= day and not self.has_ended_by(day)

    def has_ended_by(self, day: date) -> bool:
        """Whether its last day is behind us."""
        return self.ends_on is not None and self.ends_on < day


PROMISED: Sequence[str] = (
    "name", "audience", "offer", "terms", "price", "talking_points", "objections", "channels",
    "materials", "starts_on", "ends_on",
)  # fmt: skip
"""What a version keeps."""

BINDING = frozenset({"audience", "offer", "terms", "price", "starts_on", "ends_on"})
"""What sales answers to: a change of it asks everyone again."""


class Campaign(Offer, Base):
    """What marketing promises, to whom, and until when: one row from the draft to the end."""

    __tablename__ = "campaign"
    __table_args__ = (
        # The code of a cancelled campaign is free again.
        Index(
            "uq_campaign_workspace_id_utm_campaign",
            "workspace_id",
            "utm_campaign",
            unique=True,
            postgresql_where=text("stage <> 'cancelled'"),
        ),
        UniqueConstraint("workspace_id", "token"),
        Index("ix_campaign_workspace_id_stage", "workspace_id", "stage"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    stage: Mapped[str] = mapped_column(default=Stage.DRAFT, server_default=Stage.DRAFT)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts the texts that others could answer to; a draft that is saved again stays the same."""
    holds_from: Mapped[int] = mapped_column(default=1, server_default="1")
    """The version since which nothing binding has changed: answers to it or later still hold."""
    kind: Mapped[str]
    budget_minor: Mapped[int | None]
    currency: Mapped[str]
    expected_leads: Mapped[int | None]
    expected_customers: Mapped[int | None]
    target_cost_per_lead_minor: Mapped[int | None]
    utm_campaign: Mapped[str | None]
    """The casefolded UTM campaign code by which leads are attributed."""
    late_callers: Mapped[str] = mapped_column(default="", server_default="")
    """What to tell those who call after the end."""
    launch_at: Mapped[Moment | None]
    """When it is to be announced by itself."""
    announced_at: Mapped[Moment | None]
    token: Mapped[str | None]
    """The form that it came in: the same form announces once, however often it arrives."""

    owner: Mapped[Person] = relationship(lazy="raise")

    @property
    def budget(self) -> Money | None:
        """The planned spend."""
        return self._money(self.budget_minor)

    @property
    def target_cost_per_lead(self) -> Money | None:
        """What a lead should cost at most."""
        return self._money(self.target_cost_per_lead_minor)

    def is_in_force(self, day: date) -> bool:
        """Whether sales may promise the offer on that day, as things stand."""
        return self.stage == Stage.LIVE and self.runs_on(day)

    def is_over(self, day: date) -> bool:
        """Whether it has ended or was cancelled, or its last day is behind us."""
        return self.stage in OVER or self.has_ended_by(day)

    def move(self, to: Stage) -> None:
        """Go to the next stage. Raises CannotMove."""
        if to not in MOVES[Stage(self.stage)]:
            raise CannotMove(name=safe(self.name), stage=self.stage, to=to)
        self.stage = to

    def _money(self, minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, self.currency)


class CampaignEventType(StrEnum):
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


class CampaignVersion(Offer, Base):
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
    changed_on: date | None = None
    """The day of the last change, where the offer, its terms or its dates are others by now."""

    @property
    def offer(self) -> Offer:
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
    def only_terms_changed(self) -> bool:
        """Whether it held then and holds today, with other terms."""
        return (
            self.changed_on is not None and self.in_force and self.campaign.is_in_force(self.today)
        )


@dataclass(frozen=True)
class OfferSearch:
    """The offers that match, as they were on a day: the first of them, and how many there are."""

    offers: Sequence[AsOf]
    """Those in force first; each campaign with its owner."""
    count: int
    words: str
    day: date
    today: date


RECENTLY_DAYS = 30


class CampaignReceipt(Base):
    """Someone pressed *Got it* for a version."""

    __tablename__ = "campaign_receipt"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    workspace_id: Mapped[WorkspaceId]
    at: Mapped[Moment]


class CampaignQuestion(Base):
    """Someone asked about a campaign; the question stands in the announcement's thread."""

    __tablename__ = "campaign_question"
    __table_args__ = (UniqueConstraint("workspace_id", "token"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    asked_at: Mapped[Moment]
    token: Mapped[str | None]
    """The form that it came in: the same form asks once, however often it arrives."""
    answer: Mapped[str | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    answerer: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[answered_by])


class CampaignReminder(Base):
    """Someone in sales was reminded of an announcement: once for each version that asks them."""

    __tablename__ = "campaign_reminder"
    __table_args__ = (UniqueConstraint("campaign_id", "version", "person_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    version: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]


@dataclass(frozen=True)
class Readership:
    """Who in sales has read an announcement, and who has not yet; both by name."""

    readers: Sequence[Person]
    waiting: Sequence[Person]
    reminded: int = 0
    """How many of them were reminded."""

    @property
    def size(self) -> int:
        """How many people there are in sales."""
        return len(self.readers) + len(self.waiting)


@dataclass(frozen=True)
class SinceAnnouncement:
    """What happened to an announcement since it was made."""

    answered: Sequence[CampaignQuestion] = ()
    """The newest answers, each with who asked and who answered."""
    questions: int = 0
    """How many questions there are in all."""
    change: CampaignEvent | None = None
    """The last change of what it says, with who made it."""


@dataclass(frozen=True)
class Overview:
    """The campaigns that matter on a day, and how many of sales have read of each."""

    running: Sequence[Campaign]
    coming: Sequence[Campaign]
    ended: Sequence[Campaign]
    """The latest first, back to `RECENTLY_DAYS` ago."""
    readers: Mapping[int, int]
    """By campaign, where anyone has."""
    sales: int
    """How many people there are in sales."""
    paused: Sequence[Campaign] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell of."""
        return not (self.running or self.paused or self.coming or self.ended)
