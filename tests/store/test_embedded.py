"""The embedded server: shared by processes, stopped by the last, and never blocked by a crash."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import psutil
import pytest
from sqlalchemy import create_engine, text

from bot.store.embedded import EmbeddedPostgres, NoEmbeddedServer, database

_HOLD = """
import sys
from contextlib import suppress
from pathlib import Path
from bot.store.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print("up", flush=True)
sys.stdin.readline()
server.close()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    # Not pytest's own directory: the server's socket needs a short path, and passers-by.
    path = Path(tempfile.mkdtemp(prefix="handoff-pg-"))
    yield path
    rmtree(path, ignore_errors=True)


def postmaster(place: Path) -> psutil.Process | None:
    file = place / "postgres" / "postmaster.pid"
    return psutil.Process(int(file.read_text().split()[0])) if file.exists() else None


def answers(url: str) -> bool:
    engine = create_engine(url)
    with engine.connect() as connection:
        one = connection.scalar(text("SELECT 1"))
    engine.dispose()
    return bool(one == 1)


def another_process(place: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(place)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def finish(process: "subprocess.Popen[str]") -> None:
    process.communicate("\n", timeout=30)


def test_the_last_to_leave_stops_it(place: Path) -> None:
    server = EmbeddedPostgres(place)
    other = another_process(place)
    server.close()
    assert postmaster(place) is not None
    finish(other)
    assert postmaster(place) is None


def test_what_was_written_is_there_after_a_restart(place: Path) -> None:
    for statement in ("CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)"):
        with database(None, place) as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text(statement))
            engine.dispose()
    with database(None, place) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT n FROM kept")) == 1
        engine.dispose()


def test_a_killed_process_blocks_nobody(place: Path) -> None:
    process = another_process(place)
    process.kill()
    process.communicate(timeout=10)
    server = EmbeddedPostgres(place)  # the server itself survived, and is joined
    assert answers(server.url)
    server.close()
    assert postmaster(place) is None


def test_a_killed_server_starts_again(place: Path) -> None:
    first = EmbeddedPostgres(place)
    found = postmaster(place)
    assert found is not None
    for process in [*found.children(recursive=True), found]:
        with suppress(ProcessLookupError):  # the others end when one does
            os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs([found], timeout=10)
    second = EmbeddedPostgres(place)
    assert answers(second.url)
    second.close()
    first.close()


def test_a_pid_file_of_another_program_is_no_obstacle(place: Path) -> None:
    EmbeddedPostgres(place).close()
    file = place / "postgres" / "postmaster.pid"
    # After a reboot the number belongs to someone else: here, to the parent of this process.
    file.write_text(f"{os.getppid()}\n{place / 'postgres'}\n1\n5432\n{place}\n\n1 1\nready\n")
    server = EmbeddedPostgres(place)
    assert answers(server.url)
    server.close()


def test_a_place_that_cannot_be_used_is_said_with_the_way_out(place: Path) -> None:
    blocked = place / "file"
    blocked.write_text("not a directory")
    with pytest.raises(NoEmbeddedServer, match="Set DATABASE_URL"):
        EmbeddedPostgres(blocked)


def test_a_server_of_ones_own_is_used_as_it_is(place: Path) -> None:
    with database("postgresql+psycopg://db/handoff", place) as url:
        assert url == "postgresql+psycopg://db/handoff"
    assert not list(place.iterdir())
