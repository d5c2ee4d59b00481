"""Pictures in blocks: those of this machine are shown, the rest of the web stays outside.

The playground reaches nothing but loopback, so a picture from elsewhere is drawn as a frame with
its alternative text. Pictures that the app uploaded come from the stand-in itself.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

from playground.page.reader import Reader

Json = dict[str, Any]
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


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
