"""A stand-in of Slack a test, and a Bolt app to talk to, in both modes of delivery."""

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from playground.standin import StandIn
from playground.state import Channel, User
from tests.playground.world import (
    MANIFEST,
    Clock,
    Connect,
    Endpoint,
    bolt_endpoint,
    client_of,
    close_socket,
    connect_socket,
    handler_of,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[StandIn]:
    running = StandIn(MANIFEST, now=clock).start()
    yield running
    running.stop(wait=False)


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return client_of(slack)


@pytest.fixture
def ann(slack: StandIn) -> User:
    return slack.add_user("ann", "Ann Archer", tz="Europe/Berlin")


@pytest.fixture
def bob(slack: StandIn) -> User:
    return slack.add_user("bob")


@pytest.fixture
def leads(slack: StandIn, ann: User, bob: User) -> Channel:
    return slack.add_channel("leads", members=[ann, bob])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


@pytest.fixture
def serve() -> Iterator[Callable[[Endpoint], Endpoint]]:
    """Serve an endpoint on the loopback address."""
    servers: list[ThreadingHTTPServer] = []

    def start(endpoint: Endpoint) -> Endpoint:
        server = _Server(("127.0.0.1", 0), handler_of(endpoint))
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        endpoint.url = f"http://127.0.0.1:{server.server_port}/slack/events"
        return endpoint

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def app(slack: StandIn) -> App:
    """A Bolt app without listeners, connected to nothing yet."""
    return App(
        client=client_of(slack),
        signing_secret=slack.signing_secret,
        token_verification_enabled=False,
    )


@pytest.fixture(params=["http", "socket"])
def connect(
    request: pytest.FixtureRequest, slack: StandIn, serve: Callable[[Endpoint], Endpoint]
) -> Iterator[Connect]:
    """Connect a Bolt app, over HTTP and over a socket."""
    handlers: list[SocketModeHandler] = []

    def over_http(app: App) -> None:
        slack.deliver_to(serve(bolt_endpoint(app)).url)

    def over_socket(app: App) -> None:
        handlers.append(connect_socket(app, slack))

    yield over_http if request.param == "http" else over_socket
    for handler in handlers:
        close_socket(handler, slack)


@pytest.fixture(autouse=True)
def _patient() -> None:
    """Slack is as impatient here as it is; that is what these tests are about."""
