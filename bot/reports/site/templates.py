"""The paper that pages are printed on: templates that escape what they show, and strict headers."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from bot import formats

_HERE = Path(__file__).parent
_STYLE = (_HERE / "style.css").read_bytes()
_ICON = (_HERE / "icon.svg").read_bytes()

# Nothing but our own style: no script runs, nothing is framed, nothing is sent elsewhere.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}

_pages = Environment(
    loader=PackageLoader("bot.reports.site"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_pages.globals |= {
    "style_version": hashlib.sha256(_STYLE).hexdigest()[:12],
    "plural": formats.plural,
}


def page(template: str, facts: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page of this template."""
    return HTMLResponse(_pages.get_template(template).render(facts), status, HEADERS)


def style() -> Response:
    """The style of all pages; its address changes with it, so browsers may keep it."""
    return _kept(_STYLE, "text/css")


def icon() -> Response:
    """The icon of all pages."""
    return _kept(_ICON, "image/svg+xml")


def _kept(content: bytes, media_type: str) -> Response:
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=media_type, headers=HEADERS | kept)


def _stamp(moment: datetime) -> str:
    return f"{formats.day(moment)}, {moment:%H:%M}"


def _coded(text: str) -> Markup:
    """What stands between backticks as code; the rest is escaped like everything."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


_pages.filters["coded"] = _coded
_pages.filters["stamp"] = _stamp
_pages.filters["day"] = formats.day
_pages.tests["moment"] = lambda value: isinstance(value, datetime)
_pages.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
