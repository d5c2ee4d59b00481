"""What the tests of each vendor ask of an adapter."""

from collections.abc import Sequence
from typing import Protocol

from bot.crm.port import Change, Crm, Record, Saved
from tests.crm.office import Seen


class HasRecords(Protocol):
    """A CRM that says what it holds."""

    def records(self) -> Sequence[Seen]:
        """Its records."""


def save(crm: Crm, *changes: Change) -> list[Saved]:
    """Write these changes, none of which the CRM may refuse."""
    results = crm.save(changes)
    saved = [each for each in results if isinstance(each, Saved)]
    assert len(saved) == len(changes) == len(results), results
    return saved


def read(crm: Crm, record_id: str) -> Record:
    """A record, which has to be there."""
    [record] = crm.read([record_id])
    assert isinstance(record, Record)
    return record


def only(office: HasRecords) -> Seen:
    """The one record that the CRM holds."""
    [seen] = office.records()
    return seen
