"""What all tests share: a real PostgreSQL, one fresh database a test."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from bot import clock
from bot.store import Store, migrate
from bot.store.embedded import EmbeddedPostgres
from tests.chromium import browser

__all__ = ["browser"]

_TEMPLATE = "handoff_template"
_GOLDEN = Path(__file__).parent / "golden"


# The same examples every time, however slow the machine: a property must not fail by chance.
settings.register_profile("handoff", derandomize=True, deadline=None)
settings.load_profile("handoff")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden files anew")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server of this test process's own, with a migrated template database."""
    place = Path(tempfile.mkdtemp(prefix="handoff-test-"))
    server = EmbeddedPostgres(place)
    # Tests want speed; what survives a crash of the machine is not their question.
    _administer(server.url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    _administer(server.url, f"CREATE DATABASE {_TEMPLATE}")
    engine = create_engine(make_url(server.url).set(database=_TEMPLATE))
    migrate.upgrade(engine)
    engine.dispose()
    yield server.url
    server.close()
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """A fresh, migrated database."""
    name = f"test_{os.urandom(6).hex()}"
    _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def _machine_clock() -> Iterator[None]:
    yield
    clock.use(None)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """Hold a message, modal or home tab against the file that a person has read."""

    def compare(name: str, value: Any) -> None:
        file = _GOLDEN / f"{name}.json"
        drawn = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        if request.config.getoption("--golden"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(drawn)
        assert file.exists(), f"{file.name} is missing: run `make golden` and read it"
        assert json.loads(drawn) == json.loads(file.read_text())

    return compare
