"""Whatever comes: leads, or a reason to keep it or to ignore it; never another error."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources import SOURCES, Ignored, Reference, Request, Source, Unproven
from bot.sources.lead_payload import LeadPayload, Unreadable
from tests.sources.signing import SECRET
from tests.sources.test_contract import changed

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(["ada@example.com", "+49 30 23125001", "2026-06-01T09:00:00Z"])
    | st.sampled_from(["\x00", "\ud800"])
)  # fmt: skip
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
every_source = pytest.mark.parametrize("source", SOURCES.values(), ids=lambda each: each.slug)


def take(source: Source, body: bytes, content_type: str) -> None:
    with suppress(Unreadable, Ignored):
        found = source.parse(body, content_type)
        assert found
        assert all(isinstance(each, LeadPayload | Reference) for each in found)


@every_source
@settings(max_examples=60)
@given(body=st.binary(max_size=200), content_type=st.text(max_size=30))
def test_any_bytes(source: Source, body: bytes, content_type: str) -> None:
    take(source, body, content_type)
    take(source, body, source.content_type)


@every_source
@settings(max_examples=60)
@given(value=ANY_JSON)
def test_any_json(source: Source, value: Any) -> None:
    take(source, json.dumps(value).encode("utf-8", "surrogatepass"), "application/json")
    if source.fetching:
        with suppress(Unreadable, Ignored):
            source.fetching.parse(json.dumps(value).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "source",
    [each for each in SOURCES.values() if each.content_type == "application/json"],
    ids=lambda each: each.slug,
)
@settings(max_examples=60)
@given(data=st.data())
def test_an_example_with_something_else_in_it(source: Source, data: st.DataObject) -> None:
    variants = list(changed(json.loads(source.example), data.draw(ANY_JSON)))
    body = json.dumps(data.draw(st.sampled_from(variants)))
    take(source, body.encode("utf-8", "surrogatepass"), source.content_type)


@pytest.mark.parametrize(
    "source", [each for each in SOURCES.values() if each.verify], ids=lambda each: each.slug
)
@settings(max_examples=60)
@given(
    body=st.binary(max_size=60),
    words=st.text(max_size=40),
    url=st.text(max_size=60),
)
def test_nobody_is_proven_by_chance(source: Source, body: bytes, words: str, url: str) -> None:
    names = ("x-hub-signature-256", "typeform-signature", "tally-signature", "x-webflow-signature",
             "x-webflow-timestamp", "calendly-webhook-signature", "x-hubspot-signature-v3",
             "x-hubspot-request-timestamp", "x-zm-signature", "x-zm-request-timestamp")  # fmt: skip
    request = Request(body, dict.fromkeys(names, words), f"https://example.com/{url}", words)
    assert source.verify is not None
    with pytest.raises(Unproven):
        source.verify(request, SECRET, NOW)


def test_the_greetings_answer_only_what_is_one() -> None:
    for source in SOURCES.values():
        if source.greet:
            assert source.greet(Request(source.example), SECRET) is None
