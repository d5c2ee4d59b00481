"""The Bolt app: what it listens to, and one error handler for everything that goes wrong.

Capabilities register plain functions of one `Incoming`. Action ids match exactly. What is not ours
is acknowledged in silence, because Slack counts a 404 as a failure.
"""

import logging
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View
from slack_sdk.signature import SignatureVerifier

from bot.errors import FieldErrors, HandoffError
from bot.jobs import Postpone
from bot.slack import errors
from bot.slack.client import Slack
from bot.slack.commands import Command, Commands
from bot.slack.incoming import Incoming

logger = logging.getLogger(__name__)

# Bolt's default of 5 threads queues clicks behind each other past Slack's 3 seconds.
_THREADS = 20

Listener = Callable[[Incoming], None]


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
        self.action_ids: set[str] = set()
        self.callback_ids: set[str] = set()
        self.shortcut_ids: set[str] = set()
        self.events: set[str] = set()
        self.commands = Commands()
        self._executor = ThreadPoolExecutor(_THREADS, "listener")
        self.bolt = App(
            client=WebClient(base_url=slack.web.base_url, retry_handlers=[]),
            authorize=lambda: self._identity,
            request_verification_enabled=False,  # `is_slack` checks before anything is parsed
            listener_executor=self._executor,
        )
        self.bolt.error(self._failed)

    def action(self, action_id: str, listener: Listener) -> None:
        """Listen to a button or another element of a message, a modal or the home tab."""
        self.action_ids.add(action_id)
        self.bolt.action(action_id)(self._bound(listener))

    def link(self, action_id: str) -> None:
        """Acknowledge a button that only opens an address."""
        self.action(action_id, lambda incoming: _acknowledge(incoming.ack))

    def submission(self, callback_id: str, listener: Listener) -> None:
        """Listen to a submitted modal."""
        self.callback_ids.add(callback_id)
        self.bolt.view(callback_id)(self._bound(listener))

    def closed(self, callback_id: str, listener: Listener) -> None:
        """Listen to a modal that was closed without being submitted (`notify_on_close`)."""
        self.bolt.view_closed(callback_id)(self._bound(listener))

    def shortcut(self, callback_id: str, listener: Listener) -> None:
        """Listen to a global or a message shortcut."""
        self.shortcut_ids.add(callback_id)
        self.bolt.shortcut(callback_id)(self._bound(listener))

    def event(self, kind: str, listener: Listener) -> None:
        """Listen to an event."""
        self.events.add(kind)
        self.bolt.event(kind)(self._bound(listener))

    def command(self, command: Command) -> None:
        """Listen to a slash command with one sub-command; see `bot.slack.commands`."""
        if self.commands.add(command):
            self.bolt.command(command.name)(self._bound(self.commands.dispatch))

    def close_door(self) -> None:
        """Acknowledge everything that nobody listens to; called once, after all registered."""
        anything = re.compile(".*")
        self.bolt.command(anything)(self._bound(_unknown_command))
        self.bolt.action(anything)(self._bound(_outdated))
        self.bolt.shortcut(anything)(self._bound(_outdated))
        for acknowledge in (self.bolt.view, self.bolt.options, self.bolt.view_closed):
            acknowledge(anything)(_acknowledge)
        self.bolt.event(anything)(_acknowledge)

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
        with errors.told_apart("apps.connections.open"):
            socket.connect()  # type: ignore[no-untyped-call]

    @property
    def is_connected(self) -> bool:
        """Whether the Socket Mode connection stands."""
        return self._socket is not None and bool(self._socket.client.is_connected())

    def stop(self) -> None:
        """Take no more, and let the listeners that run finish."""
        if self._socket is not None:
            self._socket.close()  # type: ignore[no-untyped-call]
        self._executor.shutdown(wait=True)

    def _bound(self, listener: Listener) -> Callable[..., None]:
        # Bolt hands over arguments by their names.
        def run(body: dict[str, Any], ack: Ack) -> None:
            listener(Incoming(body, ack, self.slack))

        return run

    def _failed(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Answer the person kindly wherever they were; log what was not theirs to mend."""
        incoming = Incoming(body, Ack(), self.slack)  # type: ignore[no-untyped-call]
        if isinstance(error, FieldErrors):
            return _json({"response_action": "errors", "errors": error.errors})
        sentence = _sentence(error)
        if body.get("type") == "view_submission":
            modal = _apology(sentence).to_dict()
            # Pushed over the form: what was typed is still below it.
            return _json({"response_action": "push", "view": modal})
        if "event" not in body:
            try:
                incoming.tell(sentence)
            except Exception:
                logger.exception("the person could not be told")
        return BoltResponse(status=200)


def _sentence(error: Exception) -> str:
    """What to say of an error: its own message, or a reference to what the log says."""
    if isinstance(error, HandoffError):
        return error.message
    reference = secrets.token_hex(4)
    logger.error("reference %s", reference, exc_info=error)
    if isinstance(error, Postpone):
        return f"Slack is slow to answer at the moment. Please try again (reference {reference})."
    return (
        "Sorry, something went wrong on our side, and nothing was changed. Please try again; "
        f"if it happens again, give your admin this reference: {reference}."
    )


def _apology(sentence: str) -> View:
    return View(
        type="modal", title="That did not work", close="Back", blocks=[SectionBlock(text=sentence)]
    )


def _json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=answer, headers={"Content-Type": "application/json"})


def _acknowledge(ack: Ack) -> None:
    ack()


def _unknown_command(incoming: Incoming) -> None:
    incoming.ack("I do not know this command. Try /handoff help.")


def _outdated(incoming: Incoming) -> None:
    incoming.ack()
    incoming.tell("This button is from an older version of Handoff and does nothing any more.")
