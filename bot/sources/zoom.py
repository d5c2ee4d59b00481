"""Zoom webinars, after third-party implementations: who registers is a lead.

Zoom asks every 72 hours whether the address still holds the secret (`endpoint.url_validation`).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.sources.contract import Answer, Ignored, Request, Source, require_fresh, require_same, sign
from bot.sources.labels import facts
from bot.sources.lead_payload import LeadPayload, Unreadable, read
from bot.sources.payload import dig, identifier, json_object, moment, objects, plain

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
                "phone": "+49 30 23125001",
                "org": "Analytical Engines",
                "job_title": "Director",
                "country": "DE",
                "comments": "Please call me afterwards.",
                "custom_questions": [{"title": "Team size", "value": "12"}],
            },
        },
    },
}
# What Zoom writes about a registration; it was asked of nobody.
_NO_QUESTIONS = frozenset(
    {
        "id", "registrant_id", "join_url", "status", "create_time", "custom_questions",
        "participant_pin_code", "occurrence_id", "occurrences",
    }
)  # fmt: skip
_LABELS = {
    "email": "Email",
    "org": "Company",
    "comments": "Message",
    "zip": "ZIP",
    "no_of_employees": "Number of employees",
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
        question = json_object(request.body)
    except Unreadable:
        return None
    if question.get("event") != _VALIDATION:
        return None
    token = plain(dig(question, "payload", "plainToken"))
    encrypted = sign(secret, token.encode("utf-8", "replace")).hex()
    answer = {"plainToken": token, "encryptedToken": encrypted}
    return Answer(json.dumps(answer), "application/json")


def parse(body: bytes, _content_type: str) -> list[LeadPayload]:
    """Read a registration. Raises Unreadable; Ignored for other events."""
    sent = json_object(body)
    if sent.get("event") not in ("webinar.registration_created", "meeting.registration_created"):
        raise Ignored("an event that isn't a registration")
    webinar = dig(sent, "payload", "object")
    person = dig(webinar, "registrant")
    origin = {
        "external_id": _id(webinar, person),
        "submitted_at": moment(sent.get("event_ts")),
        "form_id": identifier(dig(webinar, "id")),
    }
    answers = [*_answers(person), ("Registered for", dig(webinar, "topic"))]
    return [read(facts(answers, origin))]


def _answers(person: object) -> Iterator[tuple[str, object]]:
    """Zoom's own questions by their names, in its order, and then the organizer's."""
    for name, value in person.items() if isinstance(person, dict) else ():
        if name not in _NO_QUESTIONS:
            yield _LABELS.get(name, name.replace("_", " ").capitalize()), value
    for each in objects(dig(person, "custom_questions")):
        yield plain(each.get("title")) or "Answer", each.get("value")


def _id(webinar: object, person: object) -> str | None:
    """A registrant's id is the same at the next webinar, so the webinar's stands before it."""
    registrant = identifier(dig(person, "id"))
    where = [identifier(dig(webinar, "id")), _occurrence(webinar, person)]
    return registrant and ":".join([*filter(None, where), registrant])


def _occurrence(webinar: object, person: object) -> str | None:
    """Which of the dates of a repeated webinar somebody chose."""
    ids = [identifier(dig(each, "occurrence_id")) for each in (person, webinar)]
    ids += [
        identifier(each.get("occurrence_id"))
        for each in [*objects(dig(person, "occurrences")), *objects(dig(webinar, "occurrences"))]
    ]
    return "+".join(dict.fromkeys(filter(None, ids))) or None


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
