"""Computing: all metrics of a cohort from its leads and its money, and the leads of a metric."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.metrics.counting import count_leads, count_people, values
from bot.metrics.daily_totals import read_plan
from bot.metrics.definitions import BY_NAME
from bot.metrics.figures import Cohort, Figures, Key
from bot.metrics.metric import Attribution, Missing, MoneyTotals, OfMoney, People, Quantile, Value
from bot.metrics.money import MoneyQuery, NoMoney
from bot.metrics.quantiles import quantiles
from bot.metrics.scope import EVER, By, Period, Scope
from bot.people.models import Workspace

_NO_GROUP = ""
"""The key of no group: leads that belong to none have None."""


def compute(
    session: Session,
    workspace_id: int,
    period: Period,
    *,
    by: By | None = None,
    attribution: Attribution = Attribution.FIRST_TOUCH,
    only: Collection[str] = (),
) -> Cohort:
    """All metrics over the leads received in the period: in total, and by what is asked for.

    `only` names those that are wanted, where not all are: medians and people cost the most.
    """
    about = scope(session, workspace_id, period, attribution)
    names = _wanted(only)
    leads = _leads(session, about, by, names, with_total=True)
    money = _money(session, about, by, names)
    keys = {*leads.by, *money.keys} if by else set()
    return Cohort(
        total=_figures(names, leads.total, money.total(leads.total), about),
        by={
            key: _figures(names, of_group, money.of(key, of_group), about)
            for key in keys
            for of_group in [leads.of(key)]
        },
        period=about.period,
        attribution=about.attribution,
        as_of=about.as_of,
        nothing=_figures(names, leads.none, money.of(_NO_GROUP, leads.none), about),
    )


def of_campaigns(
    session: Session,
    workspace_id: int,
    campaign_ids: Iterable[int],
    *,
    attribution: Attribution = Attribution.FIRST_TOUCH,
    only: Collection[str] = (),
) -> Mapping[int, Figures]:
    """All metrics (or `only` some) of each of these campaigns, over its whole life.

    Without a total, which would sort all their leads a second time.
    """
    ids = tuple(campaign_ids)
    life = scope(session, workspace_id, EVER, attribution, ids)
    names = _wanted(only)
    leads = _leads(session, life, By.CAMPAIGN, names, with_total=False)
    money = _money(session, life, By.CAMPAIGN, names)
    return {
        each: _figures(names, of_campaign, money.of(each, of_campaign), life)
        for each in ids
        for of_campaign in [leads.of(each)]
    }


def scope(
    session: Session,
    workspace_id: int,
    period: Period,
    attribution: Attribution = Attribution.FIRST_TOUCH,
    campaign_ids: tuple[int, ...] | None = None,
) -> Scope:
    """What figures of this moment are about."""
    zone = session.get_one(Workspace, workspace_id).days
    return Scope(workspace_id, zone, period, attribution, clock.now(), campaign_ids)


def _wanted(only: Collection[str]) -> list[str]:
    """The metrics that are wanted, and those by which they divide."""
    if not only:
        return list(BY_NAME)
    metrics = [BY_NAME[name] for name in only]
    needed = {each.rule.needs for each in metrics if isinstance(each.rule, OfMoney)}
    needed |= {name for each in metrics for name in each.of}
    return [name for name in BY_NAME if name in only or name in needed]


@dataclass(frozen=True)
class _LeadFigures:
    """What is computed from leads: in total, and by group."""

    total: Mapping[str, Value]
    by: Mapping[Key, Mapping[str, Value]]
    none: Mapping[str, Value]
    """What a group without leads has."""

    def of(self, key: Key) -> Mapping[str, Value]:
        """The figures of one group."""
        return self.by.get(key, self.none)


def _leads(
    session: Session, about: Scope, by: By | None, names: list[str], *, with_total: bool
) -> _LeadFigures:
    plan = read_plan(session, about, by)
    counts = count_leads(session, about, by, plan, names)
    groups = [by] if by and not with_total else {None, by}
    waits = {group: quantiles(session, about, group, plan, names) for group in groups}
    persons = {group: count_people(session, about, group, names) for group in groups}

    def figures(group: By | None, key: Key, counts: Mapping[int, int]) -> dict[str, Value]:
        rest = {**waits[group].get(key, {}), **persons[group].get(key, {})}
        return {**values(counts, names), **_none(names), **rest}

    everything = sum(counts.values(), Counter[int]())
    return _LeadFigures(
        total=figures(None, None, everything) if with_total else {},
        by={key: figures(by, key, of_group) for key, of_group in counts.items()} if by else {},
        none=values({}, names) | _none(names),
    )


def _money(
    session: Session, about: Scope, by: By | None, names: Collection[str]
) -> MoneyQuery | NoMoney:
    """The cohort's money, where a metric of these needs it."""
    needs_money = any(isinstance(BY_NAME[name].rule, OfMoney) for name in names)
    return MoneyQuery(session, about, by) if needs_money else NoMoney()


def _none(names: Collection[str]) -> dict[str, Value]:
    """What quantiles and people are where there are none."""
    rules = {name: BY_NAME[name].rule for name in names}
    waits: dict[str, Value] = {
        name: None for name, rule in rules.items() if isinstance(rule, Quantile)
    }
    return waits | {name: 0 for name, rule in rules.items() if isinstance(rule, People)}


def _figures(
    names: Collection[str], of_leads: Mapping[str, Value], money: MoneyTotals, about: Scope
) -> Figures:
    """What the leads say, and what follows from the money, in the order of the metrics."""
    rules = {name: BY_NAME[name].rule for name in names}
    values = dict(of_leads)
    reasons: dict[str, str] = {}
    for name, rule in rules.items():
        if isinstance(rule, OfMoney):
            value = rule.value(money)
            values[name] = None if isinstance(value, Missing) else value
            if isinstance(value, Missing):
                reasons[name] = value.why
    return Figures({name: values[name] for name in names}, reasons, about.attribution)


@dataclass(frozen=True)
class LeadsPage:
    """One page of the leads behind a figure, the newest first."""

    leads: Sequence[Lead]
    total: int
    """How many there are on all pages."""
    next: int | None
    """What to ask the next page with; None: this is the last one."""
    counting: int | None = None
    """Of a share, how many of all these it counts; None for a figure that is none."""
    which: frozenset[int] = frozenset()
    """The numbers of those on this page that it counts."""


def leads_for_metric(
    session: Session,
    workspace_id: int,
    period: Period,
    metric: str,
    *,
    group: tuple[By, Key] | None = None,
    attribution: Attribution = Attribution.FIRST_TOUCH,
    before: int | None = None,
    limit: int = 50,
) -> LeadsPage:
    """The leads that stand behind a metric of a cohort, or of one group of it: behind a share all
    that it is a share of, so that whoever counts them gets the same.

    `before` is the `next` of the page before. Raises KeyError for what is no metric.
    """
    about = scope(session, workspace_id, period, attribution)
    conditions = [*about.leads, BY_NAME[metric].leads]
    if group is not None:
        by, key = group
        conditions.append(about.key(by).is_not_distinct_from(key))
    # A kind is the campaign's; joined along its key, it neither adds nor takes leads.
    query = select(Lead).where(*conditions)
    if group is not None and group[0] is By.KIND:
        query = query.outerjoin(Campaign, Campaign.id == about.campaign)
    counts = BY_NAME[metric].counts
    is_counted = false() if counts is None else counts
    numbers = query.with_only_columns(
        func.count(), func.count().filter(is_counted), maintain_column_froms=True
    )
    total, counting = session.execute(numbers, about.facts).one()
    if before is not None:
        query = query.where(Lead.id < before)
    listed: Select[Any] = query.order_by(Lead.id.desc()).limit(limit + 1).add_columns(is_counted)
    rows = session.execute(listed, about.facts).all()
    page = [lead for lead, _ in rows[:limit]]
    return LeadsPage(
        page,
        total,
        page[-1].id if len(rows) > limit else None,
        None if counts is None else counting,
        frozenset(lead.id for lead, is_one in rows[:limit] if is_one),
    )
