"""Blocks that only show: text, fields, pictures, tables, charts, as HTML and nothing to click.

The playground reaches nothing but loopback, so a picture from elsewhere is drawn as a frame with
its alternative text. Pictures that the app uploaded come from the stand-in itself.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import urlsplit

from playground.page.charts import chart_html
from playground.page.links import link
from playground.page.mrkdwn import plain_html, text_html
from playground.page.reader import Reader
from playground.page.richtext import rich_text_html
from playground.page.values import text_of

Json = dict[str, Any]
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ALIGNS = {"left", "center", "right"}
_ALERTS = {"default", "info", "warning", "error", "success"}


def local_url(url: str) -> str | None:
    """The address if it is this machine's, or else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK else None


def image_html(image: Json, reader: Reader, css: str) -> str:
    """An `<img>`, or a frame that says what would be there."""
    alt = str(image.get("alt_text") or "")
    if source := _source(image, reader):
        return f'<img class="{css}" src="{escape(source)}" alt="{escape(alt)}" loading="lazy">'
    return (
        f'<span class="{css} bk-noimage" role="img" aria-label="{escape(alt)}" '
        f'title="{escape(alt)}"><span>{escape(alt)}</span></span>'
    )


def _source(image: Json, reader: Reader) -> str | None:
    file = image.get("slack_file") or {}
    if file.get("id"):
        return reader.file_url(str(file["id"]))
    if file.get("url"):
        return local_url(str(file["url"]))
    return local_url(str(image.get("image_url") or ""))


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


def _section(block: Json, reader: Reader) -> str | None:
    accessory = block.get("accessory")
    if accessory and accessory.get("type") != "image":
        return None
    body = section_body_html(block, reader)
    if accessory:
        body = f"{body}<div class='bk-accessory'>{image_html(accessory, reader, 'bk-thumb')}</div>"
    return f'<div class="bk-section">{body}</div>'


def section_body_html(block: Json, reader: Reader) -> str:
    """A section's text and fields, without its accessory."""
    text = block.get("text")
    body = f'<div class="bk-text">{text_html(text, reader)}</div>' if text else ""
    if fields := block.get("fields"):
        cells = "".join(f"<div>{text_html(field, reader)}</div>" for field in fields)
        body += f'<div class="bk-fields">{cells}</div>'
    return f'<div class="bk-body">{body}</div>'


def _header(block: Json, reader: Reader) -> str:
    return f'<h3 class="bk-header">{text_html(block.get("text"), reader)}</h3>'


def _context(block: Json, reader: Reader) -> str:
    parts = []
    for element in block.get("elements") or []:
        if element.get("type") == "image":
            parts.append(image_html(element, reader, "bk-icon"))
        else:
            parts.append(f"<span>{text_html(element, reader)}</span>")
    return f'<div class="bk-context">{"".join(parts)}</div>'


def _rich_text(block: Json, reader: Reader) -> str:
    return f'<div class="bk-rich">{rich_text_html(block, reader)}</div>'


def _image(block: Json, reader: Reader) -> str:
    title = text_of(block.get("title"))
    caption = f"<figcaption>{plain_html(title)}</figcaption>" if title else ""
    return f'<figure class="bk-image">{caption}{image_html(block, reader, "bk-picture")}</figure>'


def _video(block: Json, reader: Reader) -> str:
    url = str(block.get("title_url") or block.get("video_url") or "")
    title = link(url, f"<b>{plain_html(text_of(block.get('title')))}</b>")
    note = plain_html(text_of(block.get("description")))
    by = " · ".join(escape(str(block[k])) for k in ("provider_name", "author_name") if block.get(k))
    still = image_html({"image_url": block.get("thumbnail_url"), "alt_text": block.get("alt_text")},
                       reader, "bk-picture")  # fmt: skip
    return f'<div class="bk-video"><small>{by}</small>{title}<div>{note}</div>{still}</div>'


def _alert(block: Json, reader: Reader) -> str:
    level = block.get("level") if block.get("level") in _ALERTS else "default"
    text = text_html(block.get("text"), reader)
    return f'<div class="bk-alert bk-alert-{level}" role="note">{text}</div>'


def _card(block: Json, reader: Reader) -> str | None:
    if block.get("actions"):
        return None
    return f'<div class="bk-card">{card_html(block, reader)}</div>'


def card_html(block: Json, reader: Reader) -> str:
    """What a card shows, without its buttons."""
    hero = block.get("hero_image")
    out = image_html(hero, reader, "bk-hero") if hero else ""
    icon = image_html(block["icon"], reader, "bk-icon") if block.get("icon") else ""
    lines = "".join(
        f'<div class="bk-card-{name}">{text_html(block[name], reader)}</div>'
        for name in ("title", "subtitle", "body")
        if block.get(name)
    )
    return f'{out}<div class="bk-card-in">{icon}<div>{lines}</div></div>'


_STATIC: dict[str, Callable[[Json, Reader], str | None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "divider": lambda _block, _reader: '<hr class="bk-divider">',
    "image": _image,
    "rich_text": _rich_text,
    "table": table_html,
    "data_table": table_html,
    "data_visualization": lambda block, _reader: chart_html(block),
    "video": _video,
    "alert": _alert,
    "card": _card,
}


def static_html(block: Json, reader: Reader) -> str | None:
    """The HTML of a block that nobody can click; None for one that acts or is unknown."""
    draw = _STATIC.get(str(block.get("type")))
    return draw(block, reader) if draw else None
