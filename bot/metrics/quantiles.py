"""Quantiles: the wait that half or nine tenths of the leads do not exceed, exactly.

A day's waits stand sorted, so that how many of them are below a bound takes a few steps each. The
quantile of all days lies between the least and the greatest quantile of a day. Mostly it also lies
between those of the middle days; where counting shows that it does, only the waits between these
are put in order, which are few.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    TextualSelect,
    collate,
    column,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from bot.metrics.counting import GROUP, SPLITS, ReadPlan, leads_query, read_key, totals_query
from bot.metrics.definitions import BY_NAME, WAITS
from bot.metrics.figures import Key
from bot.metrics.metric import Attribution, Quantile, Value
from bot.metrics.models import DailyWaits
from bot.metrics.scope import By, Period, Scope
from bot.rounding import rounded
from bot.store.base import table

# Groups are numbered once, and put together by adding up rather than by joins, since the planner
# cannot know how many there are. Positions count from 1 in an array. A quantile that falls between
# two waits has two positions; the one is (size - 1) * percent / 100 steps behind the first, rounded
# down, the other rounded up.
_STEPS = """
SELECT * FROM (WITH
wanted AS (
    SELECT * FROM unnest(CAST(:waits AS text[]), CAST(:percents AS int[])) AS each (wait, percent)
),
part AS (
    SELECT dense_rank() OVER (ORDER BY of_group, wait) AS number, of_group, wait,
        seconds AS w, cardinality(seconds) AS size
    FROM waited WHERE cardinality(seconds) > 0
),
bounds AS (
    SELECT number, percent, min(of_group) AS of_group, min(wait) AS wait, sum(size) AS size,
        min(w[1 + (size - 1) * percent / 100]) AS lowest,
        max(w[1 + ((size - 1) * percent + 99) / 100]) AS highest,
        percentile_disc(0.25) WITHIN GROUP (ORDER BY w[1 + (size - 1) * percent / 100]) AS low,
        percentile_disc(0.75) WITHIN GROUP (ORDER BY w[1 + ((size - 1) * percent + 99) / 100])
            AS high
    FROM part JOIN wanted USING (wait)
    GROUP BY number, percent
),
counted AS (
    SELECT number, percent, sum(width_bucket(low - 1, w)) AS below_low,
        sum(width_bucket(lowest - 1, w)) AS below_lowest, sum(width_bucket(high, w)) AS up_to_high
    FROM bounds JOIN part USING (number)
    GROUP BY number, percent
),
sure AS (
    SELECT row_number() OVER () AS place, number, of_group, wait, percent, size,
        CASE WHEN is_above THEN below_low ELSE below_lowest END AS below,
        CASE WHEN is_above THEN low ELSE lowest END AS low,
        CASE WHEN up_to_high > ((size - 1) * percent + 99) / 100 THEN high ELSE highest END AS high
    FROM bounds JOIN counted USING (number, percent),
        LATERAL (SELECT below_low <= (size - 1) * percent / 100) AS known (is_above)
),
ordered AS (
    SELECT place, array_agg(waited ORDER BY waited) AS w
    FROM sure JOIN part USING (number), unnest(
        part.w[width_bucket(low - 1, part.w) + 1 : width_bucket(high, part.w)]
    ) AS waited
    GROUP BY place
),
result AS (
    SELECT max(of_group) AS of_group, max(wait) AS wait, max(percent) AS percent,
        max(size) AS size, max(below) AS below, max(w) AS w
    FROM (
        SELECT place, of_group, wait, percent, size, below, CAST(NULL AS int[]) AS w FROM sure
        UNION ALL SELECT place, NULL, NULL, NULL, NULL, NULL, w FROM ordered
    ) AS each
    GROUP BY place
)
SELECT of_group, wait, percent, size,
    w[1 + (size - 1) * percent / 100 - below] AS one,
    w[1 + ((size - 1) * percent + 99) / 100 - below] AS other
FROM result) AS quantiles
"""


def quantiles(
    session: Session, about: Scope, by: By | None, plan: ReadPlan, names: Collection[str]
) -> Mapping[Key, Mapping[str, Value]]:
    """By group, the metrics of these names that are quantiles; a group that never waited is not
    there."""
    rules = {name: rule for name in names if isinstance(rule := BY_NAME[name].rule, Quantile)}
    if not rules:
        return {}
    wanted = [(rule.wait, rule.percent) for rule in rules.values()]
    facts = {"waits": [wait for wait, _ in wanted], "percents": [percent for _, percent in wanted]}
    statement = _steps(_waited(about, by, plan, {wait for wait, _ in wanted}))
    groups: dict[Key, dict[str, Value]] = {}
    named = dict(zip(wanted, rules, strict=True))
    for row in session.execute(statement, about.facts | facts):
        value = _between(row.one, row.other, (int(row.size) - 1) * row.percent)
        groups.setdefault(read_key(by, row.of_group), {})[named[row.wait, row.percent]] = value
    return groups


def _steps(waited: CTE) -> TextualSelect:
    names = (GROUP, "wait", "percent", "size", "one", "other")
    columns: list[ColumnElement[Any]] = [column(name) for name in names]
    return text(_STEPS).columns(*columns).add_cte(waited)


def _waited(about: Scope, by: By | None, plan: ReadPlan, waits: Collection[str]) -> CTE:
    """The sorted waits: of each day with totals, and of all other leads together."""
    parts = waits_query(about, by, plan.rest, waits) if plan.rest else []
    if plan.computed:
        columns: list[ColumnElement[Any]] = [table(DailyWaits).c.wait, table(DailyWaits).c.seconds]
        query = totals_query(credited(about, by), by, plan.computed, DailyWaits, columns)
        parts.append(query.where(DailyWaits.wait.in_(waits)))
    return union_all(*parts).cte("waited")


def credited(about: Scope, by: By | None) -> Scope:
    """A cohort, for its waits alone: they depend on what is credited only by campaign."""
    if SPLITS[by] == By.CAMPAIGN:
        return about
    return replace(about, attribution=Attribution.FIRST_TOUCH)


def waits_query(
    about: Scope, by: By | None, periods: Sequence[Period], waits: Collection[str]
) -> list[Select[Any]]:
    """For each of these waits, all that leads of these periods waited, by their group."""
    columns = [
        func.array_agg(aggregate_order_by(seconds, seconds))
        .filter(seconds.is_not(None))
        .label(wait)
        for wait, seconds in WAITS.items()
        if wait in waits
    ]
    read = leads_query(about, by, periods, columns).cte()
    return [
        select(
            read.c[GROUP], collate(literal(wait), "C").label("wait"),
            read.c[wait].label("seconds"),
        ).where(read.c[wait].is_not(None))
        for wait in waits
    ]  # fmt: skip


def _between(one: int, other: int, steps: int) -> int:
    """The quantile, so many hundredths of a step behind the first wait, in whole seconds."""
    return int(rounded(one + Fraction(steps % 100, 100) * (other - one), 0))
