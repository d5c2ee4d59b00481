"""Where leads come from: one file a source, and one line here."""

from bot.formats import in_words
from bot.sources import (
    api,
    calendly,
    csv,
    form,
    google_ads,
    hubspot,
    jotform,
    meta,
    tally,
    typeform,
    webflow,
    zoom,
)
from bot.sources.contract import (
    Answer,
    Cancellation,
    Fetching,
    Ignored,
    Reference,
    Refused,
    Request,
    Source,
    Unproven,
    Vendor,
)

_ALL = (
    api.SOURCE,
    form.SOURCE,
    csv.SOURCE,
    google_ads.SOURCE,
    meta.SOURCE,
    typeform.SOURCE,
    tally.SOURCE,
    webflow.SOURCE,
    calendly.SOURCE,
    hubspot.SOURCE,
    jotform.SOURCE,
    zoom.SOURCE,
)
SOURCES: dict[str, Source] = {source.slug: source for source in _ALL}

TYPED = "typed"
"""The code of a lead that somebody typed in, which no product sent."""


def source_name(code: str) -> str:
    """What people call a source; also one that is no more."""
    if code == TYPED:
        return "Typed in"
    return SOURCES[code].name if code in SOURCES else in_words(code)


_WAYS = {
    "api": "through the website",
    "form": "through the website",
    "csv": "on a list",
    "google_ads": "through a Google Ads form",
    "meta": "through a Meta ad",
    "webflow": "through a Webflow form",
    "zoom": "through a Zoom webinar",
    TYPED: "typed in by a colleague",
}


def way(code: str) -> str:
    """How a lead of a source came, as people say it: `through the website`."""
    return _WAYS.get(code, f"through {source_name(code)}")


__all__ = [
    "SOURCES",
    "TYPED",
    "Answer",
    "Cancellation",
    "Fetching",
    "Ignored",
    "Reference",
    "Refused",
    "Request",
    "Source",
    "Unproven",
    "Vendor",
    "source_name",
    "way",
]
