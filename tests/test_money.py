"""Money: read as people type it, exact, and never across currencies."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.money import (
    MixedCurrencies,
    Money,
    NotAnAmount,
    OtherCurrency,
    UnknownCurrency,
    parse,
    take_apart,
)

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
        ("1’234.50", 123450),
        ("1\u202f234,50 €", 123450),
        ("12,34,567.5", 123456750),
        ("45.-", 4500),
        (".5", 50),
        ("99 Euro", 9900),
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


@pytest.mark.parametrize("text", ["$ 99", "99 USD", "£5", "5 kr", "zł 5", "US$5"])
def test_another_currencys_sign_is_refused(text: str) -> None:
    with pytest.raises(OtherCurrency, match="not in EUR"):
        parse(text, "EUR")


@pytest.mark.parametrize(
    ("text", "currency"),
    [("$ 5", "CAD"), ("5 kr.", "DKK"), ("Fr. 5", "CHF"), ("5 zł", "PLN"), ("Rs.5", "INR")],
)
def test_a_currency_has_several_signs(text: str, currency: str) -> None:
    assert parse(text, currency).amount == 5


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("45.123", "45.123", "45123"),
        ("1,234", "1234", "1.234"),
        ("1,234.50", "1234.50", None),
        ("1.234,50", None, "1234.50"),
        ("10.5", "10.5", None),
        ("0.123", "0.123", None),
        ("1'234", "1234", "1234"),
        ("(12.50)", "-12.50", None),
        ("12,50-", None, "-12.50"),
        ("\u2212\u00a012,50", None, "-12.50"),
    ],
)
def test_an_amount_has_its_readings(text: str, point: str | None, comma: str | None) -> None:
    expected = {mark: Decimal(value) for mark, value in ((".", point), (",", comma)) if value}
    assert take_apart(text).readings == expected


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
