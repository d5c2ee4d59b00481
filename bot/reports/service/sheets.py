"""Sheets: what can be taken away as a file or read over the API, one batch after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.people.model import Workspace
from bot.reports.columns import Cell, Column, Record, cells, visible
from bot.reports.period import Period
from bot.reports.policy import Matter, Sight
from bot.reports.service import leads
from bot.store import Store

BATCH = 1_000
"""Rows that are held in memory at a time; each batch is a short transaction of its own, so a slow
reader holds no connection."""

Key = tuple[Any, ...]
Read = Callable[[Session, Workspace, Period, Key | None, int], Sequence[Record]]


@dataclass(frozen=True)
class Sheet:
    """Rows of one kind in an order of their own."""

    name: str
    title: str
    meaning: str
    columns: tuple[Column, ...]
    read: Read
    """At most so many records behind a key."""
    key_kinds: tuple[type, ...]
    """What the parts of a key are."""

    needs: Matter = Matter.FACTS
    """What a reader has to see for the sheet to be of any use."""

    def is_for(self, sight: Sight) -> bool:
        """Whether the sheet is worth something to this reader."""
        return sight.knows(self.needs)

    def header(self, sight: Sight) -> list[str]:
        """The names of the columns that this reader sees."""
        return [column.name for column in visible(self.columns, sight)]

    def rows(
        self, store: Store, workspace: Workspace, period: Period, sight: Sight
    ) -> Iterator[list[Cell]]:
        """All rows of the period, as this reader sees them."""
        shown = visible(self.columns, sight)
        for record in self._records(store, workspace, period):
            yield cells(shown, record, sight)

    def _records(self, store: Store, workspace: Workspace, period: Period) -> Iterator[Record]:
        after: Key | None = None
        while True:
            with store.transaction() as session:
                batch = self.read(session, workspace, period, after, BATCH)
            yield from batch
            if len(batch) < BATCH:
                return
            after = batch[-1].key


def _leads(
    session: Session, workspace: Workspace, period: Period, after: Key | None, limit: int
) -> Sequence[Record]:
    return leads.read_leads(session, leads.received(workspace, period), after, limit)


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("leads", "Leads", "the leads received in the period, the oldest first",
              leads.COLUMNS, _leads, leads.KEY),
    )
}  # fmt: skip
