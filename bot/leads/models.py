"""The lead with its touches, notes and history, and the rules that it keeps about itself."""

from datetime import date, datetime
from enum import StrEnum
from functools import reduce
from typing import Any

import phonenumbers
from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.contacts.models import Contact
from bot.formats import InWords
from bot.money import Money
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId

# Conditions of partial indexes, word for word as the queries say them: the planner compares them.
IS_OPEN = text("merged_into IS NULL AND status IN ('new', 'qualified')")
"""Somebody works on it, or should."""

IS_LISTED = text(
    f"claimed_by IS NULL AND {IS_OPEN} AND status = 'new'"
    " AND call_list_id IS NOT NULL AND first_response_at IS NULL"
)
"""It waits on a call list."""

IS_WAITING = text(
    f"claimed_by IS NULL AND {IS_OPEN}"
    " AND (call_list_id IS NULL OR is_hot OR first_response_at IS NOT NULL OR status <> 'new')"
)
"""Nobody owns it, and no call list will bring it up."""

IS_UNANSWERED = text(f"{IS_OPEN} AND first_response_at IS NULL AND response_due_at IS NOT NULL")
"""An answer was promised, and has not been given."""

IS_CLOSED = text("merged_into IS NULL AND status IN ('won', 'lost')")
"""It has ended."""

IS_PAUSED = text("merged_into IS NULL AND status = 'recycled'")
"""It rests until a day that its owner has named."""

IS_UNRATED = text(f"{IS_CLOSED} AND rating IS NULL")
"""It has ended, and nobody has said how good it was."""

# What one remembers of a lead. An address is split at its @, since PostgreSQL keeps it whole.
_REMEMBERED = (
    "coalesce(first_name, '')",
    "coalesce(last_name, '')",
    "coalesce(company, '')",
    "replace(coalesce(email, ''), '@', ' ')",
    "ltrim(coalesce(phone_e164, ''), '+')",
)
# In brackets as PostgreSQL writes it, none around the whole: so `handoff db check` can compare.
_WORDS = reduce(lambda before, each: f"(({before} || ' ') || {each})", _REMEMBERED)[1:-1]
WORDS: ColumnElement[Any] = literal_column(f"to_tsvector('simple', {_WORDS})")
"""What `queries.search` looks into; it has to read as its index does."""


class Status(StrEnum):
    """Where a lead stands. A claim is no status: it is ownership, in `claimed_by`."""

    NEW = "new"
    QUALIFIED = "qualified"
    WON = "won"
    LOST = "lost"
    RECYCLED = "recycled"


class Rating(StrEnum):
    """The salesperson's judgement of a lead's quality."""

    GREAT = "great"
    GOOD = "good"
    WEAK = "weak"
    JUNK = "junk"

    @property
    def label(self) -> str:
        """The rating as people read it."""
        return self.value.capitalize()

    @property
    def needs_reason(self) -> bool:
        """Whether marketing needs to know why."""
        return self in (Rating.WEAK, Rating.JUNK)


class Disposition(InWords):
    """Why a lead was lost: the outcome code."""

    UNABLE_TO_REACH = "unable_to_reach"
    INACCURATE_DATA = "inaccurate_data"
    NO_INTEREST_OR_NEED = "no_interest_or_need"
    NO_BUDGET = "no_budget"
    NO_FIT = "no_fit"
    BAD_TIMING = "bad_timing"
    DUPLICATE = "duplicate"
    WRONG_REGION = "wrong_region"
    COMPETITOR_OR_STUDENT = "competitor_or_student"
    SPAM_OR_TEST = "spam_or_test"


class HandoverReason(InWords):
    """Why somebody hands a lead to a colleague."""

    ON_LEAVE = "on_leave"
    WRONG_REGION = "wrong_region"
    KNOWS_THEM_BETTER = "knows_them_better"
    TOO_BUSY = "too_busy"


class CallResult(InWords):
    """How a call went; whoever was not reached was tried."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    WRONG_NUMBER = "wrong_number"


NOBODY_CAME = "nobody_came"
"""The outcome of an attempt that was a meeting."""


class EventType(StrEnum):
    """What can happen to a lead, as the audit names it."""

    RECEIVED = "received"
    RETURNED = "returned"
    MERGED = "merged"
    UNMERGED = "unmerged"
    CALLED = "called"
    CLAIMED = "claimed"
    RELEASED = "released"
    TAKEN_BACK = "taken_back"
    REASSIGNED = "reassigned"
    SNOOZED = "snoozed"
    SUGGESTED = "suggested"
    DECLINED = "declined"
    RECYCLED = "recycled"
    WOKEN = "woken"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    RATED = "rated"
    WON = "won"
    LOST = "lost"
    REOPENED = "reopened"
    CORRECTED = "corrected"
    EDITED = "edited"
    """Its details were put right; the facts name them."""
    UNDONE = "undone"
    """Its newest step was taken back; the facts name its events."""
    NOTED = "noted"
    ASKED_FOR = "asked_for"
    """A colleague would like to take it over."""
    KEPT = "kept"
    """Its owner said no to that."""
    MEETING_BOOKED = "meeting_booked"
    """By the lead; the facts of these name the meeting."""
    MEETING_MOVED = "meeting_moved"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_HELD = "meeting_held"
    MEETING_MISSED = "meeting_missed"


Actor = Person | str
"""Who does something with a lead: a person, or a program by the name that cards show of it."""


class CallList(Base):
    """Contacts to call one after the other, such as those of a webinar."""

    __tablename__ = "call_list"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    created_at: Mapped[Moment]


class Lead(Base):
    """Someone who raised a hand, in one canonical shape whatever the source."""

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source", "sender", "external_id", "person_key"),
        Index("ix_lead_workspace_id_received_at", "workspace_id", "received_at"),
        Index("ix_lead_claimed_by", "claimed_by"),
        Index("ix_lead_campaign_id", "campaign_id"),
        Index("ix_lead_last_campaign_id", "last_campaign_id"),
        Index("ix_lead_contact_id", "contact_id"),
        Index(
            "ix_lead_to_call",
            "call_list_id",
            "call_attempts",
            "id",
            postgresql_where=text("call_list_id IS NOT NULL"),
        ),
        Index("ix_lead_open", "workspace_id", "claimed_by", postgresql_where=IS_OPEN),
        Index("ix_lead_listed", "call_list_id", postgresql_where=IS_LISTED),
        Index("ix_lead_waiting", "workspace_id", "received_at", postgresql_where=IS_WAITING),
        Index(
            "ix_lead_quiet",
            "workspace_id",
            text("score DESC"),
            "received_at",
            postgresql_where=text(f"{IS_WAITING} AND NOT is_hot"),
        ),
        Index("ix_lead_returns_to", "returns_to", postgresql_where=text("returns_to IS NOT NULL")),
        Index(
            "ix_lead_unanswered", "workspace_id", "response_due_at", postgresql_where=IS_UNANSWERED
        ),
        Index("ix_lead_paused", "claimed_by", "wake_at", postgresql_where=IS_PAUSED),
        Index("ix_lead_unrated", "claimed_by", "closed_at", postgresql_where=IS_UNRATED),
        Index("ix_lead_closed", "claimed_by", "closed_at", postgresql_where=IS_CLOSED),
        Index(
            "ix_lead_won",
            "workspace_id",
            "received_at",
            postgresql_where=text("status = 'won'"),
            postgresql_include=[
                "contact_id",
                "campaign_id",
                "last_campaign_id",
                "source",
                "first_claimed_by",
                "won_minor",
                "won_currency",
                "merged_into",
            ],
        ),
        Index(
            "ix_lead_next_check_at",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
        Index("ix_lead_words", text(str(WORDS)), postgresql_using="gin"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    source: Mapped[str]
    sender: Mapped[str] = mapped_column(default="", server_default="")
    """The name of the key that it came with, as in its submission; empty where there is none."""
    external_id: Mapped[str]
    person_key: Mapped[str] = mapped_column(default="", server_default="")
    """A hash of who it names: the same external id with somebody else is no repetition."""
    received_at: Mapped[Moment]
    submitted_at: Mapped[Moment | None]
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id))

    email: Mapped[str | None]
    email_key: Mapped[str | None]
    phone_raw: Mapped[str | None]
    phone_e164: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    company: Mapped[str | None]
    job_title: Mapped[str | None]
    country: Mapped[str | None]
    message: Mapped[str | None]
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    utm_campaign: Mapped[str | None]
    utm_term: Mapped[str | None]
    utm_content: Mapped[str | None]
    landing_url: Mapped[str | None]
    gclid: Mapped[str | None]
    fbclid: Mapped[str | None]
    li_fat_id: Mapped[str | None]
    ttclid: Mapped[str | None]
    form_id: Mapped[str | None]
    ad_id: Mapped[str | None]
    answers: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """Every question that was asked, with its answer (`bot.sources.answers.Answer`)."""

    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    """The campaign of the first touch; it never changes."""
    last_touch_at: Mapped[Moment]
    last_campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    """The campaign of the last touch."""
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    score: Mapped[int] = mapped_column(default=0)
    score_reasons: Mapped[list[Any]] = mapped_column(default=list)
    """Pairs of a rule's words and its points."""
    is_hot: Mapped[bool] = mapped_column(default=True)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    call_list_id: Mapped[int | None] = mapped_column(ForeignKey("call_list.id"))
    call_outcome: Mapped[str | None]
    call_attempts: Mapped[int] = mapped_column(default=0)
    """How often somebody called and said so, whatever came of it."""

    status: Mapped[str] = mapped_column(default=Status.NEW)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[Moment | None]
    """Since when its owner has it."""
    first_claimed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who claimed it first, whoever owns it now; what the metrics count (`set_owner`)."""
    first_claimed_at: Mapped[Moment | None]
    first_response_at: Mapped[Moment | None]
    qualified_at: Mapped[Moment | None]
    """When sales first verified need, budget and fit; winning it proves that too."""
    rating: Mapped[str | None]
    rating_reason: Mapped[str | None]
    rated_at: Mapped[Moment | None]
    disposition: Mapped[str | None]
    disposition_note: Mapped[str | None]
    won_minor: Mapped[int | None]
    won_currency: Mapped[str | None]
    expected_minor: Mapped[int | None]
    """What its owner expects it to bring; with those of other qualified leads, the pipeline."""
    expected_currency: Mapped[str | None]
    expected_on: Mapped[date | None]
    """By when it is expected to be won, in the workspace's zone."""
    closed_at: Mapped[Moment | None]

    assignment_no: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts the times that it changed hands: the escalation begins anew with each."""
    step_started_at: Mapped[Moment | None]
    """Since when the escalation waits for its next step."""
    step: Mapped[str | None]
    """The last step of the escalation since then."""
    next_check_at: Mapped[Moment | None]
    """When the clock looks at it next; None: it waits for nothing."""
    suggested_to: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    passed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who had it and is not offered it again."""
    returns_to: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Its owner, who is away and gets it back from whoever stands in."""
    reserved_for: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who knows the customer, and alone may claim it until `reserved_until`."""
    reserved_until: Mapped[Moment | None]
    snoozed_until: Mapped[Moment | None]
    wake_at: Mapped[Moment | None]
    """When a recycled lead returns to its owner."""
    claim_due_at: Mapped[Moment | None]
    response_due_at: Mapped[Moment | None]
    claim_worked: Mapped[int | None]
    """Seconds of working time until the first claim."""
    response_worked: Mapped[int | None]
    """Seconds of working time until the first response."""
    in_crm: Mapped[dict[str, Any] | None]
    """How it stands in the CRM, for its card: `crm`, and `url` or `problem`; `account`."""

    @property
    def name(self) -> str:
        """The person's name, or what hints at it and can be shown to everybody."""
        full = " ".join(filter(None, [self.first_name, self.last_name]))
        mailbox, _, domain = (self.email or "").rpartition("@")
        number = self.phone_e164 or self.phone_raw
        return (
            full
            or (mailbox and f"{mailbox[0]}…@{domain}")
            or (f"{number[:4]}…" if number else "Unnamed")
        )

    @property
    def phone(self) -> str | None:
        """The phone number as people read it, with its country code where that is known."""
        if self.phone_e164 is None:
            return self.phone_raw
        number = phonenumbers.parse(self.phone_e164)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    @property
    def unplaced(self) -> list[dict[str, Any]]:
        """The answers that no field says: they are shown under their questions."""
        return [answer for answer in self.answers or () if "field" not in answer]

    @property
    def is_closed(self) -> bool:
        """Whether it ended as won or lost."""
        return self.status in (Status.WON, Status.LOST)

    @property
    def due_at(self) -> datetime | None:
        """By when it has to be claimed, or answered once it is; None: nothing is due."""
        if self.first_response_at or self.is_closed or self.merged_into:
            return None
        return self.response_due_at if self.claimed_by else self.claim_due_at

    @property
    def won_amount(self) -> Money | None:
        """The deal's amount, once it is won."""
        if self.won_minor is None or self.won_currency is None:
            return None
        return Money(self.won_minor, self.won_currency)

    @property
    def expected_amount(self) -> Money | None:
        """What its owner expects it to bring."""
        if self.expected_minor is None or self.expected_currency is None:
            return None
        return Money(self.expected_minor, self.expected_currency)


class Touch(Base):
    """A later submission that joined an open lead; the lead itself is its own first touch."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source", "sender", "external_id", "person_key"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    source: Mapped[str]
    sender: Mapped[str] = mapped_column(default="", server_default="")
    external_id: Mapped[str]
    person_key: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[Moment]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    facts: Mapped[dict[str, Any]]
    """What it said, by the names of a payload."""

    @property
    def unplaced(self) -> list[dict[str, Any]]:
        """The answers that no field says: they are shown under their questions."""
        return [each for each in self.facts.get("answers") or [] if "field" not in each]


class LeadEvent(Base):
    """Who did what with a lead, and when: the audit."""

    __tablename__ = "lead_event"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    event_type: Mapped[str]
    at: Mapped[Moment]
    facts: Mapped[dict[str, Any]]


class LeadNote(Base):
    """What somebody wrote about a lead: personal data, as the lead's own."""

    __tablename__ = "lead_note"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who wrote it; None: it came through a program."""
    via: Mapped[str | None]
    """The program's name."""
    event_type: Mapped[str]
    """The step at which it was written."""
    at: Mapped[Moment]
    text: Mapped[str]


class LeadAttempt(Base):
    """A call that reached nobody, or a meeting to which nobody came. It is no first response; what
    was typed of it is a note."""

    __tablename__ = "lead_attempt"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    outcome: Mapped[str]
    """A `CallResult`, or NOBODY_CAME."""
