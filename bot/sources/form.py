"""A plain HTML form: `POST /leads/form/{key}`, urlencoded or multipart, with a honeypot.

The fields have the names of `LeadPayload`, or usual ones (`name`, `telefon`); what else a form asks
is kept as a question with its answer. Old sites write in other encodings: `_charset_` or the
content type names it, else what is no UTF-8 is Windows-1252. `_next` may name the page to thank on,
and the hidden field `_honey` must stay empty: only programs fill it in.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_form, parse_options_header

from bot.encoding import LENIENT
from bot.sources.contract import Source
from bot.sources.labels import canonical, named
from bot.sources.lead_payload import LeadPayload, Unreadable, read

HONEYPOT = "_honey"
NEXT = "_next"

# WHATWG forms have no limit; a lead's form has no more than this.
_MOST_FIELDS = 200

# What site builders put around the names of all fields: `form_fields[name]`, `data.email`.
_AROUND = re.compile(
    r"(?i)(?:[\w\[]*fields?\]?|form|data|lead|contact|submission)(?:\[([^\[\]]+)\]|\.(.+))"
)

# Elementor's webhook with “Advanced data”: of each field its title, value, type and more.
_PART = re.compile(r"(fields|meta)\[([^\[\]]+)\]\[(\w+)\]")

_CHARSET = b"_charset_"
# Python's names; it has other codecs (base64, idna), in which no form is written.
_OF_FORMS = re.compile(r"utf-8|ascii|(?:iso8859|cp|koi8|mac|gb|big5|euc|shift|johab|hz)[\w-]*")
# The Encoding Standard of the WHATWG.
_AS_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}


def fields(body: bytes, content_type: str) -> dict[str, str]:
    """The form's fields, the last of each name. Raises Unreadable."""
    return dict(pairs(body, content_type))


def pairs(body: bytes, content_type: str) -> list[tuple[str, str]]:
    """The form's fields in its order; a name can come again. Raises Unreadable."""
    try:
        is_multipart = content_type.lower().startswith("multipart/form-data")
        fields = _multipart(body, content_type) if is_multipart else _urlencoded(body)
    except (ValueError, FormParserError):
        raise Unreadable({"body": "is not a form"}) from None
    encoding = _encoding(fields, content_type)
    return [
        (name.decode(encoding, LENIENT), each.decode(encoding, LENIENT)) for name, each in fields
    ]


def _urlencoded(body: bytes) -> list[tuple[bytes, bytes]]:
    pairs = parse_qsl(
        body.decode("latin-1"),  # which keeps each byte as one letter
        keep_blank_values=True,
        max_num_fields=_MOST_FIELDS,
        encoding="latin-1",
    )
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _multipart(body: bytes, content_type: str) -> list[tuple[bytes, bytes]]:
    fields: list[tuple[bytes, bytes]] = []

    def keep(field: Any) -> None:
        fields.append((field.field_name or b"", field.value or b""))

    headers = {"Content-Type": content_type.encode("latin-1", "replace")}
    parse_form(headers, BytesIO(body), keep, lambda _file: None)
    return fields


def _encoding(pairs: Iterable[tuple[bytes, bytes]], content_type: str) -> str:
    """The encoding that the form names itself in, else the one of its content type; or UTF-8."""
    named = [value for name, value in pairs if name == _CHARSET][:1]
    _, options = parse_options_header(content_type.encode("latin-1", "replace").decode("latin-1"))
    named += [options.get(b"charset", b"")]
    return next(filter(None, (_known(each.decode("latin-1")) for each in named)), "utf-8")


def _known(label: str) -> str | None:
    """An encoding's name as Python calls it; as browsers do, Latin-1 stands for Windows-1252."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    return _AS_BROWSERS.get(name, name) if _OF_FORMS.fullmatch(name) else None


def parse(body: bytes, content_type: str) -> list[LeadPayload]:
    """Read a form. Raises Unreadable, also where the honeypot was filled in."""
    answers: dict[str, list[str]] = {}
    for name, value in _joined(pairs(body, content_type)):
        if name == HONEYPOT and value:
            raise Unreadable({HONEYPOT: "was filled in, so this looks like a program"})
        if not name.startswith("_"):
            answers.setdefault(_label(name), []).append(value)
    return [read(named(_answers(answers)))]


def _joined(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A form whose fields come in parts, each by its title; of what is said about the visit only
    the page counts, and the form's own name is nobody's."""
    parts: dict[tuple[str, str], dict[str, str]] = {}
    others: list[tuple[str, str]] = []
    for name, value in pairs:
        if match := _PART.fullmatch(name):
            parts.setdefault((match[1], match[2]), {})[match[3]] = value
        else:
            others.append((name, value))
    if not any("value" in each for each in parts.values()):
        return pairs
    own = {"form[id]": "form_id", "form[name]": "Form"}
    fields = [
        ("landing_url" if of == "meta" else each.get("title") or name, each.get("value", ""))
        for (of, name), each in parts.items()
        if of == "fields" or name == "page_url"
    ]
    return fields + [(own.get(name, name), value) for name, value in others]


def _label(name: str) -> str:
    """A field's name without what a site builder puts around it; `a[b]` otherwise as `a - b`."""
    name = name.removesuffix("[]")
    around = _AROUND.fullmatch(name)
    if around:
        return around[1] or around[2]
    return re.sub(r"\[([^\[\]]+)\]", r" - \1", name)


def _answers(by_name: dict[str, list[str]]) -> Iterator[tuple[str, object]]:
    """What was filled in; several boxes of one name are one answer."""
    for name, answers in by_name.items():
        if canonical(name) is None and name not in LeadPayload.model_fields:
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
