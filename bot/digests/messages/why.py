"""Why a figure is what it is: its formula, its cohort, the leads behind it, and what is missing."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, HeaderBlock, SectionBlock

from bot.digests.messages.holes import behind_button
from bot.digests.messages.tables import table
from bot.digests.messages.words import days, small
from bot.digests.noise import RULE
from bot.digests.report import Explained
from bot.metrics import METRICS, Figures, Group, Metric, Unit
from bot.slack import AnyBlock, Message
from bot.slack.text import plural, safe

EXPLAIN = "digest.explain"
_MOST_BUTTONS = 20
_COHORT = (
    "Every figure is over the leads received in the week, from Monday to Sunday in the "
    "workspace's time zone. Where there is nothing to divide by, it reads n/a."
)
_ASK = "`/digest why speed` explains the figures of that name, with the leads behind them."


def all_figures(words: str = "") -> Message:
    """How each figure is computed; where words were given, no figure has them."""
    unknown = f"No figure is called “{safe(words, 60)}”. These are all. " if words else ""
    rows = [("Figure", "How it is computed")]
    rows += [(metric.label, metric.formula) for metric in METRICS]
    blocks: list[AnyBlock] = [
        HeaderBlock(text="The figures of the digest"),
        SectionBlock(text=f"{unknown}{_COHORT}"),
        table(rows, align="left"),
        SectionBlock(text=f"*When a change is more than chance*\n{RULE}"),
        small(_ASK),
    ]
    return Message(f"{unknown}{_COHORT}", blocks)


def several(words: str, metrics: Sequence[Metric]) -> Message:
    """Which of the figures that have these words is meant."""
    title = f"{plural(len(metrics), 'figure')} with “{safe(words, 60)}”"
    lines = [f"• *{metric.label}*: {metric.formula}" for metric in metrics[:_MOST_BUTTONS]]
    buttons = [
        ButtonElement(text=metric.label, action_id=f"{EXPLAIN}.{metric.name}", value=metric.name)
        for metric in metrics[:_MOST_BUTTONS]
    ]
    return Message(
        title,
        [SectionBlock(text="\n".join([f"*{title}*", *lines])), ActionsBlock(elements=buttons)],
    )


def why(explained: Explained) -> Message:
    """One figure, traced to its leads."""
    metric = explained.metric
    blocks: list[AnyBlock] = [
        SectionBlock(text=f"*{metric.label}*\n{metric.formula[:1].upper()}{metric.formula[1:]}"),
        SectionBlock(text="\n".join(_values(explained))),
        SectionBlock(text=_behind(explained)),
    ]
    if explained.leads:
        label = f"Show {plural(explained.leads, 'lead')}"
        blocks.append(ActionsBlock(elements=[behind_button(metric.name, explained.week, label)]))
    if metric.unit in (Unit.COUNT, Unit.PERCENT) and metric.group is not Group.MONEY:
        blocks.append(small(RULE))
    return Message(f"{metric.label}: {metric.formula}", blocks)


def _values(explained: Explained) -> list[str]:
    if not explained.may_see:
        return ["Its amounts are for marketing and managers to see."]
    name = explained.metric.name
    return [
        f"*Last week:* {_value(explained.last, name)}",
        f"*This week so far:* {_value(explained.this, name)}",
    ]


def _value(figures: Figures, name: str) -> str:
    reason = figures.why(name)
    return f"{figures[name]}. {reason}" if reason else figures[name]


def _behind(explained: Explained) -> str:
    """Whom the figure is about, and what is still open."""
    cohort = f"Over the leads received {days(explained.week)}"
    stand = f"{plural(explained.leads, 'lead')} of them {_stands(explained.leads)} behind it"
    if explained.counting is not None and explained.leads:
        stand += f", of which it counts {explained.counting:,}"
    undecided = explained.last.count("open")
    ripens = f" {plural(undecided, 'lead')} of that week can still change it." if undecided else ""
    return f"{cohort}; {stand}.{ripens}"


def _stands(count: int) -> str:
    return "stands" if count == 1 else "stand"
