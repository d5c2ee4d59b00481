"""Explaining a figure: which one is meant, its values, and the leads behind it."""

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.digests.models import Week
from bot.digests.report import Explained, Report
from bot.digests.weekly import kept_digest, may_see_money, period_so_far, workspace_of_reader
from bot.errors import NotFound
from bot.metrics import BY_NAME, METRICS, Figures, Group, LeadsPage, Metric, Unit
from bot.people.models import Person, Workspace


def find_metrics(words: str) -> Sequence[Metric]:
    """The metrics that somebody may mean: the one of that name, else those with all the words."""
    parts = _parts(words)
    exact = [each for each in METRICS if parts in (_parts(each.name), _parts(each.label))]
    return exact or [each for each in METRICS if parts and _has(each, parts)]


def explain(session: Session, person: Person, name: str) -> Explained:
    """What a metric is, and what it says. Raises NotAllowed, NotFound."""
    workspace, metric = workspace_of_reader(session, person), _metric(name)
    this = Week.of(clock.now(), workspace.days)
    figures_before = metrics.compute(session, workspace.id, this.before.period).total
    figures_now = metrics.compute(session, workspace.id, period_so_far(workspace, this)).total
    leads = metrics.leads_for_metric(session, workspace.id, this.before.period, name, limit=1)
    may_see = metric.group is not Group.MONEY or may_see_money(person)
    return Explained(
        metric, this.before, figures_before, figures_now, leads.total, leads.counting,
        kept_figures(session, workspace, this.before), may_see,
    )  # fmt: skip


def kept_figures(session: Session, workspace: Workspace, week: Week) -> Figures | None:
    """What the digest of a week says, where one was written."""
    digest = kept_digest(session, workspace, week)
    return Report.of(digest).total if digest else None


def kept_count(session: Session, person: Person, week: Week, name: str) -> int | None:
    """How many leads a metric counts in the digest of a week. Raises NotAllowed."""
    kept = kept_figures(session, workspace_of_reader(session, person), week)
    return kept.count(name) if kept and BY_NAME[name].unit is Unit.COUNT else None


def leads_for_metric(
    session: Session, person: Person, week: Week, name: str, before: int | None, limit: int
) -> LeadsPage:
    """A page of the leads behind a figure of a week. Raises NotAllowed, NotFound."""
    workspace = workspace_of_reader(session, person)
    return metrics.leads_for_metric(
        session, workspace.id, week.period, _metric(name).name, before=before, limit=limit
    )


def _metric(name: str) -> Metric:
    if name not in BY_NAME:
        raise NotFound(what="this figure")
    return BY_NAME[name]


def _parts(words: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", words.casefold()))


def _has(metric: Metric, parts: frozenset[str]) -> bool:
    """Whether each word is the beginning of one of the metric's."""
    known = _parts(f"{metric.name} {metric.label}")
    return all(any(word.startswith(part) for word in known) for part in parts)
