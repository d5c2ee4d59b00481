"""What the tests of spend share: a company with campaigns, and how what people see looks."""

import pytest

from bot.store import Store
from tests.campaigns.scene import Company, Hands, found


@pytest.fixture
def company(store: Store) -> Company:
    Hands()
    return found(store)
