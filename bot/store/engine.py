"""The engine and `transaction()`, the only commit in the application."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected
from sqlalchemy import create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from bot import clock
from bot.errors import HandoffError
from bot.store.redacting import redact

# Above the 20 listener threads and the worker's 10, so that no request waits for a connection.
_POOL = 32
_CONNECT_SECONDS = 5

# Above the some hundreds of statements that there are; with psycopg's own 100 many of them would be
# parsed and planned each time (docs/decisions/database.md).
_PREPARED_MAX = 1000

# A connection that served so recently is taken to be alive.
_FRESH_SECONDS = 1.0

# 08: connection, 53: resources, as on a full disk, 57P: shutdown, 58: input and output, 25006:
# read-only, as a standby is (PostgreSQL, Appendix A).
_AWAY = ("08", "53", "57P", "58", "25006")


class DatabaseDown(HandoffError):
    """The database cannot be reached at the moment. Nothing was changed; please try again soon."""


@contextmanager
def reachable() -> Iterator[None]:
    """Let a server that refused or dropped us be DatabaseDown; other errors stay what they are,
    and none repeats what is stored."""
    try:
        yield
    except Exception as error:
        redact(error)
        if isinstance(error, DBAPIError) and (error.connection_invalidated or _unreachable(error)):
            raise DatabaseDown from error
        raise


class _Cursor(psycopg.Cursor[Any]):
    """Says of the columns of a result what SQLAlchemy asks for: their names and types."""

    @property
    def description(self) -> Any:
        """As PEP 249 has it, with None for what is not asked for.

        psycopg's own looks up everything about each column, anew for each result: that was almost
        half of what it took to read a lead by its key (docs/decisions/database.md).
        """
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        encoding = self.connection.info.encoding
        return [
            ((result.fname(at) or b"").decode(encoding), result.ftype(at), *[None] * 5)
            for at in range(result.nfields)
        ]


class Store:
    """The database, as the application sees it: a source of transactions."""

    def __init__(self, url: str) -> None:
        """Take the address of a PostgreSQL server; nothing is connected before the first use."""
        self.engine = create_engine(
            url,
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_use_lifo=True,  # the connection that has prepared the most is used first
            hide_parameters=True,  # in its errors, which are logged
            connect_args={"connect_timeout": _CONNECT_SECONDS, "cursor_factory": _Cursor},
        )
        event.listen(self.engine, "connect", _keep_prepared)
        event.listen(self.engine, "connect", _ask_time)
        event.listen(self.engine, "checkin", _rest)
        event.listen(self.engine, "checkout", _rouse)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session; commit at the end of the block, roll back on any exception.

        Raises DatabaseDown when the server cannot be reached or goes away meanwhile.
        """
        with reachable(), self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        """Close every connection; the store can be used again afterwards."""
        self.engine.dispose()


def is_deadlock(error: Exception) -> bool:
    """Whether PostgreSQL undid the transaction because it and another one waited for each other:
    nothing was wrong with it, and done again it can succeed."""
    return isinstance(error, DBAPIError) and isinstance(error.orig, DeadlockDetected)


def _keep_prepared(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, psycopg.Connection)
    connection.prepared_max = _PREPARED_MAX


def _rest(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    record.info["rested_since"] = time.monotonic()


def _rouse(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that rested whether it is alive; the pool replaces one that is not.

    Asking each time, as `pool_pre_ping` does, costs a tenth of the intake
    (benchmarks/bench_intake.py).
    """
    rested_since = record.info.get("rested_since")
    if rested_since is None or time.monotonic() - rested_since < _FRESH_SECONDS:
        return
    try:
        _ask_time(connection, record)
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _ask_time(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Ask the database what time it is: that answers, too, whether it is there."""
    assert isinstance(connection, psycopg.Connection)
    began = clock.machine_now()
    connection.autocommit = True
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    connection.autocommit = False
    assert row is not None
    clock.correct(datetime.fromtimestamp(row[0], UTC), began)


def _unreachable(error: DBAPIError) -> bool:
    """Whether the server refused or dropped us or stores nothing, as against a wrong statement."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError)  # never connected
    return str(state).startswith(_AWAY)
