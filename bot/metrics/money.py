"""The money of a cohort: what its won leads brought and what was spent, by group and campaign."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.metrics.definitions import IS_WON
from bot.metrics.figures import Key
from bot.metrics.metric import Amounts, Missing, MoneyTotals, Value, added
from bot.metrics.scope import By, Period, Scope, key_of_spend
from bot.spend import margins as spend
from bot.spend.models import DepartmentCosts, Margins, SpendEntry

_NO_SPEND = Missing(
    "No spend entered. Marketing enters it with `/campaign spend`, or drops the ad platform's CSV "
    "into its messages with Handoff."
)
_NO_CAMPAIGN = Missing("These leads belong to no campaign, so they have no spend.")
_NOT_SPLIT = Missing("Spend is entered by campaign and day, so it can't be broken down like this.")
_NO_MARGIN = Missing(
    "No contribution margin set. Marketing sets it with `/campaign margin`, for all campaigns or "
    "one."
)
_WHOLE_ONLY = Missing("Department costs can't be broken down: they cover all leads of a period.")
_NO_DEPARTMENTS = Missing(
    "Department costs are missing for some months. An admin enters them with `/campaign costs`."
)


class _Row(NamedTuple):
    """What one campaign (None: no campaign) brought or cost in one currency, within a group."""

    key: Key
    campaign_id: int | None
    currency: str
    minor: int


class NoMoney:
    """Of a cohort of whose money nothing is asked."""

    keys: frozenset[Key] = frozenset()

    def total(self, _counts: Mapping[str, Value]) -> MoneyTotals:
        """Nothing."""
        return MoneyTotals()

    def of(self, _key: Key, _counts: Mapping[str, Value]) -> MoneyTotals:
        """Nothing."""
        return MoneyTotals()


class MoneyQuery:
    """What is known of a cohort's money."""

    def __init__(self, session: Session, about: Scope, by: By | None) -> None:
        """Read it: a short statement, as money is added up by currency."""
        self._session, self._about, self._by = session, about, by
        money = union_all(_revenue(about, by), _spend(about, by))
        rows = session.execute(money, about.facts).all()
        self._revenue = _by_key(rows, is_spent=False)
        self._spend = _by_key(rows, is_spent=True)

    @cached_property
    def _margins(self) -> Margins:
        return spend.load_margins(self._session, self._about.workspace_id)

    @cached_property
    def _departments(self) -> DepartmentCosts:
        return spend.department_costs(self._session, self._about.workspace_id)

    @property
    def keys(self) -> set[Key]:
        """The groups for which there is money."""
        splits = self._by is not None and self._by.splits_spend
        return {*self._revenue, *(self._spend if splits else ())}

    def total(self, counts: Mapping[str, Value]) -> MoneyTotals:
        """The money of all."""
        revenue, spent = (list(chain(*rows.values())) for rows in (self._revenue, self._spend))
        return self._totals(revenue, spent, counts, self._cost_of(self._about.period))

    def of(self, key: Key, counts: Mapping[str, Value]) -> MoneyTotals:
        """The money of one group."""
        revenue = self._revenue.get(key, [])
        spent: Sequence[_Row] | Missing = self._spend.get(key, [])
        if self._by is None or not self._by.splits_spend:
            spent = _NOT_SPLIT
        elif key is None:
            spent = _NO_CAMPAIGN
        return self._totals(revenue, spent, counts, self._cost_of(self._days_of(key)))

    def _days_of(self, key: Key) -> Period | None:
        """The days of the cohort in a group, if it has all leads of some days."""
        length = {By.DAY: timedelta(days=1), By.WEEK: timedelta(weeks=1)}.get(self._by or By.KIND)
        if length is None or not isinstance(key, date):
            return None
        whole = self._about.period
        return Period(max(key, whole.first or key), min(key + length, whole.end or key + length))

    def _cost_of(self, days: Period | None) -> Amounts | Missing:
        """What the departments cost in some days; of a part of their leads that is unknown."""
        if self._about.campaign_ids is not None or not days or not days.first or not days.end:
            return _WHOLE_ONLY
        cost = self._departments.between(days.first, days.end)
        return _NO_DEPARTMENTS if cost is None else cost

    def _totals(
        self,
        revenue: Sequence[_Row],
        spent: Sequence[_Row] | Missing,
        counts: Mapping[str, Value],
        departments: Amounts | Missing,
    ) -> MoneyTotals:
        credited = [row for row in revenue if row.campaign_id is not None]
        involved = [*credited, *([] if isinstance(spent, Missing) else spent)]
        return MoneyTotals(
            received=_count(counts, "received"),
            qualified=_count(counts, "qualified"),
            customers=_count(counts, "campaign_customers"),
            new_customers=_count(counts, "customers"),
            won=_added(revenue),
            revenue=_added(credited),
            contribution=self._contribution(credited, involved),
            spend=spent if isinstance(spent, Missing) else (_added(spent) or _NO_SPEND),
            departments=departments,
        )

    def _contribution(
        self, credited: Iterable[_Row], involved: Iterable[_Row]
    ) -> Amounts | Missing:
        """Revenue times margin, campaign by campaign; none of them may lack its margin."""
        margins = {row.campaign_id: self._margins.of(row.campaign_id or 0) for row in involved}
        if None in margins.values():
            return _NO_MARGIN
        return added(
            (row.currency, row.minor * Fraction(margins[row.campaign_id] or 0) / 100)
            for row in credited
        )


def _revenue(about: Scope, by: By | None) -> Select[Any]:
    keys = [] if by is None else [about.key(by)]
    groups = [*keys, about.campaign, Lead.won_currency]
    query = (
        select(literal(False), *_columns(groups), func.sum(Lead.won_minor))
        .where(*about.leads, IS_WON, Lead.won_minor.is_not(None), Lead.won_currency.is_not(None))
        .group_by(*groups)
    )
    if by is By.KIND:
        query = query.select_from(Lead).outerjoin(Campaign, Campaign.id == about.campaign)
    return query


def _spend(about: Scope, by: By | None) -> Select[Any]:
    keys = [key_of_spend(by)] if by and by.splits_spend else []
    groups = [*keys, SpendEntry.campaign_id, SpendEntry.currency]
    query = (
        select(literal(True), *_columns(groups), func.sum(SpendEntry.minor))
        .where(*about.spend)
        .group_by(*groups)
    )
    if by is By.KIND:
        query = query.select_from(SpendEntry).join(Campaign, Campaign.id == SpendEntry.campaign_id)
    return query


def _columns(groups: Sequence[Any]) -> Sequence[Any]:
    """Key, campaign and currency; the key is NULL where there is none."""
    return [null()] * (3 - len(groups)) + [*groups]


def _by_key(rows: Iterable[Any], *, is_spent: bool) -> Mapping[Key, list[_Row]]:
    groups: dict[Key, list[_Row]] = {}
    for of_spend, key, campaign_id, currency, minor in rows:
        if of_spend is is_spent:
            groups.setdefault(key, []).append(_Row(key, campaign_id, currency, int(minor)))
    return groups


def _added(rows: Iterable[_Row]) -> dict[str, Any]:
    return added((row.currency, row.minor) for row in rows)


def _count(counts: Mapping[str, Value], name: str) -> int:
    """A metric by which money is divided; one that is not computed is not needed either."""
    value = counts.get(name, 0)
    assert isinstance(value, int), name
    return value
