"""What senders may send, however strange: strategies for the property tests."""

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from bot.sources.lead_payload import LeadPayload

# All of Unicode, lone surrogates too, and more often what is known to make trouble.
_TROUBLE = "\x00\x07\u202e\u200b\u2066\ud800\udfff\ufeff\u00ad<>&*_~`:@!=+\r\n\t \u00df\U0001f600"
letters = st.characters(exclude_categories=()) | st.sampled_from(_TROUBLE)
words = st.text(letters, max_size=40) | st.text(st.sampled_from(_TROUBLE), max_size=20)
likely = st.sampled_from(
    ["ada@example.com", "Ada@B\u00fccher.example", "+49 30 23125001", "030 23125001", "DE",
     "\u00df", "https://example.com/?utm_campaign=spring&utm_term=%00%ff", "https://[",
     "2026-06-01T09:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "-1",
     "x" * 1_001, "\U00020000" * 999]
)  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | likely,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)

FIELDS = sorted(LeadPayload.model_fields)
_texts = st.dictionaries(st.sampled_from(FIELDS) | words, words | likely, max_size=12)
_reachable = st.sampled_from([{"email": "ada@example.com"}, {"phone": "+49 30 23125001"}, {}])

facts: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda some, way: some | way,
    st.dictionaries(st.sampled_from(FIELDS) | words, anything | words | likely, max_size=12),
    _reachable,
)
"""Fields by name, of any kind; often with a way to reach the person."""

plausible: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda some, way: some | way, _texts, _reachable
)
"""Fields with texts alone, which are accepted more often."""


def _multipart(fields: dict[str, str], ending: bytes) -> bytes:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join(parts).encode("utf-8", "surrogatepass") + ending


def _form(fields: dict[str, str]) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()


bodies: st.SearchStrategy[tuple[bytes, str]] = st.one_of(
    st.tuples(
        st.binary(max_size=200),
        st.sampled_from(["", "application/json", "multipart/form-data; boundary=x"]) | words,
    ),
    st.tuples(
        (facts | plausible | anything).map(lambda value: json.dumps(value).encode()),
        st.just("application/json"),
    ),
    st.tuples(plausible.map(_form), st.just("application/x-www-form-urlencoded")),
    st.tuples(
        st.builds(_multipart, plausible, st.sampled_from([b"--x--\r\n", b"--x", b"", b"\x00"])),
        st.sampled_from(
            ["multipart/form-data; boundary=x", "multipart/form-data; boundary=\u00ff",
             "multipart/form-data", 'Multipart/Form-Data; boundary="x"; charset=utf-7']
        ),
    ),
)  # fmt: skip
"""A body and its content type: bytes, JSON, forms, whole and broken."""
