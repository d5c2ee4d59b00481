"""The scene of the tests of standups."""

import pytest

from bot.people import service as people
from bot.people.model import Person, Role
from bot.standups import service
from bot.store import Store
from tests.standups.scene import Company, Hands


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def company(store: Store, hands: Hands) -> Company:
    """The workspace with its standups, a moment before they are asked for the first time."""
    hands.forward(minutes=-5)
    with store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="UBOT", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        )  # fmt: skip
        service.install(session, workspace)
    hands.forward(minutes=5)
    return Company(store, workspace)


@pytest.fixture
def ada(company: Company) -> Person:
    return company.someone("UADA", "Ada", "Sales", Role.SALESPERSON)


@pytest.fixture
def bo(company: Company) -> Person:
    return company.someone("UBO", "Bo", "Sales", Role.SALESPERSON)


@pytest.fixture
def max_(company: Company) -> Person:
    return company.someone("UMAX", "Max", None, Role.MANAGER)
