"""The embedded server: shared by processes, stopped by the last, never blocked by a crash, and
closed to everybody else on the machine."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.store.embedded import EmbeddedPostgres, NoEmbeddedServer, database
from bot.store.postgres import account, programs

_IS_ROOT = os.geteuid() == 0
_PROGRAMS, _VERSION = programs()
_OLDEST = min(_PROGRAMS)

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
    # Not pytest's own directory: as root, the server's user has to pass through those above.
    path = Path(tempfile.mkdtemp(prefix="handoff-pg-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def postmaster(place: Path) -> psutil.Process | None:
    file = place / "postgres" / "postmaster.pid"
    return psutil.Process(int(file.read_text().split()[0])) if file.exists() else None


def answers(url: str) -> bool:
    engine = create_engine(url)
    with engine.connect() as connection:
        one = connection.scalar(text("SELECT 1"))
    engine.dispose()
    return bool(one == 1)


def run(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


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


# Connects as another user of the machine, who may read none of our files, and says what came of it.
_STRANGER = """
import os, sys
import psycopg
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
try:
    psycopg.connect(sys.argv[1], connect_timeout=10).close()
    print("let in")
except psycopg.OperationalError as error:
    print(error)
"""


def stranger(url: str) -> str:
    """What another user of the machine gets who connects."""
    address = make_url(url).set(drivername="postgresql").difference_update_query(["requirepeer"])
    nobody = pwd.getpwnam("nobody").pw_uid
    return subprocess.run(
        [sys.executable, "-c", _STRANGER, address.render_as_string(), str(nobody)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def socket_folder(url: str) -> Path:
    return Path(str(make_url(url).query["host"]))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=["short", "long", "odd"])
def any_place(place: Path, request: pytest.FixtureRequest) -> Path:
    """Where a socket's address would have room, or would not, or would confuse a shell."""
    return (
        place
        / {"short": "data", "long": "long" * 40, "odd": "it's \u00e4 data, dir"}[request.param]
    )


def test_only_its_user_and_we_get_in_wherever_it_lies(any_place: Path) -> None:
    with database(None, any_place) as url:
        folder = socket_folder(url)
        assert answers(url)
        assert (mode(folder), mode(folder / ".s.PGSQL.5432")) == (0o700, 0o700)
        assert folder.owner() == account().pw_name
        assert mode(any_place / "postgres") == 0o700
        for lock in ("postgres.in-use", "postgres.starting"):
            assert mode(any_place / lock) == 0o600, f"others can hold {lock}"
        if _IS_ROOT:
            assert "Permission denied" in stranger(url)
    assert not list(folder.iterdir())
    folder.rmdir()
    assert folder.parent in (any_place, Path(tempfile.gettempdir()))


def test_the_address_stays_the_same_while_its_folder_is_private(place: Path) -> None:
    with database(None, place) as url:
        first = url
    with database(None, place) as url:
        assert url == first
    socket_folder(first).chmod(0o777)
    with database(None, place) as url:
        assert url != first
        assert mode(socket_folder(url)) == 0o700


def test_a_copy_of_the_data_has_a_server_of_its_own(place: Path) -> None:
    EmbeddedPostgres(place / "data").close()
    shutil.copytree(place / "data", place / "copy", symlinks=True)
    if _IS_ROOT:
        for each in (place / "copy" / "postgres").rglob("*"):
            os.chown(each, account().pw_uid, account().pw_gid)
    with database(None, place / "data") as url, database(None, place / "copy") as other:
        assert other != url
        assert answers(url)
        assert answers(other)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, str]]:
    """A server that was started by a process with secrets: its directory and address."""
    with (
        tempfile.TemporaryDirectory(prefix="handoff-pg-") as place,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
        environment.setenv("HANDOFF_SOURCE_TOKENS", '{"meta": "secret"}')
        with database(None, Path(place)) as url:
            yield Path(place), url


@pytest.mark.skipif(not _IS_ROOT, reason="only root can become someone else")
def test_postgres_itself_refuses_whoever_gets_to_the_socket(running: tuple[Path, str]) -> None:
    place, url = running
    folder = socket_folder(url)
    for each in (place, folder, folder / ".s.PGSQL.5432"):
        each.chmod(0o777)
    assert "Peer authentication failed" in stranger(url)


def test_nobody_is_trusted(running: tuple[Path, str]) -> None:
    place, _ = running
    rules = (place / "postgres" / "pg_hba.conf").read_text()
    assert "trust" not in rules
    assert [rule for rule in rules.splitlines() if not rule.startswith("#")] == [
        "local all all peer map=handoff"
    ]
    users = (place / "postgres" / "pg_ident.conf").read_text().splitlines()
    mapped = {user.split()[1].strip('"') for user in users if not user.startswith("#")}
    assert mapped == {account().pw_name, pwd.getpwuid(os.geteuid()).pw_name}


def test_a_client_takes_no_other_users_server_for_it(running: tuple[Path, str]) -> None:
    url = make_url(running[1])
    assert url.query["requirepeer"] == account().pw_name
    engine = create_engine(url.update_query_dict({"requirepeer": "nobody"}))
    with pytest.raises(OperationalError, match="requirepeer"), engine.connect():
        pass


def test_the_server_and_what_it_runs_get_none_of_our_secrets(running: tuple[Path, str]) -> None:
    place, url = running
    server = postmaster(place)
    assert server is not None
    assert "secret" not in str(server.environ())
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE seen (line text)"))
        connection.execute(text("COPY seen FROM PROGRAM 'env; id -G'"))
        seen = set(connection.scalars(text("SELECT line FROM seen")))
    engine.dispose()
    assert any(line.startswith("PATH=") for line in seen)
    assert "secret" not in str(seen)
    if _IS_ROOT:
        assert str(account().pw_gid) in seen, "it has groups besides its own"


@pytest.mark.skipif(not _IS_ROOT, reason="of root's own groups")
def test_the_servers_group_is_not_roots(running: tuple[Path, str]) -> None:
    server = postmaster(running[0])
    assert server is not None
    assert set(server.gids()) == {account().pw_gid}
    status = Path(f"/proc/{server.pid}/status").read_text()
    assert [line.split() for line in status.splitlines() if line.startswith("Groups:")] == [
        ["Groups:"]
    ]


@pytest.mark.skipif(not _IS_ROOT, reason="as others we can open no directories")
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT CAST('ada@example.com' AS bigint)",
        "WITH twice AS (INSERT INTO person VALUES ('ada@example.com')) SELECT 1",
        "SELECT raise_ada()",
    ],
)
def test_its_log_repeats_nothing_of_what_is_stored(
    running: tuple[Path, str], statement: str
) -> None:
    place, url = running
    for prepare in (
        "CREATE TABLE IF NOT EXISTS person (email text UNIQUE)",
        "INSERT INTO person VALUES ('ada@example.com') ON CONFLICT DO NOTHING",
        """
        CREATE OR REPLACE FUNCTION raise_ada() RETURNS void LANGUAGE plpgsql
        AS $$BEGIN RAISE EXCEPTION 'ada@example.com'; END$$
        """,
    ):
        run(url, prepare)
    with pytest.raises(DBAPIError, match=r"ada@example\.com"):
        run(url, statement)
    assert "ada@example.com" not in (place / "postgres" / "log").read_text()


def test_directories_above_are_passable_and_no_more(place: Path) -> None:
    place.chmod(0o700)
    with database(None, place / "data") as url:
        assert answers(url)
    assert mode(place) == 0o701


@pytest.mark.skipif(not _IS_ROOT, reason="only root can have files of others")
def test_data_of_another_user_are_left_alone(place: Path) -> None:
    """`sudo handoff jobs` must not take an installation away from the user who runs it."""
    data, nobody = place / "postgres", pwd.getpwnam("nobody")
    data.mkdir()
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    with pytest.raises(NoEmbeddedServer, match=f"belong to the user {nobody.pw_uid}"):
        EmbeddedPostgres(place)
    assert data.owner() == "nobody"


def run_as_before(place: Path, program: str, *arguments: str, version: int = _VERSION) -> None:
    """Run a program of PostgreSQL as a Handoff before this one did."""
    user, group = (account().pw_uid, account().pw_gid) if _IS_ROOT else (None, None)
    command: list[str | Path] = [_PROGRAMS[version] / program, "-D", place / "postgres", *arguments]
    subprocess.run(
        command, check=True, user=user, group=group, stdout=subprocess.DEVNULL, cwd="/"
    )  # fmt: skip


def test_a_server_that_trusted_everybody_is_closed_when_we_join_it(place: Path) -> None:
    EmbeddedPostgres(place).close()
    (place / "postgres" / "pg_hba.conf").write_text("local all all trust\n")
    options = f"-h '' -k {place}/postgres"
    run_as_before(place, "pg_ctl", "-w", "-l", f"{place}/postgres/log", "-o", options, "start")
    with database(None, place) as url:
        assert socket_folder(url) == place / "postgres"
        assert answers(url)
        assert "trust" not in (place / "postgres" / "pg_hba.conf").read_text()
        if _IS_ROOT:
            for each in (place, place / "postgres", place / "postgres" / ".s.PGSQL.5432"):
                each.chmod(0o777)
            _poll_until_refused(url)
    assert postmaster(place) is None


def _poll_until_refused(url: str) -> None:
    """The server reads its rules again soon after it is told to."""
    for _ in range(100):
        if "Peer authentication failed" in (error := stranger(url)):
            return
    raise AssertionError(f"a stranger is still {error}")


@pytest.mark.skipif(_OLDEST == _VERSION, reason="the wheel has one version")
def test_data_of_an_older_version_are_upgraded_and_kept(place: Path) -> None:
    place.chmod(0o711)
    (place / "postgres").mkdir()
    os.chown(place / "postgres", account().pw_uid, account().pw_gid)
    run_as_before(place, "initdb", "--auth=trust", "-U", "postgres", version=_OLDEST)
    with database(None, place) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            version = connection.scalar(text("SHOW server_version"))
        engine.dispose()
    assert str(version).split(".")[0] == str(_VERSION)
    assert "peer" in (place / "postgres" / "pg_hba.conf").read_text()
    assert (place / f"postgres-{_OLDEST}" / "PG_VERSION").exists()
    assert len(list(place.glob("run-*"))) == 1
