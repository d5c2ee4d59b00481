"""Slack's requests: signed and fresh, or 401 before anything is parsed."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from bot.slack import Listening, Slack
from bot.slack.listening import Answer
from bot.web import Server
from bot.web.slack import router
from playground.delivery import signature
from tests.web.conftest import Site
from tests.web.waiting import until

STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
FORM, JSON = "application/x-www-form-urlencoded", {"Content-Type": "application/json"}
SECRET = "the-signing-secret-of-our-app"
EVENT = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()


@dataclass
class Door:
    """The route for Slack, with nothing behind it but Bolt; what gets as far is in `parsed`."""

    web: httpx.Client
    parsed: list[bytes]

    def post(self, body: bytes, headers: dict[str, Any]) -> httpx.Response:
        return self.web.post("/slack/events", content=body, headers=headers)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    listening, parsed = Listening(Slack("xoxb-1", "http://127.0.0.1:9/")), list[bytes]()
    dispatch = listening.dispatch

    def note(body: bytes, headers: dict[str, str]) -> Answer:
        parsed.append(body)
        return dispatch(body, headers)

    monkeypatch.setattr(listening, "dispatch", note)
    server = Server("127.0.0.1", 0)
    server.start(FastAPI(routes=router(listening, SECRET).routes))
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as web:
        yield Door(web, parsed)
    server.stop()
    listening.stop()


def signed(body: bytes = EVENT, *, off: float = 0) -> dict[str, Any]:
    """The headers of a request of Slack, `off` seconds ahead of our clock."""
    return {"Content-Type": "application/json"} | signature(SECRET, time.time() + off, body)


def assert_refused_unread(door: Door, answer: httpx.Response, what: object) -> None:
    assert (answer.status_code, answer.content, door.parsed) == (401, b"", []), what


def test_a_signed_request_is_answered(door: Door) -> None:
    answer = door.post(EVENT, signed())
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})


def test_a_stamp_within_five_minutes_will_do(door: Door) -> None:
    for off in (-290, -60, 60, 290):
        assert door.post(EVENT, signed(off=off)).status_code == 200
    assert door.parsed == [EVENT] * 4


def test_a_stamp_five_minutes_off_is_refused(door: Door) -> None:
    """In both directions: an old request is a replay, and one of the future a forgery."""
    for off in (-1e9, -302, 302, 1e9):
        assert_refused_unread(door, door.post(EVENT, signed(off=off)), off)


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


def test_what_slack_did_not_sign_is_refused_unread(door: Door) -> None:
    for what, forge in FORGERIES.items():
        headers = signed()
        forge(headers)
        assert_refused_unread(door, door.post(EVENT, headers), what)


def test_a_body_that_slack_did_not_sign_is_refused_unread(door: Door) -> None:
    for body in (b"", EVENT + b" ", EVENT[:-1], b"\xff\xfe", b"{" * 100_000):
        assert_refused_unread(door, door.post(body, signed()), body[:20])


def test_who_is_not_slack_waits_for_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    listening, busy, free = (
        Listening(Slack("xoxb-1", "http://127.0.0.1:9/")),
        list[bytes](),
        Event(),
    )

    def dispatch(body: bytes, headers: dict[str, str]) -> Answer:
        busy.append(body)
        free.wait()
        return Answer(200, "", {})

    monkeypatch.setattr(listening, "dispatch", dispatch)
    server = Server("127.0.0.1", 0)
    server.start(FastAPI(routes=router(listening, SECRET).routes))
    post = partial(httpx.post, f"http://127.0.0.1:{server.port}/slack/events", content=EVENT)
    with ThreadPoolExecutor(40) as pool:  # as many threads as there are for Slack
        slack = [pool.submit(post, headers=signed(), timeout=60) for _ in range(40)]
        until(lambda: len(busy) == 40, "Slack's requests do not get their threads")
        try:
            assert post(timeout=30).status_code == 401
        finally:
            free.set()
        assert {each.result().status_code for each in slack} == {200}
    server.stop()
    listening.stop()


def test_the_secret_of_another_app_opens_nothing(door: Door) -> None:
    proof = signature("another secret", time.time(), EVENT)
    assert_refused_unread(door, door.post(EVENT, proof), "another secret")


def test_the_route_is_for_slack_alone(site: Site) -> None:
    assert site.web.get("/slack/events").status_code == 405
    assert "/slack/events" not in site.web.get("/openapi.json").text
    proof = signature(site.slack.signing_secret, time.time(), EVENT)
    answer = site.web.post("/slack/events", content=EVENT, headers=proof | JSON)
    assert answer.json() == {"challenge": "3eZbrw1a"}
    assert site.web.post("/slack/events", content=EVENT, headers=signed()).status_code == 401


NEWS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "no payload": (b"a=b", FORM),
    "an unknown kind": (urlencode({"payload": '{"type": "new_kind"}'}).encode(), FORM),
    "an unknown event": (
        b'{"type": "event_callback", "event": {"type": "new_event"}}', "application/json"
    ),
}  # fmt: skip


def test_what_slack_may_invent_is_no_crash(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    for what, (body, content_type) in NEWS.items():
        headers = signed(body) | {"Content-Type": content_type}
        assert door.post(body, headers).status_code < 500, what
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
