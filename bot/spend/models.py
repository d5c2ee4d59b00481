"""The tables of money that goes out: spend by campaign and day, margins, and the departments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Numeric, Text, UniqueConstraint, exists
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.campaigns.models import Campaign
from bot.money import Money
from bot.people.models import Person
from bot.spend import exports
from bot.store import Base, Id, Moment, WorkspaceId

LONGEST = {"line": 80, "note": 300}
"""The most characters that each text may have."""

PAGE = 15
"""Entries on a page of the list."""


class Department(StrEnum):
    """Whose cost it is."""

    MARKETING = "marketing"
    SALES = "sales"


class SpendEntry(Base):
    """What one line of a campaign cost on one day. It is never changed: another entry corrects it,
    and both stay to be seen."""

    __tablename__ = "spend_entry"
    __table_args__ = (
        UniqueConstraint("workspace_id", "import_key"),
        UniqueConstraint("corrects_id"),
        Index("ix_spend_entry_campaign_id_day", "campaign_id", "day"),
        Index("ix_spend_entry_workspace_id_day", "workspace_id", "day"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    day: Mapped[date]
    """The day in the workspace's zone, or the one that the ad platform reports."""
    line: Mapped[str]
    """What the money went to, such as `Google Ads`."""
    minor: Mapped[int]
    currency: Mapped[str]
    note: Mapped[str]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    entered_at: Mapped[Moment]
    source: Mapped[str]
    """`typed`, or the kind of file that it came in."""
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("spend_entry.id"))
    """The entry that this one replaces."""
    import_key: Mapped[str | None]
    """What makes it itself: the same form or row adds it once, however often it comes."""

    @property
    def amount(self) -> Money:
        """What it cost."""
        return Money(self.minor, self.currency)


_Later = aliased(SpendEntry)


def stands() -> ColumnElement[bool]:
    """Whether an entry counts: no other one corrects it."""
    return ~exists().where(_Later.corrects_id == SpendEntry.id)


class Margin(Base):
    """What is left of a deal's amount, in percent: of the workspace, or of one campaign."""

    __tablename__ = "margin"
    __table_args__ = (
        UniqueConstraint("workspace_id", "campaign_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey(Campaign.id))
    """None: all campaigns without a margin of their own."""
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    set_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    set_at: Mapped[Moment]


class DepartmentCost(Base):
    """All that a department cost in a month: salaries, tools, everything."""

    __tablename__ = "department_cost"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    department: Mapped[str] = mapped_column(primary_key=True)
    minor: Mapped[int]
    currency: Mapped[str]
    set_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    set_at: Mapped[Moment]


class BudgetWarning(Base):
    """The owner was told that this share of the budget is spent; each share is told once."""

    __tablename__ = "budget_warning"
    __table_args__ = (UniqueConstraint("campaign_id", "percent"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    percent: Mapped[int]
    at: Mapped[Moment]


class ImportState(StrEnum):
    """Where the import of an export stands."""

    PREVIEW = "preview"
    DONE = "done"
    CANCELLED = "cancelled"


class SpendImport(Base):
    """An export of spend on its way in: its rows, what its columns mean, and what came of it."""

    __tablename__ = "spend_import"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    """Who brought it; None for the command line."""
    name: Mapped[str]
    platform: Mapped[str]
    header: Mapped[list[str]] = mapped_column(ARRAY(Text))
    meanings: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """What each column means (`bot.spend.exports`)."""
    rows: Mapped[list[Any]]
    """The cells, row by row; once it is imported, those that were refused, with their reasons."""
    campaigns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The campaign by the name that the file gives it, where somebody has said so."""
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey(Campaign.id))
    """The campaign of all rows that name none that we know."""
    state: Mapped[str] = mapped_column(default=ImportState.PREVIEW)
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What would come of it, or came."""
    created_at: Mapped[Moment]

    @property
    def is_readable(self) -> bool:
        """Whether its columns say enough."""
        return exports.is_readable(
            self.header, self.meanings, one_campaign=self.campaign_id is not None
        )


@dataclass(frozen=True)
class Margins:
    """The contribution margins of a workspace, in percent."""

    usual: Decimal | None
    by_campaign: Mapping[int, Decimal]

    def of(self, campaign_id: int) -> Decimal | None:
        """The campaign's own margin, else the workspace's; None where none is set."""
        return self.by_campaign.get(campaign_id, self.usual)


@dataclass(frozen=True)
class DepartmentCosts:
    """What both departments cost, month by month."""

    by_month: Mapping[date, Sequence[tuple[int, str]]]
    """By its first day, minor units and currency of each department."""

    def between(self, first: date, end: date) -> Mapping[str, Fraction] | None:
        """The cost from `first` until before `end`, exact, by currency.

        A month counts for as many of its days as are in the period. None where a department lacks
        a month, since half of a cost is none.
        """
        days = _days_by_month(first, end)
        if not days or any(len(self.by_month.get(each, ())) != len(Department) for each in days):
            return None
        cost: dict[str, Fraction] = {}
        for month, count in days.items():
            for minor, currency in self.by_month[month]:
                part = Fraction(minor * count, _length(month))
                cost[currency] = cost.get(currency, Fraction()) + part
        return cost


def _days_by_month(first: date, end: date) -> Mapping[date, int]:
    """The months of the period by their first day, with how many of their days are in it."""
    days: dict[date, int] = {}
    while first < end:
        month = first.replace(day=1)
        after = min(end, month + timedelta(days=_length(month)))
        days[month] = (after - first).days
        first = after
    return days


def _length(month: date) -> int:
    return ((month + timedelta(days=31)).replace(day=1) - month).days


@dataclass(frozen=True)
class Consumption:
    """What a campaign has spent of its budget, in its currency."""

    campaign: Campaign
    by_line: Mapping[str, Money]
    """The largest first."""

    @property
    def spent(self) -> Money:
        """In total."""
        return sum(self.by_line.values(), Money(0, self.campaign.currency))

    @property
    def percent(self) -> int | None:
        """Of the budget, rounded down; None where none is set."""
        budget = self.campaign.budget_minor
        return 100 * self.spent.minor // budget if budget else None


@dataclass(frozen=True)
class Entries:
    """A page of what was entered for a campaign, the newest days first."""

    consumption: Consumption
    entries: Sequence[SpendEntry]
    corrected: Mapping[int, SpendEntry]
    """By an entry's id, the one that replaces it."""
    page: int
    total: int
    """How many entries there are."""

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))
