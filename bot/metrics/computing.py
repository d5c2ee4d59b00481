"""Computing: all metrics of a cohort, its leads in one pass and its money from the books."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Label, Select, func, select, tuple_
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns.model import Campaign
from bot.leads.model import Lead
from bot.metrics.books import COUNTS, Books
from bot.metrics.definitions import METRICS
from bot.metrics.figures import Cohort, Figures, Key
from bot.metrics.ledger import Ledger
from bot.metrics.metric import Sql
from bot.metrics.period import EVER, Period
from bot.metrics.scope import By, Scope
from bot.metrics.units import Attribution, Missing, Unit, Value
from bot.people.model import Workspace

_SQL: dict[str, Sql] = {each.name: each.sql for each in METRICS if each.sql is not None}
_DERIVED = {each.name: each.derive for each in METRICS if each.derive is not None}
_NO_LEADS: dict[str, Value] = {
    each.name: 0 if each.unit is Unit.COUNT else None for each in METRICS if each.name in _SQL
}


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

    `only` names those that are wanted, where not all are: each costs its share of the pass.
    """
    return _cohort(session, scope(session, workspace_id, period, attribution), by, only)


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
    found = select(life.campaign, *_columns(only)).where(*life.leads).group_by(life.campaign)
    rows = session.execute(found, life.facts)
    counts = {campaign_id: _named(cells, only) for campaign_id, *cells in rows}
    books = Books(session, life, By.CAMPAIGN)
    return {
        each: _figures(of_leads, books.of(each, of_leads), life)
        for each in ids
        for of_leads in [counts.get(each, _NO_LEADS)]
    }


def scope(
    session: Session,
    workspace_id: int,
    period: Period,
    attribution: Attribution = Attribution.FIRST_TOUCH,
    campaign_ids: tuple[int, ...] | None = None,
) -> Scope:
    """What figures of this moment are about."""
    zone = session.get_one(Workspace, workspace_id).zone
    return Scope(workspace_id, zone, period, attribution, clock.now(), campaign_ids)


def query(about: Scope, by: By | None, only: Collection[str] = ()) -> Select[Any]:
    """The pass over the leads: a row for the whole cohort, and one for each group in it.

    `grouping` is 1 for the whole cohort, which tells its row from that of the leads under None.
    """
    if by is None:
        return select(*_columns(only)).where(*about.leads)
    key = about.key(by)
    found = select(func.grouping(key), key, *_columns(only)).where(*about.leads)
    if by is By.KIND:
        found = found.select_from(Lead).outerjoin(Campaign, Campaign.id == about.campaign)
    return found.group_by(func.grouping_sets(tuple_(), tuple_(key)))


def _columns(only: Collection[str]) -> list[Label[Any]]:
    return [_SQL[name].label(name) for name in _wanted(only)]


def _wanted(only: Collection[str]) -> list[str]:
    """The metrics of the pass; what the books count by is always among them."""
    return [name for name in _SQL if not only or name in only or name in COUNTS]


def _cohort(
    session: Session,
    about: Scope,
    by: By | None,
    only: Collection[str],
) -> Cohort:
    total, groups = _leads(session, about, by, only)
    books = Books(session, about, by)
    keys = {*groups, *books.keys} if by else set()
    counts = {key: groups.get(key, _NO_LEADS) for key in keys}
    return Cohort(
        total=_figures(total, books.whole(total), about),
        by={key: _figures(each, books.of(key, each), about) for key, each in counts.items()},
        period=about.period,
        attribution=about.attribution,
        as_of=about.as_of,
    )


def _leads(
    session: Session, about: Scope, by: By | None, only: Collection[str]
) -> tuple[Mapping[str, Value], Mapping[Key, Mapping[str, Value]]]:
    rows = session.execute(query(about, by, only), about.facts).all()
    if by is None:
        return _named(rows[0], only), {}
    groups = {(whole, key): _named(cells, only) for whole, key, *cells in rows}
    total = groups.pop((1, None))
    return total, {key: cells for (_, key), cells in groups.items()}


def _named(cells: Sequence[Any], only: Collection[str]) -> Mapping[str, Value]:
    return dict(zip(_wanted(only), cells, strict=True))


def _figures(of_leads: Mapping[str, Value], ledger: Ledger, about: Scope) -> Figures:
    """What the pass found, and what follows from the books, in the order of the metrics."""
    derived = {name: derive(ledger) for name, derive in _DERIVED.items()}
    values = {
        name: None if isinstance(value, Missing) else value for name, value in derived.items()
    }
    reasons = {name: value.why for name, value in derived.items() if isinstance(value, Missing)}
    found = {**of_leads, **values}
    known = {each.name: found[each.name] for each in METRICS if each.name in found}
    return Figures(known, reasons, about.attribution)
