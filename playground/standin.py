"""The stand-in of Slack: one object that holds a workspace and serves it on this machine.

with StandIn(manifest) as slack:
    ann = slack.add_user("ann")
    leads = slack.add_channel("leads", members=[ann])
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    slack.deliver_to("http://127.0.0.1:3000/slack/events")  # or connect a socket
    slack.hand(ann).command("/lead", "mine", leads)
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

from fastapi import FastAPI

from playground import control
from playground import manifest as manifests
from playground.actor import Actor
from playground.delivery import Deliveries, Delivery
from playground.faults import Faults
from playground.methods import PastCall, WebApi
from playground.payloads import user_info
from playground.server import Server
from playground.serving import Serving
from playground.sockets import Sockets
from playground.state import App, Change, Channel, ChannelKind, Message, Team, User, View
from playground.workspace import Workspace

T = TypeVar("T")


class StandIn:
    """A workspace with the app installed in it.

    `manifest` is the app's parsed `manifest.json`; `now` gives Unix seconds and drives time
    stamps, triggers, response_urls and the pace (acknowledgements and the stamps of signatures are
    in real time). Raises BadManifest.

    `workspace` is all that it holds, `app` the app in it. `faults` makes things go wrong;
    `deliveries` is what was sent to the app, with its log; `sockets.disconnect()` asks the app to
    reconnect.
    """

    def __init__(
        self, manifest: dict[str, Any], *, now: Callable[[], float] = time.time, name: str = "Acme"
    ) -> None:
        self.app = App(manifests.read(manifest))
        self.bot_token, self.app_token = self.app.bot_token, self.app.app_token
        self.signing_secret, self.bot_user_id = self.app.signing_secret, self.app.bot_user_id
        self.workspace = Workspace(Team("T0PLAYGRND", name, "playground"), self.app, now)
        self.openid = self.workspace.openid
        self.faults = Faults(now)
        self.sockets = Sockets(self.workspace, self.faults)
        self.faults.when_down(self.sockets.drop_all)
        self.deliveries = Deliveries(self.workspace, self.faults, self.sockets)
        self.web_api = WebApi(self.workspace, self.faults)
        self._server = Server(self.workspace, self.faults, self.web_api, self.sockets)
        control.add_routes(self.asgi, self.workspace, self.faults, self.sockets, self.deliveries)
        self._serving: Serving | None = None

    def reset(self) -> None:
        """Empty the workspace; who serves, listens and watches stays."""
        self.workspace.reset()
        self.faults.clear()
        self.deliveries.url = None
        self.deliveries.log.clear()
        self.web_api.past_calls.clear()

    # ---- what an admin does: the app hears of what its manifest subscribes to ---------------

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
        ids = {id_of(member) for member in members}
        if with_app:
            ids.add(self.bot_user_id)
        return self.workspace.put_channel(
            Channel(
                channel_id or self.workspace.new_id("C"),
                name,
                kind,
                ids,
                is_ext_shared=is_ext_shared,
                topic=topic,
                created=int(self.workspace.now()),
            )
        )

    def archive(self, channel: Channel | str) -> None:
        """Archive a channel, and tell the app."""
        archived = self.channel(channel)
        archived.is_archived = True
        self.workspace.put_channel(archived)
        self.deliveries.event(
            {"type": "channel_archive", "channel": archived.id, "user": "USLACKBOT"}
        )

    def deactivate(self, user: User | str) -> None:
        """Deactivate a person, and tell the app."""
        self.change_user(user, deleted=True)

    def change_user(self, user: User | str, **fields: Any) -> User:
        """Change a person's fields (real_name, tz, email, deleted, …), and tell the app."""
        changed = self.workspace.users[id_of(user)]
        for name, value in fields.items():
            setattr(changed, name, value)
        self.workspace.put_user(changed)
        with_email = "users:read.email" in self.app.manifest.scopes
        info = user_info(changed, self.workspace, with_email=with_email)
        now = int(self.workspace.now())
        self.deliveries.event({"type": "user_change", "user": info, "cache_ts": now})
        return changed

    def set_status(self, user: User | str, emoji: str, text: str = "", ends: int = 0) -> None:
        """Give a person a status until a moment (Unix time; 0: for good), and tell the app."""
        info = user_info(self.workspace.users[id_of(user)], self.workspace, with_email=False)
        info["profile"] |= {
            "status_emoji": emoji, "status_text": text, "status_expiration": ends
        }  # fmt: skip
        now = int(self.workspace.now())
        self.deliveries.event({"type": "user_status_changed", "user": info, "cache_ts": now})

    def uninstall(self) -> None:
        """Remove the app from the workspace: its tokens stop working, and it is told."""
        tokens = {"oauth": [], "bot": [self.app.bot_user_id]}
        self.deliveries.event({"type": "tokens_revoked", "tokens": tokens})
        self.deliveries.event({"type": "app_uninstalled"})
        self.app.revoked = "account_inactive"

    # ---- the workspace ----------------------------------------------------------------------

    def channel(self, channel: Channel | str) -> Channel:
        """See `Workspace.channel`."""
        return self.workspace.channel(channel)

    def im(self, user: User | str) -> Channel:
        """The direct message between a person and the app; opened if it was not."""
        return self.workspace.open_im(id_of(user))

    def messages(self, channel: Channel | str) -> list[Message]:
        """What a channel's members see, oldest first, replies included; a name or id will do."""
        return self.workspace.messages(self.channel(channel).id)

    def thread(self, message: Message) -> list[Message]:
        """The replies below a message."""
        return self.workspace.thread(message.channel, message.thread_ts or message.ts)

    def visible(self, channel: Channel | str, user: User | str) -> list[Message]:
        """What one person sees in a channel: also what only they see."""
        return self.workspace.visible(self.channel(channel).id, id_of(user))

    def ephemerals(self, user: User | str) -> list[Message]:
        """The ephemeral messages that one person sees, oldest first."""
        return self.workspace.ephemerals(id_of(user))

    def home(self, user: User | str) -> View | None:
        """A person's Home tab, once the app has published it."""
        return self.workspace.homes.get(id_of(user))

    def modal(self, user: User | str) -> View | None:
        """The modal on top of a person's stack."""
        return self.workspace.top_modal(id_of(user))

    def hand(self, user: User | str) -> Actor:
        """A person, to click and type as them. Raises KeyError for an unknown id."""
        return Actor(self.workspace, self.deliveries, self.workspace.users[id_of(user)].id)

    @staticmethod
    def as_seen(message: Message) -> Message:
        """A copy of a message as it is now: to click later on an old card."""
        return copy.deepcopy(message)

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """See `Workspace.subscribe`."""
        return self.workspace.subscribe(callback)

    def wait_until(self, predicate: Callable[[], T | None], timeout: float = 60.0) -> T:
        """See `Workspace.wait_until`."""
        return self.workspace.wait_until(predicate, timeout)

    # ---- the app ----------------------------------------------------------------------------

    def deliver_to(self, url: str | None) -> None:
        """Deliver to this URL over HTTP, signed; None: over the socket that the app connects."""
        self.deliveries.url = url

    def calls(self, method: str) -> list[PastCall]:
        """The app's calls of a method, oldest first (the last 10,000 of all are remembered)."""
        return [call for call in list(self.web_api.past_calls) if call.method == method]

    def delivered(self, name: str) -> list[Delivery]:
        """The attempts to deliver a command, action_id, callback_id or event type."""
        return self.deliveries.named(name)

    # ---- serving ----------------------------------------------------------------------------

    @property
    def asgi(self) -> FastAPI:
        """The ASGI app, to mount more on."""
        return self._server.app

    @property
    def url(self) -> str:
        """Where it is served, without a slash at the end."""
        return self.workspace.url

    @property
    def api_url(self) -> str:
        """The base_url for slack_sdk's WebClient."""
        return f"{self.url}/api/"

    def start(self, port: int = 0) -> Self:
        """Serve on 127.0.0.1 in a thread of its own (0: any free port). Raises OSError."""
        self._serving = Serving(self.asgi, port)
        self.workspace.url = f"http://127.0.0.1:{self._serving.port}"
        self._serving.start()
        return self

    def stop(self, *, wait: bool = True) -> None:
        """Stop serving; the state stays readable. `wait` until connections are closed."""
        self.deliveries.stop()
        self._server.stop()
        if self._serving:
            self._serving.stop(wait=wait)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def id_of(user: User | str) -> str:
    """A person's id, from the person or the id."""
    return user if isinstance(user, str) else user.id
