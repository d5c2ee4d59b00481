"""Amounts with a currency: stored in minor units, computed as integers and `Decimal`, never as
floats, and never across currencies."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.errors import HandoffError

# ISO 4217: the currencies whose minor unit is not a hundredth.
_WHOLE = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
          "VUV", "XAF", "XOF", "XPF"}  # fmt: skip
_THOUSANDTHS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}

# A bigint holds 9.2e18; the bound keeps sums of a million such amounts inside it.
_LARGEST_MINOR = 10**12


class NotAnAmount(HandoffError):
    """“{text}” is not an amount. Write digits, for example 1250 or 1,250.50."""


class MixedCurrencies(HandoffError):
    """Amounts in {one} and {other} cannot be added up. Enter both in one currency."""


class UnknownCurrency(HandoffError):
    """“{code}” is not a currency code. Write three letters of ISO 4217, for example EUR."""


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


def parse(text: str, currency: str) -> Money:
    """Read an amount as people type it: `1250`, `1,250.50`, `1.250,50`, `€ 99`.

    A single separator followed by exactly three digits groups thousands.
    Raises NotAnAmount for anything that is not a non-negative amount within bounds.
    """
    digits = re.sub(r"[^\d.,\-]", "", text.replace("\u2212", "-"))
    if re.search(r"[^\W\d_]{4,}", text) or not re.fullmatch(r"\d[\d.,]*", digits):
        raise NotAnAmount(text=text[:40])
    try:
        minor = Decimal(_plain(digits)).scaleb(exponent(currency))
    except InvalidOperation:
        raise NotAnAmount(text=text[:40]) from None
    if minor != minor.to_integral_value() or minor > _LARGEST_MINOR:
        raise NotAnAmount(text=text[:40])
    return Money(int(minor), currency)


def _plain(digits: str) -> str:
    """Digits with separators, as `Decimal` reads them."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    mark = digits[last]
    other = "," if mark == "." else "."
    groups = digits.count(mark) > 1 or (other not in digits and len(digits) - last == 4)
    if groups:
        if not re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits):
            raise InvalidOperation
        return digits.replace(".", "").replace(",", "")
    return digits[:last].replace(other, "") + "." + digits[last + 1 :]
