"""What hooks missed is read back, whoever refuses; admins are told of that once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.intake import messages, receiving, source_health
from bot.intake import tasks as intake_tasks
from bot.people.models import Role, Workspace
from bot.slack.cards import Card
from bot.store import Store
from bot.tasks import GiveUp, Postpone
from tests.company import hire, install

NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
CONTACTS = "/crm/v3/objects/contacts"
ONE_CONTACT: dict[str, Any] = {"results": [{"id": "7", "createdAt": "2026-06-30T08:00:00Z"}]}


class Told:
    """A vendor's API: by path, what it answers, or how it fails."""

    def __init__(self, answers: Mapping[str, dict[str, Any] | Exception]) -> None:
        self.answers = answers

    def get(self, path: str, holds: str, **parameters: str) -> dict[str, Any]:
        answer = self.answers[path + parameters.get("after", "")]
        if isinstance(answer, Exception):
            raise answer
        assert holds in answer
        found: dict[str, Any] = answer
        return found


def listed(*ids: str) -> dict[str, Any]:
    return {"data": [{"id": each, "name": f"Form {each}"} for each in ids]}


@pytest.fixture
def workspace(store: Store) -> Workspace:
    clock.use(lambda: NOW)
    workspace = install(store)
    hire(store, workspace, "UROOT", "Root", Role.ADMIN)
    return workspace


def to_fetch(store: Store) -> set[str]:
    with store.transaction() as session:
        found = session.connection().exec_driver_sql(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'intake.fetch'"
        )
        return {job.args["external_id"] for job in found}


def warnings(store: Store) -> list[str]:
    """What the admins are told, as a text each."""
    with store.transaction() as session:
        cards = session.scalars(select(Card).where(Card.kind == receiving.REFUSED)).all()
        drawn = [
            messages.refused(source_health.last_submission(session, each.subject_id))
            for each in cards
        ]
        return [f"{each.text} {each.blocks}" for each in drawn]


def read_back(store: Store, workspace: Workspace, **apis: Told) -> None:
    intake_tasks.read_back(store, apis, workspace.id, NOW)


def test_a_form_that_is_refused_stops_no_other_and_is_told_once(
    store: Store, workspace: Workspace
) -> None:
    gone = GiveUp("the product refused /2/leads (HTTP 404)")
    meta = Told({
        "/me/leadgen_forms": listed("1", "2", "3"), "/1/leads": listed("11"), "/2/leads": gone,
        "/3/leads": listed("33"),
    })  # fmt: skip
    for _hour in range(3):
        read_back(store, workspace, meta=meta)
    assert to_fetch(store) == {"11", "33"}
    [warning] = warnings(store)
    for words in ("Meta lead ad", "The form Form 2", "HTTP 404"):
        assert words in warning
    with store.transaction() as session:
        assert receiving.unread(session, workspace.id, 9) == []
        assert source_health.activity(session, workspace.id) == {}
    clock.use(lambda: NOW + timedelta(days=29))
    read_back(store, workspace, meta=meta)
    assert len(warnings(store)) == 2


def test_a_vendor_that_refuses_stops_no_other(store: Store, workspace: Workspace) -> None:
    meta = Told({"/me/leadgen_forms": GiveUp("the product refused it (HTTP 401)")})
    read_back(store, workspace, meta=meta, hubspot=Told({CONTACTS: ONE_CONTACT}))
    assert to_fetch(store) == {"7"}
    [warning] = warnings(store)
    assert "HTTP 401" in warning


def test_a_vendor_that_is_away_is_asked_again_after_the_others(
    store: Store, workspace: Workspace
) -> None:
    away = Postpone(30, "busy")
    meta = Told({
        "/me/leadgen_forms": listed("1", "2"), "/1/leads": listed("11"), "/2/leads": away,
    })  # fmt: skip
    with pytest.raises(Postpone, match="busy"):
        read_back(store, workspace, meta=meta, hubspot=Told({CONTACTS: ONE_CONTACT}))
    assert to_fetch(store) == {"11", "7"}
    assert warnings(store) == []


def test_what_a_vendor_names_oddly_is_a_refusal(store: Store, workspace: Workspace) -> None:
    odd = Told({"/me/leadgen_forms": listed("1", "2"), "/1/leads": listed("a/b"),
                  "/2/leads": listed("22")})  # fmt: skip
    read_back(store, workspace, meta=odd)
    assert to_fetch(store) == {"22"}
    assert len(warnings(store)) == 1
