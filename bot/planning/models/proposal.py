"""The tables of proposals: what sales is asked, who is ready, and who has a concern."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models import Campaign, CampaignVersion, Stage
from bot.money import Money
from bot.people.models import Person
from bot.planning.models.agreement import RaisedConcern, ReadyAnswer, Rule, Standing
from bot.planning.models.capacity import Capacity
from bot.store import Base, Id, Moment, WorkspaceId

LONGEST_CONCERN = 1_000
MOST_LINES = 20


class Proposal(Base):
    """That sales is asked about a campaign, and until when it has to answer."""

    __tablename__ = "proposal"
    __table_args__ = (
        Index(
            "ix_proposal_next_check_at",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
        Index("ix_proposal_workspace_id_stage", "workspace_id", "stage"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    stage: Mapped[str]
    """The campaign's, as the cards show it; the clock follows where another verb moved it."""
    version: Mapped[int]
    """The campaign's, likewise."""
    proposed_at: Mapped[Moment]
    answer_by: Mapped[Moment]
    reminded_at: Mapped[Moment | None]
    next_check_at: Mapped[Moment | None]
    """When the clock looks at it next: to remind the silent, and to show them as such."""
    overruled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    overruled_because: Mapped[str | None]
    overruled_version: Mapped[int | None]
    """A manager agreed in place of sales, to this version."""


class ProposalAnswer(Base):
    """Somebody said that they are ready for a version."""

    __tablename__ = "proposal_answer"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    at: Mapped[Moment]
    """When they said so last."""


class Concern(Base):
    """What somebody in sales fears of a version; open until it is answered or withdrawn."""

    __tablename__ = "concern"
    __table_args__ = (UniqueConstraint("workspace_id", "token"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int]
    text: Mapped[str]
    raised_at: Mapped[Moment]
    answer: Mapped[str | None]
    """None where it was withdrawn."""
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[Moment | None]
    token: Mapped[str]

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=person_id)
    closer: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=closed_by)
    campaign: Mapped[Campaign] = relationship(lazy="raise")

    @property
    def is_open(self) -> bool:
        """Whether it still stands against an agreement."""
        return self.closed_at is None


class ProposalReminder(Base):
    """Somebody was reminded that they have not answered; once for each version."""

    __tablename__ = "proposal_reminder"
    __table_args__ = (UniqueConstraint("campaign_id", "person_id", "version"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int]
    at: Mapped[Moment]


class BudgetLine(Base):
    """What a part of a campaign may cost; the campaign's budget is the sum of them."""

    __tablename__ = "budget_line"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    minor: Mapped[int]
    currency: Mapped[str]

    @property
    def amount(self) -> Money:
        """The planned spend."""
        return Money(self.minor, self.currency)


@dataclass(frozen=True)
class LastTime:
    """A similar campaign of the past, and what came of it, as people read it."""

    name: str
    when: str
    acceptance: str
    romi: str
    top_reason: str | None
    again: str | None = None
    """Whether both sides would do it again; None: nobody has said."""
    lesson: str | None = None
    """The newest that somebody learned from what failed."""


@dataclass(frozen=True)
class Proposed:
    """A proposal in a list."""

    campaign: Campaign
    standing: Standing


@dataclass(frozen=True)
class Table:
    """A proposal, with all that its card says."""

    proposal: Proposal
    campaign: Campaign
    """With its owner."""
    asked: Sequence[Person]
    """By name."""
    standing: Standing
    concerns: Sequence[Concern]
    """The open ones, the oldest first, each with who raised it."""
    rule: Rule
    must: Sequence[Person]
    """Those without whom nothing is agreed."""
    before: CampaignVersion | None
    """What this version took the place of."""
    changed: Mapping[str, tuple[str, str]]
    """What differs from it, by field."""
    capacity: Capacity
    last_time: Sequence[LastTime]
    overruler: Person | None

    @property
    def is_open(self) -> bool:
        """Whether sales may still answer."""
        return self.campaign.stage in (Stage.PROPOSED, Stage.AGREED)

    @property
    def is_overruled(self) -> bool:
        """Whether a manager agreed in place of sales, to what the campaign says now."""
        version = self.proposal.overruled_version
        stands = self.campaign.stage not in (Stage.DRAFT, Stage.PROPOSED)
        return stands and version is not None and version >= self.campaign.holds_from

    def of(self, ids: frozenset[int]) -> list[Person]:
        """These people, by name."""
        return [person for person in self.asked if person.id in ids]


def ready_answers(answers: Sequence[ProposalAnswer]) -> list[ReadyAnswer]:
    """Answers as the rule reads them."""
    return [ReadyAnswer(each.person_id, each.version, each.at) for each in answers]


def raised_concerns(concerns: Sequence[Concern]) -> list[RaisedConcern]:
    """Concerns as the rule reads them."""
    return [RaisedConcern(each.person_id, each.raised_at, each.is_open) for each in concerns]
