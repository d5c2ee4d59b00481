"""Rounding: to the nearest, halves away from zero as PostgreSQL's numeric rounds, and once."""

import math
from decimal import Decimal
from fractions import Fraction


def whole(value: Fraction | Decimal | float) -> int:
    """The nearest integer."""
    size = math.floor(abs(Fraction(value)) + Fraction(1, 2))
    return size if value >= 0 else -size


def rounded(value: Fraction, digits: int) -> Decimal:
    """The exact value with so many digits behind the point."""
    return Decimal(whole(value * 10**digits)).scaleb(-digits)


def percent(part: int, of: int) -> Decimal | None:
    """The share in percent, in tenths; None of nothing. In integers, since a digest has thousands
    of shares."""
    return Decimal((2000 * part + of) // (2 * of)).scaleb(-1) if of else None
