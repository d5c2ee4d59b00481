"""The scene of the tests of shadowing."""

import pytest

from bot.store import Store
from tests.shadowing.scene import Company, Hands, found


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def company(store: Store, hands: Hands) -> Company:
    """The workspace, on a Monday at ten, with nobody but a manager in it."""
    return found(store, hands)
