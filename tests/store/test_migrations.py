"""Migrations: up, down and up again; the models say what the database has; one at a time."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

import bot.app  # noqa: F401 - it knows every table
from bot.cli import main
from bot.store import Store, migrate
from bot.web.health import Database


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
                SELECT
                    stage, version, in_force_from AT TIME ZONE 'UTC', facts ->> 'stage', event_type
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


_ASKED_BEFORE = (
    *_ANNOUNCED_BEFORE[:2],
    "INSERT INTO team (workspace_id, name) SELECT id, 'Sales' FROM workspace",
    """
    INSERT INTO standup (workspace_id, team_id, channel, days, at, zone, remind_after_minutes,
        close_after_minutes, active)
    SELECT workspace_id, id, 'C', 'mon-fri', '09:30', 'Europe/Berlin', 60, 150, true FROM team
    """,
    """
    INSERT INTO schedule (workspace_id, name, task, args, cron, zone, grace_seconds, next_run_at)
    SELECT workspace_id, 'standup:' || id, 'standup.open', '{}', '30 9 * * *', 'UTC', 60, now()
    FROM standup
    """,
    """
    INSERT INTO standup_round (workspace_id, standup_id, day, opened_at, closes_at)
    SELECT workspace_id, id, '2026-06-01', '2026-06-01T07:30Z', '2026-06-01T10:00Z' FROM standup
    """,
    """
    INSERT INTO standup_entry (workspace_id, round_id, person_id, state, answers, asked_at)
    SELECT round.workspace_id, round.id, person.id, 'answered',
        '{"did": "Two calls", "blockers": "No list"}', '2026-06-01T07:30Z'
    FROM standup_round AS round, person
    """,
)
_ANSWERS = """
    SELECT standup.name, standup.zone, question.theme, answer.text
    FROM standup_answer AS answer
    JOIN standup_question AS question ON question.id = answer.question_id
    JOIN standup ON standup.id = question.standup_id ORDER BY question.position
"""


def test_standups_from_before_keep_their_answers_and_follow_each_persons_clock(
    empty: Engine,
) -> None:
    migrate.upgrade(empty, "0013")
    with empty.begin() as connection:
        for statement in _ASKED_BEFORE:
            connection.exec_driver_sql(statement)
    migrate.upgrade(empty)
    with empty.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(_ANSWERS))]
        questions = connection.scalar(text("SELECT count(*) FROM standup_question"))
        schedules = connection.scalar(text("SELECT count(*) FROM schedule"))
    assert found == [
        ("Sales standup", None, "done", "Two calls"),
        ("Sales standup", None, "blockers", "No list"),
    ]
    assert (questions, schedules) == (4, 0)
    migrate.downgrade(empty, "0013")
    with empty.connect() as connection:
        answers = connection.scalar(text("SELECT answers FROM standup_entry"))
        zone = connection.scalar(text("SELECT zone FROM standup"))
    assert answers == {"did": "Two calls", "blockers": "No list"}
    assert zone == "Europe/Berlin"


_CLAIMED_BEFORE = (
    *_ANNOUNCED_BEFORE[:2],
    """
    INSERT INTO person (workspace_id, slack_id, name, roles, active)
    SELECT id, 'U2', 'Sue', '{}', true FROM workspace
    """,
    "INSERT INTO contact (workspace_id, created_at) SELECT id, now() FROM workspace",
    """
    INSERT INTO lead (workspace_id, source, external_id, received_at, contact_id, last_touch_at,
        labels, heat, heat_reasons, is_hot, call_attempts, status, claimed_by, claimed_at,
        claim_worked, first_response_at)
    SELECT 1, 'api', name, '2026-11-16T08:00Z', 1, '2026-11-16T08:00Z', '{}', 0, '[]', true, 0,
        'new', owner, CAST(claimed AS timestamptz), 60, CAST(answered AS timestamptz)
    FROM (VALUES
        ('handed over', 2, '2026-11-20T08:00Z', '2026-11-16T10:00Z'),
        ('given back', 2, '2026-11-20T08:00Z', NULL),
        ('waits', NULL, NULL, NULL),
        ('released after the talk', NULL, NULL, '2026-11-16T10:00Z'),
        ('without an audit', 1, '2026-11-16T09:00Z', NULL)
    ) AS old (name, owner, claimed, answered)
    """,
    """
    INSERT INTO lead_event (workspace_id, lead_id, person_id, deed, at, facts)
    SELECT 1, lead.id, person, deed, CAST(happened AS timestamptz), CAST(facts AS jsonb)
    FROM (VALUES
        ('handed over', 1, 'claimed', '2026-11-16T09:00Z', '{}'),
        ('handed over', 1, 'contacted', '2026-11-16T10:00Z', '{}'),
        ('handed over', 1, 'called', '2026-11-16T11:00Z',
            '{"outcome": "interested", "note": " wants 40 seats "}'),
        ('handed over', 1, 'called', '2026-11-16T11:30Z', '{"outcome": "call_back", "note": null}'),
        ('handed over', 1, 'called', '2026-11-16T12:00Z',
            '{"outcome": "not_interested", "note": "too dear"}'),
        ('handed over', 1, 'lost', '2026-11-16T12:00Z', '{"note": "too dear"}'),
        ('handed over', 1, 'rated', '2026-11-16T13:00Z', '{"reason": "a student"}'),
        ('handed over', 1, 'reassigned', '2026-11-20T08:00Z', '{"from_id": 1, "to_id": 2}'),
        ('given back', 1, 'claimed', '2026-11-16T09:00Z', '{}'),
        ('given back', NULL, 'taken_back', '2026-11-16T11:00Z', '{"owner_id": 1}'),
        ('given back', NULL, 'reassigned', '2026-11-20T08:00Z', '{"to_id": 2}'),
        ('waits', 1, 'claimed', '2026-11-16T09:00Z', '{}'),
        ('waits', 1, 'released', '2026-11-16T09:30Z', '{"owner_id": 1}'),
        ('released after the talk', 1, 'claimed', '2026-11-16T09:00Z', '{}'),
        ('released after the talk', 1, 'released', '2026-11-17T09:00Z', '{"owner_id": 1}')
    ) AS old (name, person, deed, happened, facts) JOIN lead ON external_id = name
    ORDER BY happened
    """,
)


def test_who_claimed_first_and_what_was_written_is_read_from_the_audit(empty: Engine) -> None:
    migrate.upgrade(empty, "0028")
    with empty.begin() as connection:
        for statement in _CLAIMED_BEFORE:
            connection.execute(text(statement.replace(":", "\\:")))
    migrate.upgrade(empty)
    with empty.connect() as connection:
        found = connection.execute(
            text(
                """
                SELECT external_id, first_claimed_by, claim_worked, next_check_at IS NOT NULL,
                    to_char(first_claimed_at AT TIME ZONE 'UTC', 'DD HH24')
                FROM lead ORDER BY id
                """
            )
        ).all()
    assert [tuple(row) for row in found] == [
        ("handed over", 1, None, True, "16 09"),  # the clock measures its working time anew
        ("given back", 2, 60, False, "20 08"),
        ("waits", None, 60, False, None),
        ("released after the talk", 1, None, True, "16 09"),
        ("without an audit", 1, 60, False, "16 09"),
    ]
    with empty.connect() as connection:
        notes = connection.execute(
            text("SELECT event_type, person_id, text FROM lead_note ORDER BY id")
        )
        assert [tuple(row) for row in notes] == [
            ("called", 1, "wants 40 seats"), ("lost", 1, "too dear"), ("rated", 1, "a student"),
        ]  # fmt: skip


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


_NEWER = """
from alembic import op

revision = "newer_{name}"
down_revision = "{before}"
branch_labels = None
depends_on = None
{facts}

def upgrade() -> None:
    op.execute("CREATE TABLE newer_{name} (id int)")


def downgrade() -> None:
    op.execute("DROP TABLE newer_{name}")
"""


@pytest.fixture
def newer_version(tmp_path: Path) -> Callable[..., None]:
    """Upgrades a database as a newer version does, which has more revisions than this one."""

    def upgrade(engine: Engine, *serves_older: bool) -> None:
        place, before = tmp_path / "migrations", migrate.head()
        shutil.copytree(Path(migrate.__file__).parent / "migrations", place, dirs_exist_ok=True)
        for number, serves in enumerate(serves_older):
            name = f"{'serves' if serves else 'breaks'}_{number}"
            facts = "serves_older = True" if serves else ""
            file = place / "versions" / f"newer_{name}.py"
            file.write_text(_NEWER.format(name=name, before=before, facts=facts))
            before = f"newer_{name}"
        with pytest.MonkeyPatch.context() as version:
            version.setattr(migrate, "_SCRIPTS", place)
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


@pytest.mark.parametrize("command", [["run"], ["db", "upgrade"], ["db", "check"], ["jobs"]])
def test_an_old_command_beside_a_newer_schema_says_so_in_a_sentence(
    empty: Engine, newer_version: Callable[..., None], command: list[str],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    newer_version(empty, False)
    monkeypatch.setenv("DATABASE_URL", empty.url.render_as_string(hide_password=False))
    monkeypatch.setattr("bot.cli.running.until_stopped", threading.Event)  # no signals
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "0" * 32)
    monkeypatch.setenv("HANDOFF_CHANNEL", "#leads")
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 1
    assert capsys.readouterr().err.startswith("The database is at revision newer_breaks_0, which")


def test_an_old_upgrade_beside_a_newer_schema_that_serves_it_does_nothing(
    empty: Engine, newer_version: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    newer_version(empty, True)
    monkeypatch.setenv("DATABASE_URL", empty.url.render_as_string(hide_password=False))
    main(["db", "upgrade"])
    main(["jobs"])
    said = capsys.readouterr().out
    assert said == "The database is at revision newer_serves_0.\nNo work has failed.\n"


def test_what_is_served_follows_a_downgrade(empty: Engine) -> None:
    def note() -> str | None:
        with empty.connect() as connection:
            about = "SELECT obj_description('alembic_version'::regclass, 'pg_class')"
            found: str | None = connection.scalar(text(about))
            return found

    migrate.upgrade(empty)
    assert note() == f"serves versions from revision {migrate.head()}"
    migrate.downgrade(empty, "-1")
    assert note() != f"serves versions from revision {migrate.head()}"
    migrate.downgrade(empty, "base")
    assert note() is None
