"""The budget by line: typed as people type it, added up exactly, never across currencies."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.campaigns import changing
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign
from bot.money import Money
from bot.planning import budget, forms, proposals
from bot.planning.budget import Line
from bot.reports.campaign_report import by_line
from tests.planning.scene import Company

EUR = "EUR"


@pytest.mark.parametrize(
    ("typed", "name", "minor"),
    [
        ("Search ads 4,000", "Search ads", 400_000),
        ("Search ads: 4.000,50", "Search ads", 400_050),
        ("Flyers € 99", "Flyers", 9_900),
        ("Flyers 99 €", "Flyers", 9_900),
        ("Fair 2026 1'200", "Fair 2026", 120_000),
        ("Booth - 1200 EUR", "Booth", 120_000),
        ("Messe 3 = 5", "Messe 3", 500),
        ("Print 12 500", "Print", 1_250_000),
        ("Fair 2026 500", "Fair 2026", 50_000),
    ],
)
def test_lines_as_people_type_them(typed: str, name: str, minor: int) -> None:
    assert budget.parse_lines(typed, EUR) == [(name, Money(minor, EUR))]


@pytest.mark.parametrize("typed", ["4,000", "Search ads", "Ads 5 USD", "Ads -5", "Ads 5 x 3 y"])
def test_what_cannot_be_read_is_said(typed: str) -> None:
    with pytest.raises(ValueError, match="doesn't end with an amount in EUR"):
        budget.parse_lines(typed, EUR)


def test_too_many_and_twice() -> None:
    with pytest.raises(ValueError, match="at most 20"):
        budget.parse_lines("\n".join(f"Line{number} x 1" for number in range(21)), EUR)
    with pytest.raises(ValueError, match="twice"):
        budget.parse_lines("Ads 1\nADS 2", EUR)


names = st.text(st.characters(categories=["L"]), min_size=1, max_size=20)


@given(st.dictionaries(names.map(str.casefold), st.integers(0, 10**9), min_size=1, max_size=20))
def test_the_sum_is_that_of_the_lines(amounts: dict[str, int]) -> None:
    typed = "\n".join(f"{name} {Money(minor, EUR).amount:f}" for name, minor in amounts.items())
    read = budget.parse_lines(typed, EUR)
    assert [amount.minor for _, amount in read] == list(amounts.values())
    assert budget.total(read) == Money(sum(amounts.values()), EUR)


def test_nothing_is_no_budget() -> None:
    assert budget.total(budget.parse_lines(" \n", EUR)) is None


LINES = [("Search ads", Money(400_000, EUR)), ("Print", Money(100_000, EUR))]


def change_budget(company: Company, campaign: Campaign, minor: int) -> None:
    """What *Change…* of `/campaign manage` does: it knows no lines."""
    with company.store.transaction() as session:
        now = Draft.of(changing.changeable(session, company.mara, campaign.id))
        changing.change(session, company.mara, campaign.id, replace(now, budget=Money(minor, EUR)))


def reported(company: Company, campaign: Campaign) -> list[Line]:
    with company.store.transaction() as session:
        lines = by_line(session, session.get_one(Campaign, campaign.id))
        return [(line.name, line.planned) for line in lines if line.planned]


def test_the_lines_are_shown_only_while_they_add_up_to_the_budget(company: Company) -> None:
    campaign = company.proposed(lines=LINES)
    company.ready(company.sal, campaign)
    company.ready(company.sue, campaign)
    with company.store.transaction() as session:
        proposals.announce(session, company.mara, campaign.id)
    assert reported(company, campaign) == LINES
    change_budget(company, campaign, 800_000)
    assert reported(company, campaign) == []
    change_budget(company, campaign, 500_000)
    assert reported(company, campaign) == LINES


def test_a_budget_without_lines_is_kept_when_the_plan_is_written_on(company: Company) -> None:
    campaign = company.draft(lines=LINES)
    change_budget(company, campaign, 800_000)
    with company.store.transaction() as session:
        now = session.get_one(Campaign, campaign.id)
        shown = forms.SavePlan.of("t", now.starts_on, now, budget.lines_of(session, now), "UMARA")
    assert "Total 8000.00" in repr(shown.to_dict())
