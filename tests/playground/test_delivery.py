"""What reaches the app, over HTTP and over a socket: shapes, signatures, times, retries."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_bolt import Ack, App
from slack_sdk.signature import SignatureVerifier
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_to

from playground.sockets import MAX_CONNECTIONS
from playground.standin import StandIn
from playground.state import Channel, User
from tests.playground.blocks import actions, button, field, home, modal, option, section
from tests.playground.world import (
    Connect,
    Endpoint,
    Received,
    client_of,
    close_socket,
    connect_socket,
)

Serve = Callable[[Endpoint], Endpoint]
OK: tuple[int, dict[str, str], bytes] = (200, {}, b"")


@pytest.fixture
def quiet(slack: StandIn, serve: Serve) -> Endpoint:
    """An app that acknowledges everything and does nothing."""
    endpoint = serve(Endpoint(lambda _request: OK))
    slack.deliver_to(endpoint.url)
    return endpoint


def new_address(slack: StandIn) -> str:
    opened = client_of(slack, slack.app_token).apps_connections_open(app_token=slack.app_token)
    return str(opened["url"])


@contextmanager
def raw_socket(slack: StandIn) -> Iterator[ClientConnection]:
    """A greeted Socket Mode connection."""
    with connect_to(new_address(slack)) as socket:
        assert json.loads(socket.recv(5))["type"] == "hello"
        yield socket


def payload(request: Received) -> dict[str, Any]:
    return dict(json.loads(parse_qs(request.body)["payload"][0]))


def test_a_command_as_slack_sends_it(
    slack: StandIn, quiet: Endpoint, ann: User, leads: Channel
) -> None:
    assert slack.hand(ann).command("/lead", " mine & hot ", leads).ok
    request = quiet.received[0]
    form = {name: values[0] for name, values in parse_qs(request.body).items()}
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["command"] == "/lead"
    assert form["text"] == "mine & hot"
    assert (form["user_id"], form["user_name"]) == (ann.id, "ann")
    assert (form["channel_id"], form["channel_name"]) == (leads.id, "leads")
    assert form["response_url"].startswith(slack.url)
    assert {"token", "team_id", "team_domain", "api_app_id", "trigger_id"} <= form.keys()


def test_signatures(slack: StandIn, quiet: Endpoint, ann: User) -> None:
    slack.hand(ann).open_home()
    request = quiet.received[0]
    right = SignatureVerifier(slack.signing_secret)
    assert right.is_valid_request(request.body, request.headers)
    assert not right.is_valid_request(request.body + " ", request.headers)
    assert not SignatureVerifier("wrong").is_valid_request(request.body, request.headers)
    slack.deliveries.stamp = lambda: time.time() - 301
    slack.hand(ann).open_home()
    assert not right.is_valid_request(quiet.received[1].body, quiet.received[1].headers)


def test_an_event_as_slack_sends_it(slack: StandIn, quiet: Endpoint, ann: User) -> None:
    slack.hand(ann).open_home()
    body = json.loads(quiet.received[0].body)
    assert quiet.received[0].headers["content-type"] == "application/json"
    assert body["type"] == "event_callback"
    assert body["event"]["type"] == "app_home_opened"
    assert body["event"]["tab"] == "home"
    assert body["event"]["channel"] == slack.im(ann).id
    assert body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["user_id"] == slack.bot_user_id


def test_events_of_the_workspace(slack: StandIn, quiet: Endpoint, ann: User) -> None:
    channel = slack.add_channel("old")
    slack.archive(channel)
    slack.change_user(ann, tz="Asia/Tokyo")
    slack.uninstall()  # app_uninstalled does not stand in the manifest
    slack.wait_until(lambda: len(quiet.received) == 3)
    events = {e["type"]: e for e in (json.loads(r.body)["event"] for r in quiet.received)}
    assert events["channel_archive"]["channel"] == channel.id
    assert events["user_change"]["user"]["tz"] == "Asia/Tokyo"
    assert events["tokens_revoked"]["tokens"] == {"oauth": [], "bot": [slack.bot_user_id]}
    assert slack.app.revoked == "account_inactive"


def test_a_click_as_slack_sends_it(
    slack: StandIn, quiet: Endpoint, ann: User, leads: Channel
) -> None:
    card = [section("Lead"), actions(button(value="17"), block_id="buttons")]
    client_of(slack).chat_postMessage(channel=leads.id, text="Lead", blocks=card)
    slack.hand(ann).click(slack.messages(leads)[0], "claim")
    body = payload(quiet.received[0])
    assert body["type"] == "block_actions"
    assert body["user"] == {"id": ann.id, "username": "ann", "name": "ann",
                            "team_id": body["team"]["id"]}  # fmt: skip
    assert body["channel"] == {"id": leads.id, "name": "leads"}
    assert body["container"]["message_ts"] == body["message"]["ts"]
    assert body["message"]["blocks"][1]["block_id"] == "buttons"
    (action,) = body["actions"]
    assert (action["action_id"], action["block_id"]) == ("claim", "buttons")
    assert (action["type"], action["value"]) == ("button", "17")


def test_message_shortcuts_carry_the_message(
    slack: StandIn, quiet: Endpoint, ann: User, bob: User, leads: Channel
) -> None:
    message = slack.hand(bob).say(leads, "call Mr. Smith")
    slack.hand(ann).message_shortcut("lead.from_message", message)
    body = payload(quiet.received[0])
    assert body["type"] == "message_action"
    assert (body["message"]["text"], body["message"]["user"]) == ("call Mr. Smith", bob.id)
    slack.hand(ann).shortcut("lead.new")
    assert payload(quiet.received[1])["type"] == "shortcut"


@pytest.mark.parametrize(
    ("status", "error"), [(404, "http_client_error"), (500, "http_service_error")]
)
def test_what_one_sees_when_the_app_fails(
    slack: StandIn, serve: Serve, ann: User, status: int, error: str
) -> None:
    slack.deliver_to(serve(Endpoint(lambda _request: (status, {}, b"oops"))).url)
    assert slack.hand(ann).command("/lead").error == error


def test_no_app_at_all(slack: StandIn, ann: User) -> None:
    assert slack.hand(ann).command("/lead").error == "dispatch_failed"
    slack.deliver_to("http://127.0.0.1:9/slack/events")
    assert slack.hand(ann).command("/lead").error == "dispatch_failed"


def test_an_app_that_is_too_slow(slack: StandIn, app: App, connect: Connect, ann: User) -> None:
    free = threading.Event()

    @app.command("/lead")
    def lead(ack: Ack) -> None:
        free.wait(5)
        ack()

    connect(app)
    slack.deliveries.ack_seconds = 0.1
    outcome = slack.hand(ann).command("/lead")
    free.set()
    assert outcome.error == "operation_timeout"
    assert outcome.delivery is not None
    assert outcome.delivery.seconds is None


def test_the_time_to_acknowledge_is_measured(
    slack: StandIn, app: App, connect: Connect, ann: User
) -> None:
    @app.command("/lead")
    def lead(ack: Ack) -> None:
        time.sleep(0.05)
        ack("done")

    connect(app)
    outcome = slack.hand(ann).command("/lead")
    assert outcome.text == "done"
    assert outcome.delivery is not None
    assert 0.05 <= (outcome.delivery.seconds or 0) < 1


def test_commands_are_not_retried_but_events_are(slack: StandIn, serve: Serve, ann: User) -> None:
    endpoint = serve(Endpoint(lambda _request: (500, {}, b"")))
    slack.deliver_to(endpoint.url)
    slack.hand(ann).command("/lead")
    slack.hand(ann).open_home()
    slack.wait_until(lambda: sum(d.status == 500 for d in slack.delivered("app_home_opened")) == 4)
    assert [d.attempt for d in slack.delivered("app_home_opened")] == [0, 1, 2, 3]
    assert len(slack.delivered("/lead")) == 1
    first, *retries = endpoint.received[1:]
    assert "x-slack-retry-num" not in first.headers
    assert [r.headers["x-slack-retry-num"] for r in retries] == ["1", "2", "3"]
    assert {r.headers["x-slack-retry-reason"] for r in retries} == {"http_error"}
    assert {json.loads(r.body)["event_id"] for r in endpoint.received[1:]} == {
        json.loads(first.body)["event_id"]
    }


def test_an_event_is_retried_until_it_is_taken(slack: StandIn, serve: Serve, ann: User) -> None:
    answers = iter([(503, {}, b""), OK])
    slack.deliver_to(serve(Endpoint(lambda _request: next(answers))).url)
    slack.hand(ann).open_home()
    attempts = slack.wait_until(
        lambda: [d for d in slack.delivered("app_home_opened") if d.attempt == 1 and d.ok]
    )
    assert attempts[0].status == 200


def test_no_retry_is_heeded(slack: StandIn, serve: Serve, ann: User) -> None:
    no_more = (500, {"X-Slack-No-Retry": "1"}, b"")
    slack.deliver_to(serve(Endpoint(lambda _request: no_more)).url)
    outcome = slack.hand(ann).open_home()
    assert outcome.delivery is not None
    assert outcome.delivery.no_retry
    assert len(slack.delivered("app_home_opened")) == 1


def test_retries_over_a_socket(slack: StandIn, ann: User) -> None:
    slack.deliveries.ack_seconds = 0.05
    with raw_socket(slack) as socket:
        slack.hand(ann).open_home()
        first, again = json.loads(socket.recv(5)), json.loads(socket.recv(5))
        socket.send(json.dumps({"envelope_id": again["envelope_id"]}))
        slack.wait_until(lambda: slack.delivered("app_home_opened")[-1].ok)
    assert (first["type"], first["retry_attempt"]) == ("events_api", 0)
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
    assert first["payload"]["event_id"] == again["payload"]["event_id"]
    assert len(slack.delivered("app_home_opened")) == 2


def test_a_whole_conversation(
    slack: StandIn, app: App, connect: Connect, ann: User, leads: Channel
) -> None:
    @app.action("claim")
    def claim(ack: Ack, body: dict[str, Any], client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(field("why")))

    @app.view("form")
    def save(ack: Ack, view: dict[str, Any], client: Any) -> None:
        why = view["state"]["values"]["why"]["value"]["value"]
        if why == "no":
            ack(response_action="errors", errors={"why": "Say more"})
            return
        ack()
        client.chat_postMessage(channel=leads.id, text=f"because {why}")

    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: Any) -> None:
        client.views_publish(user_id=event["user"], view=home())

    connect(app)
    client_of(slack).chat_postMessage(channel=leads.id, text="Lead", blocks=[actions(button())])
    hand = slack.hand(ann)
    assert hand.click(slack.messages(leads)[0], "claim").ok
    slack.wait_until(lambda: slack.modal(ann))
    assert hand.submit(values={"why": "no"}).errors == {"why": "Say more"}
    done = hand.submit(values={"why": "so"})
    assert done.ok
    assert done.modal is None
    slack.wait_until(lambda: [m for m in slack.messages(leads) if m.text == "because so"])
    assert hand.open_home().ok
    assert slack.wait_until(lambda: slack.home(ann)).type == "home"


def test_external_selects(slack: StandIn, app: App, connect: Connect, ann: User) -> None:
    @app.options("city")
    def cities(ack: Ack, payload: dict[str, Any]) -> None:
        ack(options=[option(payload["value"] + end) for end in ("burg", "stadt")])

    connect(app)
    picker = {"type": "external_select", "action_id": "city", "min_query_length": 2}
    trigger = slack.workspace.tickets.new_trigger(ann.id)
    client_of(slack).views_open(trigger_id=trigger, view=modal(field("where", picker)))
    hand, shown = slack.hand(ann), slack.modal(ann)
    assert shown is not None
    assert hand.suggestions(shown, "city", "h") == []
    offered = hand.suggestions(shown, "city", "ham")
    assert [o["value"] for o in offered] == ["hamburg", "hamstadt"]
    hand.choose(shown, "city", "hamburg")
    assert shown.values["where"]["city"]["selected_option"]["value"] == "hamburg"


def test_reconnecting(slack: StandIn, app: App, ann: User) -> None:
    @app.command("/lead")
    def lead(ack: Ack) -> None:
        ack("here")

    handler = connect_socket(app, slack)
    first = handler.client.session_id()
    assert slack.sockets.disconnect() == 1
    slack.wait_until(lambda: handler.client.session_id() != first and slack.sockets.connected)
    assert slack.hand(ann).command("/lead").text == "here"
    close_socket(handler, slack)
    slack.wait_until(lambda: slack.sockets.connected == 0)


def test_each_envelope_goes_to_one_connection(slack: StandIn, app: App, ann: User) -> None:
    heard: list[str] = []

    @app.command("/lead")
    def lead(ack: Ack, command: dict[str, Any]) -> None:
        heard.append(command["text"])
        ack()

    handlers = [connect_socket(app, slack) for _ in range(2)]
    for number in range(6):
        assert slack.hand(ann).command("/lead", str(number)).ok
    assert sorted(heard) == list("012345")
    for handler in handlers:
        close_socket(handler, slack)


def test_at_most_ten_connections(slack: StandIn) -> None:
    with ExitStack() as stack:
        for _ in range(MAX_CONNECTIONS):
            stack.enter_context(raw_socket(slack))
        assert slack.sockets.connected == MAX_CONNECTIONS
        message = json.loads(stack.enter_context(connect_to(new_address(slack))).recv(5))
        assert (message["type"], message["reason"]) == ("disconnect", "too_many_websockets")


def test_a_socket_address_is_used_once(slack: StandIn) -> None:
    address = new_address(slack)
    with connect_to(address):
        pass
    for used in (address, address + "x"):
        with pytest.raises(InvalidStatus), connect_to(used):
            pass


def test_acknowledgements_that_make_no_sense(slack: StandIn, ann: User) -> None:
    slack.deliveries.ack_seconds = 0.1
    with raw_socket(slack) as socket:
        for nonsense in ("[]", "{", '{"envelope_id": "unknown"}'):
            socket.send(nonsense)
        assert slack.hand(ann).command("/lead").error == "operation_timeout"


def test_a_connection_that_breaks_before_the_answer(slack: StandIn, ann: User) -> None:
    outcomes: list[str | None] = []
    with raw_socket(slack) as socket:
        acting = threading.Thread(
            target=lambda: outcomes.append(slack.hand(ann).command("/lead").error)
        )
        acting.start()
        socket.recv(5)
        slack.sockets.drop_all()
        acting.join()
    assert outcomes == ["dispatch_failed"]
