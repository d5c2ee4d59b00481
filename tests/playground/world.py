"""What the tests of the stand-in share: a manifest, a clock, clients, and ends of HTTP."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground.standin import StandIn

Connect = Callable[[App], None]
SCOPES = [
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:read",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
]
MANIFEST: dict[str, Any] = {
    "_metadata": {"major_version": 2},
    "display_information": {"name": "Handoff"},
    "features": {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "handoff"},
        "slash_commands": [
            {"command": "/lead", "description": "Leads", "usage_hint": "mine"},
            {"command": "/ask", "description": "Ask", "should_escape": True},
        ],
        "shortcuts": [
            {"name": "New lead", "type": "global", "callback_id": "lead.new", "description": "New"},
            {
                "name": "Make this a lead",
                "type": "message",
                "callback_id": "lead.from_message",
                "description": "From a message",
            },
        ],
    },
    "oauth_config": {"scopes": {"bot": SCOPES}},
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_home_opened", "channel_archive", "tokens_revoked", "user_change"]
        },
        "interactivity": {"is_enabled": True},
    },
}


def manifest(*, without: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> dict[str, Any]:
    """The manifest without some scopes, or with more."""
    changed = copy.deepcopy(MANIFEST)
    scopes = set(SCOPES) - set(without) | set(also)
    changed["oauth_config"]["scopes"]["bot"] = sorted(scopes)
    return changed


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.time = 1_790_000_000.0

    def __call__(self) -> float:
        return self.time


def client_of(slack: StandIn, token: str | None = None) -> WebClient:
    """A WebClient that never retries by itself."""
    token = slack.bot_token if token is None else token
    return WebClient(token, base_url=slack.api_url, retry_handlers=[])


def refusal(client: WebClient, method: str, **args: Any) -> Any:
    """The answer of a call that is refused, its arguments sent as JSON."""
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method, json=args)
    return caught.value.response


def error(client: WebClient, method: str, **args: Any) -> str:
    """The error string of a call that is refused."""
    return str(refusal(client, method, **args)["error"])


@dataclass
class Received:
    """A request as the app got it over HTTP."""

    headers: dict[str, str]
    body: str


@dataclass
class Endpoint:
    """An HTTP endpoint of an app: `answer` makes status, headers and body of each request."""

    answer: Callable[[Received], tuple[int, dict[str, str], bytes]]
    received: list[Received] = field(default_factory=list)
    url: str = ""


def handler_of(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    """The handler class of an endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            request = Received({k.lower(): v for k, v in self.headers.items()}, body)
            endpoint.received.append(request)
            status, headers, answer = endpoint.answer(request)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                pass  # Slack gave up waiting

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler


def bolt_endpoint(app: App) -> Endpoint:
    """A Bolt app behind HTTP."""

    def answer(request: Received) -> tuple[int, dict[str, str], bytes]:
        got = app.dispatch(BoltRequest(body=request.body, headers={**request.headers}))
        flat = {k: v[0] for k, v in got.headers.items() if k.lower() != "content-length"}
        return got.status, flat, (got.body or "").encode()

    return Endpoint(answer)


def connect_socket(app: App, slack: StandIn) -> SocketModeHandler:
    """Connect a Bolt app by slack_sdk's built-in client and wait until it is."""
    before = slack.sockets.connected
    handler = SocketModeHandler(app, slack.app_token)
    handler.connect()  # type: ignore[no-untyped-call]
    slack.wait_until(lambda: slack.sockets.connected > before)
    return handler


def close_socket(handler: SocketModeHandler, slack: StandIn) -> None:
    """Close it from both ends: the SDK's client alone waits three seconds for its own reading."""
    handler.client.auto_reconnect_enabled = False
    slack.sockets.drop_all()
    slack.wait_until(lambda: not handler.client.is_connected())
    handler.close()  # type: ignore[no-untyped-call]
