"""Webflow forms, after third-party implementations: a phone number may come as a number."""

import json
from datetime import datetime
from typing import Any

from bot.sources.contract import Ignored, Request, Source, require_fresh, require_same, sign
from bot.sources.labels import facts
from bot.sources.lead_payload import LeadPayload, read
from bot.sources.payload import dig, identifier, json_object, moment

EXAMPLE: dict[str, Any] = {
    "triggerType": "form_submission",
    "payload": {
        "name": "Contact form",
        "siteId": "65427cf400e02b306eaa049c",
        "data": {
            "First Name": "Ada",
            "Last Name": "Lovelace",
            "Email": "ada@example.com",
            "Phone Number": 493023125001,
            "utm_campaign": "spring-offer",
        },
        "submittedAt": "2026-06-01T09:00:00.000Z",
        "id": "6321ca84df3949bfc6752327",
        "formId": "65429eadebe8a9f3a30f62d0",
    },
}


def verify(request: Request, secret: str, now: datetime) -> None:
    """`x-webflow-signature`: hex over the stamp (milliseconds), a colon and the body."""
    stamp = request.headers.get("x-webflow-timestamp", "")
    expected = sign(secret, stamp.encode("utf-8", "replace") + b":" + request.body).hex()
    require_same(request.headers.get("x-webflow-signature", ""), expected)
    require_fresh(stamp, now, milliseconds=True)


def parse(body: bytes, _content_type: str) -> list[LeadPayload]:
    """Read a form. Raises Unreadable; Ignored for other triggers."""
    sent = json_object(body)
    if sent.get("triggerType") != "form_submission":
        raise Ignored("an event that isn't a form")
    payload = sent.get("payload")
    data = dig(payload, "data")
    origin = {
        "external_id": identifier(dig(payload, "id")),
        "submitted_at": moment(dig(payload, "submittedAt")),
        "form_id": identifier(dig(payload, "formId")),
    }
    return [read(facts(data.items() if isinstance(data, dict) else (), origin))]


SOURCE = Source(
    slug="webflow",
    name="Webflow form",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    setup=(
        "In Webflow open Site settings → Apps & integrations → Webhooks → Add webhook.",
        "Trigger: “Form submission”. Webhook URL: {url}",
        "HANDOFF_SOURCES holds webflow with the secret that Webflow shows for this webhook.",
        "Publish the site, and send its form once.",
    ),
)
