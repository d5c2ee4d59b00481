"""chat.*: posting, changing, deleting, and what Slack refuses."""

import pytest
from slack_sdk import WebClient

from playground.standin import StandIn
from playground.state import Channel, User
from tests.playground.blocks import Json, actions, button, section
from tests.playground.world import Clock, client_of, error, manifest, refusal


def test_a_message_is_kept_as_sent(slack: StandIn, client: WebClient, leads: Channel) -> None:
    text = "=cmd() <!channel> & \u202e 😀"
    answer = client.chat_postMessage(
        channel=leads.id, text=text, blocks=[section(text), actions(button())],
        metadata={"event_type": "lead", "event_payload": {"id": 1}},
    )  # fmt: skip
    message = slack.messages("leads")[-1]
    assert message.text == text
    assert message.ts == answer["ts"]
    assert message.blocks[0]["text"]["text"] == text
    assert all(block["block_id"] for block in message.blocks)
    assert answer["message"]["blocks"] == message.blocks
    assert answer["message"]["bot_id"] == slack.app.bot_id
    assert message.metadata == {"event_type": "lead", "event_payload": {"id": 1}}


def test_time_stamps_never_repeat(slack: StandIn, client: WebClient, leads: Channel) -> None:
    stamps = [client.chat_postMessage(channel=leads.id, text="a")["ts"] for _ in range(5)]
    assert stamps == sorted(set(stamps))
    assert stamps[0] == f"{slack.workspace.now():.6f}"


def test_where_one_cannot_post(slack: StandIn, client: WebClient, ann: User) -> None:
    def posted(channel: str) -> str:
        return error(client, "chat.postMessage", channel=channel, text="a")

    slack.add_channel("secret", kind="private", members=[ann], with_app=False)
    away = slack.add_channel("away", with_app=False)
    old = slack.add_channel("old")
    slack.archive(old)
    assert posted("C404") == "channel_not_found"
    assert posted("secret") == "channel_not_found"
    assert posted("") == "channel_not_found"
    assert posted(away.id) == "not_in_channel"
    assert posted("#away") == "not_in_channel"
    assert posted(old.id) == "is_archived"
    assert posted(slack.bot_user_id) == "cannot_dm_bot"
    slack.deactivate(ann)
    assert posted(ann.id) == "user_disabled"
    assert posted(slack.im(ann).id) == "user_disabled"


def test_direct_messages(slack: StandIn, client: WebClient, ann: User, bob: User) -> None:
    answer = client.chat_postMessage(channel=ann.id, text="a")
    assert answer["channel"] == slack.im(ann).id
    assert slack.visible(slack.im(ann), ann)[-1].text == "a"
    assert slack.visible(slack.im(ann), bob) == []


def test_a_disabled_messages_tab(clock: Clock) -> None:
    closed = manifest()
    closed["features"]["app_home"]["messages_tab_enabled"] = False
    with StandIn(closed, now=clock) as slack:
        ann = slack.add_user("ann")
        refused = error(client_of(slack), "chat.postMessage", channel=ann.id, text="a")
        assert refused == "messages_tab_disabled"


def test_public_channels_with_the_scope(clock: Clock) -> None:
    with StandIn(manifest(also=("chat:write.public",)), now=clock) as slack:
        away = slack.add_channel("away", with_app=False)
        assert client_of(slack).chat_postMessage(channel=away.id, text="a")["ok"]


BAD: list[tuple[Json, str]] = [
    ({}, "no_text"),
    ({"text": ""}, "no_text"),
    ({"blocks": "[{"}, "invalid_blocks_format"),
    ({"blocks": '{"type": "divider"}'}, "invalid_blocks_format"),
    ({"blocks": '[{"type": "chart"}]'}, "invalid_blocks"),
    ({"text": "a", "attachments": "{}"}, "invalid_attachments"),
    ({"text": "a", "metadata": '{"event_type": "a"}'}, "invalid_metadata_format"),
    ({"text": "a", "thread_ts": "1.2"}, "thread_not_found"),
    ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
    ({"text": "a", "username": "Boss"}, "missing_scope"),
]


@pytest.mark.parametrize(("args", "expected"), BAD)
def test_bad_messages(client: WebClient, leads: Channel, args: Json, expected: str) -> None:
    assert error(client, "chat.postMessage", channel=leads.id, **args) == expected


def test_reasons_come_along(client: WebClient, leads: Channel) -> None:
    blocks = '[{"type": "actions", "elements": [{"type": "button"}]}]'
    answer = refusal(client, "chat.postMessage", channel=leads.id, blocks=blocks)
    reason = "missing required field: text [json-pointer:/blocks/0/elements/0]"
    assert answer["errors"] == [reason]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {reason}"]


def test_too_long(slack: StandIn, client: WebClient, leads: Channel) -> None:
    client.chat_postMessage(channel=leads.id, text="x" * 50_000)
    assert len(slack.messages(leads)[-1].text) == 40_000
    long = [section("x" * 3000) for _ in range(5)]
    answer = refusal(client, "chat.postMessage", channel=leads.id, text="a", blocks=long)
    assert answer["error"] == "msg_blocks_too_long"
    ts = slack.messages(leads)[-1].ts
    longer = refusal(client, "chat.update", channel=leads.id, ts=ts, text="x" * 4001)
    assert longer["error"] == "msg_too_long"
    heavy = {"event_type": "a", "event_payload": {"x": "y" * 16_000}}
    heavier = refusal(client, "chat.postMessage", channel=leads.id, text="a", metadata=heavy)
    assert heavier["error"] == "metadata_too_large"


def test_threads(slack: StandIn, client: WebClient, leads: Channel) -> None:
    parent = client.chat_postMessage(channel=leads.id, text="card")["ts"]
    reply = client.chat_postMessage(channel=leads.id, text="one", thread_ts=parent)
    assert reply["message"]["thread_ts"] == parent
    client.chat_postMessage(channel=leads.id, text="two", thread_ts=reply["ts"])
    card = slack.messages(leads)[0]
    assert [m.text for m in slack.thread(card)] == ["one", "two"]
    changed = client.chat_update(channel=leads.id, ts=parent, text="card!")
    assert changed["message"]["reply_count"] == 2


def test_changing_and_deleting(slack: StandIn, client: WebClient, leads: Channel) -> None:
    ts = client.chat_postMessage(channel=leads.id, text="a", blocks=[section("a")])["ts"]
    client.chat_update(channel=leads.id, ts=ts, text="b")
    message = slack.messages(leads)[0]
    assert (message.text, message.blocks[0]["text"]["text"]) == ("b", "a")
    assert message.edited
    client.chat_update(channel=leads.id, ts=ts, text="c", blocks=[])
    assert slack.messages(leads)[0].blocks == []
    assert client.chat_getPermalink(channel=leads.id, message_ts=ts)["permalink"].endswith(
        f"/{leads.id}/p{ts.replace('.', '')}"
    )
    client.chat_delete(channel=leads.id, ts=ts)
    assert slack.messages(leads) == []
    assert error(client, "chat.delete", channel=leads.id, ts=ts) == "message_not_found"
    assert error(client, "chat.update", channel=leads.id, ts=ts, text="a") == "message_not_found"
    gone = error(client, "chat.getPermalink", channel=leads.id, message_ts=ts)
    assert gone == "message_not_found"


def test_what_others_wrote(slack: StandIn, client: WebClient, leads: Channel, ann: User) -> None:
    theirs = slack.hand(ann).say(leads, "hello")
    at = {"channel": leads.id, "ts": theirs.ts}
    assert error(client, "chat.update", text="a", **at) == "cant_update_message"
    assert error(client, "chat.delete", **at) == "cant_delete_message"
    mine = client.chat_postMessage(channel=leads.id, text="a")["ts"]
    by_name = error(client, "chat.update", channel="leads", ts=mine, text="b")
    assert by_name == "channel_not_found"
    assert error(client, "chat.update", channel=leads.id, ts=mine) == "no_text"
    slack.archive(leads)
    assert error(client, "chat.update", channel=leads.id, ts=mine, text="b") == "is_inactive"


def test_ephemeral(slack: StandIn, client: WebClient, leads: Channel, ann: User, bob: User) -> None:
    ts = client.chat_postEphemeral(channel=leads.id, user=ann.id, text="psst")["message_ts"]
    assert [m.text for m in slack.ephemerals(ann)] == ["psst"]
    assert [m.text for m in slack.visible(leads, ann)] == ["psst"]
    assert slack.visible(leads, bob) == slack.messages(leads) == []
    hidden = error(client, "chat.update", channel=leads.id, ts=ts, text="a")
    assert hidden == "message_not_found"
    reply = error(client, "chat.postMessage", channel=leads.id, text="a", thread_ts=ts)
    assert reply == "cannot_reply_to_message"
    carl = slack.add_user("carl")
    outside = error(client, "chat.postEphemeral", channel=leads.id, user=carl.id, text="a")
    assert outside == "user_not_in_channel"
    nobody = error(client, "chat.postEphemeral", channel=leads.id, text="a")
    assert nobody == "invalid_arguments"
