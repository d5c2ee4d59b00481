"""Sheets: what can be taken away as a file or read over the API, one batch after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.people.models import Workspace
from bot.reports.columns import Cell, Column, Key, Record, Wanted, cells, visible
from bot.reports.policy import Matter, Sight
from bot.reports.service import leads, spend, totals
from bot.store import Store

BATCH = 1_000
"""Rows that are held in memory at a time; each batch is a short transaction of its own, so a slow
reader holds no connection."""

Read = Callable[[Session, Workspace, Wanted, Key | None, int], Sequence[Record]]


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
        self, store: Store, workspace: Workspace, wanted: Wanted, sight: Sight
    ) -> Iterator[list[Cell]]:
        """All rows of the days, as this reader sees them."""
        shown = visible(self.columns, sight)
        for record in self._records(store, workspace, wanted):
            yield cells(shown, record, sight)

    def _records(self, store: Store, workspace: Workspace, wanted: Wanted) -> Iterator[Record]:
        after: Key | None = None
        while True:
            with store.transaction() as session:
                batch = self.read(session, workspace, wanted, after, BATCH)
            yield from batch
            if len(batch) < BATCH:
                return
            after = batch[-1].key


def _leads(
    session: Session, workspace: Workspace, wanted: Wanted, after: Key | None, limit: int
) -> Sequence[Record]:
    found = leads.behind(session, workspace, wanted)
    return leads.read_leads(session, found, after, limit)


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("leads", "Leads", "the leads received in the period, the oldest first",
              leads.COLUMNS, _leads, leads.KEY),
        Sheet("campaigns", "Campaigns", "every figure by campaign",
              totals.CAMPAIGN_COLUMNS, totals.read_campaigns, totals.CAMPAIGN_KEY),
        Sheet("spend", "Spend", "what was spent for days of the period, entry by entry",
              spend.COLUMNS, spend.read_spend, spend.KEY, Matter.MONEY),
        Sheet("weeks", "Weeks", "every figure by week, for the whole weeks that the days touch",
              totals.WEEK_COLUMNS, totals.read_weeks, totals.WEEK_KEY),
    )
}  # fmt: skip
