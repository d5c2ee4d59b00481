"""Spend by hand: spread to the cent, corrected and never overwritten, in one currency."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.campaigns.models import Campaign
from bot.errors import FieldErrors, NotFound
from bot.money import MixedCurrencies, Money
from bot.people.models import Person, Role
from bot.spend import budget, entering, margins, queries
from bot.spend.entering import MOST_DAYS, AlreadyCorrected, Spending, spread
from bot.spend.models import BudgetWarning, SpendEntry, stands
from tests.campaigns.scene import TODAY, Company
from tests.company import install
from tests.threads import at_once

HUNDRED = Money(10_000, "EUR")


def enter(
    company: Company, campaign: Campaign, minor: int = 10_000, token: str = "t", days: int = 1,
    line: str = "Ads",
) -> list[SpendEntry]:  # fmt: skip
    last = TODAY + timedelta(days=days - 1)
    spending = Spending(TODAY, last, line, Money(minor, "EUR"))
    with company.store.transaction() as session:
        return list(entering.enter(session, company.mara, campaign.id, spending, token))


def correct(company: Company, entry: SpendEntry, minor: int, token: str = "c") -> SpendEntry:
    with company.store.transaction() as session:
        amount = Money(minor, entry.currency)
        return entering.correct(session, company.mara, entry.id, amount, "typo", token)


def standing(company: Company) -> list[SpendEntry]:
    with company.store.transaction() as session:
        return list(session.scalars(select(SpendEntry).where(stands()).order_by(SpendEntry.id)))


@given(minor=st.integers(0, 10**12), days=st.integers(1, MOST_DAYS))
def test_a_spread_amount_is_whole_and_even(minor: int, days: int) -> None:
    parts = spread(minor, days)
    assert sum(parts) == minor
    assert len(parts) == days
    assert max(parts) - min(parts) <= 1


def test_a_period_is_spread_over_its_days(company: Company) -> None:
    entries = enter(company, company.announce(), minor=1_000, days=3)
    assert [(each.day.day, each.minor) for each in entries] == [(1, 334), (2, 333), (3, 333)]
    assert {each.entered_by for each in entries} == {company.mara.id}


def test_a_form_that_comes_twice_enters_once(company: Company) -> None:
    campaign = company.announce()
    assert len(enter(company, campaign, token="t")) == 1
    assert enter(company, campaign, token="t") == []
    at_once([lambda: enter(company, campaign, token="u")] * 6)
    assert len(standing(company)) == 2


def test_a_correction_replaces_and_both_are_seen(company: Company) -> None:
    campaign = company.announce()
    [entry] = enter(company, campaign, 10_000)
    better = correct(company, entry, 9_000)
    assert [each.minor for each in standing(company)] == [9_000]
    with company.store.transaction() as session:
        found = queries.entries(session, company.mara, campaign.id)
    assert {each.minor for each in found.entries} == {10_000, 9_000}
    assert found.corrected[entry.id].id == better.id
    assert found.consumption.spent == Money(9_000, "EUR")
    with pytest.raises(AlreadyCorrected):
        correct(company, entry, 8_000, token="again")
    assert correct(company, better, 0, token="away").minor == 0


def test_two_corrections_at_once_have_one_winner(company: Company) -> None:
    [entry] = enter(company, company.announce())

    def attempt(number: int) -> bool:
        try:
            correct(company, entry, number, token=str(number))
        except AlreadyCorrected:
            return False
        return True

    won = at_once([lambda each=each: attempt(each) for each in range(6)])  # type: ignore[misc]
    assert sum(won) == 1
    assert len(standing(company)) == 1


def test_another_currency_is_refused_by_name(company: Company) -> None:
    campaign = company.announce()
    [entry] = enter(company, campaign)
    dollars = Money(100, "USD")
    with company.store.transaction() as session:
        spending = Spending(TODAY, TODAY, "Ads", dollars)
        with pytest.raises(MixedCurrencies, match="EUR and USD"):
            entering.enter(session, company.mara, campaign.id, spending, "x")
        with pytest.raises(MixedCurrencies, match="EUR and USD"):
            entering.correct(session, company.mara, entry.id, dollars, "", "x")


@pytest.mark.parametrize(
    ("first", "last", "line", "field"),
    [
        (TODAY, TODAY - timedelta(days=1), "Ads", "last"),
        (TODAY, TODAY + timedelta(days=MOST_DAYS), "Ads", "last"),
        (TODAY, TODAY, "", "line"),
    ],
)
def test_what_cannot_be_entered_says_what_to_write(
    company: Company, first: date, last: date, line: str, field: str
) -> None:
    campaign = company.announce()
    spending = Spending(first, last, line, HUNDRED)
    with company.store.transaction() as session, pytest.raises(FieldErrors) as error:
        entering.enter(session, company.mara, campaign.id, spending, "t")
    assert set(error.value.errors) == {field}


def test_the_owner_is_warned_once_at_80_and_once_at_100_percent(company: Company) -> None:
    campaign = company.announce(budget=Money(10_000, "EUR"))
    enter(company, campaign, 7_999, "a")
    assert company.count(BudgetWarning) == 0
    enter(company, campaign, 1, "b")
    enter(company, campaign, 500, "c")
    assert company.count(BudgetWarning) == 1
    enter(company, campaign, 1_500, "d")
    enter(company, campaign, 1_500, "e")
    assert company.count(BudgetWarning) == 2
    assert [card.target for card in company.cards(budget.WARNING)] == ["UMARA", "UMARA"]


def test_who_passes_both_at_once_hears_of_the_larger_alone(company: Company) -> None:
    campaign = company.announce(budget=Money(10_000, "EUR"))
    at_once([lambda: enter(company, campaign, 20_000, "a")] * 4)
    [card] = company.cards(budget.WARNING)
    with company.store.transaction() as session:
        warned, of = budget.warning(session, card.subject_id)
    assert (warned.percent, of.percent) == (100, 200)


def test_managers_are_warned_where_the_owner_has_left(company: Company) -> None:
    campaign = company.announce(budget=Money(10_000, "EUR"))
    boss = company.someone("UBOSS", Role.MANAGER)
    company.leave(company.mara)
    spending = Spending(TODAY, TODAY, "Ads", Money(9_000, "EUR"))
    with company.store.transaction() as session:
        entering.enter(session, boss, campaign.id, spending, "t")
    assert company.targets(budget.WARNING) == ["UBOSS"]


def test_two_who_pass_the_budget_together_do_not_miss_it(company: Company) -> None:
    campaign = company.announce(budget=Money(10_000, "EUR"))
    at_once([lambda each=each: enter(company, campaign, 2_500, each) for each in "abcd"])  # type: ignore[misc]
    assert company.count(BudgetWarning) == 2


def test_another_workspace_sees_and_changes_nothing(company: Company) -> None:
    [entry] = enter(company, campaign := company.announce())
    install(company.store, "T2", "C2")
    with company.store.transaction() as session:
        stranger = Person(workspace_id=_other(company), slack_id="UX", name="X", roles=["admin"])
        session.add(stranger)
        session.flush()
        for verb in (
            lambda: queries.entries(session, stranger, campaign.id),
            lambda: entering.correct(session, stranger, entry.id, HUNDRED, "", "x"),
            lambda: entering.enter(
                session, stranger, campaign.id, Spending(TODAY, TODAY, "Ads", HUNDRED), "x"
            ),
            lambda: margins.set_margin(session, stranger, None, campaign.id),
        ):
            with pytest.raises(NotFound):
                verb()


def _other(company: Company) -> int:
    return company.workspace.id + 1


@given(
    entries=st.lists(
        st.tuples(
            st.integers(0, 1), st.integers(1, 10**9), st.integers(1, 9),
            st.sampled_from(["Ads", "Print", "Fair"]), st.none() | st.integers(0, 10**9),
        ),
        max_size=8,
    )
)  # fmt: skip
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_by_line_day_and_campaign_agree(
    company: Company, entries: list[tuple[int, int, int, str, int | None]]
) -> None:
    """Whatever is entered and corrected, the parts make the whole, to the cent."""
    with company.store.transaction() as session:
        undo = session.begin_nested()
        both = [_announce(company, number) for number in range(2)]
        expected = {campaign.id: 0 for campaign in both}
        for number, (which, minor, days, line, other) in enumerate(entries):
            last = TODAY + timedelta(days=days - 1)
            spending = Spending(TODAY, last, line, Money(minor, "EUR"))
            campaign = both[which]
            added = entering.enter(session, company.mara, campaign.id, spending, f"{number}")
            expected[campaign.id] += minor
            if other is not None:
                expected[campaign.id] += other - added[0].minor
                amount = Money(other, "EUR")
                entering.correct(session, company.mara, added[0].id, amount, "", f"{number}")
        for campaign in both:
            assert _sums(session, campaign, SpendEntry.day) == expected[campaign.id]
            assert _sums(session, campaign, SpendEntry.line) == expected[campaign.id]
            spent = budget.consumption(session, campaign).spent
            assert spent == Money(expected[campaign.id], "EUR")
            assert type(spent.minor) is int
        undo.rollback()


def _sums(session, campaign: Campaign, by) -> int:  # type: ignore[no-untyped-def]
    rows = session.execute(
        select(by, func.sum(SpendEntry.minor))
        .where(SpendEntry.campaign_id == campaign.id, stands())
        .group_by(by)
    )
    return sum(int(minor) for _, minor in rows)


def _announce(company: Company, number: int) -> Campaign:
    """One of two campaigns, the same ones for each example."""
    return company.announce(f"form-{number}", utm_campaign=f"code-{number}")


def test_without_words_all_can_be_chosen_whether_they_have_a_code_or_not(company: Company) -> None:
    known = [company.announce("a", utm_campaign=None), company.announce("b", utm_campaign="b")]
    with company.store.transaction() as session:
        found = queries.choose(session, company.workspace.id, "", 5)
    assert {each.id for each in found} == {each.id for each in known}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Autumn", '"Autumn"'),
        ("Autumn", "“autumn”"),
        ("L’été – promo", "l'été - promo"),
        ('The "big" one', "The big"),
        ("R&D", "r&d"),
        ("Großkunden", "GROßKUNDEN"),
    ],
)
def test_a_campaign_is_found_however_its_name_is_typed(
    company: Company, name: str, words: str
) -> None:
    wanted = company.announce("a", name=name, utm_campaign="a")
    company.announce("b", name="Another", utm_campaign="b")
    with company.store.transaction() as session:
        found = queries.choose(session, company.workspace.id, words, 5)
    assert [each.id for each in found] == [wanted.id]
