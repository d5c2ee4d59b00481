"""Real processes of the application, beside the one that a test runs in."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from playground import demo
from tests.journeys.conftest import Office

ROOT = Path(__file__).parents[2]
_STARTED = re.compile(r"Handoff runs(?: on port (\d+))?")

# For processes on a busy machine: Bolt waits a minute for an answer, as it does in the tests'
# own process (tests/conftest.py). It imports as the command line does.
PATIENT = """
from bot.cli.imports import importing
with importing():
    from bot import app
from slack_bolt.listener.custom_listener import CustomListener
CustomListener.ack_timeout = property(lambda _listener: 60, lambda _listener, _seconds: None)
"""

# The command line as it is, with two more numbers changed that no test here asks about: the second
# between two posts in a channel, and the time after which a silent worker counts as dead.
HASTY = (
    PATIENT
    + """
from datetime import timedelta
from functools import partial
from bot import app, cli
from bot.tasks import worker
from bot.slack import drawing
drawing._POST_EVERY = timedelta()
worker._HEARTBEAT_SECONDS = 0.3
app.Worker = partial(worker.Worker, stalled_seconds=1.5)
cli.main()
"""
)


class Process:
    """One `handoff run`, on the office's database and against its Slack."""

    def __init__(self, office: Office, log: Path, command: Sequence[str]) -> None:
        self._office = office
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                env=_environment(office),
                cwd=log.parent,
                stdout=file,
                stderr=file,
            )

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text()

    @property
    def address(self) -> str:
        """Where it serves; waits until it does."""
        port = self.wait()[1]
        return f"http://127.0.0.1:{port}"

    def wait(self) -> re.Match[str]:
        """Wait until it runs."""

        def started() -> re.Match[str] | None:
            assert self._process.poll() is None, self.log
            return _STARTED.search(self.log)

        return self._office.slack.wait_until(started, timeout=60)

    def kill(self) -> None:
        """SIGKILL: it has no time to say or to write anything."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM, unless it is gone already; it has to end well."""
        if self._process.poll() is None:
            self._process.terminate()
            assert self._process.wait(timeout=60) == 0, self.log


@contextmanager
def run(
    office: Office, place: Path, *arguments: str, script: str | None = None
) -> Iterator[Process]:
    """`handoff run` with `arguments`; ended with the block.

    `script` runs instead of the package's own command line. Without a word it starts; ask for its
    `address`, or `wait()`.
    """
    command = ["-c", script] if script else ["-m", "bot"]
    log = place / f"{len(list(place.iterdir()))}.log"
    process = Process(office, log, [*command, "run", *arguments])
    try:
        yield process
        process.stop()
    finally:
        process.kill()


def _environment(office: Office) -> dict[str, str]:
    """The settings, as an operator would write them; PORT=0 lets the system choose."""
    url = office.application.store.engine.url.render_as_string(hide_password=False)
    settings = office.application.settings
    return os.environ | {
        "HANDOFF_SOURCES": _pairs(settings.sources),
        "HANDOFF_SOURCE_TOKENS": _pairs(settings.source_tokens),
        "HANDOFF_SOURCE_APIS": ",".join(f"{k}:{v}" for k, v in settings.source_apis.items()),
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": office.slack.bot_token,
        "SLACK_SIGNING_SECRET": office.slack.signing_secret,
        "SLACK_API_URL": office.slack.api_url,
        "HANDOFF_CHANNEL": f"#{office.channel.name}",
        "HANDOFF_LEAD_KEYS": f"website:{demo.KEY}",
        "HANDOFF_FORM_KEYS": f"contact:{demo.FORM_KEY}",
        "HANDOFF_HOST": "127.0.0.1",
        "PORT": "0",
    }


def _pairs(secrets: Mapping[str, SecretStr]) -> str:
    return ",".join(f"{name}:{secret.get_secret_value()}" for name, secret in secrets.items())
