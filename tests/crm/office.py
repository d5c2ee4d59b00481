"""What people do in a CRM, whichever it is: the contract suite and the sync's tests act by this."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from bot.crm.port import Crm, Stage
from bot.money import Money


class Fault(StrEnum):
    """What can go wrong with the next call."""

    TOO_FAST = "too_fast"
    """429, or whatever this CRM says; nothing was done."""
    DOWN = "down"
    """503; nothing was done."""
    CUT_OFF = "cut_off"
    """The connection breaks after the CRM did the work."""
    TOKEN = "token"
    """The key is not valid any more."""
    RIGHT = "right"
    """The key lacks a right."""


@dataclass(frozen=True)
class Seen:
    """A record as somebody sees it in the CRM."""

    record_id: str
    email: str | None
    last_name: str | None
    company: str | None
    owner: str | None
    """The email address of its owner."""
    stage: Stage | None
    amount: Money | None
    campaign: str | None
    score: int | None
    quality: str | None
    consent: str | None
    lost_reason: str | None
    notes: tuple[str, ...] = ()
    """The texts of its notes, the oldest first."""


class Office(Protocol):
    """A CRM with an administrator's hands on it."""

    def connect(self) -> Crm:
        """The adapter, connected with a key that has every right that it needs."""
        ...

    def records(self) -> list[Seen]:
        """All records that exist, in the order in which they were made."""
        ...

    def add_user(self, email: str, name: str) -> str:
        """Somebody new who can own leads; returns their id."""
        ...

    def deactivate(self, email: str) -> None:
        """They leave the company."""
        ...

    def type_in(self, email: str, last_name: str) -> str:
        """A salesperson makes a record by hand, without our key; returns its id."""
        ...

    def set_owner(self, record_id: str, email: str) -> None:
        """A person gives the record to a colleague."""
        ...

    def qualify(self, record_id: str) -> None:
        """A person moves it to qualified."""
        ...

    def win(self, record_id: str, amount: Money | None) -> None:
        """A person closes it as won, as this CRM does that (in Salesforce: convert, then close)."""
        ...

    def lose(self, record_id: str, reason: str) -> None:
        """A person closes it as lost."""
        ...

    def set_amount(self, record_id: str, amount: Money) -> None:
        """A person corrects the amount of the won deal."""
        ...

    def reopen(self, record_id: str) -> None:
        """A person takes a close back."""
        ...

    def clear(self, record_id: str, field: str) -> None:
        """A person empties a field of `Values` (job_title, country)."""
        ...

    def value(self, record_id: str, field: str) -> str | None:
        """What the record holds in the place of a field of `Values`."""
        ...

    def write(self, record_id: str, fields: Mapping[str, str]) -> None:
        """A person writes into the places of fields of `Values`."""
        ...

    def delete(self, record_id: str) -> None:
        """A person deletes it."""
        ...

    def merge(self, gone_id: str, into_id: str) -> str:
        """A person merges two records; returns the id of the one that stays (in HubSpot: a new
        one)."""
        ...

    def refuse(self, field: str) -> None:
        """From now on a validation rule refuses every value of this field of `Values`."""
        ...

    def drop_field(self, field: str) -> None:
        """The place of this field of `Values` does not exist any more."""
        ...

    def fail(self, fault: Fault, times: int = 1) -> None:
        """Let the next calls go wrong."""
        ...

    def forward(self, by: timedelta) -> None:
        """Move the CRM's clock, where it can be moved; else wait until it has."""
        ...

    def calls(self) -> int:
        """How many calls of the API there were, refused ones included."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...
