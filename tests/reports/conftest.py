"""What the tests of reports share: a company whose report is read."""

from collections.abc import Iterator

import pytest

from tests.reports.house import House, open_house


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    yield from open_house(database_url)
