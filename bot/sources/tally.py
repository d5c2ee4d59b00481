"""Tally, after its documentation; the signature after two third-party implementations."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.sources.contract import Ignored, Request, Source, require_same, sign
from bot.sources.labels import canonical, gather
from bot.sources.lead_payload import LeadPayload, read
from bot.sources.payload import dig, identifier, json_object, moment, objects, plain

_FIELDS = {"INPUT_EMAIL": "email", "INPUT_PHONE_NUMBER": "phone"}
_LABELS = {"INPUT_EMAIL": "Email", "INPUT_PHONE_NUMBER": "Phone"}

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


def parse(body: bytes, _content_type: str) -> list[LeadPayload]:
    """Read a response. Raises Unreadable; Ignored for other events."""
    sent = json_object(body)
    if sent.get("eventType") != "FORM_RESPONSE":
        raise Ignored("an event that isn't a response")
    data = sent.get("data")
    origin = {
        "external_id": identifier(dig(data, "responseId")),
        "submitted_at": moment(dig(data, "createdAt")),
        "form_id": identifier(dig(data, "formId")),
    }
    return [read(gather(_answers(data), origin))]


def _answers(data: object) -> Iterator[tuple[str, str | None, object]]:
    """Questions with the fields that they mean and their answers."""
    fields = objects(dig(data, "fields"))
    chosen = {f"{plain(each.get('key'))}_" for each in fields if _is_chosen(each)}
    for field in fields:
        if isinstance(field.get("value"), bool) and _is_of(field, chosen):
            continue  # each box once more, as yes or no
        kind, label = plain(field.get("type")), plain(field.get("label"))
        if kind == "MATRIX":
            yield from ((row, None, value) for row, value in _rows(label, field))
        else:
            meant = _FIELDS.get(kind) or canonical(label)
            yield label or _LABELS.get(kind, "Answer"), meant, _chosen(field)


def _is_chosen(field: dict[str, Any]) -> bool:
    return bool(field.get("key") and objects(field.get("options")))


def _is_of(field: dict[str, Any], chosen: set[str]) -> bool:
    key = plain(field.get("key"))
    return any(key.startswith(other) for other in chosen)


def _rows(label: str, field: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Each row of a matrix is a question."""
    value, rows = field.get("value"), _texts(field, "rows")
    if not isinstance(value, dict):
        yield label or "Answer", value
        return
    for row, columns in value.items():
        question = plain(rows.get(row, row))
        yield (
            f"{label}: {question}" if label else question,
            _worded(columns, _texts(field, "columns")),
        )


def _chosen(field: dict[str, Any]) -> object:
    """A choice comes as the ids of its options, or as a plain one; a file with its address."""
    value = _worded(field.get("value"), _texts(field, "options"))
    files = [each["url"] for each in objects(value) if "url" in each]
    return files or value


def _texts(field: dict[str, Any], of: str) -> dict[str | None, Any]:
    return {identifier(each.get("id")): each.get("text") for each in objects(field.get(of))}


def _worded(value: object, texts: dict[str | None, Any]) -> object:
    if isinstance(value, list):
        return [_worded(each, texts) for each in value]
    return texts.get(identifier(value)) or value


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
