"""What the tests of the metrics share: an office in Berlin, on a Monday at eight."""

import pytest

from bot import clock
from bot.store import Store
from tests.digests.office import NOW, Office, open_office


@pytest.fixture
def office(store: Store) -> Office:
    clock.use(lambda: NOW)
    return open_office(store)
