"""What an admin does in the workspace: add people and channels, change and remove them.

The app hears of what its manifest subscribes to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from playground.delivery import Deliveries
from playground.manifest import Manifest
from playground.payloads import user_info
from playground.state import Channel, ChannelKind, User
from playground.workspace import Workspace


class Admin:
    """The part of `StandIn` that sets up the workspace."""

    manifest: Manifest
    now: Callable[[], float]
    workspace: Workspace
    deliveries: Deliveries
    bot_user_id: str
    revoked: str | None

    def channel(self, channel: Channel | str) -> Channel:
        """A channel by object, id or name. Raises KeyError."""
        if isinstance(channel, Channel):
            return channel
        if found := self.workspace.channel_named(channel):
            return found
        raise KeyError(channel)

    def add_user(
        self,
        name: str,
        real_name: str | None = None,
        *,
        tz: str = "Etc/UTC",
        email: str | None = None,
        is_admin: bool = False,
        is_bot: bool = False,
        user_id: str | None = None,
    ) -> User:
        """Add a person; `name` is their handle, `tz` an IANA zone, the address made up if None."""
        return self.workspace.put_user(
            User(
                user_id or self.workspace.new_id("U"),
                name,
                real_name or name.replace(".", " ").title(),
                tz,
                f"{name}@example.com" if email is None else email,
                is_bot=is_bot,
                is_admin=is_admin,
            )
        )

    def add_channel(
        self,
        name: str,
        *,
        members: Iterable[User | str] = (),
        kind: ChannelKind = "channel",
        with_app: bool = True,
        topic: str = "",
        is_ext_shared: bool = False,
        channel_id: str | None = None,
    ) -> Channel:
        """Add a channel with its members (`with_app`: the app's bot user too)."""
        ids = {id_of(member) for member in members} | ({self.bot_user_id} if with_app else set())
        return self.workspace.put_channel(
            Channel(
                channel_id or self.workspace.new_id("C"),
                name,
                kind,
                ids,
                is_ext_shared=is_ext_shared,
                topic=topic,
                created=int(self.now()),
            )
        )

    def archive(self, channel: Channel | str) -> None:
        """Archive a channel, and tell the app."""
        found = self.channel(channel)
        found.is_archived = True
        self.workspace.put_channel(found)
        self.deliveries.event({"type": "channel_archive", "channel": found.id, "user": "USLACKBOT"})

    def deactivate(self, user: User | str) -> None:
        """Deactivate a person, and tell the app."""
        self.change_user(user, deleted=True)

    def change_user(self, user: User | str, **fields: Any) -> User:
        """Change a person's fields (real_name, tz, email, deleted, …), and tell the app."""
        found = self.workspace.users[id_of(user)]
        for name, value in fields.items():
            setattr(found, name, value)
        self.workspace.put_user(found)
        with_email = "users:read.email" in self.manifest.scopes
        info = user_info(found, self.workspace, with_email=with_email)
        self.deliveries.event({"type": "user_change", "user": info, "cache_ts": int(self.now())})
        return found

    def uninstall(self) -> None:
        """Remove the app from the workspace: its tokens stop working, and it is told."""
        tokens = {"oauth": [], "bot": [self.bot_user_id]}
        self.deliveries.event({"type": "tokens_revoked", "tokens": tokens})
        self.deliveries.event({"type": "app_uninstalled"})
        self.revoked = "account_inactive"


def id_of(user: User | str) -> str:
    """A person's id, from the person or the id."""
    return user if isinstance(user, str) else user.id
