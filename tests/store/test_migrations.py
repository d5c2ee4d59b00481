"""Migrations: up, down and up again; the models say what the database has; one at a time."""

import os
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

import bot.app  # noqa: F401 - it knows every table
from bot.store import Store, migrate


@pytest.fixture
def empty(postgres: str) -> Iterator[Engine]:
    name = f"empty_{os.urandom(6).hex()}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = create_engine(make_url(postgres).set(database=name))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def things(engine: Engine) -> set[str]:
    """Tables, types and functions in the schema."""
    with engine.connect() as connection:
        return set(
            connection.scalars(
                text(
                    """
                    SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
                    UNION SELECT typname::text FROM pg_type
                          WHERE typnamespace = 'public'::regnamespace
                    UNION SELECT proname::text FROM pg_proc
                          WHERE pronamespace = 'public'::regnamespace
                    """
                )
            )
        )


def test_up_down_and_up_again(empty: Engine) -> None:
    assert migrate.current(empty) is None
    assert "upgrade" in migrate.problems(empty)[0]
    migrate.upgrade(empty)
    assert migrate.is_current(empty)
    full = things(empty)
    migrate.downgrade(empty, "base")
    assert {name for name in things(empty) if "alembic" not in name} == set()
    migrate.upgrade(empty)
    assert things(empty) == full


def test_the_models_say_what_the_database_has(store: Store) -> None:
    assert migrate.problems(store.engine) == []


def test_a_column_that_nobody_migrated_is_noticed(store: Store) -> None:
    with store.transaction() as session:
        session.execute(text("ALTER TABLE lead DROP COLUMN company"))
    assert any("company" in problem for problem in migrate.problems(store.engine))


def test_many_processes_migrate_once(empty: Engine) -> None:
    failures: list[Exception] = []
    start = threading.Barrier(4)

    def process() -> None:
        engine = create_engine(empty.url)
        start.wait()
        try:
            migrate.upgrade(engine)
        except Exception as error:
            failures.append(error)
        engine.dispose()

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrate.is_current(empty)
