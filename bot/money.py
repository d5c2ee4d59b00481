"""Amounts with a currency: stored in minor units, computed as integers and `Decimal`, never as
floats, and never across currencies."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import get_territory_currencies, list_currencies

from bot.errors import HandoffError

# ISO 4217: the currencies whose minor unit is not a hundredth.
_WHOLE = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
          "VUV", "XAF", "XOF", "XPF"}  # fmt: skip
_THOUSANDTHS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}

# A bigint holds 9.2e18; the bound keeps sums of a million such amounts inside it.
LARGEST_MINOR = 10**12


class NotAnAmount(HandoffError):
    """“{text}” is not an amount. Write digits, for example 1250 or 1,250.50."""


class OtherCurrency(NotAnAmount):
    """“{text}” is not in {currency}. Enter the amount in {currency}."""


class MixedCurrencies(HandoffError):
    """Amounts in {one} and {other} cannot be added up. Enter both in one currency."""


class UnknownCurrency(HandoffError):
    """“{code}” is not a currency code. Write three letters of ISO 4217, for example EUR."""


def is_currency(code: str) -> bool:
    """Whether a code is one of ISO 4217, in use or of the past, as CLDR knows them."""
    return code in list_currencies()


def currency_of(country: str | None) -> str | None:
    """The currency of a country (ISO 3166), the first where it has several; None: not known."""
    return next(iter(get_territory_currencies(country)), None) if country else None


def exponent(currency: str) -> int:
    """How many decimal digits the currency's minor unit has (ISO 4217)."""
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, for most) of an ISO 4217 currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise UnknownCurrency(code=self.currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MixedCurrencies(one=self.currency, other=other.currency)
        return Money(self.minor + other.minor, self.currency)

    def __str__(self) -> str:
        amount = f"{self.amount:,.{exponent(self.currency)}f}"
        return f"{amount.removesuffix('.00')} {self.currency}"


# Unicode's signs as programs and people write them, each in one form.
_SPACES = re.compile(r"\s+")
_ONE_FORM = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u02b9\u2032`\u00b4", "'"),
        **dict.fromkeys("\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\ufeff"),
    }
)
# What stands beside the number, and the number. A mark before its first digit (`.50`) is none where
# a letter stands before it (`Rs.500`).
_AMOUNT = re.compile(
    r"([^0-9]*?)((?:(?<![^\W\d_])[.,])?[0-9](?:[0-9.,' ]*[0-9])?)([^0-9]*)", re.DOTALL
)
_NO_CENTS = re.compile(r"^[.,] ?-+(?!\d)")  # `45.-`, `12,--`

POINT, COMMA = ".", ","
"""The two decimal marks."""


_LAKHS = "[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"  # as India groups them: `12,34,567`


def _number(decimal: str, groups: str) -> re.Pattern[str]:
    """Digits, or thousands with one mark between them, and the decimals behind `decimal`."""
    grouped = "|".join(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (groups, "'", " "))
    return re.compile(rf"({_LAKHS}|{grouped}|[0-9]*)(?:{re.escape(decimal)}([0-9]+))?")


_NUMBERS = {POINT: _number(POINT, ","), COMMA: _number(COMMA, r"\.")}

# The languages and countries in whose writing a currency's sign is known (CLDR), and what people
# write besides.
_LOCALES = ("en", "en_CA", "en_AU", "en_IN", "de", "de_CH", "es", "es_MX", "fr", "fr_CA", "fr_CH",
            "it", "pt", "nl", "pl", "ru", "sv", "da", "nb", "fi", "cs", "hu", "ro", "tr", "uk",
            "ja", "zh")  # fmt: skip
_ALSO = {"CHF": {"fr", "sfr"}, "CNY": {"rmb"}, "EUR": {"euros"}, "INR": {"rs"}, "RUB": {"руб", "р"}}
_SIGNS = {"fr", "ft", "kr", "kč", "rs", "zł", "руб"}  # those made of letters


@dataclass(frozen=True, slots=True)
class Written:
    """An amount as it is written, taken apart."""

    readings: Mapping[str, Decimal]
    """What the number is by each decimal mark that it can have."""
    marks: tuple[str, ...]
    """What stands beside it: a currency's sign, its code, or anything else."""


def take_apart(text: str) -> Written:
    """An amount as people and programs write it: `1.234,50 €`, `CHF 1’234.50`, `(12.50)`, `45.-`.

    Raises NotAnAmount.
    """
    plain = _SPACES.sub(" ", text.translate(_ONE_FORM)).strip()
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise NotAnAmount(text=text[:40])
    before, number, after = match[1], match[2], _NO_CENTS.sub("", match[3])
    beside = before + after
    in_brackets = before.count("(") == after.count(")") == 1
    if beside.count("-") + in_brackets > 1 or beside.count("+") > 1:
        raise NotAnAmount(text=text[:40])
    is_negative = "-" in beside or in_brackets
    readings = {}
    for mark, pattern in _NUMBERS.items():
        if parts := pattern.fullmatch(number):
            value = Decimal(f"{re.sub('[^0-9]', '', parts[1]) or 0}.{parts[2] or 0}")
            readings[mark] = -value if is_negative else value
    if not readings:
        raise NotAnAmount(text=text[:40])
    drop = "-+() " if in_brackets else "-+ "
    marks = (each.translate(dict.fromkeys(map(ord, drop))) for each in (before, after))
    return Written(readings, tuple(each for each in marks if each))


def is_mark(text: str, currency: str) -> bool:
    """Whether a sign, a code or a name stands for a currency. `$` stands for several."""
    return _mark(text) in _marks(currency)


@cache
def _marks(currency: str) -> frozenset[str]:
    marks = {currency, *_ALSO.get(currency, ())}
    for each in _LOCALES:
        locale = Locale.parse(each)
        marks |= {
            locale.currency_symbols.get(currency, currency),
            locale.currencies.get(currency, currency),
        }
    return frozenset(map(_mark, marks))


def is_any_mark(text: str) -> bool:
    """Whether a sign or a code stands for any currency."""
    return (
        is_currency(text.upper())
        or _mark(text) in _SIGNS
        or any(unicodedata.category(letter) == "Sc" for letter in text)
    )


def _mark(text: str) -> str:
    return _SPACES.sub("", text).strip(".").casefold()


def parse(text: str, currency: str) -> Money:
    """Read an amount as people type it: `1250`, `1,250.50`, `1.250,50`, `€ 99`.

    A single separator followed by exactly three digits groups thousands, unless the currency has
    three decimal digits. Raises NotAnAmount for what is not a non-negative amount within bounds,
    and OtherCurrency where another currency stands beside it.
    """
    digits = exponent(currency)
    written = take_apart(text)
    for mark in written.marks:
        if not is_mark(mark, currency):
            kind = OtherCurrency if is_any_mark(mark) else NotAnAmount
            raise kind(text=text[:40], currency=currency)
    try:
        return exactly((min if digits == 3 else max)(written.readings.values()), currency)
    except NotAnAmount:
        raise NotAnAmount(text=text[:40]) from None


def exactly(amount: Decimal, currency: str) -> Money:
    """An amount in major units. Raises NotAnAmount for one that is negative, beyond bounds, or has
    more decimal digits than the currency."""
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value() or not 0 <= minor <= LARGEST_MINOR:
        raise NotAnAmount(text=f"{amount:f}"[:40])
    return Money(int(minor), currency)
