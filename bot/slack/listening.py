"""The Bolt app: what it listens to, and one error handler for everything that goes wrong.

Capabilities register plain functions of one `Incoming`. Action ids match exactly. What is not ours
is acknowledged in silence, because Slack counts a 404 as a failure.

Bolt has one listener of each kind, which looks up ours: it asks its listeners one after the other,
and a few hundred of them cost 4 ms of each click (benchmarks/bench_click.py).
"""

import logging
import re
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple

from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.errors import AlreadySent, FieldErrors, HandoffError, OutdatedForm
from bot.slack import errors
from bot.slack.access import Access
from bot.slack.client import Sdk, Slack
from bot.slack.commands import Command, Commands
from bot.slack.incoming import Incoming
from bot.slack.message import view_json
from bot.slack.text import safe
from bot.slack.typed_input import typed_input
from bot.tasks import Postpone

logger = logging.getLogger(__name__)

# Bolt's default of 5 threads queues clicks behind each other past Slack's 3 seconds.
_THREADS = 20

_ANY = re.compile(".*")

Body = dict[str, Any]
Listener = Callable[[Incoming], None]


class Route(NamedTuple):
    """A listener, and for whom it is, which it checks itself; None: everybody."""

    listener: Listener
    access: Access | None = None

    def __call__(self, incoming: Incoming) -> None:
        """Let the listener take it."""
        self.listener(incoming)


Routes = dict[str, Route]


class Answer(NamedTuple):
    """What to answer an HTTP request of Slack."""

    status: int
    body: str
    headers: dict[str, str]


class Listening:
    """The Bolt app, and the face through which capabilities register their listeners."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self._identity = AuthorizeResult(
            enterprise_id=None, team_id=None, bot_token=slack.web.token
        )
        self._socket: SocketModeHandler | None = None
        self.actions: Routes = {}
        self.submissions: Routes = {}
        self.closings: Routes = {}
        self.shortcuts: Routes = {}
        self.events: Routes = {}
        self.commands = Commands()
        self._executor = ThreadPoolExecutor(_THREADS, "listener")
        self.bolt = App(
            name="handoff",  # else Bolt looks through the whole stack for one
            client=Sdk(None, slack.web.base_url, slack.web.ssl),
            authorize=lambda: self._identity,
            request_verification_enabled=False,  # `is_slack` checks before anything is parsed
            listener_executor=self._executor,
        )
        self.bolt.error(self._failed)
        self._register()

    def _register(self) -> None:
        """Register with Bolt for everything that comes."""
        bolt = self.bolt
        bolt.command(_ANY)(self._bound(self.commands.dispatch))
        bolt.action(_ANY)(self._bound(self.press))
        bolt.view(_ANY)(self._bound(self.submit))
        bolt.view_closed(_ANY)(self._one_of(self.closings, _callback_id, _acknowledge))
        bolt.shortcut(_ANY)(self._one_of(self.shortcuts, _callback_id, _outdated))
        bolt.event(_ANY)(self._one_of(self.events, _event, _acknowledge))
        bolt.options(_ANY)(self._bound(_acknowledge))

    def action(self, action_id: str, listener: Listener, access: Access | None = None) -> None:
        """Listen to a button or another element of a message, a modal or the home tab."""
        _put(self.actions, action_id, Route(listener, access))

    def submission(
        self, callback_id: str, listener: Listener, access: Access | None = None
    ) -> None:
        """Listen to a submitted modal."""
        _put(self.submissions, callback_id, Route(listener, access))

    def closed(self, callback_id: str, listener: Listener, access: Access | None = None) -> None:
        """Listen to a modal that was closed without being submitted (`notify_on_close`)."""
        _put(self.closings, callback_id, Route(listener, access))

    def shortcut(self, callback_id: str, listener: Listener, access: Access | None = None) -> None:
        """Listen to a global or a message shortcut."""
        _put(self.shortcuts, callback_id, Route(listener, access))

    def event(self, kind: str, listener: Listener) -> None:
        """Listen to an event."""
        _put(self.events, kind, Route(listener))

    def command(self, command: Command) -> None:
        """Listen to a slash command with one sub-command; see `bot.slack.commands`."""
        self.commands.add(command)

    def press(self, incoming: Incoming) -> None:
        """Let the listener of what was clicked take it; choosing in a menu of buttons is a click.

        Raises what the listener raises.
        """
        self.actions.get(incoming.action_id, Route(_outdated))(incoming)

    def submit(self, incoming: Incoming) -> None:
        """Let the listener of a submitted modal take it, if nothing is missing.

        Raises OutdatedForm where there is none, FieldErrors, and what the listener raises.
        """
        route = self.submissions.get(_callback_id(incoming.body))
        if route is None:
            raise OutdatedForm
        if empty := incoming.empty_fields:
            raise FieldErrors(dict.fromkeys(empty, "Please fill this in."))
        route(incoming)

    def identify(self, team_id: str, bot_user_id: str) -> None:
        """Say who we are, so that our own messages are not taken for someone's."""
        self._identity = AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_token=self.slack.web.token,
            bot_user_id=bot_user_id,
        )

    @staticmethod
    def is_slack(signing_secret: str, body: bytes, headers: dict[str, str]) -> bool:
        """Whether Slack signed this request within the last five minutes."""
        try:
            return SignatureVerifier(signing_secret).is_valid_request(body, headers)
        except (ValueError, TypeError):  # a stamp that is no number, a signature that is no ASCII
            return False

    def dispatch(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Let Bolt answer a request that came over HTTP; blocks up to Slack's 3 seconds."""
        request = BoltRequest(body=body.decode("utf-8", "replace"), headers=dict(headers))
        response = self.bolt.dispatch(request)
        return Answer(response.status, response.body, response.first_headers_without_set_cookie())

    def connect(self, app_token: str) -> None:
        """Receive over Socket Mode instead of HTTP; returns once connected.

        Raises what `Slack.call` raises.
        """
        socket = self._socket or SocketModeHandler(self.bolt, app_token, concurrency=_THREADS)
        self._socket = socket
        with errors.translated("apps.connections.open"):
            socket.connect()  # type: ignore[no-untyped-call]

    @property
    def is_connected(self) -> bool:
        """Whether the Socket Mode connection stands."""
        return self._socket is not None and bool(self._socket.client.is_connected())

    def stop(self) -> None:
        """Take no more, and let the listeners that run finish."""
        if self._socket is not None:
            _hang_up(self._socket.client)
            self._socket.close()  # type: ignore[no-untyped-call]
        self._executor.shutdown(wait=True)

    def _one_of(
        self, routes: Routes, name: Callable[[Body], str], otherwise: Listener
    ) -> Callable[..., None]:
        return self._bound(lambda it: routes.get(name(it.body), Route(otherwise))(it))

    def _bound(self, listener: Listener) -> Callable[..., None]:
        # Bolt hands over arguments by their names.
        def run(body: dict[str, Any], ack: Ack) -> None:
            listener(Incoming(body, ack, self.slack))

        return run

    def _failed(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Answer the person kindly wherever they were; log what was not theirs to mend."""
        incoming = Incoming(body, Ack(), self.slack)  # type: ignore[no-untyped-call]
        is_form = body.get("type") == "view_submission"
        if is_form and isinstance(error, FieldErrors) and (below := incoming.below(error.errors)):
            return _json({"response_action": "errors", "errors": below})
        sentence = _sentence(error, incoming)
        if is_form:
            return _json(_not_taken(error, sentence, incoming))
        if "event" not in body:
            try:
                incoming.tell(sentence)
            except Exception:
                logger.exception("the person could not be told")
        return BoltResponse(status=200)


def _hang_up(client: SocketModeClient) -> None:
    """Let the client's threads notice at once that we go: the one that reads does so for three
    seconds otherwise, and the one that hands on what came waits a second for more."""
    client.auto_reconnect_enabled = False
    client.closed = True
    client.message_queue.put(None)
    session = client.current_session
    if session is not None and session.sock is not None:
        with suppress(OSError):
            session.sock.shutdown(socket.SHUT_RDWR)


def _sentence(error: Exception, incoming: Incoming) -> str:
    """What to say of an error: its own message, or a reference to what the log says."""
    if isinstance(error, HandoffError):
        return error.message
    if isinstance(error, errors.TriggerExpired):
        logger.warning("a modal came too late: %s", error)
        return f"Slack was slow just now, so the form could not open. Please {_again(incoming)}."
    reference = secrets.token_hex(4)
    logger.error("reference %s", reference, exc_info=error)
    if isinstance(error, Postpone):
        return f"Slack is slow to answer at the moment. Please try again (reference {reference})."
    return (
        "Sorry, something went wrong on our side, and nothing was changed. Please try again; "
        f"if it happens again, give your admin this reference: {reference}."
    )


def _again(incoming: Incoming) -> str:
    """How to do the same once more."""
    body = incoming.body
    if "command" in body:
        command = f"{body['command']} {incoming.words}".strip()
        return f"type `{safe(command, 100)}` again"
    if label := incoming.label:
        return f"press *{safe(label, 80)}* again"
    return "try again"


def _not_taken(error: Exception, sentence: str, incoming: Incoming) -> dict[str, Any]:
    """How to answer a form: the sentence over it, so that what was typed is still below; where it
    cannot be sent again, or there is no room for one more modal, in its place and with that."""
    if isinstance(error, AlreadySent):
        return {"response_action": "update", "view": view_json(_modal("Already saved", sentence))}
    if isinstance(error, OutdatedForm) or incoming.is_deepest:
        modal = typed_input(sentence, incoming.body["view"])
        return {"response_action": "update", "view": view_json(modal)}
    over = _modal("That did not work", sentence, close="Back")
    return {"response_action": "push", "view": view_json(over)}


def _modal(title: str, sentence: str, close: str = "Close") -> View:
    return View(type="modal", title=title, close=close, blocks=[SectionBlock(text=sentence)])


def _json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=answer, headers={"Content-Type": "application/json"})


def _put(routes: Routes, name: str, route: Route) -> None:
    assert name not in routes, name
    routes[name] = route


def _callback_id(body: Body) -> str:
    return str(body["callback_id"] if "callback_id" in body else body["view"]["callback_id"])


def _event(body: Body) -> str:
    return str(body["event"]["type"])


def _acknowledge(incoming: Incoming) -> None:
    incoming.ack()


def _outdated(incoming: Incoming) -> None:
    incoming.ack()
    incoming.tell("This button is from an older version of Handoff and does nothing any more.")
