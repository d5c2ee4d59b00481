"""Computing: all metrics of a cohort, its leads from tallies and its money from the books."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot import clock
from bot.metrics.books import Books, NoBooks
from bot.metrics.days import reading
from bot.metrics.definitions import BY_NAME
from bot.metrics.figures import Cohort, Figures, Key
from bot.metrics.ledger import Ledger
from bot.metrics.metric import OfMoney, People, Quantile
from bot.metrics.people import people
from bot.metrics.period import EVER, Period
from bot.metrics.quantiles import quantiles
from bot.metrics.scope import By, Scope
from bot.metrics.tallies import counts, values
from bot.metrics.units import Attribution, Missing, Value
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
    books = _books(session, about, by, names)
    keys = {*leads.by, *books.keys} if by else set()
    return Cohort(
        total=_figures(names, leads.total, books.whole(leads.total), about),
        by={
            key: _figures(names, of_group, books.of(key, of_group), about)
            for key in keys
            for of_group in [leads.of(key)]
        },
        period=about.period,
        attribution=about.attribution,
        as_of=about.as_of,
        nothing=_figures(names, leads.none, books.of(_NO_GROUP, leads.none), about),
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
    books = _books(session, life, By.CAMPAIGN, names)
    return {
        each: _figures(names, of_campaign, books.of(each, of_campaign), life)
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
    rules = [BY_NAME[name].rule for name in only]
    needed = {rule.needs for rule in rules if isinstance(rule, OfMoney)}
    return [name for name in BY_NAME if name in only or name in needed]


@dataclass(frozen=True)
class _OfLeads:
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
) -> _OfLeads:
    read = reading(session, about, by)
    tallies = counts(session, about, by, read, names)
    ways = [by] if by and not with_total else {None, by}
    waits = {way: quantiles(session, about, way, read, names) for way in ways}
    persons = {way: people(session, about, way, names) for way in ways}

    def found(way: By | None, key: Key, tally: Mapping[int, int]) -> dict[str, Value]:
        rest = {**waits[way].get(key, {}), **persons[way].get(key, {})}
        return {**values(tally, names), **_none(names), **rest}

    everything = sum(tallies.values(), Counter[int]())
    return _OfLeads(
        total=found(None, None, everything) if with_total else {},
        by={key: found(by, key, tally) for key, tally in tallies.items()} if by else {},
        none=values({}, names) | _none(names),
    )


def _books(
    session: Session, about: Scope, by: By | None, names: Collection[str]
) -> Books | NoBooks:
    """The cohort's money, where a metric of these needs it."""
    is_asked = any(isinstance(BY_NAME[name].rule, OfMoney) for name in names)
    return Books(session, about, by) if is_asked else NoBooks()


def _none(names: Collection[str]) -> dict[str, Value]:
    """What quantiles and people are where there are none."""
    rules = {name: BY_NAME[name].rule for name in names}
    waits: dict[str, Value] = {
        name: None for name, rule in rules.items() if isinstance(rule, Quantile)
    }
    return waits | {name: 0 for name, rule in rules.items() if isinstance(rule, People)}


def _figures(
    names: Collection[str], of_leads: Mapping[str, Value], ledger: Ledger, about: Scope
) -> Figures:
    """What the leads say, and what follows from the books, in the order of the metrics."""
    rules = {name: BY_NAME[name].rule for name in names}
    found = dict(of_leads)
    reasons: dict[str, str] = {}
    for name, rule in rules.items():
        if isinstance(rule, OfMoney):
            value = rule.value(ledger)
            found[name] = None if isinstance(value, Missing) else value
            if isinstance(value, Missing):
                reasons[name] = value.why
    return Figures({name: found[name] for name in names}, reasons, about.attribution)
