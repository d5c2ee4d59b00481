"""Calendly, after third-party implementations of the signature: who books a meeting is a lead.

A meeting that is moved comes as one that was cancelled (`rescheduled`) and one that was booked
(`old_invitee`), of the same person, in any order.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.sources.contract import (
    Cancellation,
    Ignored,
    Request,
    Source,
    require_fresh,
    require_same,
    sign,
)
from bot.sources.labels import facts
from bot.sources.lead_payload import SHORT, Booking, LeadPayload, read
from bot.sources.payload import dig, identifier, json_object, moment, objects, plain
from bot.sources.values import storable

_TOLERANCE = timedelta(minutes=3)

# How long a meeting is whose end is not said, and how long one can be at most.
_USUAL, _LONGEST = timedelta(minutes=30), timedelta(days=1)

_LONGEST_KEY = 255
_PHONE = "Phone"

EXAMPLE: dict[str, Any] = {
    "event": "invitee.created",
    "created_at": "2026-06-01T09:00:00.000000Z",
    "payload": {
        "uri": "calendly:scheduled_events/EV1/invitees/IN1",
        "name": "Ada Lovelace",
        "first_name": None,
        "last_name": None,
        "email": "ada@example.com",
        "text_reminder_number": "+49 30 23125001",
        "created_at": "2026-06-01T09:00:00.000000Z",
        "rescheduled": False,
        "old_invitee": None,
        "questions_and_answers": [{"question": "What is it about?", "answer": "The spring offer"}],
        "tracking": {"utm_campaign": "spring-offer", "utm_source": None},
        "scheduled_event": {
            "name": "First call",
            "start_time": "2026-06-02T08:00:00.000000Z",
            "end_time": "2026-06-02T08:30:00.000000Z",
        },
    },
}


def verify(request: Request, secret: str, now: datetime) -> None:
    """`Calendly-Webhook-Signature`: `t=…,v1=…`, hex over the stamp, a dot and the body."""
    given = request.headers.get("calendly-webhook-signature", "")
    parts = dict(part.strip().partition("=")[::2] for part in given.split(",")[:10])
    stamp = parts.get("t", "")
    expected = sign(secret, stamp.encode("utf-8", "replace") + b"." + request.body).hex()
    require_same(parts.get("v1", ""), expected)
    require_fresh(stamp, now, _TOLERANCE)


def parse(body: bytes, _content_type: str) -> list[LeadPayload | Cancellation]:
    """Read a booking, or that one is off. Raises Unreadable; Ignored for other events."""
    sent = json_object(body)
    event, invitee = sent.get("event"), sent.get("payload")
    if event == "invitee.canceled" and (key := _key(dig(invitee, "uri"))):
        return [Cancellation(key, is_moved=dig(invitee, "rescheduled") is True)]
    if event != "invitee.created":
        raise Ignored("an event that isn't a booking")
    names = [("Name", "name"), ("First name", "first_name"), ("Last name", "last_name"),
             ("Email", "email"), ("Phone", "text_reminder_number")]  # fmt: skip
    answers = [(label, dig(invitee, key)) for label, key in names]
    answers += [
        (plain(each.get("question")) or "Answer", each.get("answer"))
        for each in objects(dig(invitee, "questions_and_answers"))
    ]
    meeting = dig(invitee, "scheduled_event")
    about = [
        ("Booked", dig(meeting, "name")),
        ("Starts", _starts(dig(meeting, "start_time"), dig(invitee, "timezone"))),
        _where(dig(meeting, "location")),
    ]
    answers += about
    answers.append(
        ("Guests", [each.get("email") for each in objects(dig(meeting, "event_guests"))])
    )
    tracking = dig(invitee, "tracking")
    answers += tracking.items() if isinstance(tracking, dict) else ()
    origin = {
        "external_id": identifier(dig(invitee, "uri")),
        "submitted_at": moment(dig(invitee, "created_at")),
    }
    payload = read(facts(answers, origin))
    payload.meeting = _meeting(invitee)
    if payload.meeting is not None:
        _mark(payload, about)
    return [payload]


def _mark(payload: LeadPayload, about: Iterable[tuple[str, object]]) -> None:
    """Mark the answers that tell of the meeting, which may be moved."""
    pairs = {(label, storable(plain(value))) for label, value in about if label != _PHONE}
    for each in payload.answers:
        if (each["question"], each["answer"]) in pairs:
            each["meeting"] = True


def _meeting(invitee: object) -> Booking | None:
    """What they booked; None where nobody could know it again, or when it is."""
    key, event = _key(dig(invitee, "uri")), dig(invitee, "scheduled_event")
    starts_at, ends_at = moment(dig(event, "start_time")), moment(dig(event, "end_time"))
    if key is None or starts_at is None:
        return None
    if ends_at is None or ends_at <= starts_at:
        ends_at = starts_at + _USUAL
    label, place = _where(dig(event, "location"))
    return Booking(
        external_id=key,
        starts_at=starts_at,
        ends_at=min(ends_at, starts_at + _LONGEST),
        title=_text(dig(event, "name")),
        place=_text(place) if label != _PHONE else None,
        replaces=_key(dig(invitee, "old_invitee")),
    )


def _key(uri: object) -> str | None:
    return storable(identifier(uri) or "")[:_LONGEST_KEY] or None


def _text(value: object) -> str | None:
    return storable(plain(value))[:SHORT] or None


def _where(location: object) -> tuple[str, object]:
    """Where they meet; the number that we call is theirs, and the one that they call is ours."""
    place = dig(location, "location") or dig(location, "join_url")
    if dig(location, "type") == "outbound_call":
        return _PHONE, place
    return "Where", f"They call {place}" if place and dig(
        location, "type"
    ) == "inbound_call" else place


def _starts(start: object, zone: object) -> object:
    """When a meeting starts, on the clock of who booked it; as it came where that is no time."""
    at = moment(start)
    if at is None:
        return start
    try:
        return at.astimezone(ZoneInfo(plain(zone)))
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return at.astimezone(UTC)


SOURCE = Source(
    slug="calendly",
    name="Calendly",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    setup=(
        "Calendly makes webhooks by its API: POST /webhook_subscriptions with a personal token,",
        "with url {url}, events [invitee.created, invitee.canceled], your organization, and",
        "signing_key: the secret that you gave for calendly in HANDOFF_SOURCES.",
        "Book a meeting with yourself to see it arrive.",
    ),
)
