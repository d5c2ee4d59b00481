"""Google Ads lead forms, as Google documents the webhook of a lead form asset.

The proof is the key in the body, which the advertiser chooses. Ids are 8-byte integers.
"""

import json
import re
from datetime import datetime
from typing import Any

from bot.sources import values
from bot.sources.contract import Ignored, Request, Source, Unproven, require_same
from bot.sources.labels import FULL_NAME, canonical, gather
from bot.sources.lead_payload import LeadPayload, Unreadable, read
from bot.sources.payload import decoded, dig, identifier, json_object, moment, objects, plain

_COLUMNS = {
    "FULL_NAME": FULL_NAME,
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "EMAIL": "email",
    "WORK_EMAIL": "email",
    "PHONE_NUMBER": "phone",
    "WORK_PHONE": "phone",
    "COMPANY_NAME": "company",
    "JOB_TITLE": "job_title",
    "COUNTRY": "country",
}

EXAMPLE: dict[str, Any] = {
    "lead_id": "TeSter-123-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "user_column_data": [
        {"column_name": "Full Name", "column_id": "FULL_NAME", "string_value": "Ada Lovelace"},
        {"column_name": "User Email", "column_id": "EMAIL", "string_value": "ada@example.com"},
        {"column_id": "PHONE_NUMBER", "string_value": "+49 30 23125001"},
        {"column_id": "COMPANY_NAME", "string_value": "Analytical Engines"},
        {"column_id": "when_can_we_call", "string_value": "Mornings"},
    ],
    "api_version": "1.0",
    "form_id": 40000000000000007,
    "campaign_id": 1234567890123456789,
    "google_key": "the-key-of-this-form",
    "is_test": False,
    "gcl_id": "EAIaIQobChMI",
    "adgroup_id": 20000000000,
    "creative_id": 30000000000,
    "lead_submit_time": "2026-06-01T09:00:00Z",
}


def verify(request: Request, secret: str, _now: datetime) -> None:
    """The key that the body carries. Raises Unproven."""
    try:
        key = dig(decoded(request.body), "google_key")
    except Unreadable:
        raise Unproven from None
    require_same(key if isinstance(key, str) else "", secret)


def parse(body: bytes, _content_type: str) -> list[LeadPayload]:
    """Read a lead. Raises Unreadable; Ignored for Google's test lead."""
    sent = json_object(body)
    if sent.get("is_test") is True:
        raise Ignored("a test lead")
    origin = {
        "external_id": identifier(sent.get("lead_id")),
        "submitted_at": moment(sent.get("lead_submit_time")),
        "gclid": identifier(sent.get("gcl_id")),
        "form_id": identifier(sent.get("form_id")),
        "ad_id": identifier(sent.get("creative_id")),
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": identifier(sent.get("campaign_id")),
    }
    return [read(gather(_answers(sent), origin))]


def _answers(sent: dict[str, Any]) -> list[tuple[str, str | None, object]]:
    """The columns with the fields that they mean; of two numbers, the one that Google verified is
    before the other."""
    columns = objects(sent.get("user_column_data"))
    columns.sort(key=lambda column: "VERIFIED" not in plain(column.get("column_id")).upper())
    return [_answer(column) for column in columns]


def _answer(column: dict[str, Any]) -> tuple[str, str | None, object]:
    name, value = plain(column.get("column_id")), column.get("string_value")
    # Verified or not, it is what it would be; that it is verified may also be all that it says.
    bare = re.sub(r"_?(?:IS_)?VERIFIED_?", "", name.upper())
    is_verified = bare != name.upper()
    says_only_whether = is_verified and values.agreement(plain(value)) is not None
    own = name.replace("_", " ").capitalize() if is_verified or bare in _COLUMNS else name
    label = plain(column.get("column_name")) or own or "Answer"
    field = _COLUMNS.get(bare) or canonical(label) or canonical(name)
    return label, None if says_only_whether else field, value


SOURCE = Source(
    slug="google_ads",
    name="Google Ads lead form",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    setup=(
        "In Google Ads open Campaigns → Assets, and the lead form.",
        "Under “Lead delivery option” choose “Webhook integration”.",
        "Webhook URL: {url}",
        "Key: the secret that you gave for google_ads in HANDOFF_SOURCES.",
        "Press “Send test data”: Google says that it was delivered, and no lead is announced.",
        "To attribute its leads, give the campaign Google's campaign ID as its UTM campaign code.",
    ),
)
