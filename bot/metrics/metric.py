"""One metric: what stands once about each, and the short forms in which most are written."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func

from bot.leads.model import Lead
from bot.metrics.ledger import Ledger
from bot.metrics.units import Better, Group, Missing, Unit, Value

Sql = ColumnElement[Any]


@dataclass(frozen=True)
class Metric:
    """One metric over a cohort, computed from its leads (`sql`) or from its money (`derive`)."""

    name: str
    label: str
    formula: str
    group: Group
    unit: Unit
    leads: Sql
    """Which leads of the cohort stand behind the figure."""
    missing: str
    """Why there is no value, where it has none."""
    better: Better | None = None
    sql: Sql | None = None
    """An aggregate over the cohort's leads."""
    derive: Callable[[Ledger], Value | Missing] | None = None


def counted(
    name: str, label: str, formula: str, group: Group, leads: Sql, better: Better | None = None
) -> Metric:
    """How many leads are so."""
    sql = func.count().filter(leads)
    return Metric(name, label, formula, group, Unit.COUNT, leads, "", better, sql)


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
    some, of = func.count().filter(part, whole), func.count().filter(whole)
    sql = func.round(Decimal(100) * some / func.nullif(of, 0), 1)
    return Metric(name, label, formula, group, Unit.PERCENT, part & whole, missing, better, sql)


def waits(
    name: str, label: str, formula: str, until: Any, worked: Any, missing: str
) -> list[Metric]:
    """How long it took since the receipt, on the wall's clock and in working time: median, p90."""
    return [
        Metric(
            f"{name}_{which}{suffix}",
            f"{label}, {which}{clock}",
            f"{formula}, {words}{clock or ', wall clock'}",
            Group.SPEED,
            Unit.DURATION,
            until.is_not(None) & wait.is_not(None),
            missing,
            Better.LESS,
            seconds(func.percentile_cont(part).within_group(wait)),
        )
        for suffix, clock, wait, seconds in (
            ("", "", until - Lead.received_at, _of_interval),
            ("_worked", ", working time", case((until.is_not(None), worked)), _of_number),
        )
        for which, words, part in (("median", "median", 0.5), ("p90", "90th percentile", 0.9))
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


def _of_interval(wait: Sql) -> Sql:
    return cast(extract("epoch", wait), BigInteger)


def _of_number(wait: Sql) -> Sql:
    return cast(wait, BigInteger)
