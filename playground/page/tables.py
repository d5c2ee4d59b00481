"""table and data_table blocks as HTML tables: raw text or rich text cells, aligned as asked."""

from __future__ import annotations

from html import escape
from typing import Any

from playground.page.reader import Reader
from playground.page.richtext import rich_text_html

Json = dict[str, Any]
_ALIGNS = {"left", "center", "right"}


def table_html(block: Json, reader: Reader) -> str:
    """The whole table; its first row is the heading, as Slack shows it."""
    rows = block.get("rows") or []
    settings = block.get("column_settings") or []
    if not rows:
        return '<div class="bk-unknown">An empty table</div>'
    head = _row(rows[0], settings, reader, "th")
    body = "".join(_row(row, settings, reader, "td") for row in rows[1:])
    caption = block.get("caption")
    title = f"<caption>{escape(str(caption))}</caption>" if isinstance(caption, str) else ""
    return (
        f'<div class="bk-table" data-testid="table" tabindex="0"><table>{title}'
        f"<thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: list[Json], settings: list[Json | None], reader: Reader, name: str) -> str:
    drawn = []
    for place, cell in enumerate(cells):
        setting = (settings[place] if place < len(settings) else None) or {}
        align = setting.get("align") if setting.get("align") in _ALIGNS else "left"
        css = f"a-{align}" + (" wraps" if setting.get("is_wrapped") else "")
        drawn.append(f'<{name} class="{css}">{_cell(cell, reader)}</{name}>')
    return f"<tr>{''.join(drawn)}</tr>"


def _cell(cell: Json, reader: Reader) -> str:
    if cell.get("type") == "rich_text":
        return rich_text_html(cell, reader)
    text = cell.get("text", cell.get("value", ""))
    return escape(str(text)).replace("\n", "<br>")
