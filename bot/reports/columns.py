"""What the files and the API hold: columns whose names never change, each with its meaning.

A column has a data class, which says who sees it. A new column is one entry, at the end of its
sheet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot import metrics
from bot.metrics import Attribution, By
from bot.reports.period import Period
from bot.reports.permissions import DataClass, Permissions
from bot.store import keyset

Cell = str | int | bool | Decimal | date | datetime | None


ALL = "received"
"""The metric behind which all leads of a period stand."""


@dataclass(frozen=True)
class Wanted:
    """Which days, and the rule that credits leads to campaigns; of single leads, those behind a
    metric, and of one group where one is named."""

    period: Period
    credit: Attribution = Attribution.FIRST_TOUCH
    metric: str = ALL
    group: tuple[By, metrics.Key] | None = None


@dataclass(frozen=True)
class Column:
    """One column; `read` takes the cell out of what the query brought."""

    name: str
    meaning: str
    read: Callable[[Any], Cell]
    data_class: DataClass = DataClass.FACTS


@dataclass(frozen=True)
class Record:
    """One row of a sheet, as the query brought it."""

    key: keyset.Key
    """What the sheet is ordered by."""
    row: Any
    owner_id: int | None = None
    """Whose lead it is, for those who see their own only."""


def visible(columns: Sequence[Column], permissions: Permissions) -> list[Column]:
    """The columns in which this reader sees any cell."""
    return [column for column in columns if permissions.may_see_some(column.data_class)]


def cells(columns: Sequence[Column], record: Record, permissions: Permissions) -> list[Cell]:
    """The record's cells in these columns; what the reader may not see is empty."""
    return [
        column.read(record.row) if permissions.may_see(column.data_class, record.owner_id) else None
        for column in columns
    ]
