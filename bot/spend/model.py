"""The tables of money that goes out: spend by campaign and day, margins, and the departments."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, Numeric, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.campaigns.model import Campaign
from bot.money import Money
from bot.people.model import Person
from bot.store import Base, Id, Moment, WorkspaceId


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


def stands() -> ColumnElement[bool]:
    """Whether an entry counts: no other one corrects it."""
    later = aliased(SpendEntry)
    return ~exists().where(later.corrects_id == SpendEntry.id)


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
