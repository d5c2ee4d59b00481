"""Links: only addresses that are harmless to click; those of messages, and of records of the CRM,
open in the page itself."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

_SAFE_SCHEMES = {"http", "https", "mailto", "tel"}
CRM = "crm"
"""The place of the CRM's records: `crm/1001`."""
_RECORD = re.compile(r"^https://app[\w-]*\.hubspot\.com/contacts/\d+/record/0-1/(\d+)$")
_PERMALINK = re.compile(r"/archives/([A-Z0-9]+)(?:/p(\d{10,})(\d{6}))?$")


def safe_url(url: str) -> str | None:
    """The address if a click on it is harmless (web, mail, telephone), or else None."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme.lower() in _SAFE_SCHEMES else None


def link(url: str, label_html: str, css: str = "mk-link") -> str:
    """An `<a>` around a label that is HTML already; the bare label when the address is unsafe."""
    if not (address := safe_url(url)):
        return label_html
    if place := _place_here(address):
        return f'<a class="{css}" href="#" data-go="{escape(place)}">{label_html}</a>'
    return (
        f'<a class="{css}" href="{escape(address)}" target="_blank" '
        f'rel="noopener noreferrer">{label_html}</a>'
    )


def _place_here(url: str) -> str | None:
    """`C123/1700000000.123456` when this is the permalink of a message, which opens in the page;
    `crm/1001` when it is the page of a record."""
    if record := _RECORD.match(url):
        return f"{CRM}/{record[1]}"
    match = _PERMALINK.search(urlsplit(url).path)
    if not match:
        return None
    channel, seconds, micros = match.groups()
    return f"{channel}/{seconds}.{micros}" if seconds else channel
