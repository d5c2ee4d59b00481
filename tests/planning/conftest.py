"""The scene of the tests of planning."""

import pytest

from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.store import Store
from tests.campaigns.scene import Hands, install
from tests.planning.scene import Company


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def company(store: Store, hands: Hands) -> Company:
    workspace = install(store)
    return Company(
        store,
        workspace,
        mara=_hire(store, workspace, "Mara", "Marketing", Role.MARKETER),
        sal=_hire(store, workspace, "Sal", "Sales", Role.SALESPERSON),
        sue=_hire(store, workspace, "Sue", "Sales", Role.SALESPERSON),
        cleo=_hire(store, workspace, "Cleo", None, Role.MANAGER),
        root=_hire(store, workspace, "Root", None, Role.ADMIN),
        guest=_hire(store, workspace, "Guest", None),
    )


def _hire(store: Store, workspace: Workspace, name: str, team: str | None, *roles: Role) -> Person:
    with store.transaction() as session:
        person = people.person(session, workspace.id, f"U{name.upper()}")
        teams = {each.name: each.id for each in people.teams(session, workspace.id)}
        person.name, person.roles = name, [str(role) for role in roles]
        person.team_id = teams[team] if team else None
    return person
