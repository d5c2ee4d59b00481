"""A call of the Web API: its arguments, its token, and the errors and registry that methods share.

The order of checks is Slack's: token, kind of token, scope, arguments, then what they name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from playground.faults import Faults
from playground.state import App, Channel, Json, User
from playground.workspace import Workspace

READ_SCOPES = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}


class SlackError(Exception):
    """{"ok": false, "error": …}: the error string, and what else the answer says."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


class TooFast(Exception):
    """429: too many messages in one channel."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def refused(error: str, reasons: list[str]) -> SlackError:
    """An error with its reasons, as Slack gives them for blocks and views."""
    return SlackError(
        error, response_metadata={"messages": [f"[ERROR] {reason}" for reason in reasons]}
    )


@dataclass(slots=True)
class Call:
    """One call: the method's name, its arguments as sent, and the token it came with."""

    workspace: Workspace
    faults: Faults
    method: str
    args: Json
    token: str
    warnings: list[str] = field(default_factory=list)

    @property
    def app(self) -> App:
        """The app that calls."""
        return self.workspace.app

    def text(self, name: str, default: str = "") -> str:
        """A string argument; numbers count as strings, as in a form."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, bool | dict | list):
            raise SlackError("invalid_arguments")
        return str(value)

    def need(self, name: str) -> str:
        """A string argument that must be there. Raises SlackError."""
        value = self.text(name)
        if not value:
            raise refused("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean argument; "true" and "1" count in a form."""
        value = self.args.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        """A whole number. Raises SlackError."""
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise SlackError("invalid_arguments") from None

    def structure(self, name: str, error: str) -> Any:
        """A list or an object, given as such or as a JSON string. Raises SlackError(error)."""
        value = self.args.get(name)
        if isinstance(value, str):
            try:
                return json.loads(value) if value else None
            except ValueError:
                raise SlackError(error) from None
        return value

    def scope(self, *any_of: str) -> None:
        """Demand one of these scopes. Raises SlackError("missing_scope")."""
        held = self.app.manifest.scopes
        if not held.intersection(any_of):
            raise SlackError(
                "missing_scope", needed=",".join(any_of), provided=",".join(sorted(held))
            )

    def user(self, user_id: str, error: str = "user_not_found") -> User:
        """A member by id. Raises SlackError(error)."""
        user = self.workspace.users.get(user_id)
        if user is None:
            raise SlackError(error)
        return user

    def channel(self, name_or_id: str) -> Channel:
        """A conversation that the app may see, by id or name. Raises channel_not_found."""
        channel = self.workspace.channel_named(name_or_id)
        hidden = channel and channel.kind != "channel" and not self.is_member(channel)
        if channel is None or hidden:
            raise SlackError("channel_not_found")
        return channel

    def is_member(self, channel: Channel) -> bool:
        """Whether the app's bot user is in this conversation."""
        return self.app.bot_user_id in channel.members

    def page(self, items: list[Any], default_limit: int) -> tuple[list[Any], Json]:
        """The page of `items` that `cursor` and `limit` ask for, and its response_metadata."""
        limit = self.number("limit", default_limit)
        if not 1 <= limit <= 1000:
            raise SlackError("invalid_limit")
        cursor = self.text("cursor")
        start = 0
        if cursor:
            if not cursor.startswith("page:") or not cursor[5:].isdigit():
                raise SlackError("invalid_cursor")
            start = int(cursor[5:])
        following = f"page:{start + limit}" if start + limit < len(items) else ""
        return items[start : start + limit], {"response_metadata": {"next_cursor": following}}


Method: TypeAlias = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Entry:
    """A method, the scopes of which it needs one, and what token it takes.

    One that `proves_itself` looks at its caller on its own.
    """

    call: Method
    scopes: tuple[str, ...] = ()
    app_token: bool = False
    proves_itself: bool = False


METHODS: dict[str, Entry] = {}


def method(
    name: str, *scopes: str, app_token: bool = False, proves_itself: bool = False
) -> Callable[[Method], Method]:
    """Register a Web API method."""

    def register(function: Method) -> Method:
        METHODS[name] = Entry(function, scopes, app_token, proves_itself)
        return function

    return register
