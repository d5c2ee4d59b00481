"""Sheets: what can be taken away as a file or read over the API, one batch after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.people.models import Workspace
from bot.reports import lead_rows, spend_rows, totals
from bot.reports.columns import Cell, Column, Record, Wanted, cells, visible
from bot.reports.permissions import DataClass, Permissions
from bot.store import Store
from bot.store.keyset import Key

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

    needs: DataClass = DataClass.FACTS
    """What a reader has to see for the sheet to be of any use."""

    def is_for(self, permissions: Permissions) -> bool:
        """Whether the sheet is worth something to this reader."""
        return permissions.may_see_some(self.needs)

    def header(self, permissions: Permissions) -> list[str]:
        """The names of the columns that this reader sees."""
        return [column.name for column in visible(self.columns, permissions)]

    def rows(
        self, store: Store, workspace: Workspace, wanted: Wanted, permissions: Permissions
    ) -> Iterator[list[Cell]]:
        """All rows of the days, as this reader sees them."""
        shown = visible(self.columns, permissions)
        for record in self._records(store, workspace, wanted):
            yield cells(shown, record, permissions)

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
    query = lead_rows.wanted_leads(session, workspace, wanted)
    return lead_rows.read_leads(session, query, after, limit)


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("leads", "Leads", "the leads received in the period, the oldest first",
              lead_rows.COLUMNS, _leads, lead_rows.KEY),
        Sheet("campaigns", "Campaigns", "every figure by campaign",
              totals.CAMPAIGN_COLUMNS, totals.read_campaigns, totals.CAMPAIGN_KEY),
        Sheet("spend", "Spend", "what was spent for days of the period, entry by entry",
              spend_rows.COLUMNS, spend_rows.read_spend, spend_rows.KEY, DataClass.MONEY),
        Sheet("weeks", "Weeks", "every figure by week, for the whole weeks that the days touch",
              totals.WEEK_COLUMNS, totals.read_weeks, totals.WEEK_KEY),
        Sheet("pipeline", "Pipeline", "what the leads that are qualified and open now are expected "
              "to bring, by month, whatever the days", totals.PIPELINE_COLUMNS,
              totals.read_pipeline, totals.PIPELINE_KEY, DataClass.MONEY),
    )
}  # fmt: skip
