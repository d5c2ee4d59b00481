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
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from fastapi import FastAPI

from bot.playground import manifest as manifests
from bot.playground.delivery import Deliveries, Delivery
from bot.playground.faults import Faults
from bot.playground.hand import Hand
from bot.playground.payloads import user_info
from bot.playground.server import Server
from bot.playground.serving import Serving
from bot.playground.sockets import Sockets
from bot.playground.state import (
    Change,
    Channel,
    ChannelKind,
    Json,
    Message,
    Team,
    User,
    View,
    Workspace,
)
from bot.playground.tickets import Tickets

T = TypeVar("T")
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class PastCall:
    """A Web API call that was handled; `error` is None where it went well."""

    method: str
    args: Json
    error: str | None
    at: float
    seconds: float


class StandIn:
    """A workspace with the app installed in it.

    `manifest` is the app's parsed `manifest.json`; `now` gives Unix seconds and drives time
    stamps, triggers, response_urls and the pace (acknowledgements and the stamps of signatures are
    in real time). Raises BadManifest.

    `faults` makes things go wrong; `deliveries` is what was sent to the app, with its log;
    `sockets.disconnect()` asks the app to reconnect. `file_looks` is how often files.info shows a
    new file without its mimetype. `revoked` set to "token_revoked" or "account_inactive" makes
    every call fail so.
    """

    def __init__(
        self, manifest: dict[str, Any], *, now: Callable[[], float] = time.time, name: str = "Acme"
    ) -> None:
        self.manifest = manifests.read(manifest)
        self.now = now
        self.bot_token = f"xoxb-{secrets.token_hex(16)}"
        self.app_token = f"xapp-1-{secrets.token_hex(16)}"
        self.signing_secret = secrets.token_hex(16)
        self.verification_token = secrets.token_hex(12)
        self.app_id, self.bot_id = "A0PLAYGRND", "B0PLAYGRND"
        self.revoked: str | None = None
        self.file_looks = 1
        self.workspace = Workspace(Team("T0PLAYGRND", name, "playground"), now)
        self.faults = Faults(now)
        self.tickets = Tickets(now)
        self.sockets = Sockets(self.app_id)
        self.deliveries = Deliveries(self)
        self.offers: dict[tuple[str, str], list[Json]] = {}
        self.past_calls: deque[PastCall] = deque(maxlen=REMEMBERED)
        self.faults.when_down(self.sockets.drop_all)
        bot = User("U0PLAYGRND", self.manifest.bot_name, self.manifest.name, is_bot=True)
        self.bot_user_id = self.workspace.put_user(bot).id
        self._server = Server(self)
        self._serving: Serving | None = None

    # ---- the workspace ----------------------------------------------------------------------

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
        ids = {_id(member) for member in members} | ({self.bot_user_id} if with_app else set())
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
        found = self.workspace.users[_id(user)]
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

    def channel(self, channel: Channel | str) -> Channel:
        """A channel by object, id or name. Raises KeyError."""
        if isinstance(channel, Channel):
            return channel
        if found := self.workspace.channel_named(channel):
            return found
        raise KeyError(channel)

    def im(self, user: User | str) -> Channel:
        """The direct message between a person and the app; opened if it was not."""
        return self.workspace.open_im(_id(user), self.bot_user_id)

    def messages(self, channel: Channel | str) -> list[Message]:
        """What a channel's members see, oldest first, replies included; a name or id will do."""
        return self.workspace.messages(self.channel(channel).id)

    def thread(self, message: Message) -> list[Message]:
        """The replies below a message."""
        return self.workspace.thread(message.channel, message.thread_ts or message.ts)

    def visible(self, channel: Channel | str, user: User | str) -> list[Message]:
        """What one person sees in a channel: also what only they see."""
        return self.workspace.visible(self.channel(channel).id, _id(user))

    def ephemerals(self, user: User | str) -> list[Message]:
        """The ephemeral messages that one person sees, oldest first."""
        return self.workspace.ephemerals(_id(user))

    def home(self, user: User | str) -> View | None:
        """A person's Home tab, once the app has published it."""
        return self.workspace.homes.get(_id(user))

    def modal(self, user: User | str) -> View | None:
        """The modal on top of a person's stack."""
        return self.workspace.top_modal(_id(user))

    def hand(self, user: User | str) -> Hand:
        """A person's hand, to click and type with. Raises KeyError for an unknown id."""
        return Hand(self, self.workspace.users[_id(user)].id)

    @staticmethod
    def as_seen(message: Message) -> Message:
        """A copy of a message as it is now: to click later on an old card."""
        return copy.deepcopy(message)

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """See `Workspace.subscribe`."""
        return self.workspace.subscribe(callback)

    def wait_until(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """See `Workspace.wait_until`."""
        return self.workspace.wait_until(predicate, timeout)

    # ---- the app ----------------------------------------------------------------------------

    def deliver_to(self, url: str | None) -> None:
        """Deliver to this URL over HTTP, signed; None: over the socket that the app connects."""
        self.deliveries.url = url

    def calls(self, method: str) -> list[PastCall]:
        """The app's calls of a method, oldest first (the last 10,000 of all are remembered)."""
        return [call for call in list(self.past_calls) if call.method == method]

    def remember_call(self, method: str, args: Json, error: str | None, started: float) -> None:
        """Note a handled call."""
        self.past_calls.append(
            PastCall(method, args, error, self.now(), time.monotonic() - started)
        )

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
        return f"http://127.0.0.1:{self._serving.port if self._serving else 0}"

    @property
    def api_url(self) -> str:
        """The base_url for slack_sdk's WebClient."""
        return f"{self.url}/api/"

    def start(self, port: int = 0) -> Self:
        """Serve on 127.0.0.1 in a thread of its own (0: any free port). Raises OSError."""
        self._serving = Serving(self.asgi, port)
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


def _id(user: User | str) -> str:
    return user if isinstance(user, str) else user.id
