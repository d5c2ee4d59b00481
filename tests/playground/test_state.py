"""The workspace: stamps, announcements, waiting, and many threads at once."""

import threading
import time
from typing import Any

import pytest
from slack_bolt import Ack, App

from playground import state
from playground.manifest import BadManifest, read
from playground.standin import StandIn
from playground.state import Change, Channel, Message, Team, User
from playground.workspace import Workspace
from tests.playground.blocks import actions, button, section
from tests.playground.world import Clock, Connect, client_of, manifest


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(Team("T1", "Acme", "acme"), state.App(read(manifest())), clock)


def post(workspace: Workspace, text: str = "a", **more: Any) -> Message:
    return workspace.put_message(Message("C1", workspace.new_ts(), "U1", text, **more))


def in_threads(number: int, act: Any) -> None:
    threads = [threading.Thread(target=act, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_stamps_from_many_threads(workspace: Workspace) -> None:
    stamps: list[str] = []
    in_threads(8, lambda _index: stamps.extend(workspace.new_ts() for _ in range(100)))
    assert len(set(stamps)) == 800


def test_stamps_follow_the_clock(workspace: Workspace, clock: Clock) -> None:
    first = workspace.new_ts()
    clock.time += 60
    assert float(workspace.new_ts()) - float(first) == pytest.approx(60)
    clock.time -= 3600
    assert float(workspace.new_ts()) > float(first)


def test_subscribers_are_called_after_the_lock_is_released(workspace: Workspace) -> None:
    seen: list[Change] = []

    def look(change: Change) -> None:
        from_elsewhere: list[int] = []
        other = threading.Thread(
            target=lambda: from_elsewhere.append(len(workspace.messages("C1")))
        )
        other.start()
        other.join(2)
        assert from_elsewhere, "the lock is held while subscribers are called"
        seen.append(change)

    stop = workspace.subscribe(look)
    with workspace.changing():
        message = post(workspace)
        assert seen == []
    assert seen == [Change("message", "C1", None, message.ts)]
    stop()
    stop()
    post(workspace)
    assert len(seen) == 1


def test_waiting(workspace: Workspace) -> None:
    def later(_index: int) -> None:
        time.sleep(0.02)
        post(workspace, "now")

    thread = threading.Thread(target=later, args=(0,))
    thread.start()
    found = workspace.wait_until(lambda: workspace.messages("C1"))
    assert found[0].text == "now"
    thread.join()
    text = "later"
    with pytest.raises(TimeoutError) as raised:
        workspace.wait_until(lambda: found[0].text == text, timeout=0.01)
    assert "found[0].text == text" in str(raised.value)
    assert "text = 'later'" in str(raised.value)


def test_each_of_many_messages_is_found(workspace: Workspace) -> None:
    for _ in range(20_000):
        message = post(workspace)
        assert workspace.message("C1", message.ts) is message


def test_names_and_ids(slack: StandIn, leads: Channel, ann: User) -> None:
    assert slack.channel("#leads") is slack.channel(leads.id) is slack.channel(leads) is leads
    with pytest.raises(KeyError):
        slack.channel("nowhere")
    with pytest.raises(KeyError):
        slack.hand("U404")
    assert slack.hand(ann).user == slack.hand(ann.id).user == ann.id


def test_two_hundred_clicks_at_once(
    slack: StandIn, app: App, connect: Connect, leads: Channel
) -> None:
    winners: list[str] = []
    lock = threading.Lock()

    @app.action("claim")
    def claim(ack: Ack, body: dict[str, Any], client: Any) -> None:
        ack()
        with lock:
            won = not winners
            winners.append(body["user"]["id"])
        if won:
            message = body["message"]
            client.chat_update(channel=body["channel"]["id"], ts=message["ts"], text="claimed",
                               blocks=[section("claimed")])  # fmt: skip

    connect(app)
    people = [slack.add_user(f"p{index}") for index in range(200)]
    client_of(slack).chat_postMessage(channel=leads.id, text="Lead", blocks=[actions(button())])
    card = slack.as_seen(slack.messages(leads)[0])
    outcomes: list[bool] = []
    in_threads(
        200, lambda index: outcomes.append(slack.hand(people[index]).click(card, "claim").ok)
    )
    assert outcomes == [True] * 200
    slack.wait_until(lambda: len(winners) == 200)
    assert len(set(winners)) == 200
    slack.wait_until(lambda: slack.messages(leads)[0].text == "claimed")


BAD: list[tuple[str, Any]] = [
    ("unknown event", lambda m: _events(m).append("lead_born")),
    ("needs the scope im:history", lambda m: _events(m).append("message.im")),
    ("1 to 35", lambda m: m["display_information"].update(name="x" * 36)),
    ("starts with /", lambda m: m["features"]["slash_commands"][0].update(command="lead")),
    ("usage hint", lambda m: m["features"]["slash_commands"][0].update(usage_hint="x" * 1001)),
    ("needs a description", lambda m: m["features"]["slash_commands"][0].update(description="")),
    ("the scope commands", lambda m: m["oauth_config"]["scopes"].update(bot=["users:read",
                                                                             "channels:read"])),
    ("interactivity", lambda m: m["settings"]["interactivity"].update(is_enabled=False)),
    ("at most 50", lambda m: m["features"].update(
        slash_commands=[{"command": f"/c{i}", "description": "d"} for i in range(51)])),
]  # fmt: skip


def _events(changed: dict[str, Any]) -> list[str]:
    found: list[str] = changed["settings"]["event_subscriptions"]["bot_events"]
    return found


@pytest.mark.parametrize(("reason", "break_it"), BAD)
def test_manifests_that_slack_refuses(reason: str, break_it: Any) -> None:
    changed = manifest()
    break_it(changed)
    with pytest.raises(BadManifest, match=reason):
        read(changed)
