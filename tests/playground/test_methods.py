"""Tokens, scopes, people, conversations, files: what is answered and what is refused."""

import json
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from playground.standin import StandIn
from playground.state import Channel, User
from tests.playground.blocks import home
from tests.playground.world import Clock, client_of, error, manifest, refusal


def test_auth_test_says_who_and_with_which_scopes(slack: StandIn, client: WebClient) -> None:
    answer = client.auth_test()
    assert answer["user_id"] == slack.bot_user_id
    assert answer["bot_id"] == slack.app.bot_id
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
    assert client.bots_info(bot=slack.app.bot_id)["bot"]["app_id"] == slack.app.id
    assert error(client, "bots.info", bot="B1") == "bot_not_found"


def test_tokens(slack: StandIn) -> None:
    assert error(client_of(slack, ""), "auth.test") == "not_authed"
    assert error(client_of(slack, "xoxb-wrong"), "auth.test") == "invalid_auth"
    assert error(client_of(slack, slack.app_token), "users.list") == "not_allowed_token_type"
    assert error(client_of(slack), "apps.connections.open") == "not_allowed_token_type"
    url = client_of(slack, slack.app_token).apps_connections_open(app_token=slack.app_token)["url"]
    assert url.startswith("ws://127.0.0.1:")
    slack.app.revoked = "token_revoked"
    assert error(client_of(slack), "auth.test") == "token_revoked"


def test_unknown_method_and_api_test(client: WebClient) -> None:
    assert refusal(client, "chat.shout").data["req_method"] == "chat.shout"
    assert client.api_test(foo="bar")["args"]["foo"] == "bar"
    assert error(client, "api.test", error="my_error") == "my_error"


SCOPED = [
    ("chat.postMessage", "chat:write", {"channel": "leads", "text": "a"}),
    ("chat.postEphemeral", "chat:write", {"channel": "leads", "user": "U1", "text": "a"}),
    ("chat.update", "chat:write", {"channel": "leads", "ts": "1", "text": "a"}),
    ("chat.delete", "chat:write", {"channel": "leads", "ts": "1"}),
    ("users.info", "users:read", {"user": "U1"}),
    ("users.list", "users:read", {}),
    ("users.lookupByEmail", "users:read.email", {"email": "ann@example.com"}),
    ("conversations.list", "channels:read", {}),
    ("conversations.join", "channels:join", {"channel": "leads"}),
    ("conversations.open", "im:write", {"users": "U1"}),
    ("files.info", "files:read", {"file": "F1"}),
    ("files.getUploadURLExternal", "files:write", {"filename": "a", "length": 1}),
    ("files.completeUploadExternal", "files:write", {"files": "[]"}),
]


@pytest.mark.parametrize(("method", "scope", "args"), SCOPED)
def test_scopes(method: str, scope: str, args: dict[str, Any]) -> None:
    lacking = manifest(without=(scope,))
    lacking["settings"]["event_subscriptions"]["bot_events"] = []
    with StandIn(lacking) as slack:
        answer = refusal(client_of(slack), method, **args)
        assert answer["error"] == "missing_scope"
        assert scope in answer["needed"]
        assert scope not in answer["provided"].split(",")


def test_bodies_as_form_json_and_query(slack: StandIn, leads: Channel) -> None:
    def post(data: bytes, kind: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {slack.bot_token}"} | ({"Content-Type": kind} if kind
                                                                   else {})  # fmt: skip
        request = urllib.request.Request(slack.api_url + "chat.postMessage", data, headers)
        with urllib.request.urlopen(request) as answer:
            return dict(json.load(answer))

    form = f"channel={leads.id}&text=a%26b&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D"
    assert post(form.encode(), "application/x-www-form-urlencoded")["message"]["text"] == "a&b"
    body = json.dumps({"channel": leads.id, "text": "ü"}).encode()
    assert post(body, "application/json; charset=utf-8")["message"]["text"] == "ü"
    assert post(body, "application/json")["warning"] == "missing_charset"
    assert post(b"{", "application/json")["error"] == "invalid_json"
    assert post(b"[]", "application/json")["error"] == "json_not_object"
    assert post(b"x", "text/plain")["error"] == "invalid_form_data"


def test_users(slack: StandIn, client: WebClient, ann: User) -> None:
    info = client.users_info(user=ann.id)["user"]
    assert (info["tz"], info["tz_offset"]) == ("Europe/Berlin", 7200)
    assert info["profile"]["email"] == "ann@example.com"
    assert error(client, "users.info", user="U404") == "user_not_found"
    assert error(client, "users.info") == "user_not_found"
    found = client.users_lookupByEmail(email="Ann@example.com")
    assert found["user"]["id"] == ann.id
    slack.deactivate(ann)
    assert client.users_info(user=ann.id)["user"]["deleted"] is True
    assert error(client, "users.lookupByEmail", email="ann@example.com") == "users_not_found"
    assert error(client, "users.lookupByEmail") == "invalid_arguments"


def test_email_needs_its_scope() -> None:
    with StandIn(manifest(without=("users:read.email",))) as slack:
        ann = slack.add_user("ann")
        assert "email" not in client_of(slack).users_info(user=ann.id)["user"]["profile"]


def test_pages(slack: StandIn, client: WebClient) -> None:
    people = [slack.add_user(f"p{i}").id for i in range(5)]
    seen: list[str] = []
    for page in client.users_list(limit=2):
        assert len(page["members"]) <= 2
        seen += [member["id"] for member in page["members"]]
    assert seen == [slack.bot_user_id, *people]
    assert error(client, "users.list", cursor="bogus") == "invalid_cursor"
    assert error(client, "users.list", limit=2000) == "invalid_limit"


def test_conversations(slack: StandIn, client: WebClient, ann: User, leads: Channel) -> None:
    secret = slack.add_channel("secret", kind="private", members=[ann], with_app=False)
    board = slack.add_channel("board", kind="private", members=[ann])
    away = slack.add_channel("away", with_app=False, is_ext_shared=True)
    info = client.conversations_info(channel=leads.id, include_num_members=True)["channel"]
    assert (info["name"], info["is_member"], info["num_members"]) == ("leads", True, 3)
    away_info = client.conversations_info(channel=away.id)["channel"]
    assert (away_info["is_member"], away_info["is_ext_shared"]) == (False, True)
    assert client.conversations_info(channel=board.id)["channel"]["is_private"] is True
    assert error(client, "conversations.info", channel=secret.id) == "channel_not_found"
    assert error(client, "conversations.info", channel="leads") == "channel_not_found"
    members = client.conversations_members(channel=leads.id)["members"]
    assert set(members) == leads.members
    listed = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert {c["name"] for c in listed} == {"leads", "away", "board"}
    assert error(client, "conversations.list", types="dm") == "invalid_types"


def test_the_kind_of_channel_decides_the_scope(clock: Clock) -> None:
    with StandIn(manifest(without=("groups:read",)), now=clock) as slack:
        board = slack.add_channel("board", kind="private")
        answer = refusal(client_of(slack), "conversations.info", channel=board.id)
        assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:read")


def test_joining(slack: StandIn, client: WebClient) -> None:
    away = slack.add_channel("away", with_app=False)
    assert client.conversations_join(channel=away.id)["channel"]["is_member"] is True
    assert client.conversations_join(channel=away.id)["warning"] == "already_in_channel"
    board = slack.add_channel("board", kind="private")
    kind = error(client, "conversations.join", channel=board.id)
    assert kind == "method_not_supported_for_channel_type"
    slack.archive(away)
    assert error(client, "conversations.join", channel=away.id) == "is_archived"


def test_opening_direct_messages(slack: StandIn, client: WebClient, ann: User) -> None:
    first = client.conversations_open(users=ann.id)
    assert "already_open" not in first.data
    again = client.conversations_open(users=ann.id, return_im=True)
    assert again["already_open"] is True
    assert again["channel"]["user"] == ann.id
    assert again["channel"]["id"] == first["channel"]["id"] == slack.im(ann).id
    assert client.conversations_info(channel=slack.im(ann).id)["channel"]["is_im"] is True
    assert client.conversations_open(channel=slack.im(ann).id)["channel"]["id"] == slack.im(ann).id
    assert error(client, "conversations.open") == "users_list_not_supplied"
    assert error(client, "conversations.open", users="U404") == "user_not_found"
    assert error(client, "conversations.open", users=slack.bot_user_id) == "cannot_dm_bot"
    slack.deactivate(ann)
    assert error(client, "conversations.open", users=ann.id) == "user_disabled"


def test_uploading_a_file(slack: StandIn, client: WebClient, leads: Channel, ann: User) -> None:
    done = client.files_upload_v2(
        content=b"\x89PNG", filename="chart.png", title="Chart", channel=leads.id,
        initial_comment="Look",
    )  # fmt: skip
    file_id = done["files"][0]["id"]
    shared = slack.messages(leads)[-1]
    assert (shared.text, shared.files) == ("Look", [file_id])
    picture = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "Chart"}
    early = refusal(client, "views.publish", user_id=ann.id, view=home(picture))
    assert "invalid slack file" in early["response_metadata"]["messages"][0]
    assert client.files_info(file=file_id)["file"]["mimetype"] == ""
    assert client.files_info(file=file_id)["file"]["mimetype"] == "image/png"
    assert client.views_publish(user_id=ann.id, view=home(picture))["ok"]
    address = client.files_info(file=file_id)["file"]["url_private"]
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"\x89PNG"


def test_uploads_that_fail(slack: StandIn, client: WebClient, leads: Channel) -> None:
    assert error(client, "files.info", file="F404") == "file_not_found"
    assert error(client, "files.getUploadURLExternal", filename="a") == "missing_argument"
    long = "x" * 1001
    refused = error(client, "files.getUploadURLExternal", filename="a", length=1, alt_txt=long)
    assert refused == "alt_txt_too_large"
    ticket = client.files_getUploadURLExternal(filename="a.txt", length=3)
    files = json.dumps([{"id": ticket["file_id"]}])
    assert error(client, "files.completeUploadExternal", files=files) == "file_not_found"
    request = urllib.request.Request(ticket["upload_url"], b"abc")
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"OK - 3"
    away = slack.add_channel("away", with_app=False)
    unshared = error(client, "files.completeUploadExternal", files=files, channel_id=away.id)
    assert unshared == "not_in_channel"
    assert client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}])["ok"]
    assert error(client, "files.completeUploadExternal") == "invalid_arguments"
