"""Our own JSON API: `POST /leads/api`, also for Zapier, Make and whatever can send JSON."""

import json

from bot.leads.inquiry import EXAMPLE, Inquiry, Unreadable, read
from bot.leads.sources.contract import Source


def parse(body: bytes, _content_type: str) -> Inquiry:
    """Read a JSON object with the fields of `Inquiry`; unknown fields stay in the raw submission.

    Raises Unreadable.
    """
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable({"body": "is not JSON"}) from None
    if not isinstance(facts, dict):
        raise Unreadable({"body": "must be a JSON object"})
    return read(facts)


SOURCE = Source(
    slug="api",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
)
