"""Migrations: Alembic's, inside the package, run by `handoff db` and by itself on the embedded
server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from bot.store.base import Base
from bot.store.engine import reachable

# Any fixed number: it names the advisory lock under which only one process migrates at a time.
_LOCK = 4_823_001


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(engine: Engine) -> Iterator[Config]:
    """One migrating process at a time; the others wait for it."""
    with reachable(), engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield _config(connection)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction; nothing happens when it is there."""
    if revision == "head" and is_current(engine):
        return
    with _alone(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision` (`base`: to nothing), in one transaction."""
    with _alone(engine) as config:
        command.downgrade(config, revision)


def head() -> str:
    """The newest revision that this version of the application knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """The revision that the database is at, None for an empty one. Raises DatabaseDown."""
    with reachable(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest revision."""
    return current(engine) == head()


def problems(engine: Engine) -> list[str]:
    """What is wrong with the schema: not at the newest revision, or other than the models say."""
    if not is_current(engine):
        return [f"The database is at revision {current(engine)}, not {head()}: handoff db upgrade."]
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": ours}
        )
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is the application's own; Procrastinate keeps its own schema."""
    return kind != "table" or not (name or "").startswith("procrastinate_")
