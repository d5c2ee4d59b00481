"""Meta Lead Ads (Facebook and Instagram), as Meta documents webhooks and lead retrieval.

The hook names the lead and nothing else; what it says is fetched from the Graph API afterwards, and
an hourly look at the page's forms brings what a hook missed.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sources.contract import (
    Answer,
    Fetching,
    Ignored,
    Reference,
    Refused,
    Request,
    Source,
    Unproven,
    Vendor,
    require_same,
    sign,
)
from bot.sources.labels import facts
from bot.sources.lead_payload import LeadPayload, Unreadable, read
from bot.sources.payload import dig, identifier, json_object, moment, objects, plain, references
from bot.tasks import GiveUp

_FIELDS = "id,created_time,ad_id,form_id,campaign_id,field_data,custom_disclaimer_responses"
_PAGE = "100"

# What Meta's testing tool and a form's preview answer.
_TEST = re.compile(r"<test lead: dummy data for .*>|test@(?:fb|meta|facebook)\.com", re.DOTALL)

EXAMPLE = {
    "object": "page",
    "entry": [
        {
            "id": "153125381133",
            "time": 1780304400,
            "changes": [
                {
                    "field": "leadgen",
                    "value": {
                        "leadgen_id": "1234567890123456789",
                        "form_id": "12312312312",
                        "page_id": "153125381133",
                        "created_time": 1780304400,
                    },
                }
            ],
        }
    ],
}


def verify_token(secret: str) -> str:
    """What Meta is told as the verify token; it follows from the app secret."""
    return sign(secret, b"verify_token").hex()[:32]


def verify(request: Request, secret: str, _now: datetime) -> None:
    """The signature over the body, or the token of a handshake, which has none. Raises Unproven."""
    if not request.body and (query := _query(request)):
        require_same(query.get("hub.verify_token", ""), verify_token(secret))
        return
    given = request.headers.get("x-hub-signature-256", "")
    require_same(given, "sha256=" + sign(secret, request.body).hex())


def greet(request: Request, _secret: str) -> Answer | None:
    """Echo the challenge of a handshake."""
    return None if request.body else Answer(_query(request).get("hub.challenge", ""))


def _query(request: Request) -> dict[str, str]:
    try:
        query = parse_qs(urlsplit(request.url).query, max_num_fields=20)
    except ValueError:
        raise Unproven from None
    return {name: values[-1] for name, values in query.items()}


def parse(body: bytes, _content_type: str) -> list[LeadPayload | Reference]:
    """Read which leads are new. Raises Unreadable; Ignored where none is."""
    sent = json_object(body)
    values = [
        dig(change, "value", "leadgen_id")
        for entry in objects(sent.get("entry"))
        for change in objects(entry.get("changes"))
        if change.get("field") == "leadgen"
    ]
    leads = references(map(identifier, values))
    if not leads:
        raise Ignored("it names no lead")
    return [*leads]


def fetch(vendor: Vendor, external_id: str) -> bytes:
    """The lead as the Graph API has it."""
    return json.dumps(vendor.get(f"/{external_id}", "id", fields=_FIELDS)).encode()


def parse_fetched(body: bytes) -> LeadPayload:
    """Read a lead of the Graph API. Raises Unreadable; Ignored for one of Meta's testing tool."""
    sent = json_object(body)
    answers = [
        (plain(field.get("name")).replace("_", " ") or "Answer", field.get("values"))
        for field in objects(sent.get("field_data"))
    ]
    if any(_TEST.fullmatch(plain(value)) for _, value in answers):
        raise Ignored("a test lead")
    boxes = objects(sent.get("custom_disclaimer_responses"))
    answers += [(plain(box.get("checkbox_key")), "no") for box in boxes if not _is_ticked(box)]
    origin = {
        "external_id": identifier(sent.get("id")),
        "submitted_at": moment(_with_colon(sent.get("created_time"))),
        "form_id": identifier(sent.get("form_id")),
        "ad_id": identifier(sent.get("ad_id")),
        "utm_source": "meta",
        "utm_medium": "paid_social",
        "utm_campaign": identifier(sent.get("campaign_id")),
        "consent": _consent(boxes),
    }
    return read(facts(answers, origin))


def missed(vendor: Vendor, since: datetime) -> Iterator[Reference | Refused]:
    """Every lead of the page's forms since then; a form that is refused stops no other."""
    after = json.dumps(
        [{"field": "time_created", "operator": "GREATER_THAN", "value": int(since.timestamp())}]
    )
    for form in _pages(vendor, "/me/leadgen_forms", fields="id,name"):
        form_id = identifier(form.get("id"))
        leads = _pages(vendor, f"/{form_id}/leads", fields="id", filtering=after)
        try:
            yield from references(identifier(lead.get("id")) for lead in leads)
        except (GiveUp, Unreadable) as error:
            yield Refused(f"the form {plain(form.get('name')) or form_id}", str(error))


def _pages(vendor: Vendor, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
    """All objects of a list, page by page."""
    cursor: dict[str, str] = {}
    while True:
        page = vendor.get(path, "data", limit=_PAGE, **parameters, **cursor)
        yield from objects(dig(page, "data"))
        after = dig(page, "paging", "cursors", "after")
        if not after or not dig(page, "paging", "next") or after == cursor.get("after"):
            return
        cursor = {"after": str(after)}


def _consent(boxes: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Each box is a purpose; granted are those that were ticked."""
    if not boxes:
        return None
    ticked = [plain(box.get("checkbox_key")) for box in boxes if _is_ticked(box)]
    return {"granted": bool(ticked), "purposes": ticked[:20]}


def _is_ticked(box: dict[str, Any]) -> bool:
    return box.get("is_checked") in (True, "1")


def _with_colon(time: object) -> object:
    """Meta writes +0000 for +00:00."""
    text = time if isinstance(time, str) else ""
    return text[:-2] + ":" + text[-2:] if text[-5:-4] in ("+", "-") else time


SOURCE = Source(
    slug="meta",
    name="Meta lead ad",
    example=json.dumps(EXAMPLE).encode(),
    content_type="application/json",
    parse=parse,
    verify=verify,
    greet=greet,
    fetching=Fetching(fetch, parse_fetched, missed, "https://graph.facebook.com"),
    setup=(
        "At developers.facebook.com open your app, Webhooks, and choose “Page”.",
        "Callback URL: {url}",
        "Verify token: {verify_token}",
        "Subscribe to “leadgen”, and install the app on your page.",
        "HANDOFF_SOURCES holds meta with the app secret (App settings → Basic).",
        "HANDOFF_SOURCE_TOKENS holds meta with a page access token (leads_retrieval,",
        "pages_manage_ads).",
        "Send one with Meta's Lead Ads Testing Tool.",
        "To attribute its leads, give the campaign Meta's campaign ID as its UTM campaign code.",
    ),
)
