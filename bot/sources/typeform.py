"""Typeform, after its documentation and third-party implementations of the signature.

Answers are joined to their questions by id: skipped ones are left out, so positions do not match.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.sources.contract import Ignored, Request, Source, require_same, sign
from bot.sources.labels import canonical, gather
from bot.sources.lead_payload import LeadPayload, read
from bot.sources.payload import dig, identifier, json_object, moment, objects, plain

_FIELDS = {"email": "email", "phone_number": "phone", "legal": "consent"}
_LABELS = {"email": "Email", "phone_number": "Phone"}
_RECKONED = ("score", "price")

EXAMPLE: dict[str, Any] = {
    "event_id": "01H0000000000000000000000",
    "event_type": "form_response",
    "form_response": {
        "form_id": "lT4Z3j",
        "token": "a3a12ec67a1365927098a606107fac15",
        "submitted_at": "2026-06-01T09:00:00Z",
        "hidden": {"utm_campaign": "spring-offer"},
        "definition": {
            "fields": [
                {"id": "f1", "ref": "name", "title": "Your name", "type": "short_text"},
                {"id": "f2", "ref": "skipped", "title": "Company", "type": "short_text"},
                {"id": "f3", "ref": "mail", "title": "Where can we write to?", "type": "email"},
                {"id": "f4", "ref": "size", "title": "How large is your team?", "type": "number"},
            ]
        },
        "answers": [
            {"type": "text", "text": "Ada Lovelace", "field": {"id": "f1", "ref": "name"}},
            {"type": "email", "email": "ada@example.com", "field": {"id": "f3", "ref": "mail"}},
            {"type": "number", "number": 12, "field": {"id": "f4", "ref": "size"}},
        ],
    },
}


def verify(request: Request, secret: str, _now: datetime) -> None:
    """`Typeform-Signature`: base64 over the raw body. Raises Unproven."""
    expected = "sha256=" + b64encode(sign(secret, request.body)).decode()
    require_same(request.headers.get("typeform-signature", ""), expected)


def parse(body: bytes, _content_type: str) -> list[LeadPayload]:
    """Read a response. Raises Unreadable; Ignored for other events."""
    sent = json_object(body)
    if sent.get("event_type") != "form_response":
        raise Ignored("an event that isn't a response")
    response = sent.get("form_response")
    origin = {
        "external_id": identifier(dig(response, "token")),
        "submitted_at": moment(dig(response, "submitted_at")),
        "form_id": identifier(dig(response, "form_id")),
    }
    answers = [*_answers(response), *_carried(response)]
    return [read(gather(answers, origin))]


def _answers(response: object) -> Iterator[tuple[str, str | None, object]]:
    """Questions with the fields that they mean and their answers; an email or phone question is
    one whatever its title says."""
    titles = dict(_titles(dig(response, "definition", "fields")))
    for answer in objects(dig(response, "answers")):
        kind = plain(answer.get("type"))
        title = titles.get(identifier(dig(answer, "field", "id"))) or ""
        value = answer.get(kind)
        if kind in ("choice", "choices"):
            value = [dig(value, "label"), dig(value, "labels"), dig(value, "other")]
        meant = _FIELDS.get(_type_of(answer)) or _FIELDS.get(kind) or canonical(title)
        yield title or _LABELS.get(kind, "Answer"), meant, value


def _type_of(answer: dict[str, Any]) -> str:
    """The type of the question: `legal` asks for consent, and is answered with yes or no."""
    return plain(dig(answer, "field", "type"))


def _titles(fields: object, above: str = "", depth: int = 5) -> Iterator[tuple[str | None, str]]:
    """The questions by their ids, also those of a group; of a matrix, each with the matrix's own
    before it."""
    for field in objects(fields):
        own = plain(field.get("title"))
        title = ": ".join(filter(None, (above, own)))
        yield identifier(field.get("id")), title
        if depth:
            is_matrix = field.get("type") == "matrix"
            rows = dig(field, "properties", "fields")
            yield from _titles(rows, title if is_matrix else "", depth - 1)


def _carried(response: object) -> Iterator[tuple[str, str | None, object]]:
    """Hidden fields, and what the form reckoned: its variables and the score."""
    hidden = dig(response, "hidden")
    fields = [*hidden.items()] if isinstance(hidden, dict) else []
    variables = {plain(each.get("key")): each for each in objects(dig(response, "variables"))}
    fields += [(name, each.get(plain(each.get("type")))) for name, each in variables.items()]
    if "score" not in variables:
        fields.append(("score", dig(response, "calculated", "score")))
    for name, value in fields:
        if value != 0 or name not in _RECKONED:  # each form has these, most without using them
            yield name.capitalize() if name in _RECKONED else name, canonical(name), value


SOURCE = Source(
    slug="typeform",
    name="Typeform",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    setup=(
        "In Typeform open the form, then Connect → Webhooks → Add a webhook.",
        "Endpoint: {url}",
        "Edit it, and set as its secret what you gave for typeform in HANDOFF_SOURCES.",
        "Switch it on. Hidden fields named utm_source, utm_campaign … attribute the lead.",
    ),
)
