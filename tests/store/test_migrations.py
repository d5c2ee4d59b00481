"""Migrations: up, down and up again; the models say what the database has; one at a time."""

import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

import bot.app  # noqa: F401 - it knows every table
from bot.cli import main
from bot.store import Base, Store, migrate
from bot.web.health import Database

LAST_OF_QUEUE = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
"""The last change of the queue's schema when 0001_first was written."""


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


# Whatever a database has, with its definition; the names of NOT NULL aside, which nobody gives.
_SCHEMA = """
SELECT format('column %s.%s %s %s %s %s %s %s', attrelid::regclass, attname,
    format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attidentity,
    attgenerated, regexp_replace(pg_get_expr(adbin, adrelid), '^''(\\d+)''::bigint$', '\\1'))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind IN ('r', 'c')
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
UNION ALL
SELECT 'function ' || pg_get_functiondef(oid)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT format('enum %s %s', enumtypid::regtype, string_agg(enumlabel, ',' ORDER BY enumsortorder))
FROM pg_enum GROUP BY enumtypid
"""


def schema(engine: Engine, *kinds: str) -> set[str]:
    """What is in the database besides Alembic's table; of these kinds, or of all."""
    with engine.connect() as connection:
        found = connection.scalars(text(_SCHEMA))
        return {
            each for each in found
            if "alembic" not in each and (not kinds or each.startswith(kinds))
        }  # fmt: skip


def test_up_down_and_up_again(empty: Engine) -> None:
    assert migrate.current(empty) is None
    assert "upgrade" in migrate.problems(empty)[0]
    migrate.upgrade(empty)
    assert migrate.is_current(empty)
    full = schema(empty)
    migrate.downgrade(empty, "base")
    assert schema(empty) == set()
    migrate.upgrade(empty)
    assert schema(empty) == full


def test_each_revision_is_called_as_its_file_is() -> None:
    """Four digits alone were revisions before the first release."""
    found = [(each.revision, Path(each.path).stem) for each in migrate._revisions()]
    assert [name for name, stem in found if name != stem or not re.match(r"\d{4}_\w", name)] == []
    assert [name for name, _ in found if len(name) > 32] == []  # Alembic's column


def test_the_models_say_what_the_database_has(store: Store) -> None:
    assert migrate.problems(store.engine) == []


def test_names_and_defaults_are_those_of_the_models(store: Store, empty: Engine) -> None:
    Base.metadata.create_all(empty)
    ours = schema(store.engine, "column", "constraint", "index", "sequence")
    assert {each for each in ours if "procrastinate" not in each} == schema(empty)


def test_the_queue_is_as_its_library_shipped_it_first() -> None:
    """A newer one needs a revision that runs what is new on installations without it."""
    changes = sorted(each.name for each in Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    assert changes[-1] == LAST_OF_QUEUE


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


_REVISION = """
from alembic import op

revision = "{name}"
down_revision = "{before}"
branch_labels = None
depends_on = None
serves_older = {serves_older}


def upgrade() -> None:
    op.execute("{up}")


def downgrade() -> None:
    op.execute("{down}")
"""


@contextmanager
def more_revisions(place: Path, *revisions: Mapping[str, object]) -> Iterator[None]:
    """In this block there are more revisions than this version has, one after the other."""
    before = migrate.head()
    shutil.copytree(Path(migrate.__file__).parent / "migrations", place, dirs_exist_ok=True)
    for each in revisions:
        file = place / "versions" / f"{each['name']}.py"
        file.write_text(_REVISION.format_map({"before": before, "serves_older": False, **each}))
        before = str(each["name"])
    with pytest.MonkeyPatch.context() as version:
        version.setattr(migrate, "_SCRIPTS", place)
        yield


_PEOPLE = (
    """
    INSERT INTO workspace (team_id, name, bot_user_id, channel, timezone, currency, installed_at)
    VALUES ('T', 'Acme', 'UB', 'C', 'Europe/Berlin', 'EUR', now())
    """,
    """
    INSERT INTO person (workspace_id, slack_id, name, roles, active)
    SELECT id, 'U' || first_name, first_name, '{salesperson}', true
    FROM workspace, unnest(ARRAY['Mara', 'Sue']) AS first_name
    """,
)


def holding(engine: Engine, revision: str, *statements: str) -> None:
    """Bring a database to `revision`, and write into it as its version did."""
    migrate.upgrade(engine, revision)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_a_migration_runs_over_data(empty: Engine, tmp_path: Path) -> None:
    """What the test of a revision looks like, over one that only this test has."""
    holding(empty, migrate.head(), *_PEOPLE)
    revision = {
        "name": "0002_titles",
        "up": "ALTER TABLE person ADD title text; UPDATE person SET title = 'Ms ' || name;"
        " ALTER TABLE person ALTER title SET NOT NULL",
        "down": "ALTER TABLE person DROP title",
    }
    with more_revisions(tmp_path / "migrations", revision):
        migrate.upgrade(empty)
        with empty.connect() as connection:
            titles = connection.scalars(text("SELECT title FROM person ORDER BY id")).all()
        assert titles == ["Ms Mara", "Ms Sue"]
        migrate.downgrade(empty, "-1")
    assert migrate.problems(empty) == []
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM person")) == 2


def test_a_migration_that_fails_leaves_all_as_it_was(empty: Engine, tmp_path: Path) -> None:
    holding(empty, migrate.head(), *_PEOPLE)
    works = {"name": "0002_works", "up": "ALTER TABLE person DROP email", "down": ""}
    fails = {"name": "0003_fails", "up": "ALTER TABLE person ADD age int NOT NULL", "down": ""}
    with (
        more_revisions(tmp_path / "migrations", works, fails),
        pytest.raises(IntegrityError, match="age"),
    ):
        migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()
    assert migrate.problems(empty) == []


def test_the_minutes_of_the_steps_fit_the_response_target(empty: Engine) -> None:
    other = _PEOPLE[0].replace("'T'", "'T2'")
    level = """
        INSERT INTO service_level (workspace_id) SELECT id FROM workspace;
        UPDATE service_level SET respond_minutes = 90, nudge_minutes = 120
        FROM workspace WHERE workspace.id = workspace_id AND team_id = 'T2'
    """
    holding(empty, "0002_call_attempts", *_PEOPLE, other, level)
    minutes = "respond_minutes, nudge_minutes, message_minutes, suggest_minutes, manager_minutes, \
        remind_minutes, take_back_minutes"
    read = text(f"SELECT {minutes} FROM service_level ORDER BY workspace_id")
    migrate.upgrade(empty)
    with empty.connect() as connection:
        found = [tuple(row) for row in connection.execute(read)]
    assert found == [(5, 3, 15, 30, 60, 3, 60), (90, 90, 130, 145, 175, 15, 90)]
    migrate.downgrade(empty, "0002_call_attempts")
    with empty.connect() as connection:
        assert tuple(connection.execute(read).first() or ()) == (5, 3, 12, 15, 30, 3, 57)


def test_the_messages_of_a_day_become_messages_of_a_moment(empty: Engine) -> None:
    notices = """
        INSERT INTO lead_notice (workspace_id, person_id, kind, day, lead_ids)
        SELECT workspace_id, id, kind, '2026-11-02', '{1}'
        FROM person, unnest(ARRAY['nobody_free', 'stalled']) AS kind WHERE name = 'Sue'
    """
    holding(empty, "0003_minutes_since_the_start", *_PEOPLE, notices)
    migrate.upgrade(empty)
    with empty.begin() as connection:
        read = text("SELECT kind, at AT TIME ZONE 'UTC' FROM lead_notice ORDER BY id")
        assert [(kind, f"{at:%d %H:%M}") for kind, at in connection.execute(read)] == [
            ("unclaimed", "01 23:00"), ("stalled", "01 23:00"),
        ]  # fmt: skip
        connection.execute(
            text(
                "INSERT INTO lead_notice (workspace_id, person_id, kind, at, lead_ids)"
                " SELECT workspace_id, person_id, kind, at + interval '1 hour', '{2}'"
                " FROM lead_notice WHERE kind = 'unclaimed'"
            )
        )
    migrate.downgrade(empty, "0003_minutes_since_the_start")
    with empty.connect() as connection:
        kept = connection.execute(text("SELECT kind, lead_ids FROM lead_notice ORDER BY id"))
        assert [tuple(row) for row in kept] == [("stalled", [1]), ("nobody_free", [2])]


def test_calls_of_lists_that_reached_nobody_become_attempts(empty: Engine) -> None:
    lead = """
        INSERT INTO contact (workspace_id, created_at) SELECT id, now() FROM workspace;
        INSERT INTO lead (workspace_id, source, external_id, received_at, contact_id, last_touch_at,
            labels, score, score_reasons, is_hot, call_attempts, status)
        SELECT workspace_id, 'import', 'e1', now(), id, now(), '{}', 0, '[]', true, 2, 'new'
        FROM contact;
        INSERT INTO lead_event (workspace_id, lead_id, person_id, event_type, at, facts)
        SELECT lead.workspace_id, lead.id, person.id, event_type, now(),
            jsonb_build_object('outcome', outcome)
        FROM lead, person, (VALUES ('called', 'no_answer'), ('called', 'interested'),
            ('claimed', 'no_answer')) AS event (event_type, outcome)
        WHERE person.name = 'Sue'
    """
    holding(empty, "0001_first", *_PEOPLE, *lead.split(";"))
    migrate.upgrade(empty, "0002_call_attempts")
    with empty.connect() as connection:
        found = connection.execute(
            text("SELECT name, outcome FROM lead_attempt JOIN person ON person.id = person_id")
        ).all()
    assert [tuple(row) for row in found] == [("Sue", "no_answer")]
    migrate.downgrade(empty, "0001_first")
    assert migrate.current(empty) == "0001_first"


def test_the_best_quality_and_the_prompts_of_standups_are_called_so_wherever_they_stand(
    empty: Engine,
) -> None:
    rows = """
        INSERT INTO contact (workspace_id, created_at) SELECT id, now() FROM workspace;
        INSERT INTO lead (workspace_id, source, external_id, received_at, contact_id, last_touch_at,
            labels, score, score_reasons, is_hot, call_attempts, status, rating)
        SELECT workspace_id, 'api', rating, now(), id, now(), '{}', 0, '[]', true, 0, 'new', rating
        FROM contact, unnest(ARRAY['hot', 'good']) AS rating;
        INSERT INTO lead_event (workspace_id, lead_id, event_type, at, facts)
        SELECT lead.workspace_id, lead.id, 'rated', now(), jsonb_build_object('rating', rating,
            'before', jsonb_build_object('rating', rating), 'reason', 'hot')
        FROM lead;
        INSERT INTO digest (workspace_id, kind, period_start, period_end, figures, created_at)
        SELECT id, 'weekly', '2026-11-02', '2026-11-09',
            jsonb_build_object('total', jsonb_build_object('hot', 3), 'words', '"hot": hot',
                'together', jsonb_build_object('asked', 4, 'overdue', 1)), now()
        FROM workspace
    """
    holding(empty, "0007_cover", *_PEOPLE, *rows.split(";"))
    read = text(
        "SELECT string_agg(rating, ' ' ORDER BY id) FROM lead"
        " UNION ALL SELECT string_agg(facts::text, ' ' ORDER BY id) FROM lead_event"
        " UNION ALL SELECT figures::text FROM digest"
    )
    with empty.connect() as connection:
        before = connection.scalars(read).all()
    migrate.upgrade(empty)
    with empty.connect() as connection:
        ratings, events, figures = connection.scalars(read).all()
    assert ratings == "great good"
    assert events == before[1].replace('"rating": "hot"', '"rating": "great"')
    assert json.loads(figures) == {
        "total": {"great": 3}, "words": '"hot": hot', "together": {"prompts": 4, "overdue": 1},
    }  # fmt: skip
    migrate.downgrade(empty, "0007_cover")
    with empty.connect() as connection:
        assert connection.scalars(read).all() == before


@pytest.fixture
def newer_version(tmp_path: Path) -> Callable[..., None]:
    """Upgrades a database as a newer version does, which has more revisions than this one."""

    def upgrade(engine: Engine, *serves_older: bool) -> None:
        names = [f"newer_{'serves' if serves else 'breaks'}_{number}"
                 for number, serves in enumerate(serves_older)]  # fmt: skip
        revisions = [
            {"name": name, "serves_older": serves,
             "up": f"CREATE TABLE {name} (id int)", "down": f"DROP TABLE {name}"}
            for name, serves in zip(names, serves_older, strict=True)
        ]  # fmt: skip
        with more_revisions(tmp_path / "migrations", *revisions):
            migrate.upgrade(engine)
            assert migrate.is_current(engine)

    return upgrade


def test_a_newer_schema_that_serves_this_version_is_fine(
    empty: Engine, newer_version: Callable[..., None]
) -> None:
    migrate.upgrade(empty)
    newer_version(empty, True, True)
    assert migrate.is_current(empty)
    assert migrate.problems(empty) == []
    migrate.upgrade(empty)
    assert migrate.current(empty) == "newer_serves_1"
    with closing(Store(empty.url.render_as_string(hide_password=False))) as store:
        assert Database(store).problem() is None


@pytest.mark.parametrize("steps", [(False,), (False, True), (True, False)])
def test_a_newer_schema_that_breaks_this_version_is_said(
    empty: Engine, newer_version: Callable[..., None], steps: tuple[bool, ...]
) -> None:
    migrate.upgrade(empty)
    newer_version(empty, *steps)
    for ask in (
        migrate.is_current, migrate.problems, migrate.upgrade,
        lambda engine: migrate.downgrade(engine, "base"),
    ):  # fmt: skip
        with pytest.raises(migrate.UnknownRevision, match="most likely a newer version"):
            ask(empty)
    with closing(Store(empty.url.render_as_string(hide_password=False))) as store:
        assert "does not know" in (Database(store).problem() or "")


@pytest.fixture
def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Engine, list[str]], str]:
    """With what words a command refuses to work with a database."""

    def run(engine: Engine, command: list[str]) -> str:
        monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
        monkeypatch.setattr("bot.cli.running.until_stopped", threading.Event)  # no signals
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
        monkeypatch.setenv("SLACK_SIGNING_SECRET", "0" * 32)
        monkeypatch.setenv("HANDOFF_CHANNEL", "#leads")
        with pytest.raises(SystemExit) as stopped:
            main(command)
        assert stopped.value.code == 1
        return capsys.readouterr().err

    return run


_COMMANDS = pytest.mark.parametrize(
    "command", [["run"], ["db", "upgrade"], ["db", "check"], ["jobs"]]
)


@_COMMANDS
def test_an_old_command_beside_a_newer_schema_says_so_in_a_sentence(
    empty: Engine, newer_version: Callable[..., None], command: list[str],
    refused: Callable[[Engine, list[str]], str],
) -> None:  # fmt: skip
    newer_version(empty, False)
    message = refused(empty, command)
    assert message.startswith("The database is at revision newer_breaks_0, which")


_OLD = (
    "UPDATE alembic_version SET version_num = '0041'",
    "COMMENT ON TABLE alembic_version IS 'serves versions from revision 0041'",
    "ALTER TABLE lead RENAME score TO heat",
)


@_COMMANDS
def test_a_database_from_before_the_first_release_is_refused(
    empty: Engine, command: list[str], refused: Callable[[Engine, list[str]], str]
) -> None:
    holding(empty, "head", *_OLD)
    before = schema(empty)
    message = refused(empty, command)
    assert message.startswith("This database (revision 0041) was made by a version of Handoff from")
    assert "handoff report leads" in message
    assert "start with an empty database" in message
    assert len(message.splitlines()) == 1
    assert schema(empty) == before


def test_a_server_on_a_database_from_before_the_first_release_is_not_ready(empty: Engine) -> None:
    holding(empty, "head", *_OLD)
    with closing(Store(empty.url.render_as_string(hide_password=False))) as store:
        assert "from before the first release" in (Database(store).problem() or "")


def test_an_old_upgrade_beside_a_newer_schema_that_serves_it_does_nothing(
    empty: Engine, newer_version: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    newer_version(empty, True)
    monkeypatch.setenv("DATABASE_URL", empty.url.render_as_string(hide_password=False))
    main(["db", "upgrade"])
    main(["jobs"])
    output = capsys.readouterr().out
    assert output == "The database is at revision newer_serves_0.\nNo failed jobs.\n"


def test_what_is_served_follows_a_downgrade(empty: Engine, tmp_path: Path) -> None:
    def note() -> str | None:
        with empty.connect() as connection:
            about = "SELECT obj_description('alembic_version'::regclass, 'pg_class')"
            found: str | None = connection.scalar(text(about))
            return found

    migrate.upgrade(empty)
    before = note()
    breaks = {"name": "newer_breaks", "up": "SELECT 1", "down": "SELECT 1"}
    with more_revisions(tmp_path / "migrations", breaks):
        migrate.upgrade(empty)
        assert note() == "serves versions from revision newer_breaks"
        migrate.downgrade(empty, "-1")
        assert note() == before
        migrate.downgrade(empty, "base")
        assert note() is None
