"""The pipeline: what leads that are qualified and still open are expected to bring, and when."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Date, cast, func, select, true
from sqlalchemy.orm import Session

from bot import clock
from bot.formats import month
from bot.leads.models import IS_OPEN, Lead, Status
from bot.metrics.metric import Unit, shown
from bot.people.models import Workspace

_MOST_MONTHS = 4
"""That a line names."""


@dataclass(frozen=True)
class PipelineRow:
    """Leads with a close date in the same month, and an amount in the same currency."""

    month: date | None
    """The month's first day; None: nobody said when."""
    currency: str | None
    """None: nobody said how much."""
    leads: int
    minor: int
    """What they add up to, in minor units; 0 without a currency."""


@dataclass(frozen=True)
class PipelineMonth:
    """The leads of a month; of all months that are over; or of none."""

    label: str
    """`Dec`, `Past close date`, `No close date`."""
    rows: tuple[PipelineRow, ...]

    @property
    def leads(self) -> int:
        """How many there are, with an amount or without."""
        return sum(row.leads for row in self.rows)

    @property
    def amounts(self) -> dict[str, int]:
        """Minor units by currency."""
        return _added(self.rows)


@dataclass(frozen=True)
class Pipeline:
    """What was expected on a day."""

    today: date
    rows: tuple[PipelineRow, ...] = ()
    """By month, those without one last."""

    @property
    def months(self) -> list[PipelineMonth]:
        """The months that are over as one, those to come, and what has no close date."""
        groups = groupby(self.rows, self._label)
        return [PipelineMonth(label, tuple(rows)) for label, rows in groups]

    @property
    def total(self) -> PipelineMonth:
        """All months as one."""
        return PipelineMonth("All", self.rows)

    @property
    def without_amount(self) -> str:
        """`3 without an amount`; empty where there is none."""
        leads = sum(row.leads for row in self.rows if row.currency is None)
        return f"{leads:,} without an amount" if leads else ""

    def is_overdue(self, row: PipelineRow) -> bool:
        """Whether the month in which they were to be won is over."""
        return row.month is not None and row.month < self.today.replace(day=1)

    def _label(self, row: PipelineRow) -> str:
        if row.month is None:
            return "No close date"
        return "Past close date" if self.is_overdue(row) else month(row.month, self.today)

    def __str__(self) -> str:
        """`42,000 EUR · Dec 30,000 · Jan 12,000 · 3 without an amount`; empty without leads."""
        known = [(each.label, each.rows) for each in self.months if each.amounts]
        if later := [row for _, rows in known[_MOST_MONTHS:] for row in rows]:
            known = [*known[:_MOST_MONTHS], ("Later", tuple(later))]
        total = shown(Unit.MONEY, self.total.amounts) if known else ""
        months = [f"{label} {self._in_short(_added(rows))}" for label, rows in known]
        return " · ".join(part for part in (total, *months, self.without_amount) if part)

    def _in_short(self, amounts: dict[str, int]) -> str:
        """Without the currency, where the total says it."""
        written = shown(Unit.MONEY, amounts)
        return written if len(self.total.amounts) > 1 else written[: -len(" EUR")]


def pipeline(session: Session, workspace_id: int, owner_id: int | None = None) -> Pipeline:
    """What is expected now, of all leads or those of one owner.

    The sum of the expected amounts (`lead.expected_minor`, which owners enter when they qualify a
    lead) of the leads that are qualified and open, by currency and by the month of the expected
    close date (`lead.expected_on`): a plain sum, no forecast. As all money, amounts in two
    currencies are never added up.
    """
    workspace = session.get_one(Workspace, workspace_id)
    closes = cast(func.date_trunc("month", Lead.expected_on), Date)
    query = (
        select(closes, Lead.expected_currency, func.count(), func.sum(Lead.expected_minor))
        .where(
            Lead.workspace_id == workspace_id, IS_OPEN, Lead.status == Status.QUALIFIED,
            true() if owner_id is None else Lead.claimed_by == owner_id,
        )
        .group_by(closes, Lead.expected_currency)
        .order_by(closes, Lead.expected_currency)
    )  # fmt: skip
    rows = [
        PipelineRow(day, currency, leads, int(minor or 0))
        for day, currency, leads, minor in session.execute(query)
    ]
    return Pipeline(workspace.day_of(clock.now()), tuple(rows))


def _added(rows: Iterable[PipelineRow]) -> dict[str, int]:
    total = Counter[str]()
    for row in rows:
        if row.currency is not None:
            total[row.currency] += row.minor
    return dict(total)
