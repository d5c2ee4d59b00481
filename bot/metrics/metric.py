"""What a metric is: its unit, its value, by which rule it is computed, and the short forms in which
most are written."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, false, func

from bot.formats import duration
from bot.money import Money
from bot.rounding import percent, whole

Value = int | Decimal | dict[str, int] | None
"""What a metric's unit says, or None where there is none."""


class Unit(StrEnum):
    """What a value is."""

    COUNT = "count"
    """An integer."""
    PERCENT = "percent"
    """A Decimal with one digit behind the point."""
    DURATION = "duration"
    """Whole seconds."""
    SCORE = "score"
    """A Decimal with two digits behind the point."""
    RATIO = "ratio"
    """A Decimal with two digits behind the point: so many times."""
    MONEY = "money"
    """Minor units by currency; amounts of two currencies are never added up."""


class Better(StrEnum):
    """Which way a figure should go."""

    MORE = "more"
    LESS = "less"


class Group(StrEnum):
    """What a figure is about."""

    FUNNEL = "funnel"
    SPEED = "speed"
    SLA = "sla"
    QUALITY = "quality"
    MONEY = "money"
    COMPLETENESS = "completeness"

    @property
    def label(self) -> str:
        """The group as headings write it."""
        return "Service levels" if self is Group.SLA else self.value.capitalize()


class Attribution(StrEnum):
    """The rule that credits a lead and its revenue to a campaign; every report names it."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"

    @property
    def label(self) -> str:
        """The rule in words: `first touch`."""
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class Missing:
    """There is no value; `why` is a sentence that says what to do, where something can be done."""

    why: str


def shown(unit: Unit, value: Value) -> str:
    """A value as people read it: `1,234`, `43%`, `12 min`, `2.25`, `1,200 EUR`, or `n/a`."""
    if value is None:
        return "n/a"
    if isinstance(value, dict):
        sums = [str(Money(minor, currency)) for currency, minor in sorted(value.items())]
        return ", ".join(sums) or "none"
    if unit is Unit.PERCENT:
        return f"{whole(value):,}%"
    return duration(int(value)) if unit is Unit.DURATION else f"{value:,}"


Amounts = Mapping[str, Fraction]
"""Minor units by currency, exact."""

_MIXED = "Amounts in {} can't be compared."


@dataclass(frozen=True)
class MoneyTotals:
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


Sql = ColumnElement[Any]


@dataclass(frozen=True)
class Counts:
    """It follows from how many leads meet each of these conditions, so days can be added up."""

    conditions: tuple[Sql, ...]
    value: Callable[..., Value]
    """What so many leads come to."""


@dataclass(frozen=True)
class Quantile:
    """It is the wait that so many percent of the leads do not exceed."""

    wait: str
    """Which of the waits."""
    percent: int


@dataclass(frozen=True)
class People:
    """It is how many people the leads are; somebody with two of them is one."""


@dataclass(frozen=True)
class OfMoney:
    """It follows from what the leads cost and brought."""

    value: Callable[[MoneyTotals], Value | Missing]
    needs: str = ""
    """The metric that it divides by, if it does."""


@dataclass(frozen=True)
class Metric:
    """One metric over a cohort."""

    name: str
    label: str
    formula: str
    group: Group
    unit: Unit
    leads: Sql
    """Which leads of the cohort stand behind the figure."""
    rule: Counts | Quantile | People | OfMoney
    """How it is computed."""
    missing: str = ""
    """Why there is no value, where it has none."""
    better: Better | None = None
    counts: Sql | None = None
    """Which of these leads a share counts, of all that it is a share of; None for what is none."""
    of: tuple[str, ...] = ()
    """The metrics that count, together, what it is a share of."""


def counted(
    name: str, label: str, formula: str, group: Group, leads: Sql, better: Better | None = None
) -> Metric:
    """How many leads are so."""
    rule = Counts((leads,), lambda count: count)
    return Metric(name, label, formula, group, Unit.COUNT, leads, rule, "", better)


Whole = tuple[Sql, tuple[str, ...]]
"""The leads that a share is of, and the metrics that count them together."""


def share(
    name: str,
    label: str,
    formula: str,
    group: Group,
    part: Sql,
    of: Whole,
    missing: str,
    better: Better | None = None,
) -> Metric:
    """Which share of the leads that are `of` is `part` too, in percent."""
    whole, names = of
    rule = Counts((part & whole, whole), percent)
    counts = func.coalesce(part & whole, false())
    return Metric(
        name, label, formula, group, Unit.PERCENT, whole, rule, missing, better, counts, names
    )  # fmt: skip


def waits(
    name: str, label: str, formula: str, until: Any, worked: Any, missing: tuple[str, str]
) -> list[Metric]:
    """How long it took since the receipt, on the wall's clock and in working time: median, p90.

    `missing` says of either clock why there is no value.
    """
    return [
        Metric(
            f"{name}_{which}{suffix}",
            f"{label}, {which}{clock}",
            f"{formula}, {words}{clock or ', wall clock'}",
            Group.SPEED,
            Unit.DURATION,
            until.is_not(None) & known,
            Quantile(f"{name}{suffix}", percent),
            why,
            Better.LESS,
        )
        for suffix, clock, known, why in (
            ("", "", until.is_not(None), missing[0]),
            ("_worked", ", working time", worked.is_not(None), missing[1]),
        )
        for which, words, percent in (("median", "median", 50), ("p90", "90th percentile", 90))
    ]


def gap(
    name: str, label: str, meaning: str, leads: Sql, of: tuple[str, Sql], missing: str
) -> list[Metric]:
    """What is missing: how many leads, and which share of those that should have it.

    `of` names a metric that counts these, or says in a few words what they are.
    """
    whole, should = of
    formula = f"{label.lower()} ÷ {whole}"
    counted_by = () if " " in whole else (whole,)
    return [
        counted(name, label, meaning, Group.COMPLETENESS, should & leads, Better.LESS),
        share(f"{name}_share", f"{label}, share", formula, Group.COMPLETENESS, leads,
              (should, counted_by), missing, Better.LESS),
    ]  # fmt: skip
