"""Faults on request: each does what it says, as often as it says, and no longer."""

import gc
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import IncompleteRead
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from playground.faults import Faults
from playground.standin import StandIn
from playground.state import Channel, User
from tests.playground.blocks import actions, button, modal
from tests.playground.world import (
    Clock,
    Endpoint,
    client_of,
    close_socket,
    connect_socket,
    error,
    refusal,
)

Serve = Callable[[Endpoint], Endpoint]


@pytest.fixture
def quiet(slack: StandIn, serve: Serve) -> Endpoint:
    endpoint = serve(Endpoint(lambda _request: (200, {}, b"")))
    slack.deliver_to(endpoint.url)
    return endpoint


def texts(slack: StandIn, channel: Channel) -> list[str]:
    return [message.text for message in slack.messages(channel)]


def test_rate_limits(slack: StandIn, client: WebClient, leads: Channel) -> None:
    slack.faults.add("chat.postMessage", "ratelimited", times=2, seconds=7)
    for _ in range(2):
        answer = refusal(client, "chat.postMessage", channel=leads.id, text="a")
        assert (answer.status_code, answer["error"]) == (429, "ratelimited")
        assert answer.headers["Retry-After"] == "7"
    client.chat_postMessage(channel=leads.id, text="b")
    assert texts(slack, leads) == ["b"]


def test_slacks_own_errors(slack: StandIn, client: WebClient, leads: Channel) -> None:
    slack.faults.add("chat.*", "error", error="restricted_action")
    assert error(client, "chat.postMessage", channel=leads.id, text="a") == "restricted_action"
    slack.faults.add("*", "http_error", status=503)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 503


@pytest.mark.parametrize(("kind", "shown"), [("drop_before", []), ("drop_after", ["a"])])
def test_dropped_connections(
    slack: StandIn, client: WebClient, leads: Channel, kind: Any, shown: list[str]
) -> None:
    slack.faults.add("chat.postMessage", kind)
    with pytest.raises((OSError, SlackApiError)):
        client.chat_postMessage(channel=leads.id, text="a")
    slack.wait_until(lambda: texts(slack, leads) == shown)
    assert client.chat_postMessage(channel=leads.id, text="b")["ok"]


@pytest.mark.parametrize(("kind", "shown"), [("hang_before", []), ("hang_after", ["a"])])
def test_hanging(slack: StandIn, leads: Channel, kind: Any, shown: list[str]) -> None:
    slack.faults.add("chat.postMessage", kind, seconds=30)
    hasty = WebClient(slack.bot_token, base_url=slack.api_url, timeout=1, retry_handlers=[])
    hasty.timeout = 0.1  # type: ignore[assignment] # seconds; the SDK passes it on as it is
    with pytest.raises(TimeoutError):
        hasty.chat_postMessage(channel=leads.id, text="a")
    assert texts(slack, leads) == shown


def test_garbage(slack: StandIn, client: WebClient, leads: Channel) -> None:
    slack.faults.add("chat.postMessage", "garbage", body="[1, 2]")
    slack.faults.add("chat.postMessage", "garbage", body="<html>", content_type="text/html")
    with pytest.raises(AttributeError):  # the SDK expects an object
        client.chat_postMessage(channel=leads.id, text="a")
    with pytest.raises(SlackApiError, match="non-JSON format: <html>"):
        client.chat_postMessage(channel=leads.id, text="a")
    assert texts(slack, leads) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_answer_that_is_cut_off(slack: StandIn, client: WebClient, leads: Channel) -> None:
    slack.faults.add("chat.postMessage", "cut_off")
    with pytest.raises(IncompleteRead):
        client.chat_postMessage(channel=leads.id, text="a")
    gc.collect()  # urllib leaves the socket to it
    assert texts(slack, leads) == ["a"]


def test_a_retry_after_in_other_words(slack: StandIn, client: WebClient, leads: Channel) -> None:
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    slack.faults.add("chat.postMessage", "ratelimited", retry_after=date)
    answer = refusal(client, "chat.postMessage", channel=leads.id, text="a")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, date)


def test_a_fault_may_let_some_through(slack: StandIn, client: WebClient, leads: Channel) -> None:
    slack.faults.add("chat.postMessage", "error", after=2)
    sent = [_posted(client, leads) for _ in range(4)]
    assert sent == [True, True, False, True]


def _posted(client: WebClient, channel: Channel) -> bool:
    try:
        return bool(client.chat_postMessage(channel=channel.id, text="a")["ok"])
    except SlackApiError:
        return False


def test_clearing(slack: StandIn, client: WebClient) -> None:
    slack.faults.add("*", "http_error", times=None)
    slack.faults.pace(1)
    slack.faults.clear()
    assert client.auth_test()["ok"]


def test_pace(slack: StandIn, client: WebClient, leads: Channel, clock: Clock) -> None:
    other = slack.add_channel("other")
    slack.faults.pace(1)
    assert _posted(client, leads)
    answer = refusal(client, "chat.postMessage", channel=leads.id, text="a")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert _posted(client, other)
    clock.time += 1
    assert _posted(client, leads)


def test_response_urls_fail_too(
    slack: StandIn, client: WebClient, quiet: Endpoint, leads: Channel, ann: User
) -> None:
    client.chat_postMessage(channel=leads.id, text="a", blocks=[actions(button())])
    outcome = slack.hand(ann).click(slack.messages(leads)[0], "claim")
    assert outcome.delivery is not None
    slack.faults.add("response_url", "http_error", status=500)
    hook = WebhookClient(outcome.delivery.body["response_url"], retry_handlers=[])
    assert [hook.send(text="b").status_code for _ in range(2)] == [500, 200]


def test_duplicate_deliveries(slack: StandIn, quiet: Endpoint, ann: User) -> None:
    slack.faults.add("event", "duplicate")
    slack.faults.add("command", "duplicate")
    slack.hand(ann).open_home()
    slack.hand(ann).command("/lead")
    assert len(quiet.received) == 4
    ids = [json.loads(request.body)["event_id"] for request in quiet.received[:2]]
    assert ids[0] == ids[1]


def test_late_deliveries_find_their_trigger_expired(
    slack: StandIn, serve: Serve, ann: User, clock: Clock
) -> None:
    refused: list[str] = []

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        trigger = dict(pair.split("=", 1) for pair in request.body.split("&"))["trigger_id"]
        clock.time += 4
        refused.append(error(client_of(slack), "views.open", trigger_id=trigger, view=modal()))
        return 200, {}, b""

    slack.deliver_to(serve(Endpoint(answer)).url)
    slack.faults.add("command", "late", seconds=0.05)
    started = time.monotonic()
    slack.hand(ann).command("/lead")
    assert time.monotonic() - started >= 0.05
    assert refused == ["expired_trigger_id"]


def test_lost_deliveries(slack: StandIn, quiet: Endpoint, ann: User) -> None:
    slack.faults.add("command", "drop_before")
    assert slack.hand(ann).command("/lead").error == "dispatch_failed"
    slack.faults.add("event", "drop_before")
    slack.hand(ann).open_home()
    slack.wait_until(lambda: quiet.received)  # the retry
    assert quiet.received[0].headers["x-slack-retry-num"] == "1"


def test_slack_is_down(slack: StandIn, client: WebClient, app: Any, ann: User) -> None:
    handler = connect_socket(app, slack)
    handler.client.auto_reconnect_enabled = False
    address = client.apps_connections_open(app_token=slack.app_token)["url"]
    slack.faults.go_down()
    with pytest.raises(InvalidStatus), connect(address):
        pass
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 503
    slack.wait_until(lambda: slack.sockets.connected == 0)
    assert slack.hand(ann).command("/lead").error == "dispatch_failed"
    slack.faults.clear()
    assert client.auth_test()["ok"]
    close_socket(handler, slack)


def test_faults_that_do_not_exist(clock: Clock) -> None:
    faults = Faults(clock)
    wrong: list[tuple[str, Any]] = [("chat.postMessage", "late"), ("event", "hang_after"),
                                    ("*", "explode")]  # fmt: skip
    for target, kind in wrong:
        with pytest.raises(ValueError, match=r"no such fault|does not fit"):
            faults.add(target, kind)


def test_each_fault_happens_once_among_many_threads(clock: Clock) -> None:
    faults, taken = Faults(clock), []
    faults.add("*", "error", times=10)
    threads = [threading.Thread(target=lambda: taken.append(faults.take("a"))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fault is not None for fault in taken) == 10


# ---- the control panel ----------------------------------------------------------------------


def call(slack: StandIn, method: str, path: str, body: Any = None,
         kind: str = "application/json") -> tuple[int, Any]:  # fmt: skip
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": kind} if data is not None else {}
    request = urllib.request.Request(f"{slack.url}/control/{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


def test_faults_over_http(slack: StandIn, client: WebClient, leads: Channel, clock: Clock) -> None:
    fault = {"target": "chat.postMessage", "kind": "ratelimited", "times": None}
    assert call(slack, "POST", "faults", fault) == (204, None)
    assert not _posted(client, leads)
    assert call(slack, "DELETE", "faults") == (204, None)
    assert _posted(client, leads)
    assert call(slack, "POST", "pace", {"per_second": 1})[0] == 204
    assert [_posted(client, leads) for _ in range(2)] == [True, False]
    assert call(slack, "POST", "faults", {"target": "a", "kind": "b"})[0] == 422
    assert call(slack, "POST", "faults", fault, kind="text/plain")[0] == 415
    assert call(slack, "POST", "disconnect", {}) == (200, {"connections": 0})
    assert call(slack, "POST", "down", {})[0] == 204
    assert slack.faults.down


def test_hands_over_http(
    slack: StandIn, client: WebClient, leads: Channel, ann: User, quiet: Endpoint
) -> None:
    client.chat_postMessage(channel=leads.id, text="card", blocks=[actions(button())])
    status, found = call(slack, "GET", f"messages?channel={leads.id}")
    assert (status, found[0]["text"]) == (200, "card")
    assert call(slack, "GET", "messages?channel=nowhere")[0] == 404
    click = {"user": ann.id, "act": "click", "message": [leads.id, found[0]["ts"]],
             "args": ["claim"]}  # fmt: skip
    status, outcome = call(slack, "POST", "act", click)
    assert (status, outcome["ok"]) == (200, True)
    assert outcome["seconds"] > 0
    status, sent = call(slack, "GET", "deliveries?name=claim")
    assert (status, len(sent)) == (200, 1)
    assert call(slack, "POST", "act", {**click, "args": ["gone"]})[0] == 422
    assert call(slack, "POST", "act", {**click, "act": "fly"})[0] == 422
    client.views_open(trigger_id=slack.workspace.tickets.new_trigger(ann.id), view=modal())
    refused = {"user": ann.id, "act": "submit"}
    assert "name" in call(slack, "POST", "act", refused)[1]["errors"]
    done = call(slack, "POST", "act", refused | {"kwargs": {"values": {"name": "x"}}})[1]
    assert (done["ok"], done["modal"]) == (True, None)
    message = call(slack, "POST", "act", {"user": ann.id, "act": "say", "args": ["leads", "hi"]})[1]
    assert slack.messages(leads)[-1].ts == message["ts"]
