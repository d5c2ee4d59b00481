"""The tables of campaigns, the rules that a campaign keeps about itself, and who has read of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.money import Money
from bot.people.model import Person
from bot.store import Base, Id, Moment, WorkspaceId

LONGEST = {
    "name": 80,
    "audience": 200,
    "offer": 300,
    "terms": 2_000,
    "talking_points": 2_000,
    "utm_campaign": 80,
    "question": 1_000,
}
"""The most characters that each text may have, so that a card shows it whole."""

MOST_LEADS = 1_000_000
RECENTLY_DAYS = 30

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


class Campaign(Base):
    """What marketing promises, to whom, and until when."""

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("workspace_id", "utm_campaign"),
        UniqueConstraint("workspace_id", "token"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    kind: Mapped[str]
    audience: Mapped[str]
    offer: Mapped[str]
    terms: Mapped[str]
    talking_points: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    budget_minor: Mapped[int | None]
    currency: Mapped[str]
    expected_leads: Mapped[int | None]
    utm_campaign: Mapped[str | None]
    """The casefolded UTM campaign code by which leads are attributed."""
    announced_at: Mapped[Moment]
    token: Mapped[str | None]
    """The form that it came in: the same form announces once, however often it arrives."""

    owner: Mapped[Person] = relationship(lazy="raise")

    @property
    def budget(self) -> Money | None:
        """The planned spend."""
        return None if self.budget_minor is None else Money(self.budget_minor, self.currency)

    def runs_on(self, day: date) -> bool:
        """Whether the offer is in force on that day, the last day included."""
        return self.starts_on <= day and not self.has_ended_by(day)

    def has_ended_by(self, day: date) -> bool:
        """Whether its last day is behind us."""
        return self.ends_on is not None and self.ends_on < day


class CampaignReceipt(Base):
    """Someone pressed *Got it*."""

    __tablename__ = "campaign_receipt"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
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

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")


@dataclass(frozen=True)
class Readership:
    """Who in sales has read an announcement, and who has not yet; both by name."""

    readers: Sequence[Person]
    waiting: Sequence[Person]

    @property
    def size(self) -> int:
        """How many people there are in sales."""
        return len(self.readers) + len(self.waiting)


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

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell of."""
        return not (self.running or self.coming or self.ended)
