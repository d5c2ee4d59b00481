"""The port: what Handoff asks of a CRM, in words that every CRM knows.

An adapter translates these words into one vendor's API. It keeps no state beside its HTTP client,
opens no transaction, and knows nothing of leads' rows: `bot.crm.sync` decides what is written and
when, and remembers it. An adapter is one module in `bot.crm.adapters` and one line in its registry.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from bot.money import Money


class Stage(StrEnum):
    """How far a lead is, in the order of a sale."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    RECYCLED = "recycled"
    """It rests until a day to come."""
    WON = "won"
    LOST = "lost"


class Values(BaseModel):
    """What is written of a lead. None leaves alone what the CRM holds, unless it was given: such a
    field is emptied there (see `emptied`).

    Times are UTC.
    """

    model_config = ConfigDict(frozen=True)

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    """In E.164 where it could be read, else as it was written."""
    company: str | None = None
    job_title: str | None = None
    country: str | None = None
    """Two letters of ISO 3166 where they could be read."""
    message: str | None = None
    source: str | None = None
    """How it came, in words: Website form, HubSpot form, Typed in."""
    campaign: str | None = None
    """The campaign's name."""
    campaign_code: str | None = None
    """Its UTM code."""
    landing_url: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    gclid: str | None = None
    fbclid: str | None = None
    li_fat_id: str | None = None
    ttclid: str | None = None
    consent: str | None = None
    """In words: given or refused, when, for what."""
    score: int | None = None
    is_hot: bool | None = None
    quality: str | None = None
    """great, good, weak or junk."""
    quality_reason: str | None = None
    owner_id: str | None = None
    """The owner's id in the CRM."""
    stage: Stage | None = None
    lost_reason: str | None = None
    """In words, with stage lost or recycled."""
    amount_minor: int | None = None
    """In minor units of `currency`: what it was won for, or, while it is qualified, what its owner
    expects."""
    currency: str | None = None
    expected_on: date | None = None
    """With stage qualified: by when its owner expects to win it."""
    received_at: datetime | None = None
    claimed_at: datetime | None = None
    first_response_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def amount(self) -> Money | None:
        """The deal's amount."""
        if self.amount_minor is None or self.currency is None:
            return None
        return Money(self.amount_minor, self.currency)

    @property
    def emptied(self) -> set[str]:
        """The fields that we wrote earlier and that hold nothing any more. A CRM that cannot empty
        one leaves it."""
        return {name for name in self.model_fields_set if getattr(self, name) is None}


@dataclass(frozen=True)
class Change:
    """One lead as it is to be written."""

    key: str
    """Our idempotency key: letters, digits, `_` and `-`; the same for a lead for ever."""
    values: Values
    """What changed since it was written last; everything where it never was."""
    record_id: str | None = None
    """The record's id in the CRM; None where none is known yet: it is found or made by the key."""
    whole: Values = field(default_factory=Values)
    """All values, for what needs more than what changed (a deal's name)."""
    memory: Mapping[str, str] = field(default_factory=dict)
    """What the adapter asked to remember with this lead (the id of its deal)."""


@dataclass(frozen=True)
class Account:
    """A company that the CRM knows, by the domain of the lead's email address."""

    name: str
    owner_id: str | None = None
    """The id of the user who looks after it."""


@dataclass(frozen=True)
class Record:
    """A record as the CRM holds it."""

    record_id: str
    key: str | None = None
    """Our key, where the record has it."""
    email: str | None = None
    owner_id: str | None = None
    stage: Stage | None = None
    """None: a stage that means nothing to us."""
    amount: Money | None = None
    lost_reason: str | None = None
    changed_at: datetime | None = None
    """By the CRM's clock."""
    memory: Mapping[str, str] = field(default_factory=dict)
    merged_from: tuple[str, ...] = ()
    """The ids of records that were merged into this one."""


class Gone(NamedTuple):
    """A record that was deleted, or that we may not see any more."""

    record_id: str


@dataclass(frozen=True)
class Saved:
    """What became of a change that was written."""

    record_id: str
    is_new: bool = False
    """Whether the record was made by this call."""
    memory: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    """The values that the CRM refused and that were left out: a field of `Values`, and why."""


class Refusal(StrEnum):
    """Why the CRM refused one lead."""

    INVALID = "invalid"
    """A validation rule, or a value that it does not take."""
    GONE = "gone"
    """The record was deleted; it is never made anew by itself."""
    DUPLICATE = "duplicate"
    """Another record is this person's already."""
    BUSY = "busy"
    """Others are writing to the record: trying again helps."""


@dataclass(frozen=True)
class Refused:
    """A change that was not written, though others of the same call were."""

    why: Refusal
    detail: str
    """What the CRM says, without the values that it repeats. That it refuses the lead is said by
    whoever shows this."""
    record_id: str | None = None
    """The record that is this person's already, where the CRM names it."""


@dataclass(frozen=True)
class Note:
    """What somebody wrote about a lead."""

    key: str
    """Ours; the same on every attempt."""
    at: datetime
    author: str
    text: str


class User(NamedTuple):
    """Somebody in the CRM who can own leads."""

    id: str
    name: str
    email: str
    is_active: bool = True


class Finding(NamedTuple):
    """One thing that `handoff crm check` looked at."""

    what: str
    problem: str | None = None
    """What is wrong and how to fix it; None where all is well."""
    can_be_made: bool = False
    """Whether `handoff crm check --make` mends it."""


class Busy(Exception):
    """The CRM asks us to wait, or cannot be reached: try again in `seconds`."""

    def __init__(self, seconds: float, detail: str) -> None:
        super().__init__(detail)
        self.seconds, self.detail = seconds, detail


class NoteRefused(Exception):
    """The CRM does not take this note, however often it is sent; all else goes on."""

    def __init__(self, detail: str) -> None:
        """`detail` says why, without the note's words."""
        super().__init__(detail)
        self.detail = detail


class Trouble(StrEnum):
    """What stops all work with a CRM until somebody mends it."""

    TOKEN = "token"  # noqa: S105 - a kind of trouble
    """The key is wrong, expired or revoked."""
    RIGHT = "right"
    """The key lacks a right."""
    PLAN = "plan"
    """What we need is not part of the CRM's plan, or does not exist there."""
    ADDRESS = "address"
    """Nobody at this address speaks the CRM's language."""


class Blocked(Exception):
    """Nothing can be done until an admin mends it."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble, self.detail = trouble, detail


class Crm(Protocol):
    """A connected CRM. Every method may raise Busy and Blocked."""

    slug: ClassVar[str]
    name: ClassVar[str]
    """As people call it: HubSpot."""
    batch: ClassVar[int]
    """The most changes of one `save`."""
    overlap: ClassVar[timedelta]
    """How far before the mark `changed_since` has to look again: what it sees lags by this."""
    calls: ClassVar[tuple[int, float]]
    """The rate limit: at most so many calls in so many seconds."""

    def save(self, changes: Sequence[Change]) -> list[Saved | Refused]:
        """Write these leads, whose keys differ; what became of each, in their order.

        One that is refused stops no other. The same call again changes nothing more and makes no
        second record, also where the first was cut off after the CRM did the work. A record that
        is known and gone is refused as GONE.
        """
        ...

    def read(self, record_ids: Sequence[str]) -> list[Record | Gone]:
        """These records as they are now, in their order; one that was merged away is told as the
        record into which it was merged."""
        ...

    def changed_since(self, mark: datetime) -> Iterator[list[Record | Gone]]:
        """The records that changed at or after `mark` (the CRM's clock), page after page, the
        oldest change first; those that are not ours may be among them."""
        ...

    def find(self, emails: Sequence[str]) -> dict[str, str]:
        """The ids of the records of these people, by their email address in lower case; one that
        is nobody's or several's is left out."""
        ...

    def add_note(self, record_id: str, note: Note, *, look_first: bool) -> None:
        """Add a note to the record. With `look_first` it may be there already, from an attempt
        that was cut off, and is not added twice. Raises KeyError where the record is gone, and
        NoteRefused."""
        ...

    def users(self) -> list[User]:
        """Everybody who can own leads, also who is not active any more."""
        ...

    def accounts(self, domains: Sequence[str]) -> dict[str, Account]:
        """The companies with these email domains, by the domain; those that it knows."""
        ...

    def link(self, record_id: str) -> str:
        """The address of the record's page, for people."""
        ...

    def check(self, *, make: bool) -> Iterator[Finding]:
        """Look at everything that has to be right before going live: token, rights, fields, users,
        limits, hooks. With `make`, create missing fields."""
        ...

    def key_expires_at(self) -> datetime | None:
        """When the key stops to work; None where the CRM does not say, or it never does."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
