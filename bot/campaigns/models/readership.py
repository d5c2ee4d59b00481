"""Who has read of a campaign, what they asked, and what matters on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models.campaign import Campaign
from bot.campaigns.models.history import CampaignEvent
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId

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
class Since:
    """What happened to an announcement since it was made."""

    answered: Sequence[CampaignQuestion] = ()
    """The newest answers, each with who asked and who answered."""
    asked: int = 0
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
