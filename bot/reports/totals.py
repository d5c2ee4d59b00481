"""Sheets of figures: a row for each campaign, or for each week, with every metric in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.campaigns.models import Campaign
from bot.metrics import METRICS, By, Figures, Group, Metric, Unit
from bot.metrics.pipeline import Pipeline, PipelineRow
from bot.money import Money
from bot.people.models import Workspace
from bot.reports.columns import Cell, Column, Record, Wanted
from bot.reports.period import Period, Span
from bot.reports.permissions import DataClass
from bot.store.keyset import Key


@dataclass(frozen=True)
class Totals:
    """One row: what it is about, and its figures."""

    about: Any
    figures: Figures
    currency: str
    """The workspace's, in which amounts are given."""
    credit: str


def _of_metric(metric: Metric) -> Column:
    is_money = metric.group is Group.MONEY
    data_class = DataClass.MONEY if is_money else DataClass.FACTS
    meaning = f"{metric.formula}{_UNITS.get(metric.unit, '')}"
    return Column(metric.name, meaning, lambda row: _cell(row, metric), data_class)


_UNITS = {
    Unit.PERCENT: ", in percent",
    Unit.DURATION: ", in seconds",
    Unit.MONEY: ", in the workspace's currency",
}


def _cell(row: Totals, metric: Metric) -> Cell:
    value = row.figures.values.get(metric.name)
    if not isinstance(value, dict):
        return value
    minor = value.get(row.currency, None if value else 0)
    return None if minor is None else Money(minor, row.currency).amount


def _others(row: Totals) -> str | None:
    """Amounts in other currencies, which are never added to the workspace's."""
    answers = [
        f"{metric.name} {Money(minor, currency).amount} {currency}"
        for metric in METRICS
        for currency, minor in sorted(row.figures.amounts(metric.name).items())
        if currency != row.currency
    ]
    return "; ".join(answers) or None


_LAST = (
    Column("credit", "the rule that credits leads to campaigns", lambda row: row.credit),
    Column("currency", "of the amounts, ISO 4217", lambda row: row.currency, DataClass.MONEY),
    Column("other_currencies", "amounts that are not in it", _others, DataClass.MONEY),
)
_METRICS = tuple(_of_metric(metric) for metric in METRICS)


def _of_campaign(name: str) -> Any:
    return lambda row: getattr(row.about, name) if row.about else None


CAMPAIGN_COLUMNS = (
    Column("campaign_id", "number of the campaign; empty: leads of no campaign",
           _of_campaign("id")),
    Column("campaign", "its name", _of_campaign("name")),
    Column("kind", "what sort of campaign it is", _of_campaign("kind")),
    Column("starts_on", "its first day", _of_campaign("starts_on")),
    Column("ends_on", "its last day, where it has one", _of_campaign("ends_on")),
    *_METRICS,
    *_LAST,
)  # fmt: skip

WEEK_COLUMNS = (
    Column("week", "ISO 8601, such as 2026-W47", lambda row: f"{row.about.first:%G-W%V}"),
    Column("first_day", "its Monday", lambda row: row.about.first),
    Column("last_day", "its Sunday; of the week that runs, today", lambda row: row.about.last),
    *_METRICS,
    *_LAST,
)


def _of_pipeline(read: Callable[[Pipeline, PipelineRow], Cell]) -> Callable[[Any], Cell]:
    return lambda row: read(*row)


def _expected_amount(_: Pipeline, row: PipelineRow) -> Cell:
    return None if row.currency is None else Money(row.minor, row.currency).amount


PIPELINE_COLUMNS = (
    Column("month", "of the expected close date; empty: nobody said when",
           _of_pipeline(lambda _, row: f"{row.month:%Y-%m}" if row.month else None)),
    Column("is_overdue", "true where the month is over", _of_pipeline(Pipeline.is_overdue)),
    Column("leads", "that are qualified and open", _of_pipeline(lambda _, row: row.leads)),
    Column("expected_amount", "what they add up to, in major units of its currency; empty: nobody "
           "said how much", _of_pipeline(_expected_amount), DataClass.MONEY),
    Column("expected_currency", "ISO 4217", _of_pipeline(lambda _, row: row.currency),
           DataClass.MONEY),
)  # fmt: skip

CAMPAIGN_KEY = (int,)
WEEK_KEY = (date,)
PIPELINE_KEY = (int,)


def read_campaigns(
    session: Session, workspace: Workspace, wanted: Wanted, after: Key | None, limit: int
) -> Sequence[Record]:
    """The campaigns with leads or money in the period, by number; leads of none come first."""
    cohort = metrics.compute(
        session, workspace.id, wanted.period.of_metrics, by=By.CAMPAIGN, attribution=wanted.credit
    )
    keys = sorted(key if isinstance(key, int) else 0 for key in cohort.by)
    chosen = [key for key in keys if after is None or key > after[0]][:limit]
    campaigns = session.scalars(select(Campaign).where(Campaign.id.in_(chosen))).all()
    by_id = {campaign.id: campaign for campaign in campaigns}
    return [
        Record((key,), _totals(by_id.get(key), cohort.by[key or None], workspace, wanted))
        for key in chosen
    ]


def read_weeks(
    session: Session, workspace: Workspace, wanted: Wanted, after: Key | None, limit: int
) -> Sequence[Record]:
    """The weeks that the period touches, each whole; one without leads has its row too.

    The week that runs ends today, as in the digest.
    """
    mondays = [day for day in wanted.period.weeks() if after is None or day > after[0]][:limit]
    if not mondays:
        return []
    today = workspace.day_of(clock.now())
    days = metrics.Period(mondays[0], mondays[-1] + timedelta(weeks=1)).until(today)
    cohort = metrics.compute(session, workspace.id, days, by=By.WEEK, attribution=wanted.credit)
    return [
        Record((day,), _totals(_week(day, today), cohort.of(day), workspace, wanted))
        for day in mondays
    ]


def read_pipeline(
    session: Session, workspace: Workspace, _: Wanted, after: Key | None, limit: int
) -> Sequence[Record]:
    """The pipeline of this moment, whatever the period: by month and currency, numbered."""
    found = metrics.pipeline(session, workspace.id)
    start = after[0] if after else 0
    rows = list(enumerate(found.rows, 1))[start : start + limit]
    return [Record((number,), (found, row)) for number, row in rows]


def _week(monday: date, today: date) -> Period:
    sunday = monday + timedelta(days=6)
    return Period(Span.DAYS, monday, today if monday <= today < sunday else sunday)


def _totals(about: Any, figures: Figures, workspace: Workspace, wanted: Wanted) -> Totals:
    return Totals(about, figures, workspace.currency, wanted.credit.value)
