"""Load from processes of its own: raw HTTP over keep-alive connections, so cheap that it hardly
takes anything from the cores that it measures."""

import json
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Literal, NamedTuple, TypeAlias
from zlib import crc32

import psycopg

from benchmarks.office import FORM_KEY, KEY, LOOPBACK
from bot.sources import SOURCES, Request, Source
from tests.sources.signing import VENDORS

PROCESSES = 2
KNOWN = 20
"""So many people of each connection come again; all have been there by then."""

People: TypeAlias = Literal["new", "known", "repeated"]


@dataclass(frozen=True)
class Outcome:
    """What a round of load brought: seconds per answer, and how many were not as they should."""

    seconds: list[float]
    failures: int
    elapsed: float

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return (len(self.seconds) - self.failures) / self.elapsed


class Answer(NamedTuple):
    """An answer's status and body."""

    status: int
    body: bytes


class Line:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> Answer:
        """Send one request, and read the whole answer."""
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head = answer[:end].lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        while len(answer) < end + 4 + length:
            answer += self._more()
        return Answer(int(head.split(b" ", 2)[1]), answer[end + 4 :])

    def _more(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part

    def close(self) -> None:
        self._socket.close()


def lead_facts(external_id: str, company: str = "Analytical Engines") -> dict[str, str]:
    """What a website would send of one visitor; each external id is another person."""
    name = external_id.replace(" ", "-")
    return {
        "external_id": external_id,
        "email": f"{name}@example.com",
        "phone": f"+49 30 {901_000_000 + crc32(name.encode()) % 90_000_000}",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "company": company,
        "message": "Please call me about the spring offer. Mornings are best.",
        "utm_campaign": "spring-offer",
        "landing_url": "https://example.com/spring?utm_source=search&utm_medium=cpc",
    }


def lead(external_id: str, company: str = "Analytical Engines", *, of: str = "") -> bytes:
    """A request that sends one lead; `of` is the external id of an earlier one of this person."""
    return post("/leads/api", lead_facts(of or external_id, company) | {"external_id": external_id})


def post(path: str, facts: object) -> bytes:
    """A JSON request with the benchmark's key."""
    body = json.dumps(facts).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def hook(slug: str, name: str) -> bytes:
    """A request of this source with its example lead, who is somebody else each time."""
    source = SOURCES[slug]
    path = f"/leads{source.path}".replace("{key}", KEY if slug in VENDORS else FORM_KEY)
    sent = Request(_renamed(source, name), {"content-type": source.content_type})
    if slug in VENDORS:
        now, url = datetime.now(UTC), f"http://{LOOPBACK}{path}"
        sent = VENDORS[slug].sign(source, sent.body, KEY, now, url)
    headers = {"authorization": f"Bearer {KEY}"} | dict(sent.headers)
    lines = [f"POST {path} HTTP/1.1", f"Host: {LOOPBACK}", f"Content-Length: {len(sent.body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "\r\n"]).encode() + sent.body


def _renamed(source: Source, name: str) -> bytes:
    """The example with another id, of the same length, another address and another phone."""
    number = str(crc32(name.encode()) + 10**10)
    [example] = source.parse(source.example, source.content_type)
    body = source.example.replace(b"ada", number.encode())
    body = body.replace(b"30 23125001", f"30 {number[-8:]}".encode())
    if example.external_id:
        size = len(example.external_id)
        other = number.rjust(size, "1")[-size:] if size >= len(number) else number
        body = body.replace(example.external_id.encode(), other.encode())
    return body


class Load:
    """Processes that make load; the caller's own does nothing meanwhile."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def leads(
        self, port: int, name: str, connections: int, seconds: float, people: People = "new"
    ) -> Outcome:
        """Leads as fast as they are taken, `connections` at once; `name` makes them new.

        Afterwards, with the same name: other leads of the same people, who are "known" by then, or
        the very same leads "repeated".
        """
        return self._share(_send_leads, (port, people), name, connections, seconds)

    def hooks(self, port: int, slug: str, name: str, connections: int, seconds: float) -> Outcome:
        """New leads as this source sends them, signed."""
        return self._share(_send_hooks, (port, slug), name, connections, seconds)

    def commits(self, database: str, connections: int, seconds: float) -> Outcome:
        """Transactions of one small insert as fast as they are committed."""
        return self._share(_commit, database, "", connections, seconds)

    def _share(
        self,
        work: Callable[..., Outcome],
        target: object,
        name: str,
        connections: int,
        seconds: float,
    ) -> Outcome:
        start = time.monotonic() + 0.2
        shares = [
            self._pool.submit(
                work, target, f"{name}-{number}", connections // PROCESSES, start, seconds
            )
            for number in range(PROCESSES)
        ]
        outcomes = [share.result() for share in shares]
        return Outcome(
            [second for outcome in outcomes for second in outcome.seconds],
            sum(outcome.failures for outcome in outcomes),
            max(outcome.elapsed for outcome in outcomes),
        )


def at_pace(
    work: Callable[[int], None], per_second: float, seconds: float, threads: int = 32
) -> None:
    """Call `work` with 0, 1, 2 … at a steady pace, whether or not the calls before have ended."""
    start = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        calls = []
        for number in range(int(per_second * seconds)):
            time.sleep(max(0.0, start + number / per_second - time.monotonic()))
            calls.append(pool.submit(work, number))
    for call in calls:
        call.result()


@contextmanager
def open_load() -> Iterator[Load]:
    """Start the processes; they end with the block."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        list(pool.map(time.sleep, [0.1] * PROCESSES))
        yield Load(pool)


def _send_leads(
    target: tuple[int, People], name: str, connections: int, start: float, seconds: float
) -> Outcome:
    port, people = target

    def request(number: int, index: int) -> bytes:
        if people == "new":
            return lead(f"{name}-{number}-{index}")
        who = f"{name}-{number}-{index % KNOWN}"
        return lead(who if people == "repeated" else f"{who}-again-{index}", of=who)

    def send(number: int) -> Iterator[bool]:
        line = Line(port)
        for index in count():
            yield line.send(request(number, index)).status == 202
        line.close()

    return _closed_loop(send, connections, start, seconds)


def _send_hooks(
    target: tuple[int, str], name: str, connections: int, start: float, seconds: float
) -> Outcome:
    port, slug = target

    def send(number: int) -> Iterator[bool]:
        line = Line(port)
        for index in count():
            yield line.send(hook(slug, f"{name}-{number}-{index}")).status < 400
        line.close()

    return _closed_loop(send, connections, start, seconds)


def _commit(database: str, _name: str, connections: int, start: float, seconds: float) -> Outcome:
    def send(_number: int) -> Iterator[bool]:
        with psycopg.connect(database, autocommit=True) as connection:
            while True:
                connection.execute("INSERT INTO bench_commit (note) VALUES (%s)", ["hello"])
                yield True

    return _closed_loop(send, connections, start, seconds)


def _closed_loop(
    send: Callable[[int], Iterator[bool]], connections: int, start: float, seconds: float
) -> Outcome:
    """Each connection sends its next request when the last one was answered, until time is up."""
    took: list[list[float]] = [[] for _ in range(connections)]
    failures = [0] * connections
    end = start + seconds

    def run(number: int) -> None:
        answers = send(number)
        time.sleep(max(0.0, start - time.monotonic()))
        while (before := time.monotonic()) < end:
            failures[number] += not next(answers)
            took[number].append(time.monotonic() - before)

    threads = [threading.Thread(target=run, args=[number]) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - start
    return Outcome([one for each in took for one in each], sum(failures), elapsed)
