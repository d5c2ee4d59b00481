"""Who may see and change money: marketing, managers and admins; salespeople and strangers not."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from sqlalchemy.orm import Session

from bot.errors import NotAllowed
from bot.money import Money
from bot.people.models import Person, Role
from bot.spend import entering, importing, margins, queries
from bot.spend.entering import Spending
from bot.spend.models import Department
from tests.campaigns.scene import TODAY, Company

HUNDRED = Money(10_000, "EUR")
Verb = Callable[[Session, Person, int, int], object]

VERBS: dict[str, Verb] = {
    "enter": lambda session, who, campaign, _: entering.enter(
        session, who, campaign, Spending(TODAY, TODAY, "Ads", HUNDRED), "t"
    ),
    "correct": lambda session, who, _, entry: entering.correct(
        session, who, entry, HUNDRED, "", "t"
    ),
    "entries": lambda session, who, campaign, _: queries.entries(session, who, campaign),
    "stage": lambda session, who, _, __: importing.stage(
        session, who, who.workspace_id, "x", ["Day", "Campaign", "Cost"], []
    ),
    "set_margin": lambda session, who, campaign, _: margins.set_margin(
        session, who, Decimal(40), campaign
    ),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.MARKETER, True), (Role.MANAGER, True), (Role.ADMIN, True), (Role.SALESPERSON, False),
     (None, False)],
)  # fmt: skip
def test_money_is_for_marketing_and_who_leads(
    company: Company, verb: str, role: Role | None, may: bool
) -> None:
    who = company.someone("UX", *([role] if role else []))
    campaign = company.announce()
    with company.store.transaction() as session:
        spending = Spending(TODAY, TODAY, "Ads", HUNDRED)
        [entry] = entering.enter(session, company.mara, campaign.id, spending, "first")
        act = partial(VERBS[verb], session, who, campaign.id, entry.id)
        if may:
            act()
        else:
            with pytest.raises(NotAllowed, match="marketer"):
                act()


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.MARKETER, False), (Role.SALESPERSON, False), (Role.MANAGER, True), (Role.ADMIN, True)],
)
def test_departments_are_for_who_leads(company: Company, role: Role, may: bool) -> None:
    who = company.someone("UX", role)
    with company.store.transaction() as session:
        act = partial(margins.set_department_cost, session, who, Department.SALES, TODAY, HUNDRED)
        if may:
            act()
        else:
            with pytest.raises(NotAllowed, match="manager"):
                act()


def test_a_margin_is_the_workspaces_or_the_campaigns_own(company: Company) -> None:
    campaign = company.announce()
    with company.store.transaction() as session:
        assert margins.load_margins(session, company.workspace.id).of(campaign.id) is None
        margins.set_margin(session, company.mara, Decimal(40))
        margins.set_margin(session, company.mara, Decimal(45))
        assert margins.load_margins(session, company.workspace.id).of(campaign.id) == 45
        margins.set_margin(session, company.mara, Decimal("12.5"), campaign.id)
        own = margins.load_margins(session, company.workspace.id).of(campaign.id)
        assert own == Decimal("12.5")
        margins.set_margin(session, company.mara, None, campaign.id)
        assert margins.load_margins(session, company.workspace.id).of(campaign.id) == 45


def test_departments_count_by_the_days_of_their_months(company: Company) -> None:
    manager = company.someone("UX", Role.MANAGER)
    with company.store.transaction() as session:

        def cost(first: date, end: date) -> object:
            return margins.department_costs(session, company.workspace.id).between(first, end)

        for department, minor in ((Department.SALES, 30_000), (Department.MARKETING, 60_000)):
            margins.set_department_cost(session, manager, department, TODAY, Money(minor, "EUR"))
        assert cost(date(2026, 6, 1), date(2026, 7, 1)) == {"EUR": Fraction(90_000)}
        assert cost(date(2026, 6, 1), date(2026, 6, 8)) == {"EUR": Fraction(21_000)}
        assert cost(date(2026, 6, 30), date(2026, 7, 2)) is None
        margins.set_department_cost(session, manager, Department.SALES, date(2026, 7, 9), HUNDRED)
        assert cost(date(2026, 6, 30), date(2026, 7, 2)) is None
