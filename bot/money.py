"""Amounts with a currency: stored in minor units, computed as integers and `Decimal`, never as
floats, and never across currencies."""

import re
from dataclasses import dataclass
from decimal import Decimal

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


# A currency's sign may stand on either side, and the expected code; a minus may not.
_SIGN = r"[^\w\s\-\u2212+=.,()%@#']{0,2}"


def parse(text: str, currency: str) -> Money:
    """Read an amount as people type it: `1250`, `1,250.50`, `1.250,50`, `€ 99`.

    A single separator followed by exactly three digits groups thousands, unless the currency has
    three decimal digits. Raises NotAnAmount for what is not a non-negative amount within bounds.
    """
    digits = exponent(currency)
    mark = rf"(?:{currency}|{_SIGN})"
    typed = re.fullmatch(rf"{mark}\s*(\d[\d.,\s']*?)\s*{mark}", text.strip())
    plain = _plain(re.sub(r"[\s']", "", typed[1]), digits) if typed else None
    if plain is None:
        raise NotAnAmount(text=text[:40])
    minor = Decimal(plain).scaleb(digits)
    if minor != minor.to_integral_value() or minor > _LARGEST_MINOR:
        raise NotAnAmount(text=text[:40])
    return Money(int(minor), currency)


def _plain(typed: str, decimals: int) -> str | None:
    """Digits with separators as `Decimal` reads them; None where the separators make no sense."""
    last = max(typed.rfind("."), typed.rfind(","))
    whole, mark, rest = typed[:last], typed[last : last + 1], typed[last + 1 :]
    if not mark:
        return typed
    lone = not re.search("[.,]|^0", whole)
    grouped = mark in whole or (lone and len(rest) == 3 and decimals != 3)
    if grouped:
        whole, rest = typed, ""
    groups = re.split("[.,]", whole)
    same_mark = len(set(re.findall("[.,]", whole))) <= 1
    if len(groups) > 1 and not (same_mark and _are_thousands(groups)):
        return None
    return "".join(groups) + ("." + rest if rest else "")


def _are_thousands(groups: list[str]) -> bool:
    first, *others = groups
    return bool(re.fullmatch(r"[1-9]\d{0,2}", first)) and all(len(each) == 3 for each in others)
