"""A campaign: what it promises, at which stage it is, and where it may go from there."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.errors import HandoffError
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


class Kind(StrEnum):
    """What sort of campaign it is."""

    SEARCH_ADS = "search_ads"
    SOCIAL_ADS = "social_ads"
    EMAIL = "email"
    WEBINAR = "webinar"
    EVENT = "event"
    CONTENT = "content"
    PARTNER = "partner"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind as cards and modals write it."""
        return self.value.replace("_", " ").capitalize()


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


class Promise:
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


class Campaign(Promise, Base):
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
