"""What an admin does from the home tab: failed work runs again, sources are looked at."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.app import CAPABILITIES
from bot.capability import Place
from bot.errors import NotAllowed
from bot.home import service
from bot.home.home_sections import upkeep
from bot.home.page import sections
from bot.people.models import Person, Role, Workspace
from bot.routing import escalation
from bot.slack.message import as_json
from bot.store import Store
from bot.tasks import enqueue
from bot.tasks.queue import NoSuchJob, counts
from tests.company import hire, install


@pytest.fixture
def workspace(store: Store) -> Workspace:
    workspace = install(store)
    with store.transaction() as session:
        escalation.install(session, workspace)
    return workspace


def fail(store: Store, how_many: int) -> list[int]:
    with store.transaction() as session:
        ids = [enqueue(session, "slack.draw_card", card_id=1) or 0 for _ in range(how_many)]
        given_up = "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = ANY(:ids)"
        session.execute(text(given_up), {"ids": ids})
    return ids


def test_failed_work_runs_again_one_piece_or_all(store: Store, workspace: Workspace) -> None:
    root = hire(store, workspace, "UROOT", "Root", Role.ADMIN)
    ids = fail(store, 5)
    with store.transaction() as session:
        title, *jobs = [
            each for each in as_json(upkeep(session, session.merge(root))) if "text" in each
        ]
        assert title["text"]["text"] == "Failed jobs (5)"
        assert [int(each["accessory"]["value"]) for each in jobs] == ids[:1:-1]
        service.retry(session, root, ids[0])
        with pytest.raises(NoSuchJob):
            service.retry(session, root, ids[0])
    with store.transaction() as session:
        assert service.retry_all(session, root) == 4
        assert counts(session)["failed"] == 0


@pytest.mark.parametrize("role", [*sorted(set(Role) - {Role.ADMIN}), None])
@pytest.mark.parametrize(
    "verb",
    [
        lambda session, who: service.retry(session, who, 1),
        service.retry_all,
        service.sources,
    ],
    ids=["retry", "retry_all", "sources"],
)
def test_upkeep_is_the_admins(
    store: Store, workspace: Workspace, role: Role | None, verb: Callable[[Session, Person], Any]
) -> None:
    roles = [role] if role else []
    somebody = hire(store, workspace, "USOME", "Somebody", *roles)
    fail(store, 1)
    with store.transaction() as session:
        assert Place.UPKEEP not in sections(session, somebody, CAPABILITIES)
        with pytest.raises(NotAllowed):
            verb(session, somebody)
        assert counts(session)["failed"] == 1
