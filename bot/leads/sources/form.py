"""A plain HTML form: `POST /leads/form/{key}`, urlencoded or multipart, with a honeypot.

The fields have the names of `Inquiry`; `_next` may name the page to thank on, and the hidden
field `_honey` must stay empty: only programs fill it in.
"""

from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_form

from bot.leads.inquiry import Inquiry, Unreadable, read
from bot.leads.sources.contract import Source

HONEYPOT = "_honey"
NEXT = "_next"

# WHATWG forms have no limit; a lead's form has no more than this.
_MOST_FIELDS = 200


def fields(body: bytes, content_type: str) -> dict[str, str]:
    """The form's fields, the last of each name. Raises Unreadable."""
    try:
        if content_type.lower().startswith("multipart/form-data"):
            return _multipart(body, content_type)
        text = body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except (ValueError, FormParserError):
        raise Unreadable({"body": "is not a form"}) from None


def _multipart(body: bytes, content_type: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def keep(field: Any) -> None:
        name = (field.field_name or b"").decode("utf-8", "replace")
        found[name] = (field.value or b"").decode("utf-8", "replace")

    headers = {"Content-Type": content_type.encode("latin-1", "replace")}
    parse_form(headers, BytesIO(body), keep, lambda _file: None)
    return found


def parse(body: bytes, content_type: str) -> list[Inquiry]:
    """Read a form. Raises Unreadable, also where the honeypot was filled in."""
    found = fields(body, content_type)
    if found.get(HONEYPOT):
        raise Unreadable({HONEYPOT: "was filled in, so this looks like a program"})
    return [read({name: value for name, value in found.items() if not name.startswith("_")})]


SOURCE = Source(
    slug="form",
    name="HTML form",
    example=b"email=ada%40example.com&first_name=Ada&message=Please+call+me",
    content_type="application/x-www-form-urlencoded",
    parse=parse,
    secret_in_path=True,
    setup=(
        "Give the form a name and a key in HANDOFF_FORM_KEYS.",
        'Let it post there: <form method="post" action="{url}">, where <key> is that key.',
        "Name its fields email, phone, first_name, last_name, company, message, utm_campaign …",
        "and add the hidden field _honey, which only programs fill in; _next may name the page to",
        "thank on, if its origin stands in HANDOFF_THANKS_ORIGINS.",
    ),
)
