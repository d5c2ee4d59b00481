"""A whole office in processes of their own: a PostgreSQL, a stand-in of Slack, and Handoff.

Everything lives in a temporary directory and listens on loopback ports that the system chose; each
process is stopped by its own id, also when a benchmark fails.
"""

import http.client
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
from sqlalchemy import make_url

from bot.doctor import manifest
from bot.store import Store, migrate
from bot.store.embedded import EmbeddedPostgres
from playground.standin import StandIn

ROOT = Path(__file__).parents[1]
LOOPBACK = "127.0.0.1"
KEY = "benchmark-key-0001"
FORM_KEY = "benchmark-form-key-0001"
CHANNEL = "leads"
STAFF = 5

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Slack:
    """What others must know of the stand-in's process."""

    bot_token: str
    app_token: str
    signing_secret: str
    port: int
    team_id: str
    channel: str
    users: tuple[str, ...]

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/api/"

    @property
    def environment(self) -> dict[str, str]:
        """The settings that point Handoff at this Slack."""
        return {
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
            "SLACK_API_URL": self.api_url,
            "HANDOFF_CHANNEL": self.channel,
            "HANDOFF_LEAD_KEYS": f"benchmark:{KEY}",
            "HANDOFF_FORM_KEYS": f"benchmark:{FORM_KEY}",
        }


class Process:
    """A command that runs until it is stopped, with its children."""

    def __init__(self, command: list[str], environment: dict[str, str], place: Path, port: int):
        """Start it in `place`, where no `.env` of ours lies; `port` is where it will listen."""
        self.port = port
        self._log = (place / f"{port}.log").open("wb")
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._popen = subprocess.Popen(
            [sys.executable, *command],
            env=inherited | {"PYTHONPATH": str(ROOT)} | environment,
            cwd=place,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.os = psutil.Process(self._popen.pid)

    def says(self, path: str, status: int) -> bool:
        """Whether it answers `path` with this status now."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == status
        except OSError:
            return False
        finally:
            connection.close()

    def wait(self, path: str = "/health/ready") -> None:
        """Wait until it answers `path` with 200."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.says(path, 200):
            if self._popen.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"it did not start:\n{self.log[-2000:]}")
            time.sleep(0.005)

    @property
    def cpu(self) -> float:
        """CPU seconds that it and its children have used."""
        return cpu(self.os)

    @property
    def log(self) -> str:
        return Path(self._log.name).read_text(errors="replace")

    def stop(self) -> None:
        """Ask it to end; what is left after a while is killed."""
        family = [self.os, *self.os.children(recursive=True)] if self.os.is_running() else []
        self._popen.terminate()
        try:
            self._popen.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for process in family:
                process.kill()
            self._popen.wait()
        self._log.close()


@dataclass(frozen=True)
class Database:
    """A PostgreSQL that several processes share."""

    url: str
    os: psutil.Process

    @property
    def plain_url(self) -> str:
        """Its address as libpq reads it."""
        return make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)


class Office:
    """The temporary directory, Slack, and what was started in it."""

    def __init__(self, place: Path, slack: Slack, control: Connection, stack: ExitStack) -> None:
        self.place = place
        self.slack = slack
        self._control = control
        self._stack = stack

    def database(self, name: str = "database") -> Database:
        """Start a PostgreSQL of its own, with Handoff's schema."""
        place = self.place / name
        server = EmbeddedPostgres(place)
        self._stack.callback(server.close)
        store = Store(server.url)
        migrate.upgrade(store.engine)
        store.close()
        return Database(server.url, postmaster(place))

    def handoff(self, *arguments: str, **environment: str) -> Process:
        """Start `handoff run` with these arguments and further settings."""
        port = free_port()
        address = {"HANDOFF_HOST": LOOPBACK, "PORT": str(port)}
        command = ["-m", "bot", "run", *arguments]
        return self.run(command, port, self.slack.environment | address | environment)

    def run(self, command: list[str], port: int, environment: dict[str, str]) -> Process:
        """Start a Python command that is stopped with the office, if not before."""
        process = Process(command, environment, self.place, port)
        self._stack.callback(process.stop)
        return process

    def deliver_to(self, process: Process) -> None:
        """Let Slack send its requests to this process."""
        self._control.send(f"http://{LOOPBACK}:{process.port}/slack/events")
        self._control.recv()


@contextmanager
def open_office() -> Iterator[Office]:
    """Open an office; everything in it is stopped and removed afterwards."""
    with ExitStack() as stack:
        place = Path(tempfile.mkdtemp(prefix="handoff-bench-"))
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
        process.start()
        theirs.close()  # else nobody would notice that the other side is gone
        stack.callback(_end, process, ours)
        if not ours.poll(_START_SECONDS):
            raise RuntimeError("the stand-in of Slack did not start")
        yield Office(place, ours.recv(), ours, stack)


def _end(process: BaseProcess, control: Connection) -> None:
    """Let a process end; one that does not is killed."""
    with suppress(OSError):  # it may be gone
        control.send(None)
    process.join(_STOP_SECONDS)
    process.kill()
    process.join()


def _serve(control: Connection) -> None:
    """The stand-in's process: serve until None comes, deliver to each address that comes."""
    with StandIn(manifest()) as slack:
        users = [slack.add_user(f"person{number}") for number in range(STAFF)]
        channel = slack.add_channel(CHANNEL, members=users)
        control.send(
            Slack(
                bot_token=slack.bot_token,
                app_token=slack.app_token,
                signing_secret=slack.signing_secret,
                port=int(slack.url.rpartition(":")[2]),
                team_id=slack.workspace.team.id,
                channel=channel.id,
                users=tuple(user.id for user in users),
            )
        )
        while (address := control.recv()) is not None:
            slack.deliver_to(address)
            control.send(address)


def postmaster(data_dir: Path) -> psutil.Process:
    """The embedded server that runs on a data directory."""
    pid_file = data_dir / "postgres" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))


def cpu(process: psutil.Process) -> float:
    """CPU seconds that a process and its children have used."""
    seconds = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it ended since it was listed
            times = each.cpu_times()
            seconds += times.user + times.system
    return seconds


def free_port() -> int:
    """A loopback port that the system chose, free a moment ago."""
    with socket.create_server((LOOPBACK, 0)) as free:
        return int(free.getsockname()[1])
