"""Tally, after its documentation; the signature after two third-party implementations."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.leads.inquiry import Inquiry, read
from bot.leads.sources.contract import Ignored, Request, Source, require_same, sign
from bot.leads.sources.labels import facts
from bot.leads.sources.payload import dig, identifier, json_object, moment, objects, plain

_LABELS = {"INPUT_EMAIL": "E-mail", "INPUT_PHONE_NUMBER": "Phone"}

EXAMPLE: dict[str, Any] = {
    "eventId": "a4cb511e-d513-4fa5-baee-b815d718dfd1",
    "eventType": "FORM_RESPONSE",
    "createdAt": "2026-06-01T09:00:00.000Z",
    "data": {
        "responseId": "2wgx4n",
        "formId": "VwbNEw",
        "createdAt": "2026-06-01T09:00:00.000Z",
        "fields": [
            {"key": "q1", "label": "First name", "type": "INPUT_TEXT", "value": "Ada"},
            {"key": "q2", "label": "Your mail", "type": "INPUT_EMAIL", "value": "ada@example.com"},
            {
                "key": "q3",
                "label": "Interested in",
                "type": "CHECKBOXES",
                "value": ["o1"],
                "options": [{"id": "o1", "text": "A demo"}, {"id": "o2", "text": "Prices"}],
            },
            {
                "key": "q4",
                "label": "utm_campaign",
                "type": "HIDDEN_FIELDS",
                "value": "spring-offer",
            },
        ],
    },
}


def verify(request: Request, secret: str, _now: datetime) -> None:
    """`Tally-Signature`: base64 over the raw body. Raises Unproven."""
    expected = b64encode(sign(secret, request.body)).decode()
    require_same(request.headers.get("tally-signature", ""), expected)


def parse(body: bytes, _content_type: str) -> list[Inquiry]:
    """Read a response. Raises Unreadable; Ignored for other events."""
    sent = json_object(body)
    if sent.get("eventType") != "FORM_RESPONSE":
        raise Ignored("an event that is no response")
    data = sent.get("data")
    origin = {
        "external_id": identifier(dig(data, "responseId")),
        "submitted_at": moment(dig(data, "createdAt")),
        "form_id": identifier(dig(data, "formId")),
    }
    return [read(facts(_answers(data)) | origin)]


def _answers(data: object) -> Iterator[tuple[str, object]]:
    for field in objects(dig(data, "fields")):
        label = _LABELS.get(plain(field.get("type"))) or plain(field.get("label"))
        yield label or "Answer", _chosen(field)


def _chosen(field: dict[str, Any]) -> object:
    """A choice comes as the ids of its options."""
    value = field.get("value")
    texts = {identifier(each.get("id")): each.get("text") for each in objects(field.get("options"))}
    if texts and isinstance(value, list):
        return [texts.get(identifier(each), each) for each in value]
    return value


SOURCE = Source(
    slug="tally",
    name="Tally",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    setup=(
        "In Tally open the form, then Integrations → Webhooks → Connect.",
        "Endpoint URL: {url}",
        "Add as its signing secret what you gave for tally in HANDOFF_SOURCES.",
        "Hidden fields named utm_source, utm_campaign … attribute the lead.",
    ),
)
