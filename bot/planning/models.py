"""The tables of planning: requests, proposals with their concerns, retrospectives, the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.campaigns.models import Campaign, CampaignVersion, Stage
from bot.metrics import Figures
from bot.money import Money
from bot.people.models import Person, Role
from bot.planning.agreement_rule import AgreementRule, Quorum, RaisedConcern, ReadyAnswer, Responses
from bot.planning.capacity import Capacity
from bot.store import Base, Id, Moment, WorkspaceId

MOST_DAYS = 60
"""The most working days until an answer is due."""

MAY_ANSWER = (Role.SALESPERSON, Role.MANAGER)
"""The roles that can be asked about a proposal."""


class PlanningRules(Base):
    """The rules of a workspace."""

    __tablename__ = "planning_rules"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    answer_days: Mapped[int] = mapped_column(default=5, server_default="5")
    """Working days of marketing within which a request is answered."""
    ready_days: Mapped[int] = mapped_column(default=2, server_default="2")
    """Working days of sales within which a proposal is answered."""
    asked_roles: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=lambda: [Role.SALESPERSON.value], server_default="{salesperson}"
    )
    """Whose answers to a proposal count."""
    quorum: Mapped[str] = mapped_column(default=Quorum.MAJORITY, server_default=Quorum.MAJORITY)
    quorum_number: Mapped[int] = mapped_column(default=2, server_default="2")
    """How many have to be ready, where it is a number."""
    required_people: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), default=list, server_default="{}"
    )
    """The ids of people without whom nothing is agreed; they are asked in any case, until they
    leave."""


LONGEST = {"text": 3_000, "audience": 200, "example": 1_000, "reason": 500}
"""The most characters that each text may have, so that a card shows it whole."""


class Frequency(StrEnum):
    """How often somebody hears it from customers."""

    ONCE = "once"
    SOMETIMES = "sometimes"
    WEEKLY = "weekly"
    DAILY = "daily"

    @property
    def label(self) -> str:
        """How cards and modals write it."""
        return _FREQUENCIES[self]


_FREQUENCIES = {
    Frequency.ONCE: "Once so far",
    Frequency.SOMETIMES: "Now and then",
    Frequency.WEEKLY: "Every week",
    Frequency.DAILY: "Every day",
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


class RequestEventType(StrEnum):
    """What happened to a request."""

    ASKED = "asked"
    SUPPORTED = "supported"
    SEEN = "seen"
    DRAFTED = "drafted"
    PROPOSED = "proposed"
    ANNOUNCED = "announced"
    ENDED = "ended"
    REOPENED = "reopened"
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
    frequency: Mapped[str | None]
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
    """When the clock checks it next: to remind marketing, and to mark it overdue."""
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
        """Marketing has answered; the clock has nothing to check any more."""
        self.status, self.answered_by, self.answered_at = status, person_id, now
        self.next_check_at = None

    def reopen(self, answer_by: datetime, next_check_at: datetime) -> None:
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
class RequestDetails:
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
class RequestRow:
    """A request in a list."""

    request: Request
    asker: Person
    support_count: int
    """How many people hear it, the one who asked included."""
    includes_reader: bool
    """Whether the reader is one of them."""


LONGEST_CONCERN = 1_000
MOST_LINES = 20


class Proposal(Base):
    """Sales is asked about a campaign, and has to answer until then."""

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
    """The campaign's, as the cards show it; `campaign_sync` writes it."""
    version: Mapped[int]
    """The campaign's, likewise."""
    proposed_at: Mapped[Moment]
    answer_by: Mapped[Moment]
    reminded_at: Mapped[Moment | None]
    next_check_at: Mapped[Moment | None]
    """When the clock checks it next: to remind the silent, and to show them as such."""
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
    """What a part of a campaign may cost; they count while the campaign's budget is their sum."""

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
class SimilarCampaign:
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
class ProposalRow:
    """A proposal in a list."""

    campaign: Campaign
    responses: Responses


@dataclass(frozen=True)
class ProposalDetails:
    """A proposal, with all that its cards say."""

    proposal: Proposal
    campaign: Campaign
    """With its owner."""
    respondents: Sequence[Person]
    """By name."""
    responses: Responses
    concerns: Sequence[Concern]
    """The open ones, the oldest first, each with who raised it."""
    rule: AgreementRule
    required: Sequence[Person]
    """Those without whom nothing is agreed."""
    previous: CampaignVersion | None
    """What this version took the place of."""
    changed: Mapping[str, tuple[str, str]]
    """What differs from it, by field."""
    capacity: Capacity
    similar_campaigns: Sequence[SimilarCampaign]
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

    def people(self, ids: frozenset[int]) -> list[Person]:
        """These people, by name."""
        return [person for person in self.respondents if person.id in ids]


def ready_answers(answers: Sequence[ProposalAnswer]) -> list[ReadyAnswer]:
    """Answers as the rule reads them."""
    return [ReadyAnswer(each.person_id, each.version, each.at) for each in answers]


def raised_concerns(concerns: Sequence[Concern]) -> list[RaisedConcern]:
    """Concerns as the rule reads them."""
    return [RaisedConcern(each.person_id, each.raised_at, each.is_open) for each in concerns]


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
    """The department of somebody who looks back."""

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
    answers: Sequence[Retrospective]
    """The answers, the oldest first, each with who gave it."""
    asked_count: int
    """How many people were asked."""
