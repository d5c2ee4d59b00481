"""HubSpot, as it documents webhooks and the validation of requests (version 3).

Events come in batches and name the contact; its properties are read from the CRM API afterwards.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from bot.sources.contract import (
    Fetching,
    Ignored,
    Reference,
    Request,
    Source,
    Vendor,
    require_fresh,
    require_same,
    sign,
)
from bot.sources.labels import canonical, gather
from bot.sources.lead_payload import LeadPayload, Unreadable, read
from bot.sources.payload import (
    dig,
    identifier,
    json_object,
    json_value,
    moment,
    objects,
    plain,
    references,
)
from bot.tasks import GiveUp

_CONTACTS = "/crm/v3/objects/contacts"
_PROPERTIES = {
    "email": ("Email", "email"),
    "work_email": ("Work email", "email"),
    "hs_additional_emails": ("Additional emails", "email"),
    "phone": ("Phone", "phone"),
    "mobilephone": ("Mobile phone", "phone"),
    "hs_whatsapp_phone_number": ("WhatsApp", "phone"),
    "firstname": ("First name", "first_name"),
    "lastname": ("Last name", "last_name"),
    "company": ("Company", "company"),
    "jobtitle": ("Job title", "job_title"),
    "country": ("Country", "country"),
    "message": ("Message", "message"),
    "hs_google_click_id": ("Google click ID", "gclid"),
    "hs_facebook_click_id": ("Facebook click ID", "fbclid"),
    "hs_analytics_first_url": ("First page", "landing_url"),
}
"""What is asked for of a contact: its label, and the field that it means."""

_SCHEMA = "/crm/v3/properties/contacts"
_QUESTIONS = "asked"
"""Beside the contact: the questions, by the names of their properties."""
_MOST_QUESTIONS = 200  # their names are part of an address
# What HubSpot and its users note of a contact, though a form may set it.
_STATES = frozenset({"lifecyclestage", "hubspot_owner_id", "recent_conversion_event_name"})

_CONTACT = "0-1"
"""HubSpot's type of object for contacts; deals, companies and the like have others."""
_ORIGIN = "hs_object_source_label"
CRM_KEY = "handoff_key"
"""The property of a contact that Handoff itself wrote there (`bot.crm`): its lead is here already.
It is written by the call that makes the contact, so no hook is earlier."""
# Whole lists, whose people have not just raised a hand.
_IN_BULK = frozenset({"IMPORT", "MIGRATION"})

# HubSpot's documents: these escapes of the address are signed as the characters they stand for.
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip

EXAMPLE: list[dict[str, Any]] = [
    {
        "eventId": 100,
        "subscriptionId": 1029,
        "portalId": 62515,
        "occurredAt": 1780304400000,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 1234567890123456789,
        "changeSource": "FORMS",
    },
    {"eventId": 101, "subscriptionType": "contact.deletion", "objectId": 124},
]


def verify(request: Request, secret: str, now: datetime) -> None:
    """`X-HubSpot-Signature-v3`: base64 over method, address, body and stamp (milliseconds)."""
    stamp = request.headers.get("x-hubspot-request-timestamp", "")
    address = request.url
    for escape, character in _DECODED.items():
        address = address.replace(escape, character).replace(escape.lower(), character)
    signed = f"POST{address}".encode() + request.body + stamp.encode("utf-8", "replace")
    expected = b64encode(sign(secret, signed)).decode()
    require_same(request.headers.get("x-hubspot-signature-v3", ""), expected)
    require_fresh(stamp, now, milliseconds=True)


def parse(body: bytes, _content_type: str) -> list[LeadPayload | Reference]:
    """Read which contacts are new. Raises Unreadable; Ignored where none is."""
    events = json_value(body)
    if not isinstance(events, list):
        raise Unreadable({"body": "must be a list of events"})
    contacts = references(
        identifier(event.get("objectId")) for event in objects(events) if _is_new_contact(event)
    )
    if not contacts:
        raise Ignored("it names no new contact")
    return [*contacts]


def _is_new_contact(event: dict[str, Any]) -> bool:
    """Whether somebody came; `object.creation` is of any type, and its ids are a type's own."""
    kind = event.get("subscriptionType") or event.get("eventType")
    is_contact = identifier(event.get("objectTypeId")) == _CONTACT
    is_new = kind == "contact.creation" or (kind == "object.creation" and is_contact)
    return is_new and plain(event.get("changeSource")) not in _IN_BULK


def _came_in_bulk(contact: dict[str, Any]) -> bool:
    return plain(dig(contact, "properties", _ORIGIN)).upper() in _IN_BULK


def _is_ours(contact: dict[str, Any]) -> bool:
    return bool(plain(dig(contact, "properties", CRM_KEY)))


def _came_since(contact: dict[str, Any], since: datetime) -> bool:
    made = moment(contact.get("createdAt"))
    is_inquiry = not _came_in_bulk(contact) and not _is_ours(contact)
    return made is not None and made >= since and is_inquiry


def fetch(vendor: Vendor, external_id: str) -> bytes:
    """The contact as the CRM has it, with the questions of forms that it may have answered."""
    questions = _form_questions(vendor)
    properties = ",".join([*_PROPERTIES, _ORIGIN, CRM_KEY, *questions])
    contact = vendor.get(f"{_CONTACTS}/{external_id}", "id", properties=properties)
    return json.dumps(contact | {_QUESTIONS: questions}).encode()


def _form_questions(vendor: Vendor) -> dict[str, dict[str, Any]]:
    """The properties that forms ask for, with their labels and the texts of their options."""
    try:
        schema = vendor.get(_SCHEMA, "results")
    except GiveUp:  # a token that may not read it; the usual properties are known without
        return {}
    questions = {
        plain(each.get("name")): {
            "label": plain(each.get("label")),
            "options": {
                plain(one.get("value")): plain(one.get("label"))
                for one in objects(each.get("options"))
            },
        }
        for each in objects(schema.get("results"))
        if _is_question(each)
    }
    return dict(islice(questions.items(), _MOST_QUESTIONS))


def _is_question(each: dict[str, Any]) -> bool:
    name = plain(each.get("name"))
    is_own = name in _PROPERTIES or name in _STATES or name.startswith("hs_")
    return each.get("formField") is True and each.get("calculated") is not True and not is_own


def _answers(sent: dict[str, Any]) -> Iterator[tuple[str, str | None, object]]:
    """What forms asked beside the usual properties; several choices come with semicolons."""
    questions = sent.get(_QUESTIONS)
    for name, each in questions.items() if isinstance(questions, dict) else ():
        value, texts = plain(dig(sent, "properties", name)), dig(each, "options")
        if isinstance(texts, dict) and texts:
            value = ", ".join(plain(texts.get(one)) or one for one in value.split(";"))
        label = plain(dig(each, "label")) or name
        yield label, canonical(label), value


def parse_fetched(body: bytes) -> LeadPayload:
    """Read a contact of the CRM. Raises Unreadable; Ignored where it came with a list, or from
    here."""
    sent = json_object(body)
    if _is_ours(sent):
        raise Ignored("a contact that Handoff wrote to HubSpot")
    if _came_in_bulk(sent):
        raise Ignored("a contact that came with an import")
    answers: list[tuple[str, str | None, object]] = [
        (label, field, dig(sent, "properties", name))
        for name, (label, field) in _PROPERTIES.items()
    ]
    answers += _answers(sent)
    origin = {
        "external_id": identifier(sent.get("id")),
        "submitted_at": moment(sent.get("createdAt")),
    }
    return read(gather(answers, origin))


def missed(vendor: Vendor, since: datetime) -> Iterator[Reference]:
    """Every contact that was made since then, other than those of imports and our own."""
    names = f"{_ORIGIN},{CRM_KEY}"
    cursor: dict[str, str] = {}
    while True:
        page = vendor.get(_CONTACTS, "results", limit="100", properties=names, **cursor)
        contacts = objects(dig(page, "results"))
        yield from references(
            identifier(each.get("id")) for each in contacts if _came_since(each, since)
        )
        after = dig(page, "paging", "next", "after")
        if not after or str(after) == cursor.get("after"):
            return
        cursor = {"after": str(after)}


SOURCE = Source(
    slug="hubspot",
    name="HubSpot",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    fetching=Fetching(fetch, parse_fetched, missed, "https://api.hubapi.com"),
    setup=(
        "In HubSpot open Development → Legacy apps, and make a private app with the scopes",
        "crm.objects.contacts.read and crm.schemas.contacts.read (for what your forms ask).",
        "On its Webhooks tab set the target URL: {url}",
        "and subscribe to contact.creation.",
        "HANDOFF_SOURCES holds hubspot with the app's client secret,",
        "HANDOFF_SOURCE_TOKENS holds it with its access token; HANDOFF_PUBLIC_URL must be set,",
        "since it is part of what HubSpot signs.",
    ),
)
