"""Margins and departments: what is left of a deal's amount, and what all the work costs."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.money import Money
from bot.people import service as people
from bot.people.models import Person, Role
from bot.spend.models import Department, DepartmentCost, DepartmentCosts, Margin, Margins


def load_margins(session: Session, workspace_id: int) -> Margins:
    """What is set."""
    rows = session.execute(
        select(Margin.campaign_id, Margin.percent).where(Margin.workspace_id == workspace_id)
    )
    by_campaign = {row.campaign_id: row.percent for row in rows}
    usual = by_campaign.pop(None, None)
    return Margins(usual, by_campaign)


def may_set_margin(session: Session, person: Person) -> None:
    """See that the person may set a margin. Raises NotAllowed."""
    people.require(session, person, "set the contribution margin", Role.MARKETER)


def set_margin(
    session: Session, person: Person, percent: Decimal | None, campaign_id: int | None = None
) -> None:
    """Set the margin of the workspace or of one campaign; None takes it away again.

    Raises NotAllowed, NotFound.
    """
    may_set_margin(session, person)
    if campaign_id is not None:
        campaigns.find(session, person.workspace_id, campaign_id)
    if percent is None:
        session.execute(
            delete(Margin).where(
                Margin.workspace_id == person.workspace_id,
                Margin.campaign_id.is_not_distinct_from(campaign_id),
            )
        )
        return
    facts = {"percent": percent, "set_by": person.id, "set_at": clock.now()}
    session.execute(
        insert(Margin)
        .values(workspace_id=person.workspace_id, campaign_id=campaign_id, **facts)
        .on_conflict_do_update(index_elements=[Margin.workspace_id, Margin.campaign_id], set_=facts)
    )


def may_enter_costs(session: Session, person: Person) -> None:
    """See that the person may say what departments cost: managers and admins. Raises NotAllowed."""
    people.require(session, person, "enter the cost of a department", Role.MANAGER)


def set_department_cost(
    session: Session, person: Person, department: Department, month: date, amount: Money
) -> None:
    """Set what a department cost in the month of that day. Raises NotAllowed."""
    may_enter_costs(session, person)
    facts = {
        "minor": amount.minor, "currency": amount.currency,
        "set_by": person.id, "set_at": clock.now(),
    }  # fmt: skip
    session.execute(
        insert(DepartmentCost)
        .values(
            workspace_id=person.workspace_id, department=department, month=month.replace(day=1),
            **facts,
        )
        .on_conflict_do_update(
            index_elements=[
                DepartmentCost.workspace_id, DepartmentCost.month, DepartmentCost.department
            ],
            set_=facts,
        )
    )  # fmt: skip


def department_costs(session: Session, workspace_id: int) -> DepartmentCosts:
    """What the departments cost, of all months that are entered."""
    rows = session.execute(
        select(DepartmentCost.month, DepartmentCost.minor, DepartmentCost.currency).where(
            DepartmentCost.workspace_id == workspace_id
        )
    )
    by_month: dict[date, list[tuple[int, str]]] = defaultdict(list)
    for month, minor, currency in rows:
        by_month[month].append((minor, currency))
    return DepartmentCosts(by_month)
