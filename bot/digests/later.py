"""What became of a week since its digest: that stays as it was, and the corrections are named."""

from collections.abc import Iterator

from bot.metrics import Figures
from bot.money import Money
from bot.slack.text import plural

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
    ("unattributed", "was attributed to its campaign", "were attributed to their campaigns"),
)  # fmt: skip
_AMOUNTS = (("spend", "spend corrected by"), ("won_amount", "won amount changed by"))


def corrections(then: Figures, now: Figures, *, with_money: bool) -> list[str]:
    """What is different now, each in a few words: `2 leads were rated`."""
    return [*_leads(then, now), *(_amounts(then, now) if with_money else [])]


def _leads(then: Figures, now: Figures) -> Iterator[str]:
    for metric, one, many in _MORE:
        if (more := now.count(metric) - then.count(metric)) > 0:
            yield f"{plural(more, 'lead')} {one if more == 1 else many}"
    for metric, one, many in _FEWER:
        if (fewer := then.count(metric) - now.count(metric)) > 0:
            yield f"{plural(fewer, 'lead')} {one if fewer == 1 else many}"


def _amounts(then: Figures, now: Figures) -> Iterator[str]:
    for metric, words in _AMOUNTS:
        before, after = then.amounts(metric), now.amounts(metric)
        for currency in sorted({**before, **after}):
            if more := after.get(currency, 0) - before.get(currency, 0):
                sign = "+" if more > 0 else "−"
                yield f"{words} {sign}{Money(abs(more), currency)}"
