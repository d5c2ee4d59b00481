"""The money of a digest, in its thread: what each campaign cost, and what it brought."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import SectionBlock

from bot.digests.report import CampaignFigures, Report
from bot.digests.texts import (
    MOST_CAMPAIGNS,
    FigureFormat,
    by_campaign,
    chart,
    chart_labels,
    fields,
    note_lines,
    top_campaigns,
)
from bot.metrics import Figures, Group
from bot.metrics.definitions import METRICS
from bot.money import Money
from bot.rounding import whole
from bot.slack import AnyBlock, Message

_FIGURES: tuple[FigureFormat, ...] = (
    ("Spend", "spend", "{spend}"),
    ("Attributed revenue", "revenue", "{revenue}"),
    ("Cost per lead", "cpl", "{cpl}"),
    ("Cost per qualified lead", "cost_per_sql", "{cost_per_sql}"),
    ("Cost per customer", "cost_per_customer", "{cost_per_customer}"),
    ("ROMI", "romi", "{romi}"),
    ("Campaign profit", "profit", "{profit}"),
    ("CAC", "cac", "{cac}"),
)
_COLUMNS: tuple[FigureFormat, ...] = (
    ("Spend", "spend", "{spend}"),
    ("A lead", "cpl", "{cpl}"),
    ("A qualified lead", "cost_per_sql", "{cost_per_sql}"),
    ("A customer", "cost_per_customer", "{cost_per_customer}"),
    ("Revenue", "revenue", "{revenue}"),
    ("ROMI", "romi", "{romi}"),
    ("Profit", "profit", "{profit}"),
)
_SHOWN = {metric for _, metric, _ in _FIGURES}


def money(report: Report) -> Message:
    """What the week cost and brought; nothing of it is a forecast."""
    title = f"{report.week.name} · Money"
    total = report.total
    rows = top_campaigns(report.campaigns, lambda row: sum(row.figures.amounts("spend").values()))
    spending = [row for row in rows if _has_money(row.figures)]
    blocks: list[AnyBlock] = [
        SectionBlock(text=f"*{title}*" if total.has("spend") else f"*{title}*\n{_NO_SPEND}"),
        *fields(total, _FIGURES),
        *_campaigns(spending, _left_out(report.campaigns, rows)),
        *([note_lines(*why)] if (why := _why_missing(total)) else []),
        note_lines(total.maturing, _METHOD),
    ]
    return Message(f"{title}. {_sentence(total)}", blocks)


_METHOD = (
    "Revenue is credited to campaigns by the first touch, which doesn't prove that they were the "
    "cause. Profit and ROMI use the contribution margin and leave out the cost of sales."
)
_NO_SPEND = "No spend has been entered for this week."


def _sentence(total: Figures) -> str:
    if not total.has("spend"):
        return _NO_SPEND
    brought = total["revenue"] if total.amounts("revenue") else "nothing"
    return f"{total['spend']} spent; {brought} won from campaigns so far."


def _campaigns(rows: Sequence[CampaignFigures], left_out: str) -> list[AnyBlock]:
    if not rows:
        return []
    return [
        SectionBlock(text=f"*By campaign*{left_out}"),
        *_chart([row for row in rows if row.campaign_id is not None]),
        by_campaign(rows, _COLUMNS),
    ]


def _chart(rows: Sequence[CampaignFigures]) -> list[AnyBlock]:
    """Spend beside revenue, in whole units; only where all is in one currency."""
    currencies = {
        currency for row in rows for metric in ("spend", "revenue")
        for currency in row.figures.amounts(metric)
    }  # fmt: skip
    if len(rows) < 2 or len(currencies) != 1:
        return []
    [currency] = currencies
    series = [
        (label, [_whole(row.figures, metric, currency) for row in rows])
        for label, metric in (("Spend", "spend"), ("Attributed revenue", "revenue"))
    ]
    return [chart("Spend and revenue by campaign", "bar", chart_labels(rows), series, currency)]


def _whole(figures: Figures, metric: str, currency: str) -> int:
    return whole(Money(figures.amounts(metric).get(currency, 0), currency).amount)


def _has_money(figures: Figures) -> bool:
    return bool(figures.amounts("spend") or figures.amounts("revenue"))


def _left_out(rows: Iterable[CampaignFigures], shown: Sequence[CampaignFigures]) -> str:
    known = {row.campaign_id for row in shown}
    left = sum(_has_money(row.figures) for row in rows if row.campaign_id not in known)
    if not left:
        return ""
    return f"\nThe {MOST_CAMPAIGNS} that cost the most; {left:,} more have spend or revenue."


def _why_missing(total: Figures) -> list[str]:
    """Each reason why an amount is missing, once, with what it is missing for."""
    by_reason: dict[str, list[str]] = {}
    for metric in METRICS:
        why = total.why(metric.name)
        if metric.group is Group.MONEY and metric.name in _SHOWN and why:
            by_reason.setdefault(why, []).append(metric.label)
    return [f"*{', '.join(names)}: n/a.* {why}" for why, names in by_reason.items()]
