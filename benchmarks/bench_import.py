"""Import of lists: time and memory of `handoff leads import`, and how they grow with the list.

Each list is of people who are new, with nine columns, in a database of its own; it is imported
twice, since the second time adds nothing. Memory is the peak of the command's process; PostgreSQL's
is apart. The list of a million rows takes some minutes, and only comes with `--million`.

    .venv/bin/python benchmarks/bench_import.py [--million]
"""

import csv
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Table
from benchmarks.office import ROOT, Database, Office, open_office
from bot.people import service as people
from bot.store import Store

SIZES = (10_000, 100_000)
MOST_SECONDS, MOST_MEGABYTES = 60, 300

HEADER = (
    "First Name", "Last Name", "Email", "Phone", "Organization", "Job Title",
    "Country/Region Name", "Registration Time", "Question",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One run of the command: seconds, and the peak of its memory."""

    seconds: float
    megabytes: float


def main() -> None:
    """Run it and print the table."""
    sizes = [*SIZES, 1_000_000] if "--million" in sys.argv else SIZES
    table = Table("Import of lists of people who are new, and of the same lists again")
    with open_office() as office:
        for size in sizes:
            new, again = _import(office, size)
            is_judged = size == 100_000
            name = f"{size:,} rows"
            table.row(name, "s", [new.seconds], most=MOST_SECONDS if is_judged else None)
            table.row("  a thousand rows", "s", [new.seconds / size * 1000])
            table.row(
                "  peak memory", "MB", [new.megabytes], most=MOST_MEGABYTES if is_judged else None
            )
            table.row("  the same list again", "s", [again.seconds])
    table.print()


def _import(office: Office, size: int) -> tuple[Measured, Measured]:
    database = office.database(f"import-{size}")
    store = Store(database.url)
    with store.transaction() as session:
        people.install(
            session, team_id="T1", name="Acme", bot_user_id="U1", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        )  # fmt: skip
    store.close()
    file = office.place / f"list-{size}.csv"
    write(file, size)
    return _run(database, file), _run(database, file)


def _run(database: Database, file: Path) -> Measured:
    """The command as an operator gives it, waited for so that its peak of memory is known."""
    command = [sys.executable, "-m", "bot", "leads", "import", str(file), "--yes"]
    environment = os.environ | {"DATABASE_URL": database.url, "PYTHONPATH": str(ROOT)}
    silent = os.open(os.devnull, os.O_WRONLY)
    before = time.monotonic()
    pid = os.posix_spawn(
        command[0], command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, silent, 1)]
    )
    _, status, usage = os.wait4(pid, 0)
    elapsed = time.monotonic() - before
    os.close(silent)
    if status:
        raise RuntimeError("the import failed")
    return Measured(elapsed, usage.ru_maxrss / 1024)


def write(file: Path, size: int) -> None:
    with file.open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(HEADER)
        for number in range(size):
            writer.writerow([
                f"Ann{number}", f"Lee{number}", f"ann{number}@firm{number % 5000}.example.com",
                f"+49 30 {10_000_000 + number}", f"Firm {number % 5000}", "Buyer", "DE",
                "2026-05-01T10:00:00Z", "What does it cost, and from when on?",
            ])  # fmt: skip


if __name__ == "__main__":
    main()
