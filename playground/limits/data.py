"""Blocks that show data: tables and charts.

Sources: https://docs.slack.dev/reference/block-kit/blocks/ with table-block, data-table-block and
data-visualization-block. Charts: 2 a message, at most 6 series or segments, 20 points a series.
"""

from __future__ import annotations

from typing import Any

from playground.limits.richtext import RICH_TEXT
from playground.limits.shape import (
    MAX_ID,
    Check,
    Reasons,
    Shape,
    boolean,
    by_type,
    complain,
    integer,
    number,
    one_of,
    several,
    string,
    typed,
)

MAX_ROWS, MAX_COLUMNS, MAX_CELL_TEXT = 100, 20, 10_000
MAX_SERIES, MAX_POINTS, MAX_LABEL, MAX_TITLE, MAX_CHARTS = 6, 20, 20, 50, 2

RAW_CELLS: dict[str, Check] = {
    "raw_text": typed({"text": string(low=1)}),
    "raw_number": typed({"value": number}, {"text": string()}),
}
CELLS: dict[str, Check] = {
    **RAW_CELLS,
    "rich_text": typed(RICH_TEXT, {"block_id": string(MAX_ID)}),
}
COLUMN = Shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _column(value: Any, pointer: str, reasons: Reasons) -> None:
    if value is not None:
        COLUMN(value, pointer, reasons)


def _same_width(value: Any, pointer: str, reasons: Reasons) -> None:
    if len({len(row) for row in value["rows"]}) > 1:
        complain(reasons, f"{pointer}/rows", "all rows must have the same number of cells")


def _header_is_raw(value: Any, pointer: str, reasons: Reasons) -> None:
    _same_width(value, pointer, reasons)
    for index, cell in enumerate(value["rows"][0]):
        by_type(RAW_CELLS)(cell, f"{pointer}/rows/0/{index}", reasons)


ROW = several(by_type(CELLS), MAX_COLUMNS, 1)
TABLE: tuple[dict[str, Check], dict[str, Check], Check] = (
    {"rows": several(ROW, MAX_ROWS, 1)},
    {"column_settings": several(_column, MAX_COLUMNS)},
    _same_width,
)
DATA_TABLE: tuple[dict[str, Check], dict[str, Check], Check] = (
    {"rows": several(ROW, MAX_ROWS + 1, 2), "caption": string(low=1)},
    {"page_size": integer(1, 100), "row_header_column_index": integer(0, MAX_COLUMNS - 1)},
    _header_is_raw,
)


def _above_zero(value: Any, pointer: str, reasons: Reasons) -> None:
    number(value, pointer, reasons)
    if isinstance(value, int | float) and value <= 0:
        complain(reasons, pointer, "must be greater than 0")


LABEL = string(MAX_LABEL, 1)
SEGMENT = Shape({"label": LABEL, "value": _above_zero})
POINT = Shape({"label": LABEL, "value": number})
SERIES = Shape({"name": LABEL, "data": several(POINT, MAX_POINTS, 1)})
AXIS = Shape(
    {"categories": several(LABEL, MAX_POINTS, 1)},
    {"x_label": string(MAX_TITLE), "y_label": string(MAX_TITLE)},
)


def _covers_categories(value: Any, pointer: str, reasons: Reasons) -> None:
    categories = value["axis_config"]["categories"]
    if len(set(categories)) != len(categories):
        complain(reasons, f"{pointer}/axis_config/categories", "must contain unique items")
    names = [series["name"] for series in value["series"]]
    if len(set(names)) != len(names):
        complain(reasons, f"{pointer}/series", "series names must be unique")
    for index, series in enumerate(value["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            complain(reasons, f"{pointer}/series/{index}/data", "labels must match axis categories")


PLOT = typed({"series": several(SERIES, MAX_SERIES, 1), "axis_config": AXIS},
             rule=_covers_categories)  # fmt: skip
CHARTS: dict[str, Check] = {
    "pie": typed({"segments": several(SEGMENT, MAX_SERIES, 1)}),
    "bar": PLOT,
    "line": PLOT,
    "area": PLOT,
}
DATA_VISUALIZATION: dict[str, Check] = {
    "title": string(MAX_TITLE, 1),
    "chart": by_type(CHARTS),
}


def cell_text(block: dict[str, Any]) -> int:
    """The characters in all cells of a table, which Slack counts for the whole message."""
    return sum(_length(cell) for row in block["rows"] for cell in row)


def _length(node: Any) -> int:
    if isinstance(node, list):
        return sum(_length(entry) for entry in node)
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + _length(node.get("elements", []))
    return 0
