"""Slack's requests: signed and fresh, or 401 before anything is parsed."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from bot.playground.posting import signature
from bot.slack.listening import Answer
from tests.web.conftest import Site

STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
FORM = "application/x-www-form-urlencoded"
EVENT = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()

Seen = list[bytes]


@pytest.fixture
def seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """The bodies that get as far as being parsed."""
    bodies: Seen = []

    def dispatch(body: bytes, _headers: dict[str, str]) -> Answer:
        bodies.append(body)
        return Answer(200, "", {})

    monkeypatch.setattr(site.application.listening, "dispatch", dispatch)
    return bodies


def signed(site: Site, body: bytes = EVENT, *, off: float = 0) -> dict[str, str]:
    """The headers of a request of Slack, `off` seconds ahead of our clock."""
    proof = signature(site.slack.signing_secret, time.time() + off, body)
    return {"Content-Type": "application/json"} | proof


def post(site: Site, body: bytes, headers: dict[str, Any]) -> httpx.Response:
    return site.web.post("/slack/events", content=body, headers=headers)


def test_a_signed_request_is_answered(site: Site) -> None:
    answer = post(site, EVENT, signed(site))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})


@pytest.mark.parametrize("off", [-295, -60, 60, 295])
def test_a_stamp_within_five_minutes_will_do(site: Site, seen: Seen, off: float) -> None:
    assert post(site, EVENT, signed(site, off=off)).status_code == 200
    assert seen == [EVENT]


@pytest.mark.parametrize("off", [-1e9, -302, 302, 1e9])
def test_a_stamp_five_minutes_off_is_refused(site: Site, seen: Seen, off: float) -> None:
    """In both directions: an old request is a replay, and one of the future a forgery."""
    answer = post(site, EVENT, signed(site, off=off))
    assert (answer.status_code, answer.content, seen) == (401, b"", [])


FORGERIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no signature": lambda headers: headers.pop(SIGNATURE),
    "no stamp": lambda headers: headers.pop(STAMP),
    "neither": lambda headers: (headers.pop(STAMP), headers.pop(SIGNATURE)),
    "another signature": lambda headers: headers.update({SIGNATURE: "v0=" + "0" * 64}),
    "half a signature": lambda headers: headers.update({SIGNATURE: headers[SIGNATURE][:20]}),
    "another version": lambda headers: headers.update({SIGNATURE: "v1" + headers[SIGNATURE][2:]}),
    "an empty signature": lambda headers: headers.update({SIGNATURE: ""}),
    "a foreign letter": lambda headers: headers.update({SIGNATURE: "v0=\u00e9".encode("latin-1")}),
    "another stamp": lambda headers: headers.update({STAMP: str(int(time.time()) + 1)}),
    "a stamp in words": lambda headers: headers.update({STAMP: "now"}),
    "a stamp with a fraction": lambda headers: headers.update({STAMP: f"{time.time()}"}),
    "an endless stamp": lambda headers: headers.update({STAMP: "9" * 5_000}),
    "an empty stamp": lambda headers: headers.update({STAMP: ""}),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_what_slack_did_not_sign_is_refused_unread(site: Site, seen: Seen, what: str) -> None:
    headers: dict[str, Any] = signed(site)
    FORGERIES[what](headers)
    answer = post(site, EVENT, headers)
    assert (answer.status_code, answer.content, seen) == (401, b"", [])


@pytest.mark.parametrize("body", [b"", EVENT + b" ", EVENT[:-1], b"\xff\xfe", b"{" * 100_000])
def test_a_body_that_slack_did_not_sign_is_refused_unread(
    site: Site, seen: Seen, body: bytes
) -> None:
    answer = post(site, body, signed(site))
    assert (answer.status_code, seen) == (401, [])


def test_the_secret_of_another_app_opens_nothing(site: Site, seen: Seen) -> None:
    proof = signature("another secret", time.time(), EVENT)
    assert (post(site, EVENT, proof).status_code, seen) == (401, [])


def test_nobody_else_finds_the_route(site: Site) -> None:
    assert site.web.get("/slack/events").status_code == 405
    assert "/slack/events" not in site.web.get("/openapi.json").text


NEWS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "no payload": (b"a=b", FORM),
    "an unknown kind": (urlencode({"payload": '{"type": "new_kind"}'}).encode(), FORM),
    "an unknown event": (
        b'{"type": "event_callback", "event": {"type": "new_event"}}', "application/json"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NEWS)
def test_what_slack_may_invent_is_no_crash(
    site: Site, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    body, content_type = NEWS[what]
    answer = post(site, body, signed(site, body) | {"Content-Type": content_type})
    assert answer.status_code < 500
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
