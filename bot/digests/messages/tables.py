"""The tables and the charts of a digest: the part of the view that sets figures side by side."""

from collections.abc import Callable, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, RawTextObject, TableBlock

from bot.digests.messages.words import Form, read
from bot.digests.report import CampaignFigures
from bot.slack.text import clean

# More campaigns than this are summed up in a sentence: a digest is read, not searched.
MOST_CAMPAIGNS = 10
# Slack's documents, data visualization block: a label has at most 20 characters.
_LABEL = 20

Series = tuple[str, Sequence[int]]
"""A name, and a value for each category."""


def table(rows: Sequence[Sequence[str]], align: str = "right") -> Block:
    """A table with its heading first; its first column has words, the others align as told."""
    others: list[dict[str, Any]] = [{"align": align, "is_wrapped": align == "left"}]
    return TableBlock(
        rows=[[RawTextObject(text=cell) for cell in row] for row in rows],
        column_settings=[{"align": "left", "is_wrapped": True}, *others * (len(rows[0]) - 1)],
    )


def by_campaign(rows: Sequence[CampaignFigures], columns: Sequence[Form]) -> Block:
    """A row for each campaign, a column for each form."""
    heading = ["Campaign", *(label for label, _, _ in columns)]
    lines = [[name(row), *(read(row.figures, form) for form in columns)] for row in rows]
    return table([heading, *lines])


def chosen(
    rows: Sequence[CampaignFigures], order: Callable[[CampaignFigures], int]
) -> list[CampaignFigures]:
    """The campaigns that have the most of something, and the leads of none."""
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
            "name": called,
            "data": [
                {"label": label, "value": value}
                for label, value in zip(categories, values, strict=True)
            ],
        }
        for called, values in series
    ]
    axes = {"categories": list(categories), "y_label": unit}
    plot = {"type": kind, "series": drawn, "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": plot}


def name(row: CampaignFigures, limit: int = 80) -> str:
    """The campaign's name, without what nobody can see."""
    if row.campaign_id is None:
        return "Unattributed"
    return clean(" ".join((row.name or "").split()), limit).strip() or "Unnamed"


def labels(rows: Sequence[CampaignFigures]) -> list[str]:
    """The campaigns' names as a chart takes them: short, and no two alike."""
    taken: list[str] = []
    for row in rows:
        label, number = name(row, _LABEL), 1
        while label in taken:
            number += 1
            mark = f" ({number})"
            label = name(row, _LABEL - len(mark)) + mark
        taken.append(label)
    return taken
