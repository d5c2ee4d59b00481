"""What the tests of spend share: a company with campaigns, and how what people see looks."""

import pytest

from bot.store import Store
from tests.campaigns.scene import Company, found
from tests.moved_clock import MovedClock


@pytest.fixture
def company(store: Store) -> Company:
    MovedClock()
    return found(store)
