"""Databases for tests: migrated, empty, and used again.

All test processes of a run share one server and one migrated template. Each process copies a
database of its own from it, and empties the tables that a test has written to; a database whose
schema a test has changed is dropped.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store import Store, migrate
from bot.store.embedded import EmbeddedPostgres
from bot.store.postgres import PostgresServer

_TEMPLATE = "handoff_template"
_STORE = "the store of the tests"

# Tests want speed; no test here pulls the plug of the machine. Each process may hold as many
# connections as the application does. A statement is planned once, not anew for each value: over
# a few rows that took longer than what it saves.
_SERVER = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
    "max_connections": "500", "max_wal_size": "'256MB'",  # it may lie in memory
    "plan_cache_mode": "force_generic_plan", "io_method": "sync", "update_process_title": "off",
}  # fmt: skip

_LEFTOVERS = """
SELECT application_name, pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND (application_name <> %s OR state <> 'idle')
"""
# What a change of the schema changes: each row of these catalogs has the transaction that wrote it.
# Below 16384 is what PostgreSQL itself brings (FirstNormalObjectId in access/transam.h).
_SCHEMA = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalog} WHERE {column} >= 16384"
    for catalog, column in (
        ("pg_attribute", "attrelid"), ("pg_constraint", "oid"), ("pg_trigger", "oid"),
        ("pg_proc", "oid"),
    )
)  # fmt: skip
_TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
# setval is no change of the schema, as ALTER SEQUENCE … RESTART would be.
_RESTART_SEQUENCES = """
SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
_SETTINGS = """
SELECT 1 FROM pg_db_role_setting WHERE setdatabase =
    (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def shared_server(place: Path) -> Iterator[str]:
    """The address of a server in `place`: the first process makes it, the last one stops it."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _make_server(place)
        server = EmbeddedPostgres(place)
    yield server.url
    server.close()
    if not (place / "postgres" / "postmaster.pid").exists():
        shutil.rmtree(place)


def _make_server(place: Path) -> None:
    _clear_away(place.parent)
    server = EmbeddedPostgres(place)
    with _connect(server.url) as connection:
        for name, value in _SERVER.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    engine = create_engine(make_url(server.url).set(database=_TEMPLATE))
    migrate.upgrade(engine)
    engine.dispose()
    server.close()  # max_connections counts from the next start


def _clear_away(folder: Path) -> None:
    """Stop and remove the servers of runs that were killed: they may lie in memory."""
    for place in folder.glob("handoff-test-*"):
        files = place.with_suffix(".lock"), place / "postgres.in-use"
        with suppress(OSError), files[0].open() as making, files[1].open() as using:
            for file in (making, using):  # a run that goes on holds one of them
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            PostgresServer(place / "postgres").stop()
            shutil.rmtree(place)


class Databases:
    """The databases of one test process."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._spare: list[Database] = []

    @contextmanager
    def lend(self) -> Iterator["Database"]:
        """An empty, migrated database."""
        database = self._spare.pop() if self._spare else self._create()
        yield database
        if database.empty():
            self._spare.append(database)
        else:
            self._drop(database)

    def close(self) -> None:
        """Close every connection of ours."""
        for database in self._spare:
            database.close()

    def _create(self) -> "Database":
        name = f"test_{os.urandom(6).hex()}"
        with _connect(self._server) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return Database(self._server, name)

    def _drop(self, database: "Database") -> None:
        database.close()
        with _connect(self._server) as connection:
            connection.execute(f"DROP DATABASE {database.name} WITH (FORCE)")


class Lent(Store):
    """A store over connections that outlive its application, with what they have planned."""

    def __init__(self, store: Store) -> None:
        self.engine, self._sessions = store.engine, store._sessions

    def close(self) -> None:
        """Leave the connections to the next test."""


class Database:
    """One database, with a connection to empty it by and a store to use it by.

    Both stay connected from test to test, since connecting and planning anew cost more than most
    tests do.
    """

    def __init__(self, server: str, name: str) -> None:
        url = make_url(server).set(database=name)
        self.name = name
        self.url = url.render_as_string(hide_password=False)
        ours = url.update_query_dict({"application_name": _STORE})
        self.store = Store(ours.render_as_string(hide_password=False))
        event.listen(self.store.engine, "connect", _prepare_soon)
        self._connection = _connect(self.url)
        # Without triggers, so that the order in which tables are emptied does not matter.
        self._connection.execute("SET session_replication_role = replica")
        self._connection.execute("SET lock_timeout = '10s'")
        self._written_to = self._look_at([name for (name,) in self._ask(_TABLES)])
        self._schema = self._ask(_SCHEMA)

    def connect(self, url: str) -> Store:
        """The store of an application: over our connections, if that is where it wants to go."""
        return Lent(self.store) if url == self.url else Store(url)

    def empty(self) -> bool:
        """Take away what a test has left; whether the database can be used again."""
        if any(name == _STORE for name, _ in self._ask(_LEFTOVERS, _STORE)):
            self.store.close()
        if self._ask(_SCHEMA) != self._schema or self._ask(_SETTINGS):
            return False
        with suppress(psycopg.errors.LockNotAvailable), self._connection.transaction():
            for (table,) in self._ask(self._written_to):
                self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            self._ask(_RESTART_SEQUENCES)
            return True
        return False

    def close(self) -> None:
        """Close every connection of ours."""
        self.store.close()
        self._connection.close()

    def _look_at(self, tables: list[str]) -> str:
        """The statement that names the tables with rows."""
        look = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        each = (look.format(sql.Literal(name), sql.Identifier(name)) for name in tables)
        return sql.SQL(" UNION ALL ").join(each).as_string(self._connection)

    def _ask(self, statement: Any, *values: Any) -> Sequence[Any]:
        return self._connection.execute(statement, values or None, prepare=True).fetchall()


def _prepare_soon(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Most statements come again, in this test or in the next, if not five times in one."""
    assert isinstance(connection, psycopg.Connection)
    connection.prepare_threshold = 1


def administer(server: str, *statements: str) -> None:
    """Run statements outside of any transaction."""
    with _connect(server) as connection:
        for statement in statements:
            connection.execute(statement)


def _connect(url: str) -> psycopg.Connection[Any]:
    plain = make_url(url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)
