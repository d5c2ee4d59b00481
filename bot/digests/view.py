"""How digests look: one headline, the key figures, the campaigns, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    RawTextObject,
    SectionBlock,
    TableBlock,
)

from bot.digests.metrics import METRICS, Figures
from bot.digests.model import CampaignFigures, Report, Week
from bot.leads.model import Rating
from bot.slack import AnyBlock, Message
from bot.slack.text import clean, moment, plural

# More campaigns than this are named by their number: a digest is read, not searched.
_MOST_CAMPAIGNS = 10
# Slack's documents, data visualization block: a label has at most 20 characters.
_LABEL = 20
_ATTRIBUTION = "UTM, first touch"

_KEY_FIGURES = (
    ("Leads received", "{received}"),
    ("Claimed", "{claimed} ({acceptance_rate})"),
    ("Time to claim", "median {claim_median}, p90 {claim_p90}"),
    ("Speed-to-lead", "median {response_median}, p90 {response_p90}"),
    ("Rated", "{rated} ({rating_coverage} of the claimed)"),
    ("Quality index", "{quality_index} of 3, n = {rated}"),
    ("Won and lost", "{won} and {lost} (win rate {win_rate})"),
    ("Won amount", "{won_amount}"),
)
_COLUMNS = (
    ("Leads", "{received}"),
    ("Claimed", "{claimed}"),
    ("Median to claim", "{claim_median}"),
    ("Quality (n)", "{quality_index} ({rated})"),
    ("Won", "{won}"),
    ("Won amount, attributed", "{won_amount}"),
)


@dataclass(frozen=True)
class _Gap:
    """Something that is missing: of which leads, how to say it of one and of many, what to do."""

    metric: str
    whole: str
    noun: str
    one: str
    many: str
    deed: str


_GAPS = (
    _Gap("unclaimed", "received", "lead", "has no owner", "have no owner",
         "Press _Claim_ on the card."),
    _Gap("unanswered", "claimed", "claimed lead", "has no first response", "have no first response",
         "Call or write, then press _Contacted_ on the card."),
    _Gap("unrated", "claimed", "claimed lead", "is not rated", "are not rated",
         "Press _Hot_, _Good_, _Weak_ or _Junk_ on the card."),
    _Gap("unattributed", "received", "lead", "belongs to no campaign", "belong to no campaign",
         "Check the `utm_campaign` codes of links and forms."),
    _Gap("undisposed", "lost", "lost lead", "has no disposition", "have no disposition",
         "Ask the owner why: the next campaign learns from it."),
)  # fmt: skip


def digest(report: Report) -> Message:
    """A week's digest; of a running week, what is known by now."""
    title = f"{'This week so far' if report.is_running else 'Weekly digest'}: {_days(report.week)}"
    headline = _headline(report)
    body = _figures(report) if report.total.count("received") else [_nothing_came()]
    blocks = [HeaderBlock(text=title), SectionBlock(text=f"*{headline}*"), *body, _notes(report)]
    return Message(f"{title}. {headline}", blocks)


def formulas() -> Message:
    """How each figure is computed."""
    text = (
        "Every figure is over the leads received in the week, from Monday to Sunday in the "
        "workspace's time zone. Where there is nothing to divide by, it reads n/a. "
        f"A campaign is credited by {_ATTRIBUTION}."
    )
    rows = [("Figure", "How it is computed")]
    rows += [(metric.label, metric.formula) for metric in METRICS]
    blocks = [HeaderBlock(text="The figures of the digest"), SectionBlock(text=text), _table(rows)]
    return Message(f"The figures of the digest. {text}", blocks)


def _days(week: Week) -> str:
    """`16–22 November 2026`, `30 November – 6 December 2026`."""
    first, last = week.monday, week.sunday
    end = f"{last.day} {last:%B %Y}"
    if first.month == last.month:
        return f"{first.day}–{end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} – {end}"


def _headline(report: Report) -> str:
    """What happened, in one sentence."""
    total = report.total
    received, won = total.count("received"), total.count("won")
    if not received:
        return _silence(report)
    parts = [f"{plural(received, 'lead')} came in{_change(report)}", _claims(total)]
    if won:
        parts.append(f"{won:,} {'is' if won == 1 else 'are'} won")
    return "; ".join(parts) + "."


def _silence(report: Report) -> str:
    before = report.before.count("received")
    sentence = "No leads have come in yet" if report.is_running else "No leads came in"
    return f"{sentence}; {_before(report)} brought {before:,}." if before else f"{sentence}."


def _before(report: Report) -> str:
    return "last week" if report.is_running else "the week before"


def _change(report: Report) -> str:
    """How many more or fewer than the week before; a running week cannot be compared."""
    before = report.before.count("received")
    if report.is_running or not before:
        return ""
    more = report.total.count("received") - before
    if not more:
        return ", as many as the week before"
    return f", {abs(more):,} {'more' if more > 0 else 'fewer'} than the week before"


def _claims(total: Figures) -> str:
    received, claimed = total.count("received"), total.count("claimed")
    if not claimed:
        return "it is not claimed yet" if received == 1 else "none is claimed yet"
    if received == 1:
        return f"it was claimed after {total['claim_median']}"
    if claimed == 1:
        return f"1 is claimed, after {total['claim_median']}"
    whole = f"all {claimed:,}" if claimed == received else f"{claimed:,}"
    return f"{whole} are claimed, half of them within {total['claim_median']}"


def _nothing_came() -> Block:
    return SectionBlock(
        text="If you expected leads:\n"
        "• See whether your forms and ad platforms still send; an admin can ask `/handoff status`."
        "\n• Announce what runs with `/campaign`, so that its leads are known when they come."
        "\n• Type in those who called or wrote with `/lead`."
    )


def _figures(report: Report) -> list[AnyBlock]:
    """The part of a digest that has leads to speak of."""
    return [
        SectionBlock(fields=[_field(report, *figure) for figure in _KEY_FIGURES]),
        SectionBlock(text=_ratings(report.total)),
        *_campaigns(report.campaigns),
        SectionBlock(text=_missing(report.total)),
    ]


def _field(report: Report, label: str, form: str) -> MarkdownTextObject:
    """A key figure, with the one of the week before where that had leads."""
    text = f"*{label}*\n{form.format_map(report.total)}"
    if report.before.count("received"):
        week = _before(report).removeprefix("the ")
        text += f"\n_{week}: {form.format_map(report.before)}_"
    return MarkdownTextObject(text=text)


def _ratings(total: Figures) -> str:
    if not total.count("rated"):
        return "*Ratings*\nNo lead is rated yet."
    return "*Ratings*\n" + " · ".join(f"{rating.label} {total[rating]}" for rating in Rating)


def _missing(total: Figures) -> str:
    """Every hole in the figures as a sentence, with what to do."""
    lines = [_gap(total, gap) for gap in _GAPS if total.count(gap.metric)]
    if not lines:
        lines = ["Nothing: every lead has an owner, a response, a rating and a campaign."]
    return "\n".join(["*What is missing*", *lines])


def _gap(total: Figures, gap: _Gap) -> str:
    count, share = total.count(gap.metric), total[f"{gap.metric}_share"]
    state = gap.one if count == 1 else gap.many
    whole = plural(total.count(gap.whole), gap.noun)
    return f"• {count:,} of {whole} ({share}) {state}. {gap.deed}"


def _campaigns(rows: Sequence[CampaignFigures]) -> list[AnyBlock]:
    """The campaigns as a chart and as a table that says the same without it."""
    named = [row for row in rows if row.campaign_id is not None]
    kept = [*named[:_MOST_CAMPAIGNS], *(row for row in rows if row.campaign_id is None)]
    chart = [_chart(kept)] if len(kept) > 1 else []
    lines = [(_name(row), *_cells(row.figures)) for row in kept]
    heading = "*By campaign*" + _left_out(named[_MOST_CAMPAIGNS:])
    table = _table([("Campaign", *(label for label, _ in _COLUMNS)), *lines])
    return [SectionBlock(text=heading), *chart, table]


def _left_out(rows: Sequence[CampaignFigures]) -> str:
    if not rows:
        return ""
    leads = sum(row.figures.count("received") for row in rows)
    more = f"{len(rows):,} more brought {plural(leads, 'lead')}"
    return f"\nThe {_MOST_CAMPAIGNS} with the most leads; {more}."


def _name(row: CampaignFigures, limit: int = 80) -> str:
    if row.campaign_id is None:
        return "Unattributed"
    return clean(row.name or "", limit).strip() or "Unnamed"


def _cells(figures: Figures) -> list[str]:
    return [form.format_map(figures) for _, form in _COLUMNS]


def _table(rows: Sequence[Sequence[str]]) -> Block:
    """A table with its heading first: words to the left, figures to the right."""
    words: dict[str, Any] = {"align": "left", "is_wrapped": True}
    numbers: list[dict[str, Any]] = [{"align": "right"}] * (len(rows[0]) - 1)
    return TableBlock(
        rows=[[RawTextObject(text=cell) for cell in row] for row in rows],
        column_settings=[words, *numbers],
    )


def _chart(rows: Sequence[CampaignFigures]) -> dict[str, Any]:
    """Slack's native chart, which the SDK has no model of."""
    labels = _labels(rows)
    series = [
        {
            "name": name,
            "data": [
                {"label": label, "value": row.figures.count(metric)}
                for label, row in zip(labels, rows, strict=True)
            ],
        }
        for name, metric in (("Leads", "received"), ("Claimed", "claimed"))
    ]
    axes = {"categories": labels, "x_label": "Campaign", "y_label": "Leads"}
    chart = {"type": "bar", "series": series, "axis_config": axes}
    return {"type": "data_visualization", "title": "Leads by campaign", "chart": chart}


def _labels(rows: Sequence[CampaignFigures]) -> list[str]:
    """The campaigns' names as a chart takes them: short, and no two alike."""
    labels: list[str] = []
    for row in rows:
        label, number = _name(row, _LABEL), 1
        while label in labels:
            number += 1
            label = f"{_name(row, _LABEL - 4)} ({number})"
        labels.append(label)
    return labels


def _notes(report: Report) -> Block:
    """What a reader has to know to trust the figures."""
    notes = [_maturing(report), _cohort(report)]
    return ContextBlock(elements=[MarkdownTextObject(text=note) for note in notes if note])


def _maturing(report: Report) -> str:
    total = report.total
    if not total.count("open"):
        return ""
    return (
        f"*Still maturing:* {total['open']} of {plural(total.count('received'), 'lead')} are "
        "neither won nor lost, so what came of the week can change."
    )


def _cohort(report: Report) -> str:
    until = f"as it stood {moment(report.as_of)}"
    whole = " Last week's figures are those of the whole week." if report.is_running else ""
    return (
        f"Leads received Monday to Sunday, {report.zone}, {until}.{whole} "
        f"Attribution: {_ATTRIBUTION}. `/digest formulas` says how each figure is computed."
    )
