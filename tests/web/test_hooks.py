"""The hooks of vendors over real HTTP: proven first, kept always, answered so that they go on."""

import json
from typing import Any

import httpx
import pytest

from bot import clock
from bot.intake.models import Outcome
from bot.sources import SOURCES, Source, meta
from tests.sources.signing import SECRET, VENDORS
from tests.web.conftest import Site

HOST = "https://handoff.example.com"
every_vendor = pytest.mark.parametrize("slug", VENDORS)


def call(
    site: Site, source: Source, body: bytes | None = None, secret: str = SECRET
) -> httpx.Response:
    """What the vendor would send, signed for the address that it knows."""
    path = f"/leads{source.path}".replace("{key}", secret)
    at = clock.now()
    sent = VENDORS[source.slug].sign(source, body or source.example, secret, at, HOST + path)
    return site.web.post(path, content=sent.body, headers=dict(sent.headers))


@every_vendor
def test_what_a_vendor_sends_is_kept_and_becomes_a_lead(site: Site, slug: str) -> None:
    source = SOURCES[slug]
    answer = call(site, source)
    assert answer.status_code == 200, answer.text
    [kept] = site.submissions()
    assert (kept.source, kept.sender, kept.outcome) == (slug, slug, answer.json()["outcome"])
    if source.fetching:
        assert kept.outcome == Outcome.FETCHING
    else:
        assert [lead.email for lead in site.leads()] == ["ada@example.com"]


@every_vendor
def test_a_replay_adds_nothing(site: Site, slug: str) -> None:
    assert [call(site, SOURCES[slug]).status_code for _ in range(3)] == [200] * 3
    assert len(site.leads()) == (0 if SOURCES[slug].fetching else 1)
    assert len(site.submissions()) == 3


@every_vendor
def test_a_stranger_is_refused_and_nothing_is_kept(site: Site, slug: str) -> None:
    source = SOURCES[slug]
    refused = call(site, source, secret="another-secret-entirely")
    assert refused.status_code == (404 if source.secret_in_path else 401)
    assert SECRET not in refused.text
    path = f"/leads{source.path}".replace("{key}", "x")
    assert site.web.post(path, content=b"{").status_code == refused.status_code
    assert site.submissions() == []


@every_vendor
def test_what_cannot_be_read_is_kept_and_the_hook_stays_on(site: Site, slug: str) -> None:
    source = SOURCES[slug]
    odd: Any = [{"subscriptionType": 1}] if slug == "hubspot" else {"odd": True}
    if source.content_type != "application/json":
        odd = {}
    answer = call(site, source, json.dumps(odd).encode())
    assert answer.status_code == 200
    [kept] = site.submissions()
    assert kept.outcome in (Outcome.UNREADABLE, Outcome.IGNORED)
    assert kept.problem
    assert site.leads() == []


@every_vendor
def test_what_is_nested_too_deeply_is_kept_as_unreadable(site: Site, slug: str) -> None:
    source, deep = SOURCES[slug], b'{"a":' * 450 + b"1" + b"}" * 450
    body = b'{"deep": %s}' % deep
    if slug == "jotform":
        body = b'--x\r\nContent-Disposition: form-data; name="rawRequest"\r\n\r\n%s\r\n--x--' % body
    assert call(site, source, body).json() == {"outcome": Outcome.UNREADABLE}
    [kept] = site.submissions()
    assert "nested too deeply" in (kept.problem or "")
    assert b'{"a":{"a":' in kept.body.replace(b" ", b"")


@pytest.mark.parametrize("odd", ["../me", "1?x", "\u4e00", "1 2", "x" * 3_000])
def test_an_id_that_no_lead_can_have_is_kept_as_unreadable(site: Site, odd: str) -> None:
    """It would go into an address, and into an index."""
    event = {"subscriptionType": "contact.creation", "objectId": odd}
    change = {"field": "leadgen", "value": {"leadgen_id": odd}}
    bodies = {"hubspot": [event], "meta": {"object": "page", "entry": [{"changes": [change]}]}}
    for slug, body in bodies.items():
        answer = call(site, SOURCES[slug], json.dumps(body).encode())
        assert answer.json() == {"outcome": Outcome.UNREADABLE}
    assert len(site.submissions()) == 2


def test_a_nul_in_an_id_breaks_nothing(site: Site) -> None:
    body = b'[{"subscriptionType": "contact.creation", "objectId": "12\\u0000\\ud800"}]'
    assert call(site, SOURCES["hubspot"], body).status_code == 200
    body = b'{"object": "page", "entry": [{"changes": [{"field": "leadgen", "value": %s}]}]}'
    assert call(site, SOURCES["meta"], body % b'{"leadgen_id": "\\u0000"}').status_code == 200
    assert len(site.submissions()) == 2


def test_a_source_without_a_secret_is_not_there(site: Site) -> None:
    for path in ("/leads/csv", "/leads/unknown", "/leads/google-ads"):
        assert site.web.post(path, content=b"{}").status_code == 404


def test_a_body_that_is_too_large_is_refused_before_it_is_proven(site: Site) -> None:
    assert site.web.post("/leads/typeform", content=b"x" * (1024 * 1024 + 1)).status_code == 413


def test_handshakes_are_answered(site: Site) -> None:
    token = meta.verify_token(SECRET)
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
    assert site.web.get("/leads/meta", params=query).text == "1158201444"
    assert site.web.get("/leads/meta", params=query | {"hub.verify_token": "x"}).status_code == 401
    body = json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}})
    answer = call(site, SOURCES["zoom"], body.encode())
    assert answer.json().keys() == {"plainToken", "encryptedToken"}
    assert site.submissions() == []


def test_a_signed_address_is_the_public_one_with_its_query(site: Site) -> None:
    source, path = SOURCES["hubspot"], "/leads/hubspot?from=hub%20spot"
    sent = VENDORS["hubspot"].sign(source, source.example, SECRET, clock.now(), HOST + path)
    assert site.web.post(path, content=sent.body, headers=dict(sent.headers)).status_code == 200


def test_the_documents_show_what_each_product_sends(site: Site) -> None:
    paths = site.web.get("/openapi.json").json()["paths"]
    for slug in VENDORS:
        body = paths[f"/leads{SOURCES[slug].path}"]["post"]["requestBody"]
        assert "ada@example.com" in str(body) or SOURCES[slug].fetching
