"""The scene of the tests of planning."""

import pytest

from bot.store import Store
from tests.campaigns.scene import Hands
from tests.planning.scene import Company, found


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def company(store: Store, hands: Hands) -> Company:
    return found(store)
