"""The process of a small machine: start-up, idle CPU and memory of `handoff run`.

Socket Mode and the embedded PostgreSQL, as the README sets it up first. Each round starts it on an
empty directory, stops it, starts it again on the same one, and watches it at rest, then after some
work. The embedded server is counted apart, by its proportional share of shared memory.

On two busy cores an app at rest had 145 MiB and took 1.7 % of a core; starting again took 2.0 s of
CPU time, most of it for imports. What is imported and stays is made with garbage collection off
(`bot.cli.imports`): mappers are configured there, too. What only one CRM needs is read by its use.

    .venv/bin/python benchmarks/bench_process.py
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.figures import Table
from benchmarks.load import Line, lead
from benchmarks.office import Office, Process, cpu, open_office, postmaster

ROUNDS = 3
IDLE_SECONDS = 10.0
LEADS = 200


@dataclass(frozen=True)
class Measured:
    """One round; seconds, percent of one core, MiB."""

    fresh: float
    again: float
    own_cpu: float
    again_cpu: float
    idle: float
    server_idle: float
    memory: float
    server_memory: float
    memory_after_work: float


def main() -> None:
    """Run it and print the table."""
    table = Table(
        f"The process: `handoff run`, Socket Mode, embedded PostgreSQL, {ROUNDS} rounds, "
        f"idle over {IDLE_SECONDS:g} s"
    )
    with open_office() as office:
        rounds = [_round(office, office.place / f"round-{number}") for number in range(ROUNDS)]

    def each(value: Callable[[Measured], float]) -> list[float]:
        return [value(measured) for measured in rounds]

    table.row("start until ready, empty directory", "s", each(lambda m: m.fresh), most=2)
    table.row("  CPU time of the app's process", "s", each(lambda m: m.own_cpu))
    table.row("start until ready, again", "s", each(lambda m: m.again), most=2)
    table.row("  CPU time of the app's process", "s", each(lambda m: m.again_cpu))
    table.row("idle CPU, the app", "% core", each(lambda m: m.idle), most=2)
    table.row("idle CPU, the embedded server", "% core", each(lambda m: m.server_idle))
    table.row("memory, the app at rest", "MiB", each(lambda m: m.memory), most=150)
    table.row(f"memory, the app after {LEADS} leads", "MiB", each(lambda m: m.memory_after_work))
    table.row("memory, the embedded server", "MiB", each(lambda m: m.server_memory))
    table.print()


def _round(office: Office, place: Path) -> Measured:
    app, fresh = _start(office, place)
    own_cpu = app.cpu
    app.stop()
    app, again = _start(office, place)
    again_cpu, server = app.cpu, postmaster(place)
    idle, server_idle = _idle(app, server)
    memory, server_memory = _resident(app.os), _shared_fairly(server)
    _work(app)
    after_work = _resident(app.os)
    app.stop()
    shutil.rmtree(place)
    return Measured(
        fresh, again, own_cpu, again_cpu, idle, server_idle, memory, server_memory, after_work
    )


def _start(office: Office, place: Path) -> tuple[Process, float]:
    """Start it on a data directory; how long until it is ready, in seconds."""
    settings = {"HANDOFF_DATA_DIR": str(place), "SLACK_APP_TOKEN": office.slack.app_token}
    before = time.monotonic()
    app = office.handoff(**settings)
    app.wait()
    return app, time.monotonic() - before


def _idle(app: Process, server: psutil.Process) -> tuple[float, float]:
    """Percent of one core that the app and its server use while nothing happens."""
    time.sleep(1)
    before, server_before = app.cpu, cpu(server)
    time.sleep(IDLE_SECONDS)
    scale = 100 / IDLE_SECONDS
    return scale * (app.cpu - before), scale * (cpu(server) - server_before)


def _work(app: Process) -> None:
    """Let it take some leads, and post the first of them."""
    line = Line(app.port)
    for number in range(LEADS):
        assert line.send(lead(f"memory-{number}")).status == 202
    line.close()


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def _shared_fairly(server: psutil.Process) -> float:
    """PostgreSQL's processes share most of their memory, so each counts its proportional part."""
    family = [server, *server.children(recursive=True)]
    return sum(float(process.memory_full_info().pss) for process in family) / 2**20


if __name__ == "__main__":
    main()
