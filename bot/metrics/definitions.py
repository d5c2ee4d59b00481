"""The metrics: one entry each, and the one pass of SQL that computes them all.

Every metric is over a cohort: the leads received in a period. An entry says what the metric is
called, how it is computed (in words and in SQL), and in which unit; another metric is another
entry. A zero or missing denominator gives no value, which reads `n/a`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    case,
    cast,
    extract,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from bot.leads.model import Lead, Rating, Status
from bot.money import Money
from bot.slack.text import duration

_Sql = ColumnElement[Any]

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
    MONEY = "money"
    """Minor units by currency; amounts of two currencies are never added up."""


@dataclass(frozen=True)
class Metric:
    """One metric; `sql` is an aggregate over the cohort's leads."""

    name: str
    label: str
    formula: str
    unit: Unit
    sql: _Sql


def _count(*conditions: _Sql) -> _Sql:
    return func.count().filter(*conditions) if conditions else func.count()


def _percent(part: _Sql, whole: _Sql) -> _Sql:
    return func.round(Decimal(100) * part / func.nullif(whole, 0), 1)


def _seconds(share: float, until: SQLColumnExpression[Any]) -> _Sql:
    """The wait since the receipt that this share of the leads did not exceed."""
    wait = func.percentile_cont(share).within_group(until - Lead.received_at)
    return cast(extract("epoch", wait), BigInteger)


def _gap(name: str, label: str, meaning: str, missing: _Sql, of: tuple[str, _Sql]) -> list[Metric]:
    """What is missing: how many leads, and which share of those that should have it."""
    whole, total = of
    share = f"{label.lower()} ÷ {whole}"
    return [
        Metric(name, label, meaning, Unit.COUNT, missing),
        Metric(f"{name}_share", f"{label}, share", share, Unit.PERCENT, _percent(missing, total)),
    ]


_HAS_OWNER = Lead.claimed_at.is_not(None)
_HAS_RATING = Lead.rating.is_not(None)
_IS_WON = Lead.status == Status.WON
_IS_LOST = Lead.status == Status.LOST
_SCORES = {Rating.HOT: 3, Rating.GOOD: 2, Rating.WEAK: 1, Rating.JUNK: 0}

_RECEIVED, _CLAIMED = _count(), _count(_HAS_OWNER)
_WON, _LOST = _count(_IS_WON), _count(_IS_LOST)
# No aggregate sums up by currency, so the amounts come as pairs; `_sums` adds them.
_AMOUNTS = func.jsonb_agg(func.jsonb_build_array(Lead.won_currency, Lead.won_minor)).filter(
    _IS_WON, Lead.won_minor.is_not(None), Lead.won_currency.is_not(None)
)

METRICS: tuple[Metric, ...] = (
    Metric("received", "Leads received", "leads received in the period",
           Unit.COUNT, _RECEIVED),
    Metric("claimed", "Claimed", "leads that have an owner; a released lead has none",
           Unit.COUNT, _CLAIMED),
    Metric("acceptance_rate", "Acceptance rate", "claimed ÷ received",
           Unit.PERCENT, _percent(_CLAIMED, _RECEIVED)),
    Metric("claim_median", "Time to claim, median", "claimed − received, wall clock, median",
           Unit.DURATION, _seconds(0.5, Lead.claimed_at)),
    Metric("claim_p90", "Time to claim, p90", "claimed − received, wall clock, 90th percentile",
           Unit.DURATION, _seconds(0.9, Lead.claimed_at)),
    Metric("response_median", "Speed-to-lead, median",
           "first response − received, wall clock, median",
           Unit.DURATION, _seconds(0.5, Lead.first_response_at)),
    Metric("response_p90", "Speed-to-lead, p90",
           "first response − received, wall clock, 90th percentile",
           Unit.DURATION, _seconds(0.9, Lead.first_response_at)),
    Metric("rated", "Rated", "leads with a rating, the n of the quality index",
           Unit.COUNT, _count(_HAS_RATING)),
    Metric("rating_coverage", "Rating coverage", "claimed leads with a rating ÷ claimed",
           Unit.PERCENT, _percent(_count(_HAS_OWNER, _HAS_RATING), _CLAIMED)),
    Metric("quality_index", "Quality index", "mean of hot = 3, good = 2, weak = 1, junk = 0",
           Unit.SCORE, func.round(func.avg(case(_SCORES, value=Lead.rating)), 2)),
    *(Metric(rating.value, rating.label, f"leads rated {rating}",
             Unit.COUNT, _count(Lead.rating == rating)) for rating in Rating),
    Metric("won", "Won", "leads closed as won",
           Unit.COUNT, _WON),
    Metric("won_amount", "Won amount", "sum of the won leads' amounts, by currency",
           Unit.MONEY, _AMOUNTS),
    Metric("lost", "Lost", "leads closed as lost",
           Unit.COUNT, _LOST),
    Metric("win_rate", "Win rate", "won ÷ (won + lost)",
           Unit.PERCENT, _percent(_WON, _WON + _LOST)),
    Metric("open", "Still open", "leads neither won nor lost",
           Unit.COUNT, _count(Lead.status.not_in([Status.WON, Status.LOST]))),
    *_gap("unclaimed", "Unclaimed", "leads without an owner",
          _count(Lead.claimed_at.is_(None)), of=("received", _RECEIVED)),
    *_gap("unanswered", "Unanswered", "claimed leads without a first response",
          _count(_HAS_OWNER, Lead.first_response_at.is_(None)), of=("claimed", _CLAIMED)),
    *_gap("unrated", "Unrated", "claimed leads without a rating",
          _count(_HAS_OWNER, Lead.rating.is_(None)), of=("claimed", _CLAIMED)),
    *_gap("unattributed", "Unattributed", "leads that belong to no campaign",
          _count(Lead.campaign_id.is_(None)), of=("received", _RECEIVED)),
    *_gap("undisposed", "Lost without disposition", "lost leads without a disposition",
          _count(_IS_LOST, Lead.disposition.is_(None)), of=("lost", _LOST)),
)  # fmt: skip

_UNITS = {metric.name: metric.unit for metric in METRICS}


@dataclass(frozen=True)
class Figures:
    """The metrics of one cohort, by name: `figures["claim_median"]` reads `12 min`."""

    values: Mapping[str, Value]

    def __getitem__(self, name: str) -> str:
        """The value as people read it."""
        return shown(_UNITS[name], self.values.get(name))

    def has(self, name: str) -> bool:
        """Whether the metric has a value."""
        return self.values.get(name) is not None

    def count(self, name: str) -> int:
        """The value of a metric that counts; 0 where an old snapshot does not know it yet."""
        assert _UNITS[name] is Unit.COUNT, name
        value = self.values.get(name)
        return value if isinstance(value, int) else 0

    def as_json(self) -> dict[str, Any]:
        """A snapshot of integers and strings."""
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in self.values.items()
        }

    @classmethod
    def from_json(cls, snapshot: Mapping[str, Any]) -> "Figures":
        """Read a snapshot; what is no metric any more is left out."""
        kept = {name: raw for name, raw in snapshot.items() if name in _UNITS}
        return cls(
            {
                name: Decimal(raw) if isinstance(raw, str) else raw  # a percentage or a score
                for name, raw in kept.items()
            }
        )


def shown(unit: Unit, value: Value) -> str:
    """A value as people read it: `1,234`, `42.9%`, `12 min`, `2.25`, `1,200 EUR`, or `n/a`."""
    if value is None:
        return "n/a"
    if isinstance(value, dict):
        sums = [str(Money(minor, currency)) for currency, minor in sorted(value.items())]
        return ", ".join(sums) or "none"
    if unit is Unit.PERCENT:
        return f"{value:.1f}".removesuffix(".0") + "%"
    return duration(int(value)) if unit is Unit.DURATION else f"{value:,}"


@dataclass(frozen=True)
class Cohort:
    """A period's figures: in total, and by campaign, the unattributed leads under None."""

    total: Figures
    by_campaign: Mapping[int | None, Figures]


def compute(session: Session, workspace_id: int, start: datetime, end: datetime) -> Cohort:
    """All metrics over the leads received from `start` until before `end`, in one pass."""
    rows = session.execute(query(workspace_id, start, end)).all()
    found = {(is_whole, campaign_id): _figures(cells) for is_whole, campaign_id, *cells in rows}
    total = found.pop((1, None))
    return Cohort(total, {campaign_id: figures for (_, campaign_id), figures in found.items()})


def query(workspace_id: int, start: datetime, end: datetime) -> Select[Any]:
    """The pass: one row for the whole cohort, and one for each campaign in it.

    `grouping` is 1 for the whole cohort, which tells its row from that of the unattributed leads.
    """
    columns = [metric.sql.label(metric.name) for metric in METRICS]
    return (
        select(func.grouping(Lead.campaign_id), Lead.campaign_id, *columns)
        .where(
            Lead.workspace_id == workspace_id,
            Lead.received_at >= start,
            Lead.received_at < end,
            Lead.merged_into.is_(None),
        )
        .group_by(func.grouping_sets(tuple_(), tuple_(Lead.campaign_id)))
    )


def _figures(cells: Sequence[Any]) -> Figures:
    """One row of the pass."""
    return Figures(
        {
            metric.name: _sums(cell) if metric.unit is Unit.MONEY else cell
            for metric, cell in zip(METRICS, cells, strict=True)
        }
    )


def _sums(pairs: Sequence[tuple[str, int]] | None) -> dict[str, int]:
    """Amounts added up by currency."""
    sums: dict[str, int] = {}
    for currency, minor in pairs or ():
        sums[currency] = sums.get(currency, 0) + minor
    return sums
