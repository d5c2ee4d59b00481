"""Tallies: what leads add up to, group by group, from which the figures follow.

Counts of two days are the counts of both together, and so are two lists of waits. So the leads of
a period are those of its tallied days and those of the rest, and each formula is asked once, of
the sum.
"""

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
from bot.metrics.definitions import BY_NAME, METRICS
from bot.metrics.figures import Key
from bot.metrics.metric import Counts, Sql
from bot.metrics.models import DayTally, DayWait
from bot.metrics.of_leads import WAITS
from bot.metrics.period import Period
from bot.metrics.scope import By, Scope
from bot.metrics.units import Value

SPLITS: Mapping[By | None, str] = {
    None: "", By.DAY: "", By.WEEK: "", By.CAMPAIGN: By.CAMPAIGN, By.KIND: By.CAMPAIGN,
    By.SOURCE: By.SOURCE, By.SALESPERSON: By.SALESPERSON,
}  # fmt: skip
"""Which tallies a group is read from."""

TALLIED = (None, By.CAMPAIGN, By.SOURCE, By.SALESPERSON)
"""By what a day's leads are told apart when they are tallied."""

GROUP = "of_group"
"""The column of the group; no table has one of this name."""

NOBODY = ""
"""The key of those that belong to no group."""


@dataclass(frozen=True)
class Reading:
    """Where a cohort is read from."""

    tallied: Sequence[Period]
    """The days of which the tallies are read."""
    rest: Sequence[Period]
    """Those of which the leads are."""


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
    """A short word for all formulas that are tallied."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    told = [each.compile(dialect=dialect) for each in (*CONDITIONS, *WAITS.values())]
    words = "\n".join(f"{each} {sorted(each.params.items(), key=str)}" for each in told)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


_VERSION = _version()


def edition(about: Scope) -> str:
    """Names the formulas and the zone of a cohort, so that other tallies are not taken for its."""
    return f"{_VERSION} {about.zone.key}"


def counts(
    session: Session, about: Scope, by: By | None, reading: Reading, names: Collection[str]
) -> Mapping[Key, Counter[int]]:
    """By group, how many leads meet the conditions that these metrics count, by their places."""
    places = sorted({place for name in names for place in _PLACES.get(name, ())})
    sums: dict[Key, Counter[int]] = {}
    for statement in _counting(about, by, reading, places):
        for key, *found in session.execute(statement, about.facts):
            met = dict(zip(places, found, strict=True))
            sums.setdefault(read_key(by, key), Counter()).update(met)
    return sums


def values(tally: Mapping[int, int], names: Collection[str]) -> dict[str, Value]:
    """What so many leads come to, of the metrics of these names that follow from counts."""
    found = {}
    for name in names:
        rule = BY_NAME[name].rule
        if isinstance(rule, Counts):
            found[name] = rule.value(*(tally.get(place, 0) for place in _PLACES[name]))
    return found


def _counting(
    about: Scope, by: By | None, reading: Reading, places: Sequence[int]
) -> Iterable[Select[Any]]:
    if reading.tallied:
        written = [func.sum(DayTally.counts[place + 1]) for place in places]
        yield of_days(about, by, reading.tallied, DayTally, written).group_by(GROUP)
    if reading.rest:
        met = [func.count().filter(CONDITIONS[place]) for place in places]
        yield of_leads(about, by, reading.rest, met)


Tallies = type[DayTally] | type[DayWait]


def of_days(
    about: Scope,
    by: By | None,
    periods: Sequence[Period],
    table: Tallies,
    columns: Sequence[ColumnElement[Any]],
) -> Select[Any]:
    """These columns of days that are tallied, with the group that each is of."""
    found = select(_group(_key_of_day(by, table)), *columns).where(
        table.workspace_id == about.workspace_id,
        table.edition == edition(about),
        table.credit == about.attribution,
        table.split == SPLITS[by],
        or_(*(and_(table.day >= part.first, table.day < part.end) for part in periods)),
    )
    if about.campaign_ids is not None:
        found = found.where(table.key.in_(map(str, about.campaign_ids)))
    if by is By.KIND:
        number = cast(func.nullif(table.key, NOBODY), BigInteger)
        found = found.outerjoin(Campaign, Campaign.id == number)
    return found


def _key_of_day(by: By | None, table: Tallies) -> ColumnElement[Any]:
    if by is By.DAY:
        return cast(table.day, Text)
    if by is By.WEEK:
        return cast(cast(func.date_trunc("week", table.day), Date), Text)
    if by is By.KIND:
        return func.coalesce(Campaign.kind, NOBODY)
    return type_coerce(table.key, Text)


def of_leads(
    about: Scope, by: By | None, periods: Sequence[Period], columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """These aggregates of the leads that came in some parts of the period, by their group."""
    key = literal(NOBODY) if by is None else func.coalesce(cast(about.key(by), Text), NOBODY)
    found = select(_group(key), *columns).where(*about.leads_in(periods)).group_by(GROUP)
    if by is By.KIND:
        found = found.select_from(Lead).outerjoin(Campaign, Campaign.id == about.campaign)
    return found


def _group(key: ColumnElement[Any]) -> ColumnElement[Any]:
    """Compared byte by byte, as the tallies' own keys are."""
    return collate(key, "C").label(GROUP)


def read_key(by: By | None, key: str) -> Key:
    """A group's key as what it is."""
    if key == NOBODY:
        return None
    if by in (By.CAMPAIGN, By.SALESPERSON):
        return int(key)
    return date.fromisoformat(key) if by in (By.DAY, By.WEEK) else key
