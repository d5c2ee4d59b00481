"""Fuzzing of the intake: proven requests with everything wrong in them, to every way in over HTTP.

No answer may be a 5xx but 503 (storage is away), whatever comes, nothing may have to be set aside
because it broke the intake, and memory must stay flat. Prints the answers by status and source, and
requests that broke something; ends with 1 if any did.

    .venv/bin/python benchmarks/fuzz_intake.py [COUNT] [SEED]
"""

import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice

from benchmarks.office import FORM_KEY, KEY, LOOPBACK, Process, open_office
from tests.sources.signing import VENDORS
from tests.web.fuzzing import Fuzzed, Fuzzer, Keys, Wire

COUNT = 60_000
THREADS = 4
_SHOWN = 20


class Tally:
    """What was answered, and what broke."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.broken: list[tuple[int, Fuzzed]] = []
        self._lock = threading.Lock()

    def add(self, fuzzed: Fuzzed, status: int) -> None:
        """Note one answer."""
        with self._lock:
            self.answers[fuzzed.route, status] += 1
            if status >= 500:
                self.broken.append((status, fuzzed))


def main(count: int, seed: int) -> int:
    """Run it and print what came of it; returns how many requests broke something."""
    tally = Tally()
    with open_office() as office:
        server = office.handoff(
            "--web",
            DATABASE_URL=office.database().url,
            HANDOFF_SOURCES=",".join(f"{slug}:{KEY}" for slug in VENDORS),
        )
        server.wait()
        memory = [_memory(server)]
        started = time.monotonic()
        for quarter in range(4):
            first = seed + quarter * THREADS
            send = partial(_send, server.port, count // (4 * THREADS), tally)
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(send, range(first, first + THREADS)))
            memory.append(_memory(server))
        seconds = time.monotonic() - started
        faults = server.log.count(" broke us: ")
        is_well = server.says("/health/ready", 200) and not faults
    print(
        f"{count:,} requests in {seconds:,.0f} s; {faults} were set aside; all is well: {is_well}"
    )
    print("memory before and after each quarter, MiB:", *(f"{each:.0f}" for each in memory))
    _print(tally)
    return sum(status != 503 for status, _ in tally.broken) + (not is_well)


def _send(port: int, count: int, tally: Tally, seed: int) -> None:
    wire = Wire(LOOPBACK, port)
    for fuzzed in islice(Fuzzer(seed, Keys(KEY, FORM_KEY, KEY), f"http://{LOOPBACK}"), count):
        tally.add(fuzzed, wire.send(fuzzed))
    wire.close()


def _memory(server: Process) -> float:
    """MiB that the server's process holds."""
    return float(server.os.memory_info().rss) / 2**20


def _print(tally: Tally) -> None:
    total = Counter[int]()
    for (_, status), number in tally.answers.items():
        total[status] += number
    for status, number in sorted(total.items()):
        routes = {route: n for (route, each), n in tally.answers.items() if each == status}
        named = ", ".join(f"{route} {n:,}" for route, n in sorted(routes.items()))
        print(f"{status or 'closed':>6} {number:>8,}  {named}")
    for status, fuzzed in tally.broken[:_SHOWN]:
        print(status, fuzzed.method.decode(), fuzzed.path[:80], fuzzed.headers, fuzzed.body[:300])


if __name__ == "__main__":
    arguments = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*[*arguments, *[COUNT, 1][len(arguments) :]]) > 0)
