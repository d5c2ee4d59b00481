"""The days that are over, tallied once: which of them can be read, and how they are written."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Integer, cast, delete, func, insert, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from bot.leads.models import Lead
from bot.metrics.metric import Sql
from bot.metrics.models import ChangedTime, DayTally, DayWait, TalliedDay
from bot.metrics.of_leads import TIPS, WAITS
from bot.metrics.period import Period
from bot.metrics.quantiles import credited, gathered
from bot.metrics.scope import By, Scope
from bot.metrics.tallies import CONDITIONS, SPLITS, TALLIED, Reading, edition, of_leads
from bot.metrics.units import Attribution
from bot.store.base import table

_DAY = timedelta(days=1)

_REACH = timedelta(days=4 * 366)
"""So far back days are tallied: two years, and the two that they are compared with."""

_KEPT = timedelta(days=1)
"""How long another edition stays, for processes of another version that still read it."""

_LOCK = 4_823_002
"""With the workspace's number, it names the lock under which one process writes tallies."""


def reading(session: Session, about: Scope, by: By | None) -> Reading:
    """Where a cohort is to be read from: tallied days that hold, and the leads of all others."""
    tallied = list(_runs(_holding(session, about))) if by in SPLITS else []
    return Reading(tallied, list(_rest(about.period, tallied)))


def _holding(session: Session, about: Scope) -> Sequence[date]:
    """The tallied days of the period of which nothing changed since, in their order.

    What changed is read first: whoever tallies a day anew takes away that it changed.
    """
    stale = _changed(session, about)
    days = session.scalars(
        select(TalliedDay.day)
        .where(
            TalliedDay.workspace_id == about.workspace_id,
            TalliedDay.edition == edition(about),
            TalliedDay.day >= (about.period.first or date.min),
            TalliedDay.day < (about.period.end or date.max),
            TalliedDay.tallied_at <= about.as_of,
            or_(TalliedDay.good_until.is_(None), TalliedDay.good_until >= about.as_of),
        )
        .order_by(TalliedDay.day)
    )
    return [day for day in days if day not in stale]


def _changed(session: Session, about: Scope) -> set[date]:
    """The days of the period of which a lead changed since they were tallied, if they were."""
    found = select(ChangedTime.at).distinct().where(*_changes(about))
    return {at.astimezone(about.zone).date() for at in session.scalars(found)}


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


def _rest(period: Period, tallied: Iterable[Period]) -> Iterable[Period]:
    """What is left of a period without these parts of it, which are in their order."""
    after = period.first
    for part in tallied:
        if after is None or after != part.first:
            yield Period(after, part.first)
        after = part.end
    if after is None or after != period.end:
        yield Period(after, period.end)


def to_tally(session: Session, about: Scope) -> Sequence[date]:
    """The days that are over and whose tallies are missing or stale, the newest first."""
    first = session.scalar(
        select(func.min(Lead.received_at)).where(Lead.workspace_id == about.workspace_id)
    )
    if first is None:
        return []
    today = about.today
    since = max(first.astimezone(about.zone).date(), today - _REACH)
    done = set(_holding(session, replace(about, period=Period(min(since, today), today))))
    days = (today - _DAY * back for back in range(1, (today - since).days + 1))
    return [day for day in days if day not in done]


def tally(session: Session, about: Scope, day: date) -> None:
    """Write what the leads of a day that is over add up to.

    First it is taken away that they changed, so a change from here on is not overlooked. Where
    another process did it meanwhile, nothing is left to do.
    """
    _alone(session, about.workspace_id)
    that_day = replace(about, period=Period(day, day + _DAY))
    if _holding(session, that_day):
        return
    session.execute(delete(ChangedTime).where(*_changes(that_day)))
    for kept in (DayTally, DayWait, TalliedDay):
        session.execute(
            delete(kept).where(
                kept.workspace_id == about.workspace_id,
                kept.edition == edition(about),
                kept.day == day,
            )
        )
    for credit in Attribution:
        for by in TALLIED:
            _write(session, replace(that_day, attribution=credit), by)
    tips = select(func.min(TIPS)).where(*that_day.leads)
    session.add(
        TalliedDay(
            workspace_id=about.workspace_id, edition=edition(about), day=day,
            tallied_at=about.as_of, good_until=session.scalar(tips, that_day.facts),
        )
    )  # fmt: skip


def _write(session: Session, that_day: Scope, by: By | None) -> None:
    """The tallies of one day by one split."""
    periods = [that_day.period]
    facts = {
        "workspace_id": that_day.workspace_id, "edition": edition(that_day),
        "credit": that_day.attribution.value, "split": SPLITS[by], "day": that_day.period.first,
    }  # fmt: skip
    known = [literal(each) for each in facts.values()]
    met = cast(array([func.count().filter(each) for each in CONDITIONS]), ARRAY(Integer))
    counted = of_leads(that_day, by, periods, [met, *known])
    names = ["key", "counts", *facts]
    session.execute(insert(table(DayTally)).from_select(names, counted), that_day.facts)
    if credited(that_day, by) == that_day:
        waits = union_all(*gathered(that_day, by, periods, WAITS)).subquery()
        names = ["key", "wait", "seconds", *facts]
        waited = select(*waits.c, *known)
        session.execute(insert(table(DayWait)).from_select(names, waited), that_day.facts)


def forget(session: Session, about: Scope) -> None:
    """Drop what nobody reads any more: what changed in days that are not tallied, and editions of
    other versions."""
    _alone(session, about.workspace_id)
    today = about.today
    for period in (Period(None, today - _REACH), Period(today, None)):
        session.execute(delete(ChangedTime).where(*_changes(replace(about, period=period))))
    is_old = (
        TalliedDay.workspace_id == about.workspace_id,
        TalliedDay.edition != edition(about),
        TalliedDay.tallied_at < about.as_of - _KEPT,
    )
    for kept in (DayTally, DayWait):
        same = (
            kept.workspace_id == TalliedDay.workspace_id,
            kept.edition == TalliedDay.edition,
            kept.day == TalliedDay.day,
        )
        session.execute(delete(kept).where(*same, *is_old))
    session.execute(delete(TalliedDay).where(*is_old))


def _alone(session: Session, workspace_id: int) -> None:
    """One process at a time writes or forgets the tallies of a workspace."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, cast(workspace_id, Integer))))
