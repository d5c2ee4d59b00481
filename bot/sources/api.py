"""Our own JSON API: `POST /leads/api`, also for Zapier, Make and whatever can send JSON."""

import json

from bot.sources import form
from bot.sources.contract import Source
from bot.sources.labels import named
from bot.sources.lead_payload import EXAMPLE, LeadPayload, read
from bot.sources.payload import json_object

# What Zapier's Webhooks → POST sends unless it is told otherwise.
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def parse(body: bytes, content_type: str) -> list[LeadPayload]:
    """Read a JSON object with the fields of `LeadPayload`, by our names or by usual labels;
    whatever else there is, is kept as a question with its answer. A form is read as one, unless
    it is JSON after all: curl calls everything a form.

    Raises Unreadable.
    """
    if content_type.lower().startswith(_FORMS) and not body.lstrip().startswith((b"{", b"[")):
        return form.parse(body, content_type)
    return [read(named(json_object(body).items()))]


SOURCE = Source(
    slug="api",
    name="JSON API, Zapier, Make",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    setup=(
        "Give the sender a name and a key in HANDOFF_LEAD_KEYS.",
        "POST JSON to {url} with the header “Authorization: Bearer <key>”; /docs describes it.",
        "In Zapier it is Webhooks → POST, in Make HTTP → Make a request.",
    ),
)
