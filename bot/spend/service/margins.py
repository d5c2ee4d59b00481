"""Margins and departments: what is left of a deal's amount, and what all the work costs."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import service as campaigns
from bot.money import Money
from bot.people import service as people
from bot.people.model import Person, Role
from bot.spend.model import Department, DepartmentCost, Margin, Margins


def margins(session: Session, workspace_id: int) -> Margins:
    """What is set."""
    rows = session.execute(
        select(Margin.campaign_id, Margin.percent).where(Margin.workspace_id == workspace_id)
    )
    found = {row.campaign_id: row.percent for row in rows}
    usual = found.pop(None, None)
    return Margins(usual, found)


def may_set_margin(session: Session, who: Person) -> None:
    """See that the person may set a margin. Raises NotAllowed."""
    people.require(session, who, "set the contribution margin", Role.MARKETER)


def set_margin(
    session: Session, who: Person, percent: Decimal | None, campaign_id: int | None = None
) -> None:
    """Set the margin of the workspace or of one campaign; None takes it away again.

    Raises NotAllowed, NotFound.
    """
    may_set_margin(session, who)
    if campaign_id is not None:
        campaigns.find(session, who.workspace_id, campaign_id)
    if percent is None:
        session.execute(
            delete(Margin).where(
                Margin.workspace_id == who.workspace_id,
                Margin.campaign_id.is_not_distinct_from(campaign_id),
            )
        )
        return
    facts = {"percent": percent, "set_by": who.id, "set_at": clock.now()}
    session.execute(
        insert(Margin)
        .values(workspace_id=who.workspace_id, campaign_id=campaign_id, **facts)
        .on_conflict_do_update(index_elements=[Margin.workspace_id, Margin.campaign_id], set_=facts)
    )


def may_enter_costs(session: Session, who: Person) -> None:
    """See that the person may say what departments cost: managers and admins. Raises NotAllowed."""
    people.require(session, who, "enter the cost of a department", Role.MANAGER)


def set_department_cost(
    session: Session, who: Person, department: Department, month: date, amount: Money
) -> None:
    """Set what a department cost in the month of that day. Raises NotAllowed."""
    may_enter_costs(session, who)
    facts = {
        "minor": amount.minor, "currency": amount.currency,
        "set_by": who.id, "set_at": clock.now(),
    }  # fmt: skip
    session.execute(
        insert(DepartmentCost)
        .values(
            workspace_id=who.workspace_id, department=department, month=month.replace(day=1),
            **facts,
        )
        .on_conflict_do_update(
            index_elements=[
                DepartmentCost.workspace_id, DepartmentCost.month, DepartmentCost.department
            ],
            set_=facts,
        )
    )  # fmt: skip


def departments(
    session: Session, workspace_id: int, first: date, end: date
) -> Mapping[str, Fraction] | None:
    """What both departments cost from `first` until before `end`, exact, by currency.

    A month counts for as many of its days as are in the period. None where a department lacks a
    month, since half of a cost is none.
    """
    days = _days_by_month(first, end)
    rows = session.execute(
        select(DepartmentCost.month, DepartmentCost.minor, DepartmentCost.currency).where(
            DepartmentCost.workspace_id == workspace_id, DepartmentCost.month.in_(days)
        )
    ).all()
    if not days or len(rows) != len(days) * len(Department):
        return None
    cost: dict[str, Fraction] = {}
    for month, minor, currency in rows:
        part = Fraction(minor * days[month], _length(month))
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
