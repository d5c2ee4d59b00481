"""Slack's own date markup, in the reader's zone, with the fallback that the sender gave.

Source: https://docs.slack.dev/messaging/formatting-message-text ("Date formatting").
"""

from __future__ import annotations

import re
from html import escape

from playground.page.links import link
from playground.page.reader import Reader, ago, clock_time, full_moment, ordinal, relative_day

_PART = re.compile(r"\{(\w+)\}")


def date_html(reader: Reader, stamp: int, template: str, url: str | None, fallback: str) -> str:
    """`<!date^…>` in the reader's zone; the fallback where the stamp cannot be a date."""
    try:
        moment = reader.local(stamp)
        shown = _PART.sub(lambda part: _part(reader, stamp, part[1]), template)
    except (ValueError, OverflowError, OSError):
        return escape(fallback)
    title = full_moment(reader, stamp)
    html = f'<time datetime="{moment.isoformat()}" title="{title}">{escape(shown)}</time>'
    return link(url, html) if url else html


def _part(reader: Reader, stamp: int, name: str) -> str:
    """One `{…}` of a template; an unknown one stays as it is."""
    moment = reader.local(stamp)
    if name.endswith("_pretty") and (near := relative_day(moment.date(), reader.today())):
        return near
    shown = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%d/%m/%Y}",
        "date": f"{moment:%B} {ordinal(moment.day)}, {moment.year}",
        "date_short": f"{moment:%b} {moment.day}, {moment.year}",
        "date_long": f"{moment:%A}, {moment:%B} {ordinal(moment.day)}, {moment.year}",
        "time": clock_time(moment),
        "time_secs": clock_time(moment, seconds=True),
        "ago": ago(reader, stamp),
    }
    return shown.get(name.removesuffix("_pretty"), f"{{{name}}}")
