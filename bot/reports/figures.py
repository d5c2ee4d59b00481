"""The figures of the report: in total, by group and by week; what takes long is kept a while."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.campaigns.models import Campaign, Kind
from bot.metrics import BY_NAME, Attribution, By, Cohort, Figures, Group, Key
from bot.people.models import Person, Workspace
from bot.reports.period import Period
from bot.reports.permissions import DataClass, Permissions
from bot.sources import source_name

T = TypeVar("T")

KEPT = timedelta(minutes=1)
SLOW_SECONDS = 0.3
_MOST = 64


class Recent:
    """The slow figures of the last minute, by what was asked; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, tuple[object, datetime]] = OrderedDict()

    def get(self, key: tuple[Any, ...], compute: Callable[[], T]) -> tuple[T, datetime]:
        """What was asked, and of when it is; computed where none is at hand."""
        with self._lock:
            kept = self._kept.get(key)
        now = clock.now()
        if kept is not None and now - kept[1] < KEPT:
            return cast("tuple[T, datetime]", kept)
        began = time.monotonic()
        value = compute()
        if time.monotonic() - began >= SLOW_SECONDS:
            self._keep(key, value, now)
        return value, now

    def _keep(self, key: tuple[Any, ...], value: object, as_of: datetime) -> None:
        with self._lock:
            self._kept[key] = value, as_of
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


DIMENSIONS = (By.CAMPAIGN, By.KIND, By.SOURCE, By.SALESPERSON)
"""By what a report can be told apart."""

COURSE = ("received", "claimed", "won")
"""The metrics of which a report draws the course."""

_MOST_DAYS = 31


@dataclass(frozen=True)
class Part:
    """One campaign, kind, source or salesperson, and its figures."""

    key: Key
    name: str
    figures: Figures


@dataclass(frozen=True)
class Point:
    """A day, or the week that begins on it."""

    day: date
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Report:
    """What a report says."""

    period: Period
    now: Cohort
    before: Cohort
    by: By
    parts: Sequence[Part]
    course: Sequence[Point]
    by_week: bool
    """Whether the course is one of weeks."""

    @property
    def total(self) -> Figures:
        """The figures of all leads of the period."""
        return self.now.total

    @property
    def totals(self) -> "Totals":
        """They and those of the period before."""
        return Totals(self.now.total, self.before.total)


def shows(permissions: Permissions, metric: str) -> bool:
    """Whether a reader may see this metric."""
    return BY_NAME[metric].group is not Group.MONEY or permissions.may_see(DataClass.MONEY)


def splits(permissions: Permissions) -> list[By]:
    """By what a reader may tell the figures apart."""
    sees_people = permissions.may_see_some(DataClass.PEOPLE)
    return [by for by in DIMENSIONS if by is not By.SALESPERSON or sees_people]


@dataclass(frozen=True)
class Totals:
    """A period's figures beside those of the one before, not told apart."""

    now: Figures
    before: Figures


def totals(session: Session, workspace: Workspace, period: Period, credit: Attribution) -> Totals:
    """Every metric of a period, and of the one before."""
    now, before = (
        metrics.compute(session, workspace.id, days.of_metrics, attribution=credit).total
        for days in (period, period.before)
    )
    return Totals(now, before)


def by_campaign(
    session: Session, workspace: Workspace, period: Period, credit: Attribution
) -> list[Part]:
    """Every metric of each campaign."""
    cohort = metrics.compute(
        session, workspace.id, period.of_metrics, by=By.CAMPAIGN, attribution=credit
    )
    return parts(session, cohort, By.CAMPAIGN)


def report(
    session: Session,
    workspace: Workspace,
    period: Period,
    by: By,
    credit: Attribution,
    only: Collection[str] = (),
) -> Report:
    """The report on a period; of the metrics `only` those that it shows, where they are named."""
    now = metrics.compute(
        session, workspace.id, period.of_metrics, by=by, attribution=credit, only=only
    )
    before = metrics.compute(
        session, workspace.id, period.before.of_metrics, attribution=credit, only=only
    )
    by_week = (period.last - period.first).days >= _MOST_DAYS
    return Report(
        period=period,
        now=now,
        before=before,
        by=by,
        parts=parts(session, now, by),
        course=_course(session, workspace, period, by_week=by_week),
        by_week=by_week,
    )


def parts(session: Session, cohort: Cohort, by: By) -> list[Part]:
    """The groups with their names, the most leads first; what belongs to none comes last."""
    names = named(session, by, cohort.by.keys())
    groups = [Part(key, names.get(key, nameless(by)), each) for key, each in cohort.by.items()]
    return sorted(
        groups, key=lambda part: (part.key is None, -part.figures.count("received"), part.name)
    )


def visible_parts(groups: Sequence[Part], by: By, permissions: Permissions) -> list[Part]:
    """The groups that a reader may see: of colleagues only oneself, where the role says so."""
    if by is not By.SALESPERSON:
        return list(groups)
    return [
        part
        for part in groups
        if permissions.may_see(DataClass.PEOPLE, part.key if isinstance(part.key, int) else None)
    ]


def named(session: Session, by: By, keys: Iterable[Key]) -> dict[Key, str]:
    """What people call these groups."""
    known = [key for key in keys if key is not None]
    if by is By.CAMPAIGN:
        rows = session.execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(known)))
        return {row.id: row.name for row in rows}
    if by is By.SALESPERSON:
        people = session.execute(select(Person.id, Person.name).where(Person.id.in_(known)))
        return {row.id: row.name for row in people}
    return {key: word(by, str(key)) for key in known}


def word(by: By, key: str) -> str:
    """What people call one group."""
    if by is By.SOURCE:
        return source_name(key)
    return Kind(key).label if by is By.KIND and key in set(Kind) else key


def nameless(by: By) -> str:
    """What the leads are called that have none."""
    return {
        By.CAMPAIGN: "No campaign", By.KIND: "No campaign", By.SALESPERSON: "Nobody yet",
    }.get(by, "Unknown")  # fmt: skip


def _course(
    session: Session, workspace: Workspace, period: Period, *, by_week: bool
) -> list[Point]:
    """The counts day by day or week by week; what brought no lead is there too, with zeros."""
    cohort = metrics.compute(
        session, workspace.id, period.of_metrics, by=By.WEEK if by_week else By.DAY, only=COURSE
    )
    by_day = {
        day: {name: figures.count(name) for name in COURSE} for day, figures in cohort.by.items()
    }
    nothing = dict.fromkeys(COURSE, 0)
    steps = period.weeks() if by_week else period.days()
    return [Point(day, by_day.get(day, nothing)) for day in steps]
