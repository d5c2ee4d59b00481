"""The contract that every source keeps; a new one is picked up by itself."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sources import SOURCES, Ignored, Reference, Request, Source, Unproven
from bot.sources.lead_payload import LeadPayload, Unreadable
from tests.sources.signing import SECRET, UNSIGNED, URL, VENDORS, Vendor

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SIGNED = [source for slug, source in SOURCES.items() if slug not in UNSIGNED]
JSON = [source for source in SOURCES.values() if source.content_type == "application/json"]

every_source = pytest.mark.parametrize("source", SOURCES.values(), ids=lambda each: each.slug)
every_signed = pytest.mark.parametrize("source", SIGNED, ids=lambda each: each.slug)
every_stamped = pytest.mark.parametrize(
    "source", [each for each in SIGNED if VENDORS[each.slug].stamped], ids=lambda each: each.slug
)
every_json = pytest.mark.parametrize("source", JSON, ids=lambda each: each.slug)


def vendor(source: Source) -> Vendor:
    assert source.slug in VENDORS, f"tests/sources/signing.py: how does {source.slug} sign?"
    return VENDORS[source.slug]


def request(
    source: Source, body: bytes | None = None, secret: str = SECRET, at: datetime = NOW
) -> Request:
    return vendor(source).sign(source, source.example if body is None else body, secret, at, URL)


def verify(source: Source, sent: Request, now: datetime = NOW) -> None:
    assert source.verify is not None
    source.verify(sent, SECRET, now)


def test_each_source_is_registered_under_its_slug_and_signs_or_is_proven_by_the_web() -> None:
    assert {source.slug for source in SOURCES.values()} == set(SOURCES)
    assert {slug for slug, source in SOURCES.items() if source.verify is None} == UNSIGNED & set(
        SOURCES
    )


@every_source
def test_its_example_is_read(source: Source) -> None:
    found = source.parse(source.example, source.content_type)
    assert len(found) == 1
    if isinstance(found[0], Reference):
        assert source.fetching is not None
        assert found[0].external_id == "1234567890123456789"
    else:
        assert isinstance(found[0], LeadPayload)
        assert (found[0].email, found[0].first_name) == ("ada@example.com", "Ada")


@every_source
def test_a_replay_has_the_same_id(source: Source) -> None:
    first, second = (source.parse(source.example, source.content_type)[0] for _ in range(2))
    assert first.external_id == second.external_id
    assert first.external_id or source.slug in UNSIGNED


@every_signed
def test_its_own_signature_is_accepted(source: Source) -> None:
    verify(source, request(source))


@every_signed
def test_another_secret_is_not(source: Source) -> None:
    with pytest.raises(Unproven):
        verify(source, request(source, secret="another-secret-entirely"))


@every_signed
def test_no_proof_is_none(source: Source) -> None:
    for headers in ({}, {vendor(source).proof: ""}, {vendor(source).proof: "ü\udcff"}):
        bare = dataclasses.replace(request(source), headers=headers, key="")
        if source.slug == "google_ads":
            bare = dataclasses.replace(bare, body=source.example)
        with pytest.raises(Unproven):
            verify(source, bare)


@pytest.mark.parametrize(
    "source", [each for each in SIGNED if VENDORS[each.slug].proof], ids=lambda each: each.slug
)
def test_a_body_that_was_changed_is_not_proven(source: Source) -> None:
    sent = request(source)
    with pytest.raises(Unproven):
        verify(source, dataclasses.replace(sent, body=sent.body.replace(b"1", b"2", 1)))


@every_stamped
@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stamp_of_another_time_is_not_proven(source: Source, minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    verify(source, request(source, at=at), now=at)
    with pytest.raises(Unproven):
        verify(source, request(source, at=at))


@every_stamped
@pytest.mark.parametrize("stamp", ["", "x", "nan", "inf", "1e999", "-1", "٣"])
def test_a_stamp_that_is_none_is_not_proven(source: Source, stamp: str) -> None:
    sent = request(source)
    headers = {
        name: stamp if "timestamp" in name else value for name, value in sent.headers.items()
    }
    if source.slug == "calendly":
        headers["calendly-webhook-signature"] = f"t={stamp},v1=00"
    with pytest.raises(Unproven):
        verify(source, dataclasses.replace(sent, headers=headers))


@pytest.mark.parametrize(
    "source", [each for each in SIGNED if VENDORS[each.slug].test_lead], ids=lambda each: each.slug
)
def test_a_test_lead_is_no_lead(source: Source) -> None:
    body = json.loads(source.example) | (vendor(source).test_lead or {})
    with pytest.raises(Ignored, match="test"):
        source.parse(json.dumps(body).encode(), source.content_type)


@every_json
def test_json_that_ends_too_early_is_unreadable(source: Source) -> None:
    for end in (0, 1, len(source.example) // 2, len(source.example) - 1):
        with pytest.raises(Unreadable) as error:
            source.parse(source.example[:end], source.content_type)
        assert list(error.value.problems) == ["body"]


@every_json
@pytest.mark.parametrize(
    "value", [None, "", 0, 7, 1.5, True, [], {}, ["x"], {"x": [None]}, "x" * 30_000]
)
def test_whatever_stands_in_a_field_it_is_read_or_kept_with_a_reason(
    source: Source, value: object
) -> None:
    read = 0
    for body in changed(json.loads(source.example), value):
        try:
            found = source.parse(json.dumps(body).encode(), source.content_type)
        except (Unreadable, Ignored):
            continue
        assert all(isinstance(each, LeadPayload | Reference) for each in found)
        read += 1
    assert read


@every_json
def test_every_field_but_the_address_may_be_left_out(source: Source) -> None:
    left_out = 0
    for body in without_each(json.loads(source.example)):
        try:
            source.parse(json.dumps(body).encode(), source.content_type)
        except (Unreadable, Ignored):
            continue
        left_out += 1
    assert left_out


@every_json
def test_an_id_of_19_digits_keeps_them_all(source: Source) -> None:
    number = 9_223_372_036_854_775_807
    ids = set()
    for body in changed(json.loads(source.example), number):
        try:
            found = source.parse(json.dumps(body).encode(), source.content_type)
        except (Unreadable, Ignored):
            continue
        ids |= {part for each in found for part in (each.external_id or "").split(":")}
    assert str(number) in ids


@every_json
def test_a_phone_may_be_a_number(source: Source) -> None:
    phones = set()
    for body in changed(json.loads(source.example), 493023125001):
        try:
            found = source.parse(json.dumps(body).encode(), source.content_type)
        except (Unreadable, Ignored):
            continue
        phones |= {each.phone for each in found if isinstance(each, LeadPayload)}
    has_phone = b"phone" in source.example.lower()
    assert not has_phone or "493023125001" in phones


@every_source
def test_someone_new_to_the_product_is_told_how_to_connect_it(source: Source) -> None:
    if source.slug in UNSIGNED:
        return
    steps = " ".join(source.setup)
    assert "{url}" in steps
    assert "HANDOFF_SOURCES" in steps


def changed(value: Any, to: object) -> Iterator[Any]:
    """The same JSON, with each of its leaves and branches in turn being something else."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield value | {key: to}
            yield from (value | {key: other} for other in changed(each, to))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            for other in (to, *changed(each, to)):
                yield [*value[:index], other, *value[index + 1 :]]


def without_each(value: Any) -> Iterator[Any]:
    """The same JSON, each of its keys left out in turn."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from (value | {key: other} for other in without_each(each))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from (
                [*value[:index], other, *value[index + 1 :]] for other in without_each(each)
            )
