"""The tables and the chart of a digest: the part of the view that sets figures side by side."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, RawTextObject, SectionBlock, TableBlock

from bot.digests.model import CampaignFigures
from bot.metrics import Figures
from bot.slack import AnyBlock
from bot.slack.text import clean, plural

# More campaigns than this are summed up in a sentence: a digest is read, not searched.
_MOST_CAMPAIGNS = 10
# Slack's documents, data visualization block: a label has at most 20 characters.
_LABEL = 20

Form = tuple[str, str, str]
"""A label, the metric that it stands for, and how it reads; without a value it reads `n/a`."""

_COLUMNS: tuple[Form, ...] = (
    ("Leads", "received", "{received}"),
    ("Claimed", "claimed", "{claimed}"),
    ("Median to claim", "claim_median", "{claim_median}"),
    ("Quality (n)", "quality_index", "{quality_index} ({rated})"),
    ("Won", "won", "{won}"),
    ("Won amount", "won_amount", "{won_amount}"),
)


def read(figures: Figures, form: Form) -> str:
    """The form, filled in."""
    _, metric, text = form
    return text.format_map(figures) if figures.has(metric) else figures[metric]


def table(rows: Sequence[Sequence[str]], align: str = "right") -> Block:
    """A table with its heading first; its first column has words, the others align as told."""
    others: list[dict[str, Any]] = [{"align": align, "is_wrapped": align == "left"}]
    return TableBlock(
        rows=[[RawTextObject(text=cell) for cell in row] for row in rows],
        column_settings=[{"align": "left", "is_wrapped": True}, *others * (len(rows[0]) - 1)],
    )


def campaigns(rows: Sequence[CampaignFigures]) -> list[AnyBlock]:
    """The campaigns as a chart, and as a table that says the same without it."""
    named = [row for row in rows if row.campaign_id is not None]
    shown = [*named[:_MOST_CAMPAIGNS], *(row for row in rows if row.campaign_id is None)]
    heading = ["Campaign", *(label for label, _, _ in _COLUMNS)]
    lines = [[_name(row), *(read(row.figures, form) for form in _COLUMNS)] for row in shown]
    return [
        SectionBlock(text="*By campaign*" + _left_out(named[_MOST_CAMPAIGNS:])),
        *([_chart(shown)] if len(shown) > 1 else []),
        table([heading, *lines]),
    ]


def _left_out(rows: Sequence[CampaignFigures]) -> str:
    if not rows:
        return ""
    leads = sum(row.figures.count("received") for row in rows)
    more = f"{len(rows):,} more brought {plural(leads, 'lead')}"
    return f"\nThe {_MOST_CAMPAIGNS} with the most leads; {more}."


def _name(row: CampaignFigures, limit: int = 80) -> str:
    if row.campaign_id is None:
        return "Unattributed"
    return clean(" ".join((row.name or "").split()), limit).strip() or "Unnamed"


def _chart(rows: Sequence[CampaignFigures]) -> dict[str, Any]:
    """Slack's native chart, of which the SDK has no model."""
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
    axes = {"categories": labels, "y_label": "Leads"}
    chart = {"type": "bar", "series": series, "axis_config": axes}
    return {"type": "data_visualization", "title": "Leads by campaign", "chart": chart}


def _labels(rows: Sequence[CampaignFigures]) -> list[str]:
    """The campaigns' names as a chart takes them: short, and no two alike."""
    labels: list[str] = []
    for row in rows:
        label, number = _name(row, _LABEL), 1
        while label in labels:
            number += 1
            mark = f" ({number})"
            label = _name(row, _LABEL - len(mark)) + mark
        labels.append(label)
    return labels
