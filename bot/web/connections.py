"""Limits of connections, which uvicorn does not have: nobody keeps one open by sending, or reading,
nothing or hardly anything; and when there are too many, the oldest idle one makes room.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from math import inf
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.web.body import LARGEST

if sys.platform != "win32":
    import resource

# What a process opens beside connections: the database, Slack, files, the libraries' own.
_OTHER_FILES = 256


@dataclass(frozen=True)
class Limits:
    """What connections may take."""

    connections: int = 1_000
    """How many are open at once."""
    seconds: float = 10.0
    """How long headers may take, and a body beside what `rate` allows for its size."""
    rate: int = 4_096
    """Bytes a second at which a body comes and an answer is read, at the least."""
    overhead: int = 64 * 1024
    """Bytes of a request that are no body: headers, the framing of chunks, trailers."""
    unfinished: int = 32 * 1024 * 1024
    """Bytes held of all requests that have not come whole yet."""
    pipelined: int = 8
    """Requests that may wait on one connection behind the one that is being answered."""
    interval: float = 1.0
    """Seconds between two looks for what is overdue."""


def fit_open_files(limits: Limits) -> Limits:
    """The limits, with no more connections than the system lets this process open.

    Raises the soft limit of open files where it is too low for them; children inherit it.
    """
    if sys.platform == "win32":
        return limits
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = limits.connections + _OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return limits
    soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return replace(limits, connections=max(soft - _OTHER_FILES, soft // 2))


class Connections:
    """The open connections of a server; uvicorn calls it for the protocol of each new one."""

    def __init__(
        self, limits: Limits | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the limits, and a clock in seconds."""
        self.limits = limits or Limits()
        self.now = now
        self.unfinished = 0
        """Bytes held of requests that have not come whole."""
        self._open: dict[Connection, None] = {}  # in the order in which they became idle
        self._checks = False
        self._checked_at = -inf

    def __call__(self, **arguments: Any) -> "Connection":
        """The protocol of a new connection."""
        return Connection(self, **arguments)

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def add(self, connection: "Connection") -> None:
        """Take in a new one; where there are too many, another one is closed for it."""
        if self.count >= self.limits.connections and not self._close_oldest():
            connection.refuse(503, "Too many requests are being answered. Try again in a moment.")
            return
        self._open[connection] = None
        if not self._checks:
            self._checks = True
            connection.loop.call_later(self.limits.interval, self._check, connection.loop)

    def remove(self, connection: "Connection") -> None:
        """Forget one that is closed."""
        self._open.pop(connection, None)

    def became_idle(self, connection: "Connection") -> None:
        """One has been answered: now others have been idle for longer."""
        if connection in self._open:
            del self._open[connection]
            self._open[connection] = None

    def free_memory(self) -> None:
        """If unfinished requests hold too much together, close the one that holds most."""
        if self.unfinished > self.limits.unfinished:
            largest = max(self._open, key=lambda each: each.unfinished, default=None)
            if largest is not None:
                largest.refuse(503, "Too much is arriving. Send it again in a moment.")

    def _close_oldest(self) -> bool:
        """Close the oldest idle one, or else the oldest with an unfinished request."""
        oldest = next((each for each in self._open if each.is_idle), None)
        oldest = oldest or next((each for each in self._open if each.unfinished), None)
        if oldest is None:
            return False
        self.remove(oldest)
        oldest.transport.abort()
        return True

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close what was overdue at the last check already. Had this thread been held up before
        this one, what has arrived meanwhile would not have been read yet."""
        for connection in list(self._open):
            connection.check(self._checked_at)
        self._checked_at = self.now()
        self._checks = bool(self._open)
        if self._checks:
            loop.call_later(self.limits.interval, self._check, loop)


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with deadlines for the client to send and to read."""

    def __init__(self, connections: Connections, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.unfinished = 0
        """Bytes of the request that has not come whole; 0 between requests."""
        self._connections = connections
        self._limits = connections.limits
        self._body = 0  # how many of them are body
        self._expects_body = False
        self._read_deadline = inf  # none while a whole request is being answered
        self._write_deadline = inf  # none while the client reads as fast as we write

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked, and what was answered has gone out."""
        expects_answer = self.unfinished or self._read_deadline == inf
        return not expects_answer and not self.transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, and has some seconds for the headers of its first request."""
        super().connection_made(transport)
        self._read_deadline = self._connections.now() + self._limits.seconds
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by whom ever."""
        super().connection_lost(exc)
        self._connections.remove(self)
        self._release()

    def data_received(self, data: bytes) -> None:
        """Let uvicorn parse it, and hold it against the limits."""
        self.unfinished += len(data)
        self._connections.unfinished += len(data)
        super().data_received(data)
        if self.unfinished - 2 * self._body > self._limits.overhead:
            self.refuse(431, "The headers are too large.")
        self._connections.free_memory()

    def on_headers_complete(self) -> None:
        """The parser has the headers; a body may follow."""
        if len(self.pipeline) >= self._limits.pipelined:
            raise _TooManyAtOnce  # ends the parsing, and uvicorn answers 400
        super().on_headers_complete()
        self._expects_body = True
        self._read_deadline = self._connections.now() + self._limits.seconds

    def on_body(self, body: bytes) -> None:
        """The parser has a part of the body, which earns time for the next one."""
        super().on_body(body)
        self._body += len(body)
        if self._body <= LARGEST:
            self._read_deadline += len(body) / self._limits.rate

    def on_message_complete(self) -> None:
        """The parser has the whole request."""
        super().on_message_complete()
        self._expects_body = False
        self._read_deadline = inf
        self._release()
        self._wait_for_request()

    def on_response_complete(self) -> None:
        """The application has answered."""
        super().on_response_complete()
        self._wait_for_request()

    def pause_writing(self) -> None:
        """More waits to go out than the transport likes to hold."""
        super().pause_writing()
        self._write_deadline = self._deadline()

    def resume_writing(self) -> None:
        """Most of it has gone out."""
        super().resume_writing()
        self._write_deadline = inf

    def check(self, then: float) -> None:
        """Close it if a deadline had passed `then`."""
        if self.flow.read_paused:  # it is not the client who is slow
            self._read_deadline = max(self._read_deadline, then + self._limits.seconds)
        if self.transport.is_closing() and self._read_deadline == inf:
            self._read_deadline = self._deadline()
        if min(self._read_deadline, self._write_deadline) < then:
            self._time_out()

    def refuse(self, status: int, detail: str) -> None:
        """Answer, in place of the application, what has not come whole; then close."""
        self._release()
        if self.transport.is_closing():
            return
        if not self._is_unanswered:
            self.transport.abort()
            return
        if self._expects_body:
            self.cycle.disconnected = True  # the application reads no further, and says nothing
            self.cycle.message_event.set()
        self.transport.write(_response(status, detail))
        self.transport.close()
        self._read_deadline = self._deadline()

    @property
    def _is_unanswered(self) -> bool:
        """Whether the next answer is the one to the unfinished request."""
        if self._expects_body:
            return not self.cycle.response_started and not self.pipeline
        return self._read_deadline < inf

    def _time_out(self) -> None:
        reads = not self.transport.is_closing() and self._write_deadline == inf
        if self.unfinished and reads:
            self.refuse(408, "The request did not arrive in time.")
        else:  # nothing was asked, or what was asked for is not read
            self.transport.abort()

    def _wait_for_request(self) -> None:
        """Both the request and its answer are complete, or else this changes nothing."""
        if self.cycle.response_complete and not self._expects_body:
            self._read_deadline = self._deadline() + self.timeout_keep_alive
            self._connections.became_idle(self)

    def _deadline(self) -> float:
        """By when even a slow client has read what waits to go out."""
        waiting = self.transport.get_write_buffer_size() / self._limits.rate
        return self._connections.now() + self._limits.seconds + waiting

    def _release(self) -> None:
        self._connections.unfinished -= self.unfinished
        self.unfinished = self._body = 0


class _TooManyAtOnce(Exception):
    """Somebody sends requests without reading the answers."""


def _response(status: int, detail: str) -> bytes:
    body = json.dumps({"detail": detail}).encode()
    retry = "Retry-After: 5\r\n" if status == 503 else ""
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{retry}Connection: close\r\n\r\n"
    )
    return head.encode() + body
