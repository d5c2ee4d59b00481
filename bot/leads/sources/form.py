"""A plain HTML form: `POST /leads/form/{key}`, urlencoded or multipart, with a honeypot.

The fields have the names of `Inquiry`, or usual ones (`name`, `telefon`); what else a form asks is
kept as a question with its answer. `_next` may name the page to thank on, and the hidden
field `_honey` must stay empty: only programs fill it in.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_form

from bot.leads.inquiry import Inquiry, Unreadable, read
from bot.leads.sources.contract import Source
from bot.leads.sources.labels import canonical, named

HONEYPOT = "_honey"
NEXT = "_next"

# WHATWG forms have no limit; a lead's form has no more than this.
_MOST_FIELDS = 200


def fields(body: bytes, content_type: str) -> dict[str, str]:
    """The form's fields, the last of each name. Raises Unreadable."""
    return dict(pairs(body, content_type))


def pairs(body: bytes, content_type: str) -> list[tuple[str, str]]:
    """The form's fields in its order; a name can come again. Raises Unreadable."""
    try:
        if content_type.lower().startswith("multipart/form-data"):
            return _multipart(body, content_type)
        text = body.decode("utf-8", "replace")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (ValueError, FormParserError):
        raise Unreadable({"body": "is not a form"}) from None


def _multipart(body: bytes, content_type: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def keep(field: Any) -> None:
        name = (field.field_name or b"").decode("utf-8", "replace")
        found.append((name, (field.value or b"").decode("utf-8", "replace")))

    headers = {"Content-Type": content_type.encode("latin-1", "replace")}
    parse_form(headers, BytesIO(body), keep, lambda _file: None)
    return found


def parse(body: bytes, content_type: str) -> list[Inquiry]:
    """Read a form. Raises Unreadable, also where the honeypot was filled in."""
    found: dict[str, list[str]] = {}
    for name, value in pairs(body, content_type):
        if name == HONEYPOT and value:
            raise Unreadable({HONEYPOT: "was filled in, so this looks like a program"})
        if not name.startswith("_"):
            found.setdefault(name.removesuffix("[]"), []).append(value)
    return [read(named(_answers(found)))]


def _answers(found: dict[str, list[str]]) -> Iterator[tuple[str, object]]:
    """What was filled in; several boxes of one name are one answer."""
    for name, answers in found.items():
        if canonical(name) is None:
            yield name, answers
        else:
            yield from ((name, answer) for answer in answers)


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
