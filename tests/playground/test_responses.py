"""response_urls: five uses in half an hour, replacing, deleting, who sees what."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from playground.standin import StandIn
from playground.state import Channel, Message, User
from tests.playground.blocks import actions, button, section
from tests.playground.world import Clock, Endpoint

Serve = Callable[[Endpoint], Endpoint]


@pytest.fixture
def card(slack: StandIn, client: WebClient, leads: Channel, serve: Serve) -> Message:
    slack.deliver_to(serve(Endpoint(lambda _request: (200, {}, b""))).url)
    client.chat_postMessage(channel=leads.id, text="card", blocks=[actions(button())])
    return slack.messages(leads)[0]


def url_of(slack: StandIn, user: User, message: Message) -> str:
    """The response_url of a click."""
    outcome = slack.hand(user).click(message, "claim")
    assert outcome.delivery is not None
    return str(outcome.delivery.body["response_url"])


def send(url: str, **body: Any) -> tuple[int, str]:
    answer = WebhookClient(url, retry_handlers=[]).send_dict(body)
    return answer.status_code, answer.body


def test_only_who_clicked_sees_it(
    slack: StandIn, card: Message, ann: User, bob: User, leads: Channel
) -> None:
    assert send(url_of(slack, ann, card), text="psst") == (200, "ok")
    assert [m.text for m in slack.visible(leads, ann)] == ["card", "psst"]
    assert [m.text for m in slack.visible(leads, bob)] == ["card"]
    send(url_of(slack, ann, card), text="all", response_type="in_channel")
    assert [m.text for m in slack.visible(leads, bob)] == ["card", "all"]


def test_replacing_and_deleting(slack: StandIn, card: Message, ann: User, leads: Channel) -> None:
    url = url_of(slack, ann, card)
    send(url, text="done", blocks=[section("done")], replace_original=True)
    assert [m.text for m in slack.messages(leads)] == ["done"]
    assert slack.messages(leads)[0].ts == card.ts
    send(url, delete_original="true")
    assert slack.messages(leads) == []


def test_an_ephemeral_message_is_replaced(
    slack: StandIn, client: WebClient, card: Message, ann: User, leads: Channel
) -> None:
    client.chat_postEphemeral(channel=leads.id, user=ann.id, text="a", blocks=[actions(button())])
    shown = slack.ephemerals(ann)[0]
    outcome = slack.hand(ann).click(shown, "claim")
    assert outcome.delivery is not None
    assert outcome.delivery.body["container"]["is_ephemeral"] is True
    assert "message" not in outcome.delivery.body
    send(outcome.delivery.body["response_url"], text="b", replace_original=True)
    assert [m.text for m in slack.ephemerals(ann)] == ["b"]


def test_a_command_has_no_original(slack: StandIn, card: Message, ann: User) -> None:
    outcome = slack.hand(ann).command("/lead")
    assert outcome.delivery is not None
    url = outcome.delivery.body["response_url"]
    send(url, text="one")
    send(url, text="two", replace_original=True)
    assert [m.text for m in slack.ephemerals(ann)] == ["one", "two"]


def test_in_the_thread_of_the_message(
    slack: StandIn, client: WebClient, card: Message, ann: User, leads: Channel
) -> None:
    client.chat_postMessage(channel=leads.id, text="in", thread_ts=card.ts,
                            blocks=[actions(button())])  # fmt: skip
    send(url_of(slack, ann, slack.thread(card)[0]), text="there", response_type="in_channel")
    assert [m.text for m in slack.thread(card)] == ["in", "there"]


def test_five_uses(slack: StandIn, card: Message, ann: User) -> None:
    url = url_of(slack, ann, card)
    statuses = [send(url, text="a")[0] for _ in range(6)]
    assert statuses == [200] * 5 + [404]
    assert "used_url" in send(url, text="a")[1]


def test_half_an_hour(slack: StandIn, card: Message, ann: User, clock: Clock) -> None:
    url = url_of(slack, ann, card)
    clock.time += 1800
    assert send(url, text="a")[0] == 200
    clock.time += 1
    assert "expired_url" in send(url, text="a")[1]


def test_what_is_refused(slack: StandIn, card: Message, ann: User) -> None:
    url = url_of(slack, ann, card)
    assert send(url, blocks=[{"type": "chart"}]) == (400, "invalid_blocks")
    assert send(url, text="") == (400, "no_text")
    assert send(f"{slack.url}/respond/unknown", text="a")[0] == 404
