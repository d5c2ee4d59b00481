"""An ASGI app served on 127.0.0.1 by uvicorn, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

START_SECONDS = 10.0
TRANSPORT = "playground.transport"


class DroppableProtocol(HttpToolsProtocol):
    """HTTP that lets a handler reset its connection, as a broken network does."""

    def on_message_begin(self) -> None:
        """Put the transport where the handler finds it."""
        super().on_message_begin()
        self.scope["state"] = {**self.scope.get("state", {}), TRANSPORT: self.transport}


class Dropped(Response):
    """Resets the connection instead of answering."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Break the connection."""
        transport = scope.get("state", {}).get(TRANSPORT)
        if transport is None:  # served by something else than our own server
            await super().__call__(scope, receive, send)
            return
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class _Server(uvicorn.Server):
    """Wakes up to stop, and once a second for the date header, instead of ten times a second."""

    async def main_loop(self) -> None:
        """Run until `wake` is called."""
        self.loop, self.wake_up = asyncio.get_running_loop(), asyncio.Event()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake_up.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop at once where no one is connected; else give connections their time."""
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        await self.lifespan.shutdown()

    def leave(self) -> None:
        """Stop soon; from any thread."""
        self.should_exit = True
        with contextlib.suppress(AttributeError, RuntimeError):  # not yet, or no longer, running
            self.loop.call_soon_threadsafe(self.wake_up.set)


class Serving:
    """One running server. Raises OSError where the port is taken or the app does not start."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=2048)
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                app,
                http=DroppableProtocol,
                ws="websockets-sansio",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="playground", daemon=True
        )

    def start(self) -> None:
        """Serve; returns once requests are taken."""
        self._thread.start()
        started = threading.Event()
        for _ in range(int(START_SECONDS / 0.002)):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            started.wait(0.002)
        raise OSError("the stand-in of Slack did not start")

    def stop(self, *, wait: bool = True) -> None:
        """Stop; `wait` until the last connection is closed."""
        self._server.leave()
        if wait:
            self._thread.join(START_SECONDS)
            self._socket.close()
