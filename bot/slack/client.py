"""The way to Slack: the only place that builds a WebClient.

Nothing is retried here: the durable work decides that, because a retried post can double a message.
"""

import logging
from collections.abc import Mapping
from ssl import SSLContext, create_default_context
from typing import IO, Any

import httpx
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.retry_after import retry_after
from bot.slack import errors
from bot.slack.message import Message

# Longer than Slack takes, shorter than a person waits.
_TIMEOUT_SECONDS = 10

# The methods that write take JSON; those that read take parameters only (the SDK does the same).
_TAKES_JSON = ("chat.", "views.")

# Nothing that a lead wrote is parsed for mentions or unfurled.
_QUIET: dict[str, Any] = {"parse": "none", "link_names": False}
_NO_UNFURL: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}

# What we read of an answer that is ok. One without it is a proxy's, or half of Slack's.
_HOLDS: Mapping[str, Mapping[str, type]] = {
    "apps.connections.open": {"url": str},
    "auth.test": {"team_id": str, "team": str, "user_id": str},
    "chat.postMessage": {"channel": str, "ts": str},
    "conversations.info": {"channel": dict},
    "conversations.list": {"channels": list},
    "conversations.members": {"members": list},
    "conversations.open": {"channel": dict},
    "files.completeUploadExternal": {"files": list},
    "files.getUploadURLExternal": {"upload_url": str, "file_id": str},
    "files.info": {"file": dict},
    "openid.connect.token": {"id_token": str, "access_token": str},
    "openid.connect.userInfo": {"sub": str},
    "users.info": {"user": dict},
}

SILENT = logging.getLogger(f"{__name__}.sdk")
"""What the SDK logs of an answer repeats it, with whatever personal data it holds; we say ourselves
what went wrong (`bot.slack.errors`)."""
SILENT.setLevel(logging.CRITICAL + 1)


class Sdk(WebClient):
    """Slack's own client, which raises what `bot.slack.errors` has, and never tries again.

    Raises RateLimited, SlackDown, or a kind of SlackRefused.
    """

    def __init__(self, token: str | None, base_url: str, ssl: SSLContext | None = None) -> None:
        super().__init__(
            token=token, base_url=base_url, timeout=_TIMEOUT_SECONDS, retry_handlers=[],
            # Without a context of ours each call would read the machine's certificates anew.
            ssl=ssl or create_default_context(), logger=SILENT,
        )  # fmt: skip

    def api_call(self, api_method: str, **options: Any) -> SlackResponse:
        """Call a method; the answer is ok, and holds what we read of it."""
        with errors.translated(api_method):
            answer = super().api_call(api_method, **options)
        if not isinstance(answer.data, dict):
            raise errors.down(api_method, "the answer is no object")
        for name, kind in _HOLDS.get(api_method, {}).items():
            if not isinstance(answer.data.get(name), kind):
                raise errors.down(api_method, f"the answer has no {name}")
        return answer


class Slack:
    """Slack's Web API with typed errors (`bot.slack.errors`)."""

    def __init__(self, token: str, base_url: str) -> None:
        self.web = Sdk(token, base_url)

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method of the Web API and return its answer.

        Raises RateLimited, SlackDown, or a kind of SlackRefused.
        """
        writes = method.startswith(_TAKES_JSON)
        response = self.web.api_call(
            method, json=arguments if writes else None, params=None if writes else arguments
        )
        assert isinstance(response.data, dict)
        return response.data

    def post(self, target: str, message: Message, thread_ts: str | None = None) -> tuple[str, str]:
        """Post to a channel or a person; returns the message's place, `(channel, ts)`."""
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        arguments = {"channel": target, **_QUIET, **_NO_UNFURL, **thread}
        answer = self._send("chat.postMessage", message, arguments)
        return str(answer["channel"]), str(answer["ts"])

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Redraw a message where it stands."""
        self._send("chat.update", message, {"channel": channel, "ts": ts, **_QUIET})

    def publish(self, slack_user_id: str, home: Message) -> None:
        """Put a person's home tab; it has blocks and no text."""
        view = {"type": "home", "blocks": home.blocks}
        self.call("views.publish", user_id=slack_user_id, view=view)

    def channel_id(self, channel: str) -> str:
        """The ID of a channel that is given by its ID or its #name.

        Raises NeedsAdmin (`channel_not_found`) for a name that no visible channel has.
        """
        if not channel.startswith("#"):
            return channel
        cursor = ""
        while True:
            page = self.call(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor,
            )
            for each in page["channels"]:
                if each["name"] == channel.removeprefix("#"):
                    return str(each["id"])
            cursor = _next_cursor(page)
            if not cursor:
                raise errors.NeedsAdmin("conversations.list", "channel_not_found", channel)

    def channel(self, channel: str) -> dict[str, Any]:
        """What Slack says of a channel by its ID, such as whether it `is_member`: we are in it.
        Empty for a private channel that we are not in. Raises what `call` raises."""
        try:
            found: dict[str, Any] = self.call("conversations.info", channel=channel)["channel"]
        except errors.NeedsAdmin as error:
            if error.code != "channel_not_found":
                raise
            return {}
        return found

    def members(self, channel: str) -> list[str]:
        """The IDs of all who are in a channel. Raises what `call` raises."""
        user_ids: list[str] = []
        cursor = ""
        while True:
            page = self.call("conversations.members", channel=channel, limit=200, cursor=cursor)
            user_ids += page["members"]
            cursor = _next_cursor(page)
            if not cursor:
                return user_ids

    def download(self, file_id: str, into: IO[bytes], most_bytes: int) -> None:
        """Fetch a file that somebody shared with us, as it is.

        Raises TooLarge, and what `call` raises.
        """
        file = self.call("files.info", file=file_id)["file"]
        if int(file.get("size") or 0) > most_bytes:
            raise errors.TooLarge("files.info", "file_too_large")
        headers = {"Authorization": f"Bearer {self.web.token}"}
        with (
            errors.translated("files.download"),
            httpx.stream(
                "GET", file["url_private_download"], headers=headers, timeout=_TIMEOUT_SECONDS
            ) as answer,
        ):
            if answer.status_code == 429:
                raise errors.RateLimited(retry_after(answer.headers, 1.0), "files.download")
            # Whom Slack does not know is led to a page to sign in.
            if answer.is_redirect or answer.is_client_error:
                raise errors.NeedsAdmin("files.download", f"http_{answer.status_code}")
            answer.raise_for_status()
            into.writelines(answer.iter_bytes())

    def upload(
        self, channel: str, name: str, content: bytes, comment: str, *, thread_ts: str | None = None
    ) -> None:
        """Share a file, with a sentence, in a channel or in one of its threads."""
        with errors.translated("files.upload"):
            self.web.files_upload_v2(
                channel=channel, filename=name, content=content, initial_comment=comment,
                thread_ts=thread_ts,
            )  # fmt: skip

    def _send(self, method: str, message: Message, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.call(method, **arguments, text=message.text, blocks=message.blocks)
        except errors.BadMessage:
            # Charts are young: where a workspace does not know them yet, the rest still arrives.
            if not message.has_charts:
                raise
            return self.call(method, **arguments, text=message.text, blocks=message.without_charts)


def _next_cursor(page: dict[str, Any]) -> str:
    """Where the next page of a list begins; empty after the last one."""
    metadata = page.get("response_metadata")
    return str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""
