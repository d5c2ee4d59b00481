"""Which days, which leads and which money figures are about, and by what they are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, SQLColumnExpression, and_, cast, func, or_, true

from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.metrics.metric import Attribution, Sql
from bot.people.moving_zone import MovingZone
from bot.spend.models import SpendEntry, stands


@dataclass(frozen=True)
class Period:
    """Days from `first` until before `end`; without one of them, it is open on that side."""

    first: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        assert not (self.first and self.end) or self.first <= self.end, self

    def until(self, last: date) -> "Period":
        """Its days up to this one, which is included; what is spent for days to come is not spent
        yet."""
        end = last + timedelta(days=1)
        if self.end is not None:
            end = min(end, self.end)
        return Period(self.first, max(end, self.first or end))

    def bounds(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """When it begins and ends there, in UTC; a week with a change of clocks has 167 or 169
        hours."""
        first, end = (_midnight(day, zone) if day else None for day in (self.first, self.end))
        return first, end


EVER = Period()
"""All days that there were."""


def _midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins there; where the clock skips midnight, the moment after the gap."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


class By(StrEnum):
    """What tells the leads of a cohort apart."""

    CAMPAIGN = "campaign"
    KIND = "kind"
    SOURCE = "source"
    SALESPERSON = "salesperson"
    """By who claimed them first, so that a handover moves no figure."""
    DAY = "day"
    WEEK = "week"
    """By its Monday."""

    @property
    def splits_spend(self) -> bool:
        """Whether spend, which is entered by campaign and day, can be told apart so too."""
        return self in (By.CAMPAIGN, By.KIND, By.DAY, By.WEEK)


def credit_column(attribution: Attribution) -> SQLColumnExpression[Any]:
    """The campaign that a lead is credited to."""
    is_last = attribution is Attribution.LAST_TOUCH
    return Lead.last_campaign_id if is_last else Lead.campaign_id


@dataclass(frozen=True)
class Scope:
    """The leads received in a period, and the money spent in it."""

    workspace_id: int
    zone: MovingZone
    period: Period
    attribution: Attribution
    as_of: datetime
    campaign_ids: tuple[int, ...] | None = None
    """Only these campaigns; None: all leads, also those of no campaign."""

    @property
    def campaign(self) -> SQLColumnExpression[Any]:
        """The campaign that a lead is credited to."""
        return credit_column(self.attribution)

    @property
    def facts(self) -> dict[str, Any]:
        """What the metrics' own expressions ask for."""
        return {
            "workspace_id": self.workspace_id,
            "as_of": self.as_of,
            "last_touch": self.attribution is Attribution.LAST_TOUCH,
        }

    @property
    def leads(self) -> list[Sql]:
        """The conditions of its leads."""
        return self.leads_in([self.period])

    def leads_in(self, periods: Sequence[Period]) -> list[Sql]:
        """The conditions of its leads that came in these parts of the period."""
        conditions: list[Sql] = [
            Lead.workspace_id == self.workspace_id,
            Lead.merged_into.is_(None),
            or_(*(self._came_in(period) for period in periods)),
        ]
        if self.campaign_ids is not None:
            conditions.append(self.campaign.in_(self.campaign_ids))
        return conditions

    def _came_in(self, period: Period) -> Sql:
        first, end = period.bounds(self.zone)
        return and_(
            true() if first is None else Lead.received_at >= first,
            true() if end is None else Lead.received_at < end,
        )

    @property
    def today(self) -> date:
        """The day that it is there."""
        return self.as_of.astimezone(self.zone).date()

    @property
    def spend(self) -> list[Sql]:
        """The conditions of its spend."""
        conditions: list[Sql] = [SpendEntry.workspace_id == self.workspace_id, stands()]
        if self.period.first is not None:
            conditions.append(SpendEntry.day >= self.period.first)
        if self.period.end is not None:
            conditions.append(SpendEntry.day < self.period.end)
        if self.campaign_ids is not None:
            conditions.append(SpendEntry.campaign_id.in_(self.campaign_ids))
        return conditions

    def key(self, by: By) -> Sql:
        """What a lead has in common with others of its group."""
        local = self.zone.local(Lead.received_at)
        keys: dict[By, Any] = {
            By.CAMPAIGN: self.campaign,
            By.KIND: Campaign.kind,
            By.SOURCE: Lead.source,
            By.SALESPERSON: Lead.first_claimed_by,
            By.DAY: cast(local, Date),
            By.WEEK: cast(func.date_trunc("week", local), Date),
        }
        key: Sql = keys[by]
        return key


def key_of_spend(by: By) -> Sql:
    """Likewise, what an entry of spend has in common with others."""
    keys: dict[By, Any] = {
        By.CAMPAIGN: SpendEntry.campaign_id,
        By.KIND: Campaign.kind,
        By.DAY: SpendEntry.day,
        By.WEEK: cast(func.date_trunc("week", SpendEntry.day), Date),
    }
    key: Sql = keys[by]
    return key
