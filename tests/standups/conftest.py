"""The scene of the tests of standups."""

import pytest

from bot.people.models import Person, Role
from bot.store import Store
from tests.moved_clock import MovedClock
from tests.standups.scene import HALF_PAST_NINE, Company, found


@pytest.fixture
def hands() -> MovedClock:
    return MovedClock(HALF_PAST_NINE)


@pytest.fixture
def company(store: Store, hands: MovedClock) -> Company:
    """The workspace with its standups, a moment before they are asked for the first time."""
    hands.forward(minutes=-5)
    founded = found(store, "T1", "C1")
    hands.forward(minutes=5)
    return founded


@pytest.fixture
def ada(company: Company) -> Person:
    return company.someone("UADA", Role.SALESPERSON, name="Ada", team="Sales")


@pytest.fixture
def bo(company: Company) -> Person:
    return company.someone("UBO", Role.SALESPERSON, name="Bo", team="Sales")


@pytest.fixture
def max_(company: Company) -> Person:
    return company.someone("UMAX", Role.MANAGER, name="Max")
