"""Socket Mode: the WebSocket side of delivery.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode. An app opens a one-time address
with apps.connections.open, is greeted with "hello", gets each envelope on one of at most ten
connections and acknowledges it by its envelope_id, with a payload where that is accepted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.faults import Faults
from playground.state import Json
from playground.workspace import Workspace

MAX_CONNECTIONS = 10
CLOSE_AFTER_SECONDS = 0.5


class NoConnection(Exception):
    """No connected socket could take the envelope, or it closed before it was acknowledged."""


@dataclass(eq=False)
class _Connection:
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    open: bool = True
    pending: dict[str, Future[Any]] = field(default_factory=dict)


class Sockets:
    """All connections of the app; `send` may be called from any thread."""

    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self._workspace, self._faults = workspace, faults
        self._connections: list[_Connection] = []
        self._turn = count()
        self._lock = threading.Lock()

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return sum(c.open for c in self._connections)

    async def serve(self, socket: WebSocket, key: str) -> None:
        """Hold one connection until it closes."""
        if self._faults.down or not self._workspace.tickets.use_socket(key):
            await socket.close(1008)
            return
        await socket.accept()
        if self.connected >= MAX_CONNECTIONS:
            await socket.send_text(self._disconnect("too_many_websockets"))
            await socket.close()
            return
        connection = _Connection(socket, asyncio.get_running_loop())
        # "hello" goes first: an envelope must not overtake it.
        await socket.send_text(self._hello())
        with self._lock:
            self._connections.append(connection)
        try:
            await self._read(connection)
        finally:
            self._drop(connection)

    async def _read(self, connection: _Connection) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                text = await connection.socket.receive_text()
                self._acknowledge(connection, text)

    def _acknowledge(self, connection: _Connection, text: str) -> None:
        try:
            answer = json.loads(text)
            envelope_id = answer["envelope_id"]
        except (ValueError, KeyError, TypeError):
            return
        waiting = connection.pending.pop(envelope_id, None)
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload"))

    def _drop(self, connection: _Connection) -> None:
        with self._lock:
            connection.open = False
            if connection in self._connections:
                self._connections.remove(connection)
        for waiting in list(connection.pending.values()):
            if not waiting.done():
                waiting.set_exception(NoConnection("the socket closed"))

    def send(self, envelope: Json) -> Future[Any]:
        """Send an envelope on the next connection; the future holds the acknowledged payload.

        Raises NoConnection, at once or from the future.
        """
        with self._lock:
            live = [c for c in self._connections if c.open]
            if not live:
                raise NoConnection("no socket is connected")
            connection = live[next(self._turn) % len(live)]
            waiting: Future[Any] = Future()
            connection.pending[envelope["envelope_id"]] = waiting
        sending = connection.socket.send_text(json.dumps(envelope))
        try:
            asyncio.run_coroutine_threadsafe(_quietly(sending), connection.loop)
        except RuntimeError as error:  # the loop is closed: the stand-in was stopped
            sending.close()
            raise NoConnection("the stand-in is stopped") from error
        return waiting

    def disconnect(self, reason: str = "refresh_requested") -> int:
        """Ask the app to reconnect (or tell it "link_disabled"); closes soon after. How many."""
        with self._lock:
            live = [c for c in self._connections if c.open]
        for connection in live:
            asyncio.run_coroutine_threadsafe(self._close(connection, reason), connection.loop)
        return len(live)

    async def _close(self, connection: _Connection, reason: str) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await connection.socket.send_text(self._disconnect(reason))
            connection.open = False  # nothing new goes out on it
            await asyncio.sleep(CLOSE_AFTER_SECONDS)
            await connection.socket.close()

    def drop_all(self) -> None:
        """Close every connection without a word, as a broken network does."""
        with self._lock:
            live = list(self._connections)
        for connection in live:
            connection.open = False
            closing = _quietly(connection.socket.close(1011))
            asyncio.run_coroutine_threadsafe(closing, connection.loop)

    def _hello(self) -> str:
        return json.dumps(
            {
                "type": "hello",
                "num_connections": self.connected + 1,
                "debug_info": {
                    "host": "applink-playground",
                    "build_number": 1,
                    "approximate_connection_time": 18060,
                },
                "connection_info": {"app_id": self._workspace.app.id},
            }
        )

    def _disconnect(self, reason: str) -> str:
        return json.dumps(
            {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-playground"}}
        )


async def _quietly(sending: Any) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await sending
