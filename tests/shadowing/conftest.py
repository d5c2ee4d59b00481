"""The scene of the tests of shadowing."""

import pytest

from bot.store import Store
from tests.moved_clock import MovedClock
from tests.shadowing.scene import MONDAY_AT_TEN, Company, found


@pytest.fixture
def hands() -> MovedClock:
    return MovedClock(MONDAY_AT_TEN)


@pytest.fixture
def company(store: Store, hands: MovedClock) -> Company:
    """The workspace, on a Monday at ten, with nobody but a manager in it."""
    return found(store, hands)
