"""The tables of campaigns, and the rules that a campaign keeps about itself."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.money import Money
from bot.store import Base, Id, Moment, WorkspaceId


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
    __table_args__ = (UniqueConstraint("workspace_id", "utm_campaign"),)

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

    @property
    def budget(self) -> Money | None:
        """The planned spend."""
        return None if self.budget_minor is None else Money(self.budget_minor, self.currency)

    def runs_on(self, day: date) -> bool:
        """Whether the offer is in force on that day, the last day included."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


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

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    asked_at: Mapped[Moment]
