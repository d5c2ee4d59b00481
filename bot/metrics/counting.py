"""Counting: how many leads meet each condition, group by group, from daily totals and from leads.

Counts of two days are the counts of both together, and so are two lists of waits. So the leads of
a period are those of its computed days and those of the rest, and each formula is asked once, of
the sum."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    cast,
    collate,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.metrics.definitions import BY_NAME, METRICS, WAITS
from bot.metrics.figures import Key
from bot.metrics.metric import Counts, People, Sql, Value
from bot.metrics.models import DailyTotals, DailyWaits
from bot.metrics.scope import By, Period, Scope

SPLITS: Mapping[By | None, str] = {
    None: "", By.DAY: "", By.WEEK: "", By.CAMPAIGN: By.CAMPAIGN, By.KIND: By.CAMPAIGN,
    By.SOURCE: By.SOURCE, By.SALESPERSON: By.SALESPERSON,
}  # fmt: skip
"""By which split of the daily totals a group is read."""

DAILY_SPLITS = (None, By.CAMPAIGN, By.SOURCE, By.SALESPERSON)
"""The splits of the daily totals."""

GROUP = "of_group"
"""The column of the group; no table has one of this name."""

NOBODY = ""
"""The key of those that belong to no group."""


@dataclass(frozen=True)
class ReadPlan:
    """What a cohort is read from."""

    computed: Sequence[Period]
    """The days whose daily totals are read."""
    rest: Sequence[Period]
    """The days whose leads are read."""


def _places() -> tuple[list[Sql], dict[str, list[int]]]:
    """All conditions that metrics count, each once, and where those of each metric stand."""
    conditions: list[Sql] = []
    places: dict[str, list[int]] = {}
    for metric in METRICS:
        if isinstance(metric.rule, Counts):
            places[metric.name] = [_place(conditions, each) for each in metric.rule.conditions]
    return conditions, places


def _place(conditions: list[Sql], wanted: Sql) -> int:
    for place, each in enumerate(conditions):
        if each.compare(wanted):
            return place
    conditions.append(wanted)
    return len(conditions) - 1


CONDITIONS, _PLACES = _places()


def _version() -> str:
    """A short word for all formulas of the daily totals."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = [each.compile(dialect=dialect) for each in (*CONDITIONS, *WAITS.values())]
    words = "\n".join(f"{each} {sorted(each.params.items(), key=str)}" for each in compiled)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


_VERSION = _version()


def formula_version(about: Scope) -> str:
    """Names the formulas and the zone of a cohort; totals of others are not read for it."""
    return f"{_VERSION} {about.zone.key}"


def count_leads(
    session: Session, about: Scope, by: By | None, plan: ReadPlan, names: Collection[str]
) -> Mapping[Key, Counter[int]]:
    """By group, how many leads meet the conditions that these metrics count, by their places."""
    places = sorted({place for name in names for place in _PLACES.get(name, ())})
    sums: dict[Key, Counter[int]] = {}
    for statement in _counting(about, by, plan, places):
        for key, *row in session.execute(statement, about.facts):
            counts = dict(zip(places, row, strict=True))
            sums.setdefault(read_key(by, key), Counter()).update(counts)
    return sums


def values(counts: Mapping[int, int], names: Collection[str]) -> dict[str, Value]:
    """What so many leads come to, of the metrics of these names that follow from counts."""
    known = {}
    for name in names:
        rule = BY_NAME[name].rule
        if isinstance(rule, Counts):
            known[name] = rule.value(*(counts.get(place, 0) for place in _PLACES[name]))
    return known


def _counting(
    about: Scope, by: By | None, plan: ReadPlan, places: Sequence[int]
) -> Iterable[Select[Any]]:
    if plan.computed:
        sums = [func.sum(DailyTotals.counts[place + 1]) for place in places]
        yield totals_query(about, by, plan.computed, DailyTotals, sums).group_by(GROUP)
    if plan.rest:
        counts = [func.count().filter(CONDITIONS[place]) for place in places]
        yield leads_query(about, by, plan.rest, counts)


DailyTable = type[DailyTotals] | type[DailyWaits]


def totals_query(
    about: Scope,
    by: By | None,
    periods: Sequence[Period],
    table: DailyTable,
    columns: Sequence[ColumnElement[Any]],
) -> Select[Any]:
    """These columns of the daily totals, with the group that each is of."""
    query = select(_group(_key_of_day(by, table)), *columns).where(
        table.workspace_id == about.workspace_id,
        table.formula_version == formula_version(about),
        table.credit == about.attribution,
        table.split == SPLITS[by],
        or_(*(and_(table.day >= part.first, table.day < part.end) for part in periods)),
    )
    if about.campaign_ids is not None:
        query = query.where(table.key.in_(map(str, about.campaign_ids)))
    if by is By.KIND:
        number = cast(func.nullif(table.key, NOBODY), BigInteger)
        query = query.outerjoin(Campaign, Campaign.id == number)
    return query


def _key_of_day(by: By | None, table: DailyTable) -> ColumnElement[Any]:
    if by is By.DAY:
        return cast(table.day, Text)
    if by is By.WEEK:
        return cast(cast(func.date_trunc("week", table.day), Date), Text)
    if by is By.KIND:
        return func.coalesce(Campaign.kind, NOBODY)
    return type_coerce(table.key, Text)


def leads_query(
    about: Scope, by: By | None, periods: Sequence[Period], columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """These aggregates of the leads that came in some parts of the period, by their group."""
    key = literal(NOBODY) if by is None else func.coalesce(cast(about.key(by), Text), NOBODY)
    query = select(_group(key), *columns).where(*about.leads_in(periods)).group_by(GROUP)
    if by is By.KIND:
        query = query.select_from(Lead).outerjoin(Campaign, Campaign.id == about.campaign)
    return query


def _group(key: ColumnElement[Any]) -> ColumnElement[Any]:
    """Compared byte by byte, as the keys of the daily totals are."""
    return collate(key, "C").label(GROUP)


def read_key(by: By | None, key: str) -> Key:
    """A group's key as what it is."""
    if key == NOBODY:
        return None
    if by in (By.CAMPAIGN, By.SALESPERSON):
        return int(key)
    return date.fromisoformat(key) if by in (By.DAY, By.WEEK) else key


def count_people(
    session: Session, about: Scope, by: By | None, names: Collection[str]
) -> Mapping[Key, Mapping[str, Value]]:
    """By group, the metrics of these names that count people; a group without any is not there."""
    which = {name: BY_NAME[name].leads for name in names if isinstance(BY_NAME[name].rule, People)}
    if not which:
        return {}
    persons = func.count(Lead.contact_id.distinct())
    columns = [persons.filter(leads) for leads in which.values()]
    statement = leads_query(about, by, [about.period], columns).where(or_(*which.values()))
    return {
        read_key(by, key): dict(zip(which, counts, strict=True))
        for key, *counts in session.execute(statement, about.facts)
    }
