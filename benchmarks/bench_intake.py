"""Durable intake: how many leads a second are stored before they are answered, and how fast.

`POST /leads/api` with new leads, then with leads of people who are known by then, and with the very
same leads again; one and two web processes, beside a plain FastAPI + ORM handler
(`plain.py`) and raw commits on the same database, all in turns within each round. The CPU time of
a lead (web processes and PostgreSQL together) is what the machine's other work disturbs least.

    .venv/bin/python benchmarks/bench_intake.py
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from benchmarks.figures import Table, percentile
from benchmarks.load import Load, Outcome, People, open_load
from benchmarks.office import LOOPBACK, Database, Office, Process, cpu, free_port, open_office

ROUNDS = 3
SECONDS = 2.0
CONNECTIONS = 16
PEOPLE: tuple[People, ...] = ("new", "known", "repeated")


@dataclass(frozen=True)
class Measured:
    """A round of one server: what the clients saw, and the CPU time a lead took."""

    outcome: Outcome
    cpu_ms: float


Round = dict[str, Measured]


def main() -> None:
    """Run it and print the table."""
    table = Table(
        f"Durable intake: POST /leads/api, {CONNECTIONS} keep-alive connections, "
        f"{ROUNDS} rounds of {SECONDS:g} s each"
    )
    with open_office() as office, open_load() as load:
        database = office.database()
        with psycopg.connect(database.plain_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE bench_commit (id bigserial PRIMARY KEY, note text)")
        servers = {f"ours {n}": _ours(office, database, n) for n in (1, 2)}
        servers |= {f"plain {n}": _plain(office, database, n) for n in (1, 2)}
        for server in servers.values():
            server.wait()
        rounds = [_round(load, servers, database, number) for number in range(ROUNDS + 1)]
    _tell(table, rounds[1:])  # the first one warmed up


def _ours(office: Office, database: Database, processes: int) -> Process:
    arguments = ["--web", "--processes", str(processes)]
    return office.handoff(*arguments, DATABASE_URL=database.url)


def _plain(office: Office, database: Database, processes: int) -> Process:
    port = free_port()
    command = ["-m", "uvicorn", "benchmarks.plain:create", "--factory", "--no-access-log"]
    command += ["--host", LOOPBACK, "--port", str(port), "--workers", str(processes)]
    return office.run(command, port, {"DATABASE_URL": database.url})


def _round(load: Load, servers: dict[str, Process], database: Database, number: int) -> Round:
    """Everything once."""
    seconds = SECONDS if number else SECONDS / 2
    measured = {}
    for name, server in servers.items():
        for people in PEOPLE if name.startswith("ours") else PEOPLE[:1]:
            before = server.cpu + cpu(database.os)
            outcome = load.leads(server.port, f"{name} {number}", CONNECTIONS, seconds, people)
            used = server.cpu + cpu(database.os) - before
            measured[f"{name} {people}"] = Measured(outcome, 1000 * used / len(outcome.seconds))
    raw = load.commits(database.plain_url, CONNECTIONS, seconds)
    return measured | {"raw": Measured(raw, 0)}


def _tell(table: Table, rounds: list[Round]) -> None:
    def each(value: Callable[[Measured], float], name: str) -> list[float]:
        return [value(measured[name]) for measured in rounds]

    def ratios(value: Callable[[Measured], float], name: str, to: str) -> list[float]:
        return [value(measured[name]) / value(measured[to]) for measured in rounds]

    for processes, words, least in ((1, "one process", None), (2, "two processes", 600)):
        new, known, repeated = (f"ours {processes} {people}" for people in PEOPLE)
        plain = f"plain {processes} new"
        table.row(f"Handoff, {words}", "leads/s", each(_rate, new), least=least)
        table.row("  p99 of the answer", "ms", each(_p99, new))
        table.row("  CPU time a lead", "ms", each(_cpu, new))
        table.row("  known people", "leads/s", each(_rate, known))
        table.row("  p99 of the answer", "ms", each(_p99, known))
        table.row("  the same again", "leads/s", each(_rate, repeated))
        table.row("  p99 of the answer", "ms", each(_p99, repeated))
        table.row("  known ÷ new people", "times", ratios(_rate, known, new), least=0.5)
        table.row("  the same again ÷ new", "times", ratios(_rate, repeated, new), least=0.5)
        table.row(f"plain handler, {words}", "leads/s", each(_rate, plain))
        table.row("  p99 of the answer", "ms", each(_p99, plain))
        table.row("  CPU time a lead", "ms", each(_cpu, plain))
    table.row("raw commits", "1/s", each(_rate, "raw"))
    for processes, words in ((1, "one process"), (2, "two processes")):
        ours, plain = f"ours {processes} new", f"plain {processes} new"
        table.row(f"Handoff ÷ plain, {words}", "times", ratios(_rate, ours, plain))
        table.row("  CPU time, Handoff ÷ plain", "times", ratios(_cpu, ours, plain))
    table.row("Handoff, two processes ÷ raw commits", "times", ratios(_rate, "ours 2 new", "raw"))
    failures = sum(one.outcome.failures for measured in rounds for one in measured.values())
    table.note(f"{failures} answers were not as they should be.")
    table.print()


def _rate(measured: Measured) -> float:
    return measured.outcome.rate


def _p99(measured: Measured) -> float:
    return 1000 * percentile(measured.outcome.seconds, 0.99)


def _cpu(measured: Measured) -> float:
    return measured.cpu_ms


if __name__ == "__main__":
    main()
