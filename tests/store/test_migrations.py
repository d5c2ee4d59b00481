"""Migrations: up, down and up again; the models say what the database has; one at a time."""

import os
import threading
from collections.abc import Iterator
from datetime import datetime

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


_ANNOUNCED_BEFORE = (
    """
    INSERT INTO workspace (team_id, name, bot_user_id, channel, timezone, currency, installed_at)
    VALUES ('T', 'Acme', 'UB', 'C', 'Europe/Berlin', 'EUR', now())
    """,
    """
    INSERT INTO person (workspace_id, slack_id, name, roles, active)
    SELECT id, 'U', 'Mara', '{}', true FROM workspace
    """,
    """
    INSERT INTO campaign (workspace_id, owner_id, name, kind, audience, offer, terms,
        talking_points, starts_on, ends_on, currency, announced_at)
    SELECT workspace_id, id, name, 'other', 'All', 'Half price', 'None', 'Say it',
        '2026-01-01', ends_on, 'EUR', '2026-01-05T12:00Z'
    FROM person, (VALUES ('over', DATE '2026-01-31'), ('open', NULL)) AS old (which, ends_on)
    """,
)


def test_campaigns_from_before_there_were_stages_have_a_first_version(empty: Engine) -> None:
    migrate.upgrade(empty, "0007")
    with empty.begin() as connection:
        for statement in _ANNOUNCED_BEFORE:
            connection.execute(text(statement))
    migrate.upgrade(empty)
    with empty.connect() as connection:
        found = connection.execute(
            text(
                """
                SELECT stage, version, in_force_from AT TIME ZONE 'UTC', facts ->> 'stage', deed
                FROM campaign JOIN campaign_version ON campaign_version.campaign_id = campaign.id
                JOIN campaign_event ON campaign_event.campaign_id = campaign.id
                ORDER BY stage DESC, campaign_event.id
                """
            )
        ).all()
    began = datetime(2025, 12, 31, 23)  # noqa: DTZ001 - PostgreSQL brings UTC as it is
    assert [tuple(row) for row in found] == [
        ("live", 1, began, "live", "announced"),
        ("ended", 1, began, "live", "announced"),
        ("ended", 1, began, "ended", "ended"),
    ]


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
