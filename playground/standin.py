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
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from fastapi import FastAPI

from playground import manifest as manifests
from playground.admin import Admin, id_of
from playground.delivery import Deliveries, Delivery
from playground.faults import Faults
from playground.hand import Hand
from playground.openid import OpenId
from playground.server import Server
from playground.serving import Serving
from playground.sockets import Sockets
from playground.state import Change, Channel, Json, Message, Team, User, View
from playground.tickets import Tickets
from playground.workspace import Workspace

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


class StandIn(Admin):
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
        self.revoked = None
        self.file_looks = 1
        self.workspace = Workspace(Team("T0PLAYGRND", name, "playground"), now)
        self.bot_user_id = self._install_app()
        self.faults = Faults(now)
        self.tickets = Tickets(now)
        self.openid = OpenId(now)
        self.sockets = Sockets(self.app_id, lambda: self.faults.down)
        self.deliveries = Deliveries(self)
        self.offers: dict[tuple[str, str], list[Json]] = {}
        self.past_calls: deque[PastCall] = deque(maxlen=REMEMBERED)
        self.faults.when_down(self.sockets.drop_all)
        self._server = Server(self)
        self._serving: Serving | None = None

    def reset(self) -> None:
        """Go back to a new workspace with the app in it; who serves, listens and watches stays."""
        self.workspace = self.workspace.successor()
        self._install_app()
        self.faults.clear()
        self.tickets = Tickets(self.now)
        self.deliveries.url, self.revoked, self.file_looks = None, None, 1
        for memory in (self.deliveries.log, self.offers, self.past_calls):
            memory.clear()

    def _install_app(self) -> str:
        bot = User("U0PLAYGRND", self.manifest.bot_name, self.manifest.name, is_bot=True)
        return self.workspace.put_user(bot).id

    # ---- the workspace ----------------------------------------------------------------------

    def im(self, user: User | str) -> Channel:
        """The direct message between a person and the app; opened if it was not."""
        return self.workspace.open_im(id_of(user), self.bot_user_id)

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

    def hand(self, user: User | str) -> Hand:
        """A person's hand, to click and type with. Raises KeyError for an unknown id."""
        return Hand(self, self.workspace.users[id_of(user)].id)

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
