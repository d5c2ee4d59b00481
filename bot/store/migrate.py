"""Migrations: Alembic's, inside the package, run by `handoff db` and by itself on the embedded
server."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, text

from bot.errors import HandoffError
from bot.store.base import Base
from bot.store.engine import reachable

# Any fixed number: it names the advisory lock under which only one process migrates at a time.
_LOCK = 4_823_001

_SCRIPTS = Path(__file__).parent / "migrations"

# What the comment on Alembic's table says, before the oldest revision that the schema serves.
_SERVES = "serves versions from revision "


class UnknownRevision(HandoffError):
    """The database is at revision {current}, which this version of Handoff (revision {head}) does
    not know and cannot work with: most likely a newer version upgraded it. Run that version, or
    restore the backup from before the upgrade."""


class MadeBeforeFirstRelease(UnknownRevision):
    """This database (revision {current}) was made by a version of Handoff from before the first
    release, and its data cannot be taken over. Keep its leads in a file, written by that version
    (`handoff report leads --from DAY --output leads.csv`), and start with an empty database: name
    a new one in DATABASE_URL, or another directory in HANDOFF_DATA_DIR."""


# What revisions were called before the first release: four digits alone. None is called so again.
_BEFORE_THE_FIRST_RELEASE = re.compile(r"\d{4}")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(engine: Engine) -> Iterator[tuple[Config, Connection]]:
    """One migrating process at a time; the others wait for it."""
    with reachable(), engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield _config(connection), connection


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction; nothing happens when it is there.

    Nor when a newer version brought it further and it still serves this one. Raises
    UnknownRevision.
    """
    if revision == "head" and is_current(engine):
        return
    with _alone(engine) as (config, connection):
        if revision == "head" and _is_current(connection):  # another process was first
            return
        command.upgrade(config, revision)
        _note_served(connection)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision` (`base`: to nothing), in one transaction.

    Raises UnknownRevision where a newer version brought it further.
    """
    with _alone(engine) as (config, connection):
        if not _is_known(connection):
            raise _unknown(_current(connection))
        command.downgrade(config, revision)
        _note_served(connection)


def head() -> str:
    """The newest revision that this version of the application knows."""
    revision = _scripts(_SCRIPTS).get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """The revision that the database is at, None for an empty one. Raises DatabaseDown."""
    with reachable(), engine.connect() as connection:
        return _current(connection)


def is_current(engine: Engine) -> bool:
    """Whether there is nothing to upgrade: the database is at the newest revision, or further and
    still serves this version. Raises UnknownRevision where it does not, and DatabaseDown."""
    with reachable(), engine.connect() as connection:
        return _is_current(connection)


def problems(engine: Engine) -> list[str]:
    """What is wrong with the schema: older than this version, or other than the models say.

    One that a newer version made, and that still serves this one, has none. Raises UnknownRevision.
    """
    if not is_current(engine):
        return [f"The database is at revision {current(engine)}, not {head()}: handoff db upgrade."]
    with engine.connect() as connection:
        if not _is_known(connection):
            return []
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": ours}
        )
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is the application's own; Procrastinate keeps its own schema."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


@cache
def _scripts(place: Path) -> ScriptDirectory:
    return ScriptDirectory(str(place))


def _revisions() -> list[Script]:
    """All that this version knows."""
    return list(_scripts(_SCRIPTS).walk_revisions())


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_known(connection: Connection) -> bool:
    now = _current(connection)
    return now is None or any(each.revision == now for each in _revisions())


def _is_current(connection: Connection) -> bool:
    now = _current(connection)
    if _is_known(connection):
        return now == head()
    note = connection.scalar(
        text("SELECT obj_description('alembic_version'::regclass, 'pg_class')")
    )
    if any(note == _SERVES + each.revision for each in _revisions()):
        return True
    raise _unknown(now)


def _unknown(revision: str | None) -> UnknownRevision:
    if _BEFORE_THE_FIRST_RELEASE.fullmatch(revision or ""):
        return MadeBeforeFirstRelease(current=revision, head=head())
    return UnknownRevision(current=revision, head=head())


def _note_served(connection: Connection) -> None:
    """Write beside the revision the oldest one whose version can work with the schema, for
    versions that do not know the revision itself."""
    now, oldest = _current(connection), None
    for each in _scripts(_SCRIPTS).iterate_revisions(now, "base"):
        oldest = each.revision
        if not getattr(each.module, "serves_older", False):
            break
    note = f"'{_SERVES}{oldest}'" if oldest else "NULL"
    connection.execute(text(f"COMMENT ON TABLE alembic_version IS {note}"))
