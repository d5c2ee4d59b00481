"""Clicks: how long Slack waits for the acknowledgement of *Claim*, 50 clicks a second over HTTP.

Each click is the first claim of its own lead, so it also changes the lead, writes its audit and
lets its card be redrawn. The worker redraws meanwhile: in the web process, or in one of its own.

    .venv/bin/python benchmarks/bench_click.py
"""

from dataclasses import dataclass

import psycopg

from benchmarks.figures import Table, percentile
from benchmarks.hand import Hands
from benchmarks.office import Database, Office, Process, open_office
from benchmarks.staff import hire, post_cards

ROUNDS = 2
PER_SECOND = 50
SECONDS = 10
SETUPS: dict[str, list[list[str]]] = {
    "one process": [[]],
    "web and worker apart": [["--web"], ["--worker"]],
}


@dataclass(frozen=True)
class Measured:
    """One round."""

    took: list[float]
    waiting: int
    """Redraws that were still to be done when the last click was acknowledged."""


def main() -> None:
    """Run it and print the table."""
    table = Table(
        f"Acknowledgement of a click: {PER_SECOND} claims/s on distinct leads over HTTP, "
        f"{ROUNDS} rounds of {SECONDS} s each"
    )
    with open_office() as office:
        database = office.database()
        rounds = {name: _rounds(office, database, runs) for name, runs in SETUPS.items()}
    for name, measured in rounds.items():
        p50 = [1000 * percentile(one.took, 0.5) for one in measured]
        p99 = [1000 * percentile(one.took, 0.99) for one in measured]
        table.row(f"{name}: p50", "ms", p50)
        table.row(f"{name}: p99", "ms", p99, most=100)
        table.row("  redraws still waiting after the last click", "", [m.waiting for m in measured])
    clicks = sum(len(one.took) for measured in rounds.values() for one in measured)
    table.note(f"{clicks} clicks, all acknowledged in time.")
    table.print()


def _rounds(office: Office, database: Database, runs: list[list[str]]) -> list[Measured]:
    """All rounds of one setup: its processes run for all of them."""
    processes = [office.handoff(*arguments, DATABASE_URL=database.url) for arguments in runs]
    processes[0].wait()
    office.deliver_to(processes[0])
    hire(database, office.slack)
    measured = [_round(office, database) for _ in range(ROUNDS)]
    _stop(processes)
    return measured


def _round(office: Office, database: Database) -> Measured:
    stamps = post_cards(database, office.slack, PER_SECOND * SECONDS)
    with psycopg.connect(database.plain_url, autocommit=True) as connection:
        connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
        took = Hands(office.slack).claim_all(stamps, PER_SECOND)
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        waiting = row.fetchone()
    assert waiting is not None
    return Measured(took, waiting[0])


def _stop(processes: list[Process]) -> None:
    for process in processes:
        process.stop()


if __name__ == "__main__":
    main()
