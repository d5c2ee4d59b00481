"""The only commit, and what a database that is away looks like."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from bot.store import DatabaseDown, Store, engine, keyset
from bot.tasks.queue import JobKey


def test_a_transaction_commits_at_its_end_and_rolls_back_on_any_error(store: Store) -> None:
    with store.transaction() as session:
        session.execute(text("INSERT INTO job_key VALUES ('kept', now())"))

    def fail() -> None:
        with store.transaction() as session:
            session.execute(text("INSERT INTO job_key VALUES ('lost', now())"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.transaction() as session:
        assert session.scalars(text("SELECT key FROM job_key")).all() == ["kept"]


def test_columns_are_described_as_psycopg_does(store: Store) -> None:
    statement = "SELECT 1 AS one, 'ä'::text AS \"Ä\", now() AS at, NULL::jsonb AS more"
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        ours, theirs = raw.cursor(), psycopg.Cursor(raw)
        for cursor in (ours, theirs):
            cursor.execute(statement)
        assert type(ours) is not type(theirs)
        assert [tuple(each[:2]) for each in ours.description or ()] == [
            tuple(each[:2]) for each in theirs.description or ()
        ]
        for cursor in (ours, theirs):
            cursor.execute("SET lock_timeout = 0")
            assert cursor.description is None
            cursor.execute("SELECT")
            assert cursor.description == []


def test_errors_of_a_statement_stay_what_they_are(store: Store) -> None:
    with pytest.raises(ProgrammingError), store.transaction() as session:
        session.execute(text("SELECT * FROM nowhere"))
    with pytest.raises(IntegrityError), store.transaction() as session:
        session.execute(text("INSERT INTO job_key VALUES (NULL, now())"))


def test_a_server_that_is_away_is_named_so() -> None:
    store = Store("postgresql+psycopg://postgres@127.0.0.1:1/none")
    with pytest.raises(DatabaseDown, match="cannot be reached"), store.transaction() as session:
        session.execute(text("SELECT 1"))


def test_a_connection_that_breaks_is_replaced(store: Store) -> None:
    with pytest.raises(DatabaseDown), store.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with store.transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_connection_that_broke_while_it_rested_is_replaced_unseen(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_FRESH_SECONDS", 0.0)
    with store.transaction() as session:
        resting = session.scalars(text("SELECT pg_backend_pid()")).one()
    with psycopg.connect(store.engine.url.set(drivername="postgresql").render_as_string()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [resting])
    with store.transaction() as session:
        assert session.scalars(text("SELECT pg_backend_pid()")).one() != resting


class Row(NamedTuple):
    key: keyset.Key


def test_pages_by_a_key_repeat_and_miss_nothing(store: Store) -> None:
    at, columns = datetime(2026, 11, 16, tzinfo=UTC), (JobKey.used_at, JobKey.key)
    with store.transaction() as session:
        for number in range(7):  # some at the same moment
            moment = at + timedelta(seconds=number // 3)
            session.add(JobKey(key=f"{6 - number}", used_at=moment))
    found: list[str] = []
    cursor: str | None = None
    while True:
        with store.transaction() as session:
            after = keyset.read(cursor, (datetime, str))
            rows = session.scalars(
                select(JobKey).where(keyset.after(columns, after)).order_by(*columns).limit(3)
            )
            records = [Row((row.used_at, row.key)) for row in rows]
        shown, cursor = keyset.page(records, 2)
        found += [str(row.key[1]) for row in shown]
        if cursor is None:
            break
    assert found == ["4", "5", "6", "1", "2", "3", "0"]
