"""Blocks that only show: text, fields, pictures, tables, charts, as HTML and nothing to click."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from playground.page.charts import chart_html
from playground.page.images import image_html
from playground.page.links import link
from playground.page.mrkdwn import plain_html, text_html
from playground.page.reader import Reader
from playground.page.richtext import rich_text_html
from playground.page.tables import table_html
from playground.page.values import text_of

Json = dict[str, Any]
_ALERTS = {"default", "info", "warning", "error", "success"}


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
