"""A flood of what no good sender would do, and how good leads fare meanwhile.

`handoff run --web`, started with 1,024 open files allowed, as many systems do. While somebody sends
a good lead over a new connection every 20 ms, there come: bad posts, wrong keys, connections that
ask nothing, bodies that do not end, and the last two at once. Memory is the web process's.

    .venv/bin/python benchmarks/bench_flood.py
"""

import resource
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from benchmarks.figures import Table, percentile
from benchmarks.load import Line, at_pace, lead, lead_facts, post
from benchmarks.office import KEY, LOOPBACK, Process, open_office

BAD_POSTS = 5_000
WRONG_KEYS = 1_000
IDLE = 1_100
UNFINISHED = 300
SECONDS = 4.0
PER_SECOND = 50
FILES = 1_024

# One in 25 bad posts, and every body that does not end, is nearly as large as it may be.
_LARGE = 900_000

Flood = Callable[[int, ExitStack], None]


@dataclass(frozen=True)
class Measured:
    """A phase: seconds of each good lead, how many were not taken, and MiB afterwards."""

    seconds: list[float]
    failures: int
    memory: float


def main() -> None:
    """Run it and print the table."""
    table = Table(
        f"A flood: {BAD_POSTS:,} bad posts, {WRONG_KEYS:,} wrong keys, {IDLE:,} idle connections, "
        f"{UNFINISHED} unfinished bodies; {PER_SECOND} good leads a second meanwhile"
    )
    with open_office() as office:
        database = office.database()
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))  # the server inherits it
        server = office.handoff("--web", DATABASE_URL=database.url)
        server.wait()
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8 * FILES, hard), hard))
        _phase(server, "warm", _nothing)
        phases = {name: _phase(server, name, flood) for name, flood in _FLOODS.items()}
    for name, measured in phases.items():
        table.row(f"{name}: good leads, p50", "ms", [1000 * percentile(measured.seconds, 0.5)])
        table.row("  p99", "ms", [1000 * percentile(measured.seconds, 0.99)])
        table.row("  not taken", "leads", [measured.failures], most=0)
        table.row("  memory", "MiB", [measured.memory])
    table.print()


def _phase(server: Process, name: str, flood: Flood) -> Measured:
    """Good leads at a steady pace, until the flood has come and for some seconds at the least."""
    seconds: list[float] = []
    failures = rounds = 0
    with ThreadPoolExecutor(1) as pool, ExitStack() as connections:
        flooding = pool.submit(flood, server.port, connections)
        while not rounds or not flooding.done():
            failures += _good_leads(server.port, f"{name} {rounds}", seconds)
            rounds += 1
        flooding.result()
        memory = server.os.memory_info().rss / 2**20
    return Measured(seconds, failures, memory)


def _good_leads(port: int, name: str, seconds: list[float]) -> int:
    """Send them; how many were not taken."""
    failures: list[int] = []

    def send(number: int) -> None:
        started = time.monotonic()
        if _status(port, lead(f"{name} {number}")) != 202:
            failures.append(number)
        seconds.append(time.monotonic() - started)

    at_pace(send, PER_SECOND, SECONDS)
    return len(failures)


def _status(port: int, request: bytes) -> int:
    """The status of a request over a connection of its own; 0 where none came."""
    try:
        line = Line(port)
        try:
            return line.send(request).status
        finally:
            line.close()
    except (OSError, ValueError):
        return 0


# ---- the floods ---------------------------------------------------------------------------------


def _nothing(_port: int, _connections: ExitStack) -> None:
    """What it is like without one."""


def _bad_posts(port: int, _connections: ExitStack) -> None:
    bad = [
        post("/leads/api", {"email": "nobody"}),
        post("/leads/api", lead_facts("bad") | {"company": ["nested"]}),
        _post(b"[" * 2_000),
        _post(b'{"email": "\xff"}'),
    ]
    large = _post(b" " * _LARGE)
    _share(port, [large if n % 25 == 0 else bad[n % len(bad)] for n in range(BAD_POSTS)], 8)


def _wrong_keys(port: int, _connections: ExitStack) -> None:
    request = post("/leads/api", {}).replace(KEY.encode(), b"wrong-" + KEY[6:].encode())
    _share(port, [request] * WRONG_KEYS, 100)


def _idle(port: int, connections: ExitStack) -> None:
    for _ in range(IDLE):
        _open(port, connections)


def _unfinished(port: int, connections: ExitStack) -> None:
    request = _post(b" " * _LARGE, more=1_000)
    for _ in range(UNFINISHED):
        _open(port, connections, request)


def _both(port: int, connections: ExitStack) -> None:
    _idle(port, connections)
    _unfinished(port, connections)


_FLOODS: dict[str, Flood] = {
    "no flood": _nothing,
    "bad posts": _bad_posts,
    "wrong keys": _wrong_keys,
    "idle connections": _idle,
    "unfinished bodies": _unfinished,
    "idle and unfinished": _both,
    "afterwards": _nothing,
}


def _share(port: int, requests: list[bytes], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda request: _status(port, request), requests))


def _open(port: int, connections: ExitStack, sent: bytes = b"") -> None:
    """A connection that stays open as long as the server lets it."""
    client = socket.socket()
    connections.callback(client.close)
    client.settimeout(5)
    with suppress(OSError):
        client.connect((LOOPBACK, port))
        client.sendall(sent)


def _post(body: bytes, more: int = 0) -> bytes:
    """A request with a body as it is, or with one that lacks the last bytes."""
    head = (
        f"POST /leads/api HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body) + more}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    main()
