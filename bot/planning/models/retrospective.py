"""The table of retrospectives: what each side learned from a campaign, asked once at its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models import Campaign
from bot.metrics import Figures
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId

LONGEST_LESSON = 1_000


class Again(StrEnum):
    """Whether somebody would do it again."""

    YES = "yes"
    CHANGED = "changed"
    NO = "no"

    @property
    def label(self) -> str:
        """How cards and modals write it."""
        return _AGAIN[self]


_AGAIN = {Again.YES: "Yes", Again.CHANGED: "Yes, but changed", Again.NO: "No"}


class Side(StrEnum):
    """From where somebody looks back."""

    MARKETING = "marketing"
    SALES = "sales"

    @property
    def label(self) -> str:
        """How cards write it."""
        return self.value.capitalize()


class Retrospective(Base):
    """One person is asked about one campaign, and what they said."""

    __tablename__ = "retrospective"
    __table_args__ = (UniqueConstraint("campaign_id", "person_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    side: Mapped[str]
    asked_at: Mapped[Moment]
    worked: Mapped[str] = mapped_column(default="", server_default="")
    failed: Mapped[str] = mapped_column(default="", server_default="")
    again: Mapped[str | None]
    """None until they have answered."""
    answered_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship(lazy="raise")
    campaign: Mapped[Campaign] = relationship(lazy="raise")


@dataclass(frozen=True)
class CampaignReview:
    """What a campaign came to, in numbers and in words."""

    campaign: Campaign
    """With its owner."""
    figures: Figures
    said: Sequence[Retrospective]
    """The answers, the oldest first, each with who gave it."""
    asked: int
    """How many people were asked."""
