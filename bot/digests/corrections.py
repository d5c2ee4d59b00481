"""What has changed in a week's figures since its digest was written, which stays as it was."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TypeVar

from bot.digests.report import Report
from bot.formats import plural
from bot.metrics import METRICS, Figures, Group, Metric
from bot.money import Money
from bot.slack.text import safe
from bot.sources import source_name

# The metric, and what happened to one lead and to many.
_MORE = (
    ("received", "was added", "were added"),
    ("claimed", "was claimed", "were claimed"),
    ("rated", "was rated", "were rated"),
    ("qualified", "was qualified", "were qualified"),
    ("won", "was won", "were won"),
    ("lost", "was lost", "were lost"),
)
_FEWER = (
    ("received", "turned out to be someone's second and was merged",
     "turned out to be someone's second and were merged"),
    ("claimed", "was given back", "were given back"),
    ("qualified", "is no longer qualified", "are no longer qualified"),
    ("won", "is no longer won", "are no longer won"),
    ("lost", "is no longer lost", "are no longer lost"),
    ("unattributed", "was attributed to its campaign", "were attributed to their campaigns"),
)  # fmt: skip
_AMOUNTS = (("spend", "spend corrected by"), ("won_amount", "won amount changed by"))

_NOT_SHOWN = {"customers", "campaign_customers", "roas"}
"""The metrics that no digest shows."""

_MOST_NAMES = 3

Part = TypeVar("Part")

Correction = tuple[str, str]
"""The metric that a correction is about, and the correction in a few words."""


def corrections(then: Report, now: Report, *, with_money: bool) -> list[str]:
    """What is different now, each in a few words: `2 leads were rated`, `Quality index 2 → 2.25`.

    First what happened, then every figure of the digest that reads otherwise and is not named yet.
    """
    happened = list(chain(_leads(then.total, now.total),
                          _amounts(then.total, now.total) if with_money else []))  # fmt: skip
    named = {metric for metric, _ in happened}
    watched = [each for each in METRICS if each.counts is None  # a share follows from its counts
               and (with_money or each.group is not Group.MONEY)]  # fmt: skip
    return [
        *(words for _, words in happened),
        *_figures(then.total, now.total, [each for each in watched if each.name not in named]),
        *_parts(then, now, watched),
    ]


def _leads(then: Figures, now: Figures) -> Iterator[Correction]:
    for metric, one, many in _MORE:
        if (more := now.count(metric) - then.count(metric)) > 0:
            yield metric, f"{plural(more, 'lead')} {one if more == 1 else many}"
    for metric, one, many in _FEWER:
        if (fewer := then.count(metric) - now.count(metric)) > 0:
            yield metric, f"{plural(fewer, 'lead')} {one if fewer == 1 else many}"


def _amounts(then: Figures, now: Figures) -> Iterator[Correction]:
    for metric, words in _AMOUNTS:
        before, after = then.amounts(metric), now.amounts(metric)
        for currency in sorted({**before, **after}):
            if more := after.get(currency, 0) - before.get(currency, 0):
                sign = "+" if more > 0 else "−"
                yield metric, f"{words} {sign}{Money(abs(more), currency)}"


def _figures(then: Figures, now: Figures, watched: list[Metric]) -> Iterator[str]:
    for metric in watched:
        if metric.name not in _NOT_SHOWN and _differ(then, now, metric):
            yield f"{metric.label} {then[metric.name]} → {now[metric.name]}"


def _parts(then: Report, now: Report, watched: list[Metric]) -> Iterator[str]:
    """The campaigns, sources and reasons of which a figure reads otherwise."""
    names = {each.campaign_id: each.name or "no campaign"
             for each in (*now.campaigns, *then.campaigns)}  # fmt: skip
    moved = _moved({each.campaign_id: each.figures for each in then.campaigns},
                   {each.campaign_id: each.figures for each in now.campaigns}, watched)  # fmt: skip
    if moved:
        yield f"figures by campaign of {_listed([names[each] for each in moved])}"
    sources = _moved(dict(then.sources), dict(now.sources), watched) if then.sources else []
    if sources:
        yield f"figures by source of {_listed(list(map(source_name, sources)))}"
    if then.dispositions != now.dispositions:
        yield "why leads were lost"
    if then.reasons != now.reasons:
        yield "why leads were rated low"


def _moved(
    then: Mapping[Part, Figures], now: Mapping[Part, Figures], watched: list[Metric]
) -> list[Part]:
    nothing = Figures({})
    return [
        key
        for key in {**then, **now}
        if any(_differ(then.get(key, nothing), now.get(key, nothing), each) for each in watched)
    ]


def _differ(then: Figures, now: Figures, metric: Metric) -> bool:
    """Whether a figure reads otherwise; an older snapshot says nothing of a newer metric."""
    return (not then.values or metric.name in then.values) and (
        then[metric.name] != now[metric.name]
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{safe(' '.join(name.split()), 60)}”" for name in names[:_MOST_NAMES])
    left = len(names) - _MOST_NAMES
    return f"{shown} and {plural(left, 'other')}" if left > 0 else shown
