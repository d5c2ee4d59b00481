"""What a workspace consists of: the app, people, channels, messages, views and files, as data."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from playground.manifest import Manifest

Json: TypeAlias = dict[str, Any]
ChannelKind: TypeAlias = Literal["channel", "private", "im"]
ChangeKind: TypeAlias = Literal[
    "message", "message_changed", "message_deleted", "modal", "home", "user", "channel", "file",
    "delivery", "crm",
]  # fmt: skip


@dataclass(slots=True)
class Team:
    """The workspace itself."""

    id: str
    name: str
    domain: str


def _secret(prefix: str = "") -> Any:
    return field(default_factory=lambda: prefix + secrets.token_hex(16))


@dataclass(slots=True)
class App:
    """The app as it is installed: its manifest, its ids, and the secrets that it gets from Slack.

    `revoked` set to "token_revoked" or "account_inactive" makes every call fail so.
    """

    manifest: Manifest
    id: str = "A0PLAYGRND"
    bot_id: str = "B0PLAYGRND"
    bot_user_id: str = "U0PLAYGRND"
    bot_token: str = _secret("xoxb-")
    app_token: str = _secret("xapp-1-")
    signing_secret: str = _secret()
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12))
    revoked: str | None = None


@dataclass(slots=True)
class User:
    """A member: a person, or the app's bot user (`is_bot`). `tz` is an IANA zone name."""

    id: str
    name: str
    real_name: str
    tz: str = "Etc/UTC"
    email: str = ""
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    """A guest of several channels; `is_ultra_restricted` of one; `is_stranger` of another team."""
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    updated: int = 0


@dataclass(slots=True)
class Channel:
    """A conversation. `kind` "im" is a direct message between the app and one person."""

    id: str
    name: str
    kind: ChannelKind = "channel"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_ext_shared: bool = False
    topic: str = ""
    created: int = 0


@dataclass(slots=True)
class Message:
    """One message. `user` is its author; `bot_id` is set where an app posted it.

    `ephemeral_to` names the one person who sees it. `values` is what each person typed or chose in
    it and sees there (user id → block_id → action_id → value). `edited` is {"user", "ts"} once it
    was changed.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    bot_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edited: Json | None = None
    metadata: Json | None = None
    deleted: bool = False
    ephemeral_to: str | None = None
    files: list[str] = field(default_factory=list)
    values: dict[str, Json] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it stands in another message's thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True)
class View:
    """A modal or a home tab of one person.

    `values` is the state of its inputs (block_id → action_id → value, as Slack sends it in
    `view.state.values`); `errors` stand below their blocks (block_id → text); `notice` is what the
    client says of the whole modal, as when the app did not answer a submission in time.
    """

    id: str
    type: str
    user: str
    hash: str
    blocks: list[Json] = field(default_factory=list)
    title: Json | None = None
    submit: Json | None = None
    close: Json | None = None
    callback_id: str = ""
    private_metadata: str = ""
    external_id: str = ""
    clear_on_close: bool = False
    notify_on_close: bool = False
    submit_disabled: bool = False
    root_view_id: str = ""
    previous_view_id: str | None = None
    values: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    response_urls: list[Json] = field(default_factory=list)
    closed: bool = False


@dataclass(slots=True)
class File:
    """An uploaded file. `mimetype` stays empty until Slack has processed it."""

    id: str
    name: str
    user: str
    title: str = ""
    mimetype: str = ""
    data: bytes = b""
    created: int = 0
    length: int = 0
    complete: bool = False
    channels: list[str] = field(default_factory=list)
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """Something changed: what, and where (a channel, a person, a message's time stamp)."""

    kind: ChangeKind
    channel: str | None = None
    user: str | None = None
    ts: str | None = None
