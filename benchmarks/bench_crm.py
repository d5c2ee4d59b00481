"""The CRM: how soon a lead is in it, and how long 10,000 leads take within HubSpot's rate limit.

`handoff run`, one process, and the stand-in of HubSpot, which refuses what comes faster than the
100 calls in ten seconds of a free account. First leads come one by one, with nothing else to do:
from the POST until the contact is there. Then 10,000 people who are new have been imported while
nothing ran, and are written in one go; each of them takes a call's share of a batch.

    .venv/bin/python benchmarks/bench_crm.py
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from secrets import token_hex

from pydantic import SecretStr

from benchmarks.bench_import import write
from benchmarks.figures import Table, percentile
from benchmarks.load import Line, lead
from benchmarks.office import ROOT, Database, Office, Process, open_office
from benchmarks.staff import hire
from bot.crm.adapters import ADAPTERS, Access
from bot.crm.http import no_pace
from playground.crm.hubspot.schema import CONTACTS
from playground.crm.hubspot.standin import HubSpot

IDLE = 20
MANY = 10_000
APART_SECONDS = 1.15
MOST_CALLS, MOST_SECONDS = 0.05, 2.0
_PATIENCE_SECONDS = 900


def main() -> None:
    """Run it and print the table."""
    table = Table("The CRM: `handoff run`, one process, and a stand-in of HubSpot with its limits")
    with open_office() as office, HubSpot() as hubspot:
        _make_fields(hubspot)
        database = office.database()
        app = _start(office, hubspot, database)
        hire(database, office.slack)
        idle = [_until_there(app, hubspot) for _ in range(IDLE)]
        app.stop()
        _import(office, database)
        calls, before = hubspot.calls, len(hubspot.state.items[CONTACTS])
        app = _start(office, hubspot, database)
        seconds = _until_all_are_there(hubspot, before + MANY)
        calls = hubspot.calls - calls
    ms = [1000 * each for each in idle]
    table.row(f"from POST to contact, idle, {IDLE} leads: p50", "ms", ms, most=1000 * MOST_SECONDS)
    table.row("  p99", "ms", [percentile(ms, 0.99)])
    table.row(f"{MANY:,} leads", "s", [seconds])
    table.row("  leads a second", "1/s", [MANY / seconds])
    table.row("  calls a lead", "", [calls / MANY], most=MOST_CALLS)
    table.note("The companies of the leads are looked for too, which is one of these calls.")
    table.print()


def _make_fields(hubspot: HubSpot) -> None:
    """What `handoff crm check --make` does."""
    hubspot.add_owner("ann@example.com", "Ann")
    access = Access(address=hubspot.url, key=SecretStr(hubspot.token))
    crm = ADAPTERS["hubspot"].connect(access, no_pace)
    assert not [each.problem for each in crm.check(make=True) if each.problem]
    crm.close()


def _start(office: Office, hubspot: HubSpot, database: Database) -> Process:
    app = office.handoff(
        DATABASE_URL=database.url, HANDOFF_CRM="hubspot", HANDOFF_CRM_URL=hubspot.url,
        HANDOFF_CRM_KEY=hubspot.token,
    )  # fmt: skip
    app.wait()
    office.deliver_to(app)
    return app


def _until_there(app: Process, hubspot: HubSpot) -> float:
    """Send a lead; the seconds until the contact is there."""
    name = token_hex(6)
    before = time.monotonic()
    assert Line(app.port).send(lead(name, name)).status == 202
    while not _is_there(hubspot, name):
        assert time.monotonic() - before < 60, "the contact is missing"
        time.sleep(0.005)
    took = time.monotonic() - before
    time.sleep(APART_SECONDS)
    return took


def _is_there(hubspot: HubSpot, company: str) -> bool:
    with hubspot.lock:
        contacts = hubspot.state.items[CONTACTS].values()
        return any(each.properties.get("company") == company for each in contacts)


def _import(office: Office, database: Database) -> None:
    """What nobody writes to the CRM yet, since nothing runs."""
    file = office.place / "list.csv"
    write(file, MANY)
    subprocess.run(
        [sys.executable, "-m", "bot", "leads", "import", str(file), "--yes"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": database.url},
        cwd=Path(office.place), check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _until_all_are_there(hubspot: HubSpot, count: int) -> float:
    before = time.monotonic()
    while len(hubspot.state.items[CONTACTS]) < count:
        assert time.monotonic() - before < _PATIENCE_SECONDS, "some are missing"
        time.sleep(0.05)
    return time.monotonic() - before


if __name__ == "__main__":
    main()
