"""The details of a digest, in its thread: the funnel, speed, service levels, quality, campaigns."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, SectionBlock

from bot.digests.messages.tables import (
    MOST_CAMPAIGNS,
    by_campaign,
    chart,
    chosen,
    labels,
)
from bot.digests.messages.words import Form, days, fields, maturing, read, small
from bot.digests.report import CampaignFigures, Report, lost_for
from bot.leads.models import Rating
from bot.leads.sources import source_name
from bot.metrics import Figures
from bot.slack import AnyBlock, Message
from bot.slack.text import plural, safe

_MOST_LINES = 5

_SPEED: tuple[Form, ...] = (
    ("Time to claim", "claim_median", "median {claim_median}, p90 {claim_p90}"),
    ("Time to claim, working time", "claim_median_worked",
     "median {claim_median_worked}, p90 {claim_p90_worked}"),
    ("Speed-to-lead", "response_median", "median {response_median}, p90 {response_p90}"),
    ("Speed-to-lead, working time", "response_median_worked",
     "median {response_median_worked}, p90 {response_p90_worked}"),
    ("Hot leads claimed on time", "claim_sla",
     "{claim_sla} ({claim_on_time} on time, {claim_late} late)"),
    ("Hot leads answered on time", "response_sla",
     "{response_sla} ({response_on_time} on time, {response_late} late)"),
)  # fmt: skip

_COLUMNS: tuple[Form, ...] = (
    ("Leads", "received", "{received}"),
    ("Claimed", "claimed", "{claimed}"),
    ("Median to claim", "claim_median", "{claim_median}"),
    ("Quality (n)", "quality_index", "{quality_index} ({rated})"),
    ("Qualified", "qualified", "{qualified}"),
    ("Won", "won", "{won}"),
)
_QUALITY: Form = ("Quality", "quality_index", "quality {quality_index} of 3 (n = {rated})")


def details(report: Report) -> Message:
    """What stands behind the headline, as far as everybody may see it."""
    title = f"Details of {days(report.week, report.last_day)}"
    total = report.total
    blocks: list[AnyBlock] = [
        SectionBlock(text=f"*{title}*\n{_funnel(total)}"),
        fields(total, _SPEED),
        SectionBlock(text=_quality(report)),
        *_campaigns(report.campaigns),
        small(maturing(total), "Campaigns are credited by the first touch, as the UTM codes say."),
    ]
    return Message(f"{title}. {_funnel(total)}", blocks)


def _funnel(total: Figures) -> str:
    """The way that the leads went, as shares of those received."""
    steps = [
        f"{plural(total.count('received'), 'lead')} received",
        f"{total['claimed']} claimed ({total['acceptance_rate']})",
        f"{total['qualified']} qualified ({total['qualified_rate']})",
        f"{total['won']} won",
    ]
    rest = f"{total['lost']} lost, {total['open']} open; win rate {total['win_rate']}"
    return f"{' → '.join(steps)}. {rest}."


def _quality(report: Report) -> str:
    total = report.total
    rated = "No lead is rated yet."
    if total.count("rated"):
        spread = " · ".join(f"{rating.label} {total[rating]}" for rating in Rating)
        rated = f"{read(total, _QUALITY).capitalize()}: {spread}"
    parts = [
        f"*Quality*\n{rated}",
        *_lines("By source", [_source(*row) for row in report.sources], "source"),
        *_lines("Lost for", [_lost(*row) for row in report.dispositions], "reason"),
        *_lines("Rated weak or junk for", [_low_reason(*row) for row in report.reasons], "reason"),
    ]
    return "\n".join(parts)


def _lines(heading: str, lines: Sequence[str], noun: str) -> list[str]:
    """A list in which the first few are named and the rest is counted."""
    if not lines:
        return []
    left = len(lines) - _MOST_LINES
    more = [f"• and {plural(left, f'more {noun}')}"] if left > 0 else []
    return [f"*{heading}*", *(f"• {line}" for line in lines[:_MOST_LINES]), *more]


def _source(source: str, figures: Figures) -> str:
    called = safe(source_name(source), 60)
    return (
        f"{called}: {plural(figures.count('received'), 'lead')}, {read(figures, _named(figures))}"
    )


def _named(figures: Figures) -> Form:
    if figures.has("quality_index"):
        return _QUALITY
    return ("Quality", "received", "none rated yet")


def _lost(code: str, count: int) -> str:
    return f"{lost_for(code)}: {count:,}"


def _low_reason(words: str, count: int) -> str:
    return f"“{safe(' '.join(words.split()), 100)}”: {count:,}"


def _campaigns(rows: Sequence[CampaignFigures]) -> list[AnyBlock]:
    """The campaigns as a chart, and as a table that says the same without it."""
    shown = chosen(rows, lambda row: row.figures.count("received"))
    names = labels(shown)
    series = [
        (called, [row.figures.count(metric) for row in shown])
        for called, metric in (("Leads", "received"), ("Claimed", "claimed"))
    ]
    drawn = [chart("Leads by campaign", "bar", names, series, "Leads")] if len(shown) > 1 else []
    return [_heading(rows), *drawn, by_campaign(shown, _COLUMNS)]


def _heading(rows: Sequence[CampaignFigures]) -> Block:
    named = [row.figures.count("received") for row in rows if row.campaign_id is not None]
    left = sorted(named, reverse=True)[MOST_CAMPAIGNS:]
    if not left:
        return SectionBlock(text="*By campaign*")
    more = f"{len(left):,} more brought {plural(sum(left), 'lead')}"
    return SectionBlock(text=f"*By campaign*\nThe {MOST_CAMPAIGNS} with the most leads; {more}.")
