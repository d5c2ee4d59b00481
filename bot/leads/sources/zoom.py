"""Zoom webinars, after third-party implementations: who registers is a lead.

Zoom asks every 72 hours whether the address still holds the secret (`endpoint.url_validation`).
"""

import json
from datetime import datetime
from typing import Any

from bot.leads.inquiry import Inquiry, Unreadable, read
from bot.leads.sources.contract import (
    Answer,
    Ignored,
    Request,
    Source,
    require_fresh,
    require_same,
    sign,
)
from bot.leads.sources.labels import facts
from bot.leads.sources.payload import dig, identifier, json_object, moment, objects, plain

EXAMPLE: dict[str, Any] = {
    "event": "webinar.registration_created",
    "event_ts": 1780304400000,
    "payload": {
        "account_id": "AAAAAABBBB",
        "object": {
            "id": "1111111111",
            "topic": "Spring webinar",
            "registrant": {
                "id": "U0BBBBBBBBBBfrUz1FbJmQ",
                "first_name": "Ada",
                "last_name": "Lovelace",
                "email": "ada@example.com",
                "phone": "+49 30 901820",
                "org": "Analytical Engines",
                "job_title": "Director",
                "country": "DE",
                "comments": "Please call me afterwards.",
                "custom_questions": [{"title": "Team size", "value": "12"}],
            },
        },
    },
}
_VALIDATION = "endpoint.url_validation"


def verify(request: Request, secret: str, now: datetime) -> None:
    """`x-zm-signature`: `v0=` and hex over `v0:stamp:body`. Raises Unproven."""
    stamp = request.headers.get("x-zm-request-timestamp", "")
    signed = b"v0:" + stamp.encode("utf-8", "replace") + b":" + request.body
    expected = "v0=" + sign(secret, signed).hex()
    require_same(request.headers.get("x-zm-signature", ""), expected)
    require_fresh(stamp, now)


def greet(request: Request, secret: str) -> Answer | None:
    """Answer Zoom's question with its token, and that token under our secret."""
    try:
        asked = json_object(request.body)
    except Unreadable:
        return None
    if asked.get("event") != _VALIDATION:
        return None
    token = plain(dig(asked, "payload", "plainToken"))
    encrypted = sign(secret, token.encode("utf-8", "replace")).hex()
    answer = {"plainToken": token, "encryptedToken": encrypted}
    return Answer(json.dumps(answer), "application/json")


def parse(body: bytes, _content_type: str) -> list[Inquiry]:
    """Read a registration. Raises Unreadable; Ignored for other events."""
    sent = json_object(body)
    if sent.get("event") not in ("webinar.registration_created", "meeting.registration_created"):
        raise Ignored("an event that is no registration")
    webinar = dig(sent, "payload", "object")
    person = dig(webinar, "registrant")
    names = [("First name", "first_name"), ("Last name", "last_name"), ("E-mail", "email"),
             ("Phone", "phone"), ("Company", "org"), ("Job title", "job_title"),
             ("Country", "country"), ("Message", "comments")]  # fmt: skip
    said = [(label, dig(person, key)) for label, key in names]
    said += [
        (plain(each.get("title")) or "Answer", each.get("value"))
        for each in objects(dig(person, "custom_questions"))
    ]
    said.append(("Registered for", dig(webinar, "topic")))
    origin = {
        "external_id": identifier(dig(person, "id")),
        "submitted_at": moment(sent.get("event_ts")),
        "form_id": identifier(dig(webinar, "id")),
    }
    return [read(facts(said) | origin)]


SOURCE = Source(
    slug="zoom",
    name="Zoom webinar",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    greet=greet,
    setup=(
        "At marketplace.zoom.us choose Develop → Build app → Webhook only (or Server-to-server).",
        "HANDOFF_SOURCES holds zoom with the app's secret token (Features → Access).",
        "Add an event subscription with the endpoint {url}, and validate it.",
        "Choose the event Webinar → “Webinar registration has been created”, and activate the app.",
    ),
)
