"""Databases for tests: migrated and empty, and used again where a test left nothing behind.

Making a database costs as much as a hundred small tests; emptying one costs a few milliseconds. A
database that somebody is still connected to, or whose schema was changed, is dropped instead.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import make_url

_TEMPLATE = "handoff_template"

# Without triggers, so that the order of the tables does not matter; numbers begin at 1 again.
_EMPTY = """
DO $$
DECLARE each record;
BEGIN
    SET LOCAL session_replication_role = replica;
    SET LOCAL lock_timeout = '2s';
    FOR each IN SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', each.tablename);
    END LOOP;
    FOR each IN SELECT sequencename FROM pg_sequences
                WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', each.sequencename);
    END LOOP;
END $$
"""
_SCHEMA = """
SELECT md5(string_agg(concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull,
                                attisdropped), ',' ORDER BY attrelid, attnum))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0
"""


class Databases:
    """The databases of one server, made from a template that is migrated already."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._spare: str | None = None
        self._schema = ""

    def make_template(self) -> str:
        """Make the template, still empty; returns its address."""
        self._administer(f"CREATE DATABASE {_TEMPLATE}")
        return self._address(_TEMPLATE)

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of an empty, migrated database."""
        name, self._spare = self._spare or self._create(), None
        yield self._address(name)
        if self._is_clean(name):
            self._spare = name
        else:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self) -> str:
        name = f"test_{os.urandom(6).hex()}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        self._schema = self._schema or self._ask(name, _SCHEMA)
        return name

    def _is_clean(self, name: str) -> bool:
        """Empty it, if nobody else is there and its tables are what they were."""
        others = self._ask(
            name,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        if others or self._ask(name, _SCHEMA) != self._schema:
            return False
        self._administer(f"ALTER DATABASE {name} RESET ALL")
        try:
            self._ask(name, _EMPTY)
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    def _ask(self, name: str, statement: str) -> Any:
        with psycopg.connect(self._plain(self._address(name)), autocommit=True) as connection:
            answer = connection.execute(statement)
            row = answer.fetchone() if answer.description else None
            return row[0] if row else None

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self._plain(self._server), autocommit=True) as connection:
            connection.execute(statement)

    def _address(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    @staticmethod
    def _plain(address: str) -> str:
        plain = make_url(address).set(drivername="postgresql")
        return plain.render_as_string(hide_password=False)
