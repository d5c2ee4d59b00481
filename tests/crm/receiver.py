"""A receiver of webhooks, as somebody else's program is one: over HTTP, with the standard's own
verifier."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple

from standardwebhooks import Webhook


class Message(NamedTuple):
    """What came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return str(self.json["type"])

    def verify(self, secret: str) -> None:
        """Raises WebhookVerificationError."""
        Webhook(secret).verify(self.body, self.headers)


class Reply(NamedTuple):
    """What is answered."""

    status: int = 204
    headers: Mapping[str, str] = MappingProxyType({})
    drips: bool = False
    """The answer comes byte by byte, and never ends."""


class Inbox:
    """What came, and what is answered next; 204 where nothing is said."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/hook/s3cret-path"
        self.messages: list[Message] = []
        self.replies: list[Reply] = []
        self.by_id: dict[str, Reply] = {}
        self.ended = threading.Event()

    def reply_to(self, message: Message) -> Reply:
        if message.id in self.by_id:
            return self.by_id[message.id]
        return self.replies.pop(0) if self.replies else Reply()

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.messages]


@contextmanager
def receiving() -> Iterator[Inbox]:
    """A receiver that listens on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            message = Message({k.lower(): v for k, v in self.headers.items()}, body)
            inbox.messages.append(message)
            reply = inbox.reply_to(message)
            if reply.drips:
                while not inbox.ended.wait(0.01):
                    self.wfile.write(b"x")
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # they hung up

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    inbox = Inbox(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield inbox
    finally:
        inbox.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
