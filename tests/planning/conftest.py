"""The scene of the tests of planning."""

import pytest

from bot.store import Store
from tests.moved_clock import MovedClock
from tests.planning.scene import Company, found


@pytest.fixture
def hands() -> MovedClock:
    return MovedClock()


@pytest.fixture
def company(store: Store, hands: MovedClock) -> Company:
    return found(store)
