"""Money: read as people type it, exact, and never across currencies."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.money import MixedCurrencies, Money, NotAnAmount, UnknownCurrency, parse

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
AMOUNTS = st.builds(Money, st.integers(0, 10**12), CURRENCIES)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1250", 125000),
        ("1,250", 125000),
        ("1.250", 125000),
        ("1,250.50", 125050),
        ("1.250,50", 125050),
        ("12,5", 1250),
        ("€ 99", 9900),
        ("99 EUR", 9900),
        ("1 250 000", 125000000),
        ("1,234,567.89", 123456789),
        ("0", 0),
    ],
)
def test_amounts_as_people_type_them(text: str, minor: int) -> None:
    assert parse(text, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize(
    "text",
    ["", "abc", "-5", "\u22125", "1.2.3", "1,25,0", "12.345,678", "1e5", "99999999999999", "NaN",
     "5.001.00", "=cmd()", "ten", "0.001,5", "5k", "10%",
     "500 USD"],
)  # fmt: skip
def test_what_is_not_an_amount(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse(text, "EUR")


def test_currencies_have_their_own_minor_unit() -> None:
    assert parse("1250", "JPY").minor == 1250
    assert parse("1.5", "KWD").minor == 1500
    assert str(Money(1500, "KWD")) == "1.500 KWD"
    with pytest.raises(NotAnAmount):
        parse("12.50", "JPY")


@given(AMOUNTS)
def test_what_is_written_can_be_read_again(amount: Money) -> None:
    assert parse(str(amount).removesuffix(amount.currency), amount.currency) == amount


@given(AMOUNTS, AMOUNTS)
def test_sums_are_exact_and_stay_in_one_currency(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert (one + other).minor == one.minor + other.minor
    else:
        with pytest.raises(MixedCurrencies):
            _ = one + other


@given(st.text())
def test_any_text_is_an_amount_or_kindly_refused(text: str) -> None:
    with suppress(NotAnAmount):
        assert parse(text, "EUR").minor >= 0


def test_a_currency_is_three_letters() -> None:
    with pytest.raises(UnknownCurrency):
        Money(1, "euro")
