"""The money of a group of leads, from which each money metric is computed: never a float, and no
arithmetic across currencies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from bot.metrics.units import Missing
from bot.rounding import whole

Amounts = Mapping[str, Fraction]
"""Minor units by currency, exact."""

_MIXED = "Amounts in {} cannot be set against each other."


@dataclass(frozen=True)
class Ledger:
    """What a group of leads cost and brought, and how many they are."""

    received: int = 0
    qualified: int = 0
    customers: int = 0
    """People won by a campaign."""
    won: Amounts = field(default_factory=dict)
    """What won leads brought, whether or not a campaign has them."""
    revenue: Amounts = field(default_factory=dict)
    """What won leads of campaigns brought: attributed, which proves no cause."""
    contribution: Amounts | Missing = field(default_factory=dict)
    """Revenue times the contribution margin of each campaign."""
    spend: Amounts | Missing = field(default_factory=dict)
    departments: Amounts | Missing = field(default_factory=dict)
    """All cost of marketing and sales."""
    new_customers: int = 0


def minor(amounts: Amounts | Missing) -> dict[str, int] | Missing:
    """Amounts in whole minor units, halves rounded away from zero."""
    if isinstance(amounts, Missing):
        return amounts
    return {currency: whole(amount) for currency, amount in amounts.items()}


def per(amounts: Amounts | Missing, count: int, none: str) -> dict[str, int] | Missing:
    """Amounts for each of so many; `none` says why there is no value where there are none."""
    if isinstance(amounts, Missing):
        return amounts
    if not count:
        return Missing(none)
    return minor({currency: amount / count for currency, amount in amounts.items()})


def less(amounts: Amounts | Missing, cost: Amounts | Missing) -> dict[str, int] | Missing:
    """What is left of amounts after the cost, currency by currency."""
    if isinstance(cost, Missing):
        return cost
    if isinstance(amounts, Missing):
        return amounts
    zero = Fraction()
    return minor({each: amounts.get(each, zero) - cost.get(each, zero)
                  for each in {**amounts, **cost}})  # fmt: skip


def times(amounts: Amounts | Missing, cost: Amounts | Missing) -> Fraction | Missing:
    """How many times the cost the amounts are; only where all is in one currency."""
    if isinstance(cost, Missing):
        return cost
    if isinstance(amounts, Missing):
        return amounts
    spent = {currency: each for currency, each in cost.items() if each}
    brought = {currency: each for currency, each in amounts.items() if each}
    if len({**spent, **brought}) > 1:
        return Missing(_MIXED.format(" and ".join(sorted({**spent, **brought}))))
    if not spent:
        return Missing("The spend is zero, so there is nothing to divide by.")
    [(currency, divisor)] = spent.items()
    return brought.get(currency, Fraction()) / divisor


def added(rows: Iterable[tuple[str, Fraction | int]]) -> dict[str, Fraction]:
    """Amounts added up by currency."""
    sums: dict[str, Fraction | int] = defaultdict(int)  # integers add up far faster
    for currency, amount in rows:
        sums[currency] += amount
    return {currency: Fraction(amount) for currency, amount in sums.items()}
