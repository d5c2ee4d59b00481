"""One metric: what stands once about each, by which rule it is computed, and the short forms in
which most are written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, func

from bot.metrics.ledger import Ledger
from bot.metrics.units import Better, Group, Missing, Unit, Value
from bot.rounding import percent

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

    value: Callable[[Ledger], Value | Missing]
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


def counted(
    name: str, label: str, formula: str, group: Group, leads: Sql, better: Better | None = None
) -> Metric:
    """How many leads are so."""
    rule = Counts((leads,), lambda count: count)
    return Metric(name, label, formula, group, Unit.COUNT, leads, rule, "", better)


def share(
    name: str,
    label: str,
    formula: str,
    group: Group,
    part: Sql,
    whole: Sql,
    missing: str,
    better: Better | None = None,
) -> Metric:
    """Which share of the leads that are `whole` is `part` too, in percent."""
    rule = Counts((part & whole, whole), percent)
    counts = func.coalesce(part & whole, false())
    return Metric(
        name, label, formula, group, Unit.PERCENT, whole, rule, missing, better, counts
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
    """What is missing: how many leads, and which share of those that should have it."""
    whole, should = of
    formula = f"{label.lower()} ÷ {whole}"
    return [
        counted(name, label, meaning, Group.COMPLETENESS, should & leads, Better.LESS),
        share(f"{name}_share", f"{label}, share", formula, Group.COMPLETENESS, leads, should,
              missing, Better.LESS),
    ]  # fmt: skip
