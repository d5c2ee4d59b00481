"""What the messages of digests are made of: words and days, figures, tables and charts."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    MarkdownTextObject,
    RawTextObject,
    SectionBlock,
    TableBlock,
)

from bot import formats
from bot.digests.models import Week
from bot.digests.report import CampaignFigures
from bot.metrics import Figures
from bot.slack.blocks import note
from bot.slack.text import clean

FigureFormat = tuple[str, str, str]
"""A label, a metric, and a text with `{names of metrics}`; without a value it reads `n/a`."""

# More campaigns than this are summed up in a sentence: a digest is read, not searched.
MOST_CAMPAIGNS = 10
# Slack's documents, data visualization block: a label has at most 20 characters, a
# header 150.
_LABEL = 20
_HEADER = 150


def formatted(figures: Figures, figure: FigureFormat) -> str:
    """The text of a format with the values filled in; `n/a` where its metric has none."""
    _, metric, text = figure
    return text.format_map(figures) if figures.has(metric) else figures[metric]


def fields(figures: Figures, formats: tuple[FigureFormat, ...]) -> list[Block]:
    """Figures with a value side by side, each below its label."""
    texts = [f"*{each[0]}*\n{formatted(figures, each)}" for each in formats if figures.has(each[1])]
    return [SectionBlock(fields=[MarkdownTextObject(text=text) for text in texts])] if texts else []


def days(week: Week, until: date | None = None) -> str:
    """`16–22 Nov 2026`, `30 Nov – 6 Dec 2026`; until its Sunday, or another day."""
    return formats.days(week.monday, until or week.sunday)


def headline_of(parts: Sequence[str]) -> str:
    """What a digest says in a line, as its header takes it."""
    return clean(" · ".join(parts), _HEADER)


def signed(more: int) -> str:
    """`+5`, `−5`, `no change`."""
    return f"{'+' if more > 0 else '−'}{abs(more):,}" if more else "no change"


def note_lines(*lines: str) -> ContextBlock:
    """Lines in small print, in mrkdwn, without the empty ones."""
    return note("\n".join(filter(None, lines)))


Series = tuple[str, Sequence[int]]
"""A name, and a value for each category."""


def table(rows: Sequence[Sequence[str]], align: str = "right") -> Block:
    """A table with its heading first; its first column has words, `align` is for the others."""
    others: list[dict[str, Any]] = [{"align": align, "is_wrapped": align == "left"}]
    return TableBlock(
        rows=[[RawTextObject(text=cell) for cell in row] for row in rows],
        column_settings=[{"align": "left", "is_wrapped": True}, *others * (len(rows[0]) - 1)],
    )


def by_campaign(rows: Sequence[CampaignFigures], columns: Sequence[FigureFormat]) -> Block:
    """A row for each campaign, a column for each figure."""
    heading = ["Campaign", *(label for label, _, _ in columns)]
    lines = [
        [campaign_name(row), *(formatted(row.figures, each) for each in columns)] for row in rows
    ]
    return table([heading, *lines])


def top_campaigns(
    rows: Sequence[CampaignFigures], order: Callable[[CampaignFigures], int]
) -> list[CampaignFigures]:
    """The campaigns with the most of something, and at last the leads of no campaign."""
    named = sorted(
        (row for row in rows if row.campaign_id is not None), key=lambda row: -order(row)
    )
    return [*named[:MOST_CAMPAIGNS], *(row for row in rows if row.campaign_id is None)]


def chart(
    title: str, kind: str, categories: Sequence[str], series: Sequence[Series], unit: str
) -> dict[str, Any]:
    """Slack's native chart, of which the SDK has no model."""
    drawn = [
        {
            "name": label,
            "data": [
                {"label": label, "value": value}
                for label, value in zip(categories, values, strict=True)
            ],
        }
        for label, values in series
    ]
    axes = {"categories": list(categories), "y_label": unit}
    plot = {"type": kind, "series": drawn, "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": plot}


def campaign_name(row: CampaignFigures, limit: int = 80) -> str:
    """The campaign's name, without what nobody can see."""
    if row.campaign_id is None:
        return "No campaign"
    return clean(" ".join((row.name or "").split()), limit).strip() or "Unnamed"


def chart_labels(rows: Sequence[CampaignFigures]) -> list[str]:
    """The campaigns' names for a chart: short, and no two alike."""
    taken: list[str] = []
    for row in rows:
        label, number = campaign_name(row, _LABEL), 1
        while label in taken:
            number += 1
            mark = f" ({number})"
            label = campaign_name(row, _LABEL - len(mark)) + mark
        taken.append(label)
    return taken
