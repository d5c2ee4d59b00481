"""What the tests of reports share: a company whose report is read."""

from collections.abc import Iterator

import pytest

from tests.databases import Database, Databases
from tests.reports.house import House, move_in, open_house


@pytest.fixture(scope="session")
def lasting(databases: Databases) -> Iterator[tuple[Database, House]]:
    """To build the application costs more than most tests do: many share this one."""
    with databases.lend() as database, pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.Store", database.connect)
        with open_house(database.url) as house:
            yield database, house


@pytest.fixture
def house(lasting: tuple[Database, House], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The company over an empty database; no figure of another test's is kept."""
    monkeypatch.setattr("bot.reports.figures.SLOW_SECONDS", float("inf"))
    database, house = lasting
    assert database.empty()
    move_in(house)
    yield house
    assert database.empty(), "the database cannot be used again: open a house of the test's own"


@pytest.fixture
def own_house(database_url: str) -> Iterator[House]:
    """An application of the test's own."""
    with open_house(database_url) as house:
        yield house
