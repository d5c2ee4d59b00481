"""The daily totals of days that are over: which of them can be read, and how they are written."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import (
    Date,
    Integer,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from bot.leads.models import Lead
from bot.metrics.counting import (
    CONDITIONS,
    DAILY_SPLITS,
    SPLITS,
    ReadPlan,
    formula_version,
    leads_query,
)
from bot.metrics.definitions import LATE_AT, WAITS
from bot.metrics.metric import Attribution, Sql
from bot.metrics.models import ChangedTime, ComputedDay, DailyTotals, DailyWaits
from bot.metrics.quantiles import credited, waits_query
from bot.metrics.scope import By, Period, Scope
from bot.store.base import table

_DAY = timedelta(days=1)

_OLDEST = timedelta(days=4 * 366)
"""So far back there are daily totals: two years, and the two that they are compared with."""

_KEPT_FOR = timedelta(days=1)
"""How long totals of another formula version stay, for processes that still read them."""

_LOCK_ID = 4_823_002
"""With the workspace's number, it names the lock under which one process writes daily totals."""


def read_plan(session: Session, about: Scope, by: By | None) -> ReadPlan:
    """What a cohort is read from: daily totals that are valid, and the leads of all other days."""
    computed = list(_runs(_valid_days(session, about))) if by in SPLITS else []
    return ReadPlan(computed, list(_rest(about.period, computed)))


def _valid_days(session: Session, about: Scope) -> Sequence[date]:
    """The days of the period whose totals are computed and still valid, in their order.

    One statement, so of one moment: whoever computes a day again takes away that it changed.
    """
    computed = select(ComputedDay.day, cast(null(), ChangedTime.at.type)).where(
        ComputedDay.workspace_id == about.workspace_id,
        ComputedDay.formula_version == formula_version(about),
        ComputedDay.day >= (about.period.first or date.min),
        ComputedDay.day < (about.period.end or date.max),
        ComputedDay.computed_at <= about.as_of,
        or_(ComputedDay.valid_until.is_(None), ComputedDay.valid_until >= about.as_of),
    )
    changed = select(cast(null(), Date), ChangedTime.at).distinct().where(*_changes(about))
    rows = session.execute(union_all(computed, changed)).all()
    stale = {at.astimezone(about.zone).date() for _, at in rows if at is not None}
    return sorted(day for day, _ in rows if day is not None and day not in stale)


def _changes(about: Scope) -> list[Sql]:
    first, end = about.period.bounds(about.zone)
    conditions: list[Sql] = [ChangedTime.workspace_id == about.workspace_id]
    if first is not None:
        conditions.append(ChangedTime.at >= first)
    if end is not None:
        conditions.append(ChangedTime.at < end)
    return conditions


def _runs(days: Iterable[date]) -> Iterable[Period]:
    """Days in their order, as periods without a gap."""
    first = end = None
    for day in days:
        if day != end:
            if first is not None:
                yield Period(first, end)
            first = day
        end = day + _DAY
    if first is not None:
        yield Period(first, end)


def _rest(period: Period, parts: Iterable[Period]) -> Iterable[Period]:
    """What is left of a period without these parts of it, which are in their order."""
    after = period.first
    for part in parts:
        if after is None or after != part.first:
            yield Period(after, part.first)
        after = part.end
    if after is None or after != period.end:
        yield Period(after, period.end)


def outdated_days(session: Session, about: Scope) -> Sequence[date]:
    """The days that are over and whose totals are missing or outdated, the newest first."""
    first = session.scalar(
        select(func.min(Lead.received_at)).where(Lead.workspace_id == about.workspace_id)
    )
    if first is None:
        return []
    today = about.today
    since = max(first.astimezone(about.zone).date(), today - _OLDEST)
    done = set(_valid_days(session, replace(about, period=Period(min(since, today), today))))
    days = (today - _DAY * back for back in range(1, (today - since).days + 1))
    return [day for day in days if day not in done]


def compute_day(session: Session, about: Scope, day: date) -> None:
    """Write what the leads of a day that is over add up to.

    First it is taken away that they changed, so a change from here on is not overlooked. Where
    another process did it meanwhile, nothing is left to do.
    """
    _lock(session, about.workspace_id)
    that_day = replace(about, period=Period(day, day + _DAY))
    if _valid_days(session, that_day):
        return
    session.execute(delete(ChangedTime).where(*_changes(that_day)))
    for table_ in (DailyTotals, DailyWaits, ComputedDay):
        session.execute(
            delete(table_).where(
                table_.workspace_id == about.workspace_id,
                table_.formula_version == formula_version(about),
                table_.day == day,
            )
        )
    for credit in Attribution:
        _write(session, replace(that_day, attribution=credit))
    late_at = select(func.min(LATE_AT)).where(*that_day.leads)
    session.add(
        ComputedDay(
            workspace_id=about.workspace_id, formula_version=formula_version(about), day=day,
            computed_at=about.as_of, valid_until=session.scalar(late_at, that_day.facts),
        )
    )  # fmt: skip


def _write(session: Session, that_day: Scope) -> None:
    """The totals of one day by each split."""
    facts = {
        "workspace_id": that_day.workspace_id, "formula_version": formula_version(that_day),
        "credit": that_day.attribution.value, "day": that_day.period.first,
    }  # fmt: skip
    constants = [literal(each) for each in facts.values()]
    matching = cast(array([func.count().filter(each) for each in CONDITIONS]), ARRAY(Integer))
    counts = [
        leads_query(that_day, by, [that_day.period], [matching, literal(SPLITS[by]), *constants])
        for by in DAILY_SPLITS
    ]
    names = ["key", "counts", "split", *facts]
    totals = insert(table(DailyTotals)).from_select(names, union_all(*counts))
    session.execute(totals, that_day.facts)
    waits = [
        query.add_columns(literal(SPLITS[by]), *constants)
        for by in DAILY_SPLITS
        if credited(that_day, by) == that_day
        for query in waits_query(that_day, by, [that_day.period], WAITS)
    ]
    names = ["key", "wait", "seconds", "split", *facts]
    waited = insert(table(DailyWaits)).from_select(names, union_all(*waits))
    session.execute(waited, that_day.facts)


def delete_outdated(session: Session, about: Scope) -> None:
    """Drop what nobody reads any more: what changed in days that have no totals, and the totals of
    other formula versions."""
    _lock(session, about.workspace_id)
    today = about.today
    for period in (Period(None, today - _OLDEST), Period(today, None)):
        session.execute(delete(ChangedTime).where(*_changes(replace(about, period=period))))
    is_old = (
        ComputedDay.workspace_id == about.workspace_id,
        ComputedDay.formula_version != formula_version(about),
        ComputedDay.computed_at < about.as_of - _KEPT_FOR,
    )
    for table_ in (DailyTotals, DailyWaits):
        same = (
            table_.workspace_id == ComputedDay.workspace_id,
            table_.formula_version == ComputedDay.formula_version,
            table_.day == ComputedDay.day,
        )
        session.execute(delete(table_).where(*same, *is_old))
    session.execute(delete(ComputedDay).where(*is_old))


def _lock(session: Session, workspace_id: int) -> None:
    """One process at a time writes or deletes the daily totals of a workspace."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_ID, cast(workspace_id, Integer))))
