"""Connections are limited in time, number and memory, and others are answered meanwhile."""

import pickle
import re
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Event

import httpx
import psutil
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from bot.web import Server
from bot.web.body import raw_body
from bot.web.connections import Connections, Limits, fit_open_files
from tests.web.conftest import KEY, Site
from tests.web.waiting import Clock, until

ASK = b"GET /ask HTTP/1.1\r\nHost: x\r\n\r\n"
MIB = 1024 * 1024


def post(path: str, length: int, body: bytes = b"", key: str = "") -> bytes:
    """A request with a body of this length, or with its beginning."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
    return f"{head}Authorization: Bearer {key}\r\n\r\n".encode() + body


class Flooded:
    """A server that can be flooded, and whose clock moves only when it is told to."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.clock = Clock()
        self.waiting = 0
        self.free = Event()

    def serve(self, app: FastAPI | None = None, **limits: int) -> None:
        """Serve, by default a small application, with other limits than the usual ones."""
        fitting = fit_open_files(Limits(interval=0.01, **limits))
        self.connections = Connections(fitting, self.clock)
        server = Server("127.0.0.1", 0, connections=self.connections)
        server.start(app or self._small())
        self.port = server.port
        self.stack.callback(server.stop)
        self.stack.callback(self.free.set)

    def _small(self) -> FastAPI:
        app = FastAPI()

        @app.get("/ask")
        async def ask() -> str:
            return "here"

        @app.get("/wait")
        def wait() -> None:
            self.waiting += 1
            self.free.wait()

        @app.post("/send")
        async def send(request: Request) -> int:
            return len(await raw_body(request))

        @app.post("/unread")
        async def unread() -> None: ...

        @app.get("/large")
        async def large() -> Response:
            return Response(b" " * 32 * MIB)

        @app.get("/stream")
        async def stream() -> StreamingResponse:
            async def chunks() -> AsyncIterator[bytes]:
                for _ in range(500):
                    yield b" " * 65_536

            return StreamingResponse(chunks())

        return app

    def open(self, sent: bytes = b"") -> socket.socket:
        """A connection over which this is sent, or as much of it as the server lets us."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.stack.callback(client.close)
        with suppress(OSError):
            client.sendall(sent)
        return client

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=60)

    def arrived(self, size: int) -> None:
        """So many bytes of unfinished requests are there."""
        until(lambda: self.connections.unfinished == size, f"{size} bytes did not arrive")

    def closed_in_time(self) -> None:
        """As time goes on, all connections are closed."""

        def closed() -> bool:
            self.clock.seconds += 1_000
            return self.connections.count == 0

        until(closed, "a connection stays open for ever")

    def opened(self, count: int) -> None:
        """So many connections are open."""
        until(lambda: self.connections.count == count, f"there are not {count} connections")


@pytest.fixture
def flooded() -> Iterator[Flooded]:
    with ExitStack() as stack:
        yield Flooded(stack)


def rest(client: socket.socket) -> bytes:
    """What the server still says until it closes."""
    received = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            received += part
    return received


def says(client: socket.socket, words: bytes) -> None:
    """The server says these words, in however many pieces."""
    received = b""
    while words not in received:
        received += _piece(client)


def answer_of(client: socket.socket) -> bytes:
    """The whole of the next answer, in however many pieces it comes."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _piece(client)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    assert length is not None, head
    while len(body) < int(length[1]):
        body += _piece(client)
    return head + b"\r\n\r\n" + body


def _piece(client: socket.socket) -> bytes:
    part = client.recv(65_536)
    assert part, "it was closed"
    return part


def asks(client: socket.socket) -> bool:
    """Whether a connection is still good for a request."""
    client.sendall(ASK)
    return answer_of(client).startswith(b"HTTP/1.1 200")


# ---- what takes too long ------------------------------------------------------------------------


def test_who_asks_nothing_is_closed_after_ten_seconds(flooded: Flooded) -> None:
    flooded.serve()
    old = flooded.open()
    flooded.opened(1)
    flooded.clock.seconds = 6
    young = flooded.open()
    flooded.opened(2)
    flooded.clock.seconds = 11
    assert rest(old) == b""
    assert asks(young)


def test_headers_must_be_complete_after_ten_seconds(flooded: Flooded) -> None:
    flooded.serve()
    slow = flooded.open(ASK[:5])
    flooded.arrived(5)
    for second in range(11):
        flooded.clock.seconds = second
        slow.sendall(ASK[5 + second :][:1])
        flooded.arrived(6 + second)
    flooded.clock.seconds = 11
    assert rest(slow).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert flooded.connections.unfinished == 0


def test_the_headers_of_a_second_request_too(flooded: Flooded) -> None:
    flooded.serve()
    client = flooded.open()
    assert asks(client)
    client.sendall(b"\r\n\r\nGET")
    flooded.arrived(7)
    flooded.clock.seconds = 16  # ten, and the five for which it may be idle
    assert rest(client).startswith(b"HTTP/1.1 408 ")


def test_a_byte_now_and_then_is_no_progress(flooded: Flooded) -> None:
    flooded.serve()
    head = post("/send", 1_000)
    slow = flooded.open(head)
    flooded.arrived(len(head))
    for second in range(1, 11):
        slow.sendall(b"x")
        flooded.arrived(len(head) + second)
        flooded.clock.seconds = second
    flooded.clock.seconds = 11
    assert rest(slow).startswith(b"HTTP/1.1 408 ")
    flooded.opened(0)


def test_a_large_body_may_take_its_time(flooded: Flooded) -> None:
    flooded.serve()
    stuck, head = flooded.open(post("/send", 1_000)), post("/send", 80_000)
    flooded.arrived(len(post("/send", 1_000)))
    steady = flooded.open(head + b"x" * 40_000)
    flooded.arrived(len(post("/send", 1_000)) + len(head) + 40_000)
    flooded.clock.seconds = 19  # 40,000 bytes have earned more than nine seconds
    assert rest(stuck).startswith(b"HTTP/1.1 408 ")
    steady.sendall(b"x" * 40_000)
    says(steady, b"80000")


def test_what_follows_an_early_answer_must_end_too(flooded: Flooded) -> None:
    flooded.serve()
    client = flooded.open(post("/unread", 1_000, b"x"))
    assert answer_of(client).startswith(b"HTTP/1.1 200 ")
    flooded.clock.seconds = 11
    assert rest(client) == b""  # and no second answer


@pytest.mark.parametrize("path", ["/large", "/stream"])
@pytest.mark.parametrize("more", ["", "Connection: close\r\n"])
def test_who_does_not_read_is_closed(flooded: Flooded, path: str, more: str) -> None:
    flooded.serve()
    client = flooded.open(f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
    assert client.recv(1_000)
    flooded.closed_in_time()


def test_an_application_may_take_its_time(flooded: Flooded) -> None:
    flooded.serve()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(flooded.get, "/wait")
        until(lambda: flooded.waiting == 1, "nobody waits")
        silent = flooded.open()
        flooded.opened(2)
        flooded.clock.seconds = 100
        assert rest(silent) == b""
        flooded.free.set()
        assert answer.result().status_code == 200


# ---- what is too much ---------------------------------------------------------------------------


def test_the_oldest_idle_connection_makes_room(flooded: Flooded) -> None:
    flooded.serve(connections=3)
    first, second, third = (flooded.open() for _ in range(3))
    flooded.opened(3)
    assert asks(first)  # now the second one has been idle for longest
    assert flooded.get("/ask").status_code == 200
    assert rest(second) == b""
    assert asks(first)
    assert asks(third)


def test_an_unfinished_request_makes_room_where_nobody_is_idle(flooded: Flooded) -> None:
    flooded.serve(connections=2)
    old, young = flooded.open(ASK[:5]), flooded.open(ASK[:5])
    flooded.arrived(10)
    assert flooded.get("/ask").status_code == 200
    assert rest(old) == b""
    young.sendall(ASK[5:])
    assert answer_of(young).startswith(b"HTTP/1.1 200 ")


def test_who_is_being_answered_is_not_closed_for_others(flooded: Flooded) -> None:
    flooded.serve(connections=2)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(flooded.get, "/wait") for _ in range(2)]
        until(lambda: flooded.waiting == 2, "nobody waits")
        refused = flooded.get("/ask")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "Try again" in refused.json()["detail"]
        flooded.free.set()
        assert [answer.result().status_code for answer in answers] == [200, 200]


def test_the_largest_unfinished_body_makes_room(flooded: Flooded) -> None:
    flooded.serve(unfinished=2 * MIB)
    small = flooded.open(post("/send", 200, b"x" * 100))
    large = [flooded.open(post("/send", MIB, b"x" * (MIB - 1))) for _ in range(5)]
    until(lambda: flooded.connections.count == 2, "too much is held")
    assert flooded.connections.unfinished <= 2 * MIB
    small.sendall(b"x" * 100)
    assert b"200" in answer_of(small)
    answers = [rest(client) for client in large[:4]]
    assert all(answer[:13] in (b"HTTP/1.1 503 ", b"") for answer in answers)


def test_headers_are_not_endless(flooded: Flooded) -> None:
    flooded.serve()
    for start in (ASK[:-2], b"GET /" + b"x" * 1_000, post("/unread", 0)[:-2] + b"X: "):
        client = flooded.open(start + b"x" * MIB)
        assert rest(client)[:13] in (b"HTTP/1.1 431 ", b"")
    chunked = b"POST /send HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    for framing in (b"1;" + b"x" * MIB, b"0\r\nX: " + b"x" * MIB, b"1\r\nx\r\n" * MIB):
        assert rest(flooded.open(chunked + framing))[:13] in (b"HTTP/1.1 431 ", b"")
    flooded.opened(0)


def test_requests_are_not_piled_up_on_one_connection(flooded: Flooded) -> None:
    flooded.serve()
    client = flooded.open(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n" + ASK * 100)
    assert rest(client).startswith(b"HTTP/1.1 400 ")
    several = flooded.open(ASK * 5)
    received = b""
    while received.count(b"HTTP/1.1 200 ") < 5:
        received += _piece(several)


# ---- a flood ------------------------------------------------------------------------------------


def test_a_flood_shuts_nobody_out_and_holds_no_memory(site: Site, flooded: Flooded) -> None:
    """1,100 connections that ask nothing, and 300 bodies of nearly 1 MiB that do not end."""
    flooded.serve(site.application.asgi)
    if fit_open_files(Limits(connections=3_000)).connections < 3_000:
        pytest.skip("this machine does not let a test open so many files")
    process = psutil.Process()
    before = process.memory_info().rss

    def answered(number: int) -> None:
        lead = {"email": "ada@example.com", "external_id": str(number)}
        headers = {"Authorization": f"Bearer {KEY}"}
        url = f"http://127.0.0.1:{flooded.port}/leads/api"
        assert httpx.post(url, json=lead, headers=headers, timeout=60).status_code == 202

    for number in range(1_100):
        flooded.open()
        if number % 100 == 0:
            answered(number)
    unfinished = post("/leads/api", MIB, b" " * 900_000, KEY)
    for number in range(300):
        flooded.open(unfinished)
        if number % 30 == 0:
            answered(2_000 + number)
    limits = flooded.connections.limits
    assert flooded.connections.count <= limits.connections
    assert flooded.connections.unfinished <= limits.unfinished
    assert process.memory_info().rss - before < 160 * MIB  # 260 were sent, 32 may be held
    flooded.closed_in_time()
    answered(3_000)
    assert len(site.submissions()) == 11 + 10 + 1


# ---- the process --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "raised", "connections"),
    [
        ((64, 512), (512, 512), 256),
        ((256, 4_096), (1_256, 4_096), 1_000),
        ((256, resource.RLIM_INFINITY), (1_256, resource.RLIM_INFINITY), 1_000),
        ((4_096, 4_096), None, 1_000),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None, 1_000),
    ],
)
def test_the_system_lets_us_open_as_many_as_we_take(
    monkeypatch: pytest.MonkeyPatch,
    allowed: tuple[int, int],
    raised: tuple[int, int] | None,
    connections: int,
) -> None:
    applied: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: allowed)
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: applied.append(limits))
    assert fit_open_files(Limits()).connections == connections
    assert applied == ([raised] if raised else [])


def test_the_limits_reach_processes_of_their_own() -> None:
    limits = Limits(connections=7)
    assert pickle.loads(pickle.dumps(Connections(limits))).limits == limits
