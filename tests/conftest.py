"""What all tests share: a real PostgreSQL, one fresh database a test."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import certifi
import pytest
from fastapi.dependencies import models as dependencies
from hypothesis import settings
from slack_bolt.listener.custom_listener import CustomListener
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from bot import clock
from bot.store import Store
from playground.limits import check_message, check_view
from tests.chromium import browser
from tests.databases import Database, Databases, shared_server
from tests.golden_files import Golden, GoldenFile

__all__ = ["browser"]


_MEMORY = Path("/dev/shm")  # on Linux
_ROOM = 4 << 30  # bytes: several times what a run leaves there at most


def _work_in_memory() -> None:
    """Temporary files in memory, where there is room, for us and for the processes that we start.

    A database has two thousand files: to copy and to drop one took a third of a second on a disk.
    """
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


_work_in_memory()

# All that is imported until the tests begin stays: nothing is gained by looking for garbage.
gc.disable()


def _few_certificates() -> str:
    """A file with one certificate, in place of the hundreds that each HTTP client would read."""
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
    file = Path(tempfile.mkdtemp(prefix="handoff-test-")) / "certificates.pem"
    file.write_text(first + end)
    atexit.register(shutil.rmtree, file.parent)
    return str(file)


# Nothing here goes beyond the loopback address, so nobody's certificate is looked at.
os.environ["SSL_CERT_FILE"] = _few_certificates()

# The same examples every time, however slow the machine: a property must not fail by chance.
settings.register_profile("handoff", derandomize=True, deadline=None)
settings.load_profile("handoff")


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def pytest_xdist_auto_num_workers() -> int:
    """One for each core, and one for the tests that wait."""
    return _cores() + 1


# A demo, an application, a browser's context are made once for each of these files.
_TOGETHER = {
    "tests/journeys/test_browser.py",
    "tests/playground/page/test_page.py",
    "tests/reports/test_in_chromium.py",
    "tests/reports/test_pages.py",
}
# They wait, for a browser that draws, for processes that start and that are noticed to be dead.
_WAITING = {
    "tests/journeys/test_browser.py",
    "tests/journeys/test_crashes.py",
    "tests/journeys/test_source_crashes.py",
    "tests/playground/page/test_page.py",
    "tests/reports/test_in_chromium.py",
    "tests/slack/test_outages.py",
    "tests/store/test_embedded.py",
    "tests/store/test_migrations.py",
    "tests/test_command_line.py",
    "tests/test_doctor.py",
}
# They compute long. Begun last, one of them would go on alone.
_LONG = {
    "tests/journeys/test_races.py",
    "tests/journeys/test_week.py",
    "tests/standups/test_standup_quarter.py",
    "tests/test_every_route.py",
}


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _file(item.nodeid) not in _WAITING | _LONG)


class _Scheduling(LoadScopeScheduling):
    """Tests go where there is room, but those of some files stay together, and those that wait go
    to a process of their own: more processes than cores that compute get in each other's way, and
    took a sixth longer in all.

    xdist's own marks for groups have no effect with pytest 9.2, whose node ids cannot be changed.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _file(nodeid) if _file(nodeid) in _TOGETHER else nodeid

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Take the first of the node's own kind; the others take over what waits, at the end."""
        mine = (each for each in self.workqueue if (_file(each) in _WAITING) is self._waits(node))
        chosen = next(mine, next(iter(self.workqueue)))
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        """Give it more to do; the node that waits ends when nothing is left that waits."""
        ends = self._waits(node) and not node.shutting_down
        if ends and not any(_file(each) in _WAITING for each in self.workqueue):
            node.shutdown()
        super()._reschedule(node)

    def _waits(self, node: WorkerController) -> bool:
        return node in self.nodes[_cores() :]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _Scheduling(config, log)


def pytest_collection_finish() -> None:
    """What was imported stays; looking at all of it for garbage again and again takes long.

    Tests make many objects and keep few, so it is looked for less often than by default, too.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def pytest_sessionfinish() -> None:
    """pytest looks through all that is left five times, for errors that nobody could be told of
    (`_pytest.unraisableexception`); once is enough."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden files anew")
    parser.addoption("--leads", type=int, default=100, help="how many come in the simulated week")


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[str]:
    """The address of the server that all test processes share."""
    with shared_server(Path(tempfile.gettempdir()) / f"handoff-test-{testrun_uid}") as url:
        yield url


@pytest.fixture(scope="session")
def databases(postgres: str) -> Iterator[Databases]:
    """The databases of this test process."""
    databases = Databases(postgres)
    yield databases
    databases.close()


@pytest.fixture
def database(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty, migrated database; applications use it over connections that are there already."""
    with databases.lend() as database:
        monkeypatch.setattr("bot.app.Store", database.connect)
        yield database


@pytest.fixture
def database_url(database: Database) -> str:
    """The address of an empty, migrated database."""
    return database.url


@pytest.fixture
def store(database: Database) -> Store:
    """An empty, migrated database, over connections that are there already."""
    return database.store


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack waits for three seconds, on machines that do nothing else meanwhile; how long an answer
    takes is for the benchmarks to say."""
    monkeypatch.setattr("playground.delivery.ACK_SECONDS", 60.0)
    monkeypatch.setattr("bot.leads.handlers.leads.DOUBLE_CLICK", timedelta(0))  # tests click fast
    monkeypatch.setattr("playground.tickets.TRIGGER_SECONDS", 60.0)
    patience = property(lambda _listener: 60, lambda _listener, _seconds: None)
    monkeypatch.setattr(CustomListener, "ack_timeout", patience)  # Bolt's own three seconds
    monkeypatch.setattr("bot.web.wrong_keys.LONGEST_PAUSE", 0.0)  # who is refused, is at once


@pytest.fixture(autouse=True, scope="module")
def _remember_no_application() -> Iterator[None]:
    """FastAPI remembers the endpoints of thousands of routes, and with them their applications."""
    yield
    for each in vars(dependencies).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


@pytest.fixture(autouse=True)
def _verbatim(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No text of ours lets Slack look for links and mentions by itself (docs/decisions/slack.md);
    the tests of the stand-in alone send what they like."""
    if "playground" in request.path.parts:
        return
    monkeypatch.setattr(
        "playground.methods.chat.check_message",
        lambda blocks: check_message(blocks) + parsed(blocks),
    )
    monkeypatch.setattr(
        "playground.methods.views.check_view",
        lambda view, kind: check_view(view, kind) + parsed(view),
    )


def parsed(part: Any) -> list[str]:
    """The texts in blocks or in a view that Slack would parse by itself."""
    if isinstance(part, list):
        return [each for one in part for each in parsed(one)]
    if not isinstance(part, dict):
        return []
    own = part.get("type") == "mrkdwn" and not part.get("verbatim")
    return [f"not verbatim: {part.get('text')}"] * own + parsed(list(part.values()))


@pytest.fixture(autouse=True)
def _machine_clock() -> Iterator[None]:
    yield
    clock.use(None)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Hold what a person sees against the text that somebody has read, and Slack's limits."""
    return GoldenFile(request.path, anew=request.config.getoption("--golden")).compare
