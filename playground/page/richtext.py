"""rich_text blocks as safe HTML: paragraphs, lists, quotes and code, as Slack's editor writes."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from playground.page.emoji import EMOJI
from playground.page.links import link
from playground.page.mrkdwn import channel_html, date_html, user_html
from playground.page.reader import Reader

Json = dict[str, Any]
_STYLE_TAGS = (
    ("code", "code"),
    ("bold", "b"),
    ("italic", "i"),
    ("strike", "s"),
    ("underline", "u"),
)
_MARKERS = ("disc", "circle", "square")
_NUMBERS = ("decimal", "lower-alpha", "lower-roman")


def rich_text_html(block: Json, reader: Reader) -> str:
    """The whole block (or the rich_text value of an input)."""
    parts = (_part_html(part, reader) for part in block.get("elements") or [])
    return "".join(parts)


def _part_html(part: Json, reader: Reader) -> str:
    match part.get("type"):
        case "rich_text_section":
            return f'<div class="rt-section">{_inline(part, reader)}</div>'
        case "rich_text_quote":
            return f"<blockquote>{_inline(part, reader)}</blockquote>"
        case "rich_text_preformatted":
            return f"<pre>{_inline(part, reader, breaks=False)}</pre>"
        case "rich_text_list":
            return _list_html(part, reader)
    return f'<div class="bk-unknown">{escape(str(part.get("type")))}</div>'


def _list_html(part: Json, reader: Reader) -> str:
    ordered = part.get("style") == "ordered"
    depth = int(part.get("indent") or 0)
    marker = (_NUMBERS if ordered else _MARKERS)[depth % 3]
    start = f' start="{int(part.get("offset") or 0) + 1}"' if ordered else ""
    tag = "ol" if ordered else "ul"
    items = "".join(f"<li>{_inline(item, reader)}</li>" for item in part.get("elements") or [])
    style = f"list-style-type:{marker};margin-left:{depth * 24}px"
    return f'<{tag} class="rt-list"{start} style="{style}">{items}</{tag}>'


def _inline(part: Json, reader: Reader, *, breaks: bool = True) -> str:
    html = "".join(_element_html(element, reader) for element in part.get("elements") or [])
    return html.replace("\n", "<br>") if breaks else html


def _element_html(element: Json, reader: Reader) -> str:
    html = _bare_html(element, reader)
    style = element.get("style") or {}
    for name, tag in _STYLE_TAGS:
        if isinstance(style, dict) and style.get(name):
            html = f"<{tag}>{html}</{tag}>"
    return html


def _bare_html(element: Json, reader: Reader) -> str:
    draw = _ELEMENTS.get(str(element.get("type")))
    return draw(element, reader) if draw else escape(str(element.get("text", "")))


def _link_html(element: Json, _reader: Reader) -> str:
    url = str(element.get("url", ""))
    return link(url, escape(str(element.get("text") or url)))


def _mention_html(name: object, css: str = "mk-mention") -> str:
    return f'<span class="{css}">@{escape(str(name))}</span>'


def _emoji_html(element: Json, _reader: Reader) -> str:
    name = str(element.get("name", ""))
    glyph = EMOJI.get(name)
    if glyph is None:
        return escape(f":{name}:")
    return f'<span class="mk-emoji" role="img" aria-label="{escape(name)}">{glyph}</span>'


def _date_html(element: Json, reader: Reader) -> str:
    fallback = str(element.get("fallback") or "")
    try:
        stamp = int(element.get("timestamp", ""))
    except (TypeError, ValueError):
        return escape(fallback)
    url = element.get("url")
    return date_html(reader, stamp, str(element.get("format", "")), url and str(url), fallback)


_ELEMENTS: dict[str, Callable[[Json, Reader], str]] = {
    "link": _link_html,
    "user": lambda e, reader: user_html(reader, str(e.get("user_id", ""))),
    "channel": lambda e, reader: channel_html(reader, str(e.get("channel_id", ""))),
    "usergroup": lambda e, _reader: _mention_html(e.get("usergroup_id")),
    "broadcast": lambda e, _reader: _mention_html(e.get("range"), "mk-mention mk-mention-me"),
    "emoji": _emoji_html,
    "date": _date_html,
    "color": lambda e, _reader: f"<code>{escape(str(e.get('value', '')))}</code>",
}


def rich_text_of(text: str) -> Json:
    """What Slack's editor makes of plain typing: lines starting with "- " or "1. " become lists."""
    parts: list[Json] = []
    for line in text.split("\n"):
        style, body = _line_style(line)
        item = {"type": "rich_text_section", "elements": _typed(body)}
        last = parts[-1] if parts else None
        if style is None:
            _add_paragraph(parts, body)
        elif last and last["type"] == "rich_text_list" and last["style"] == style:
            last["elements"].append(item)
        else:
            parts.append(
                {"type": "rich_text_list", "style": style, "indent": 0, "elements": [item]}
            )
    return {"type": "rich_text", "elements": parts}


def _line_style(line: str) -> tuple[str | None, str]:
    if line.startswith(("- ", "* ", "• ")):
        return "bullet", line[2:]
    head, dot, rest = line.partition(". ")
    if dot and head.isdigit():
        return "ordered", rest
    return None, line


def _typed(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []


def _add_paragraph(parts: list[Json], body: str) -> None:
    if parts and parts[-1]["type"] == "rich_text_section":
        parts[-1]["elements"].append({"type": "text", "text": f"\n{body}"})
    else:
        parts.append({"type": "rich_text_section", "elements": _typed(body)})


def plain_of(block: Json) -> str:
    """The text of a rich_text value, for an editor that shows plain lines."""
    lines: list[str] = []
    for part in block.get("elements") or []:
        if part.get("type") == "rich_text_list":
            numbered = part.get("style") == "ordered"
            lines += [
                (f"{place}. " if numbered else "- ") + _plain_inline(item)
                for place, item in enumerate(part.get("elements") or [], start=1)
            ]
        else:
            lines.append(_plain_inline(part))
    return "\n".join(lines)


def _plain_inline(part: Json) -> str:
    return "".join(
        str(e.get("text") or e.get("url") or (f":{e['name']}:" if e.get("name") else ""))
        for e in part.get("elements") or []
    )
