"""Quiet leads: no noise when they come, and offered once at each set hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import claiming, quiet_leads
from bot.leads.messages import lists
from bot.leads.models import Lead
from bot.leads.notices import CARD
from bot.people.models import Person, Role, Workspace
from bot.slack.cards import Card
from bot.sources.lead_payload import read
from bot.store import Store
from tests.company import hire, install
from tests.golden_files import Golden

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return install(store)


@pytest.fixture
def sofia(store: Store, workspace: Workspace) -> Person:
    return hire(store, workspace, "USOFIA", "Sofia", Role.SALESPERSON)


def arrive(store: Store, workspace: Workspace, number: int, **fields: Any) -> int:
    with store.transaction() as session:
        facts = {"email": f"{number}@gmail.com", "external_id": str(number)} | fields
        context = IntakeContext("zoom", NINE - timedelta(hours=1))
        return create_or_merge(session, workspace, [read(facts)], context)[0].lead_id


def offer(store: Store, workspace: Workspace, at: datetime) -> bool:
    with store.transaction() as session:
        return quiet_leads.post_digest(session, workspace, at)


def cards(store: Store, kind: str) -> int:
    with store.transaction() as session:
        mine = select(func.count()).select_from(Card).where(Card.kind == kind)
        return session.scalars(mine).one()


def shown(store: Store, offer_id: int) -> quiet_leads.DigestFacts:
    with store.transaction() as session:
        return quiet_leads.digest(session, offer_id)


def test_quiet_leads_make_no_noise_and_are_offered_once_an_hour(
    store: Store, workspace: Workspace
) -> None:
    assert not offer(store, workspace, NINE)
    for number in range(12):
        arrive(store, workspace, number)
    hot = arrive(store, workspace, 99, message="Please call me", phone="+493023125001", company="A")
    assert (cards(store, CARD), cards(store, quiet_leads.DIGEST)) == (1, 0)
    assert [offer(store, workspace, NINE) for _ in range(3)] == [True, False, False]
    assert cards(store, quiet_leads.DIGEST) == 1
    rows, more = shown(store, 1)
    assert (len(rows), more) == (10, 2)
    assert hot not in {lead.id for lead, _ in rows}


def test_who_is_taken_is_not_offered_again_and_shown_to_its_owner(
    store: Store, workspace: Workspace, sofia: Person
) -> None:
    first, second = arrive(store, workspace, 1), arrive(store, workspace, 2)
    offer(store, workspace, NINE)
    with store.transaction() as session:
        claiming.claim(session, sofia, first)
    with store.transaction() as session:
        kept = session.scalars(select(Card).where(Card.kind == CARD)).one()
        assert (kept.target, kept.subject_id) == ("USOFIA", first)
    owners = {lead.id: owner and owner.name for lead, owner in shown(store, 1).rows}
    assert owners == {first: "Sofia", second: None}
    assert offer(store, workspace, NINE + timedelta(hours=5))
    assert [lead.id for lead, _ in shown(store, 2).rows] == [second]


def test_who_comes_back_and_asks_to_be_called_is_announced(
    store: Store, workspace: Workspace
) -> None:
    lead_id = arrive(store, workspace, 1)
    assert cards(store, CARD) == 0
    again = {"external_id": "2", "message": "Please call me back"}
    assert arrive(store, workspace, 1, **again) == lead_id
    assert cards(store, CARD) == 1
    with store.transaction() as session:
        lead = session.get_one(Lead, lead_id)
        assert lead.is_hot
        assert ["came back", 30] in [list(reason) for reason in lead.score_reasons]


def test_an_offer(golden: Golden, store: Store, workspace: Workspace, sofia: Person) -> None:
    for number in range(11):
        arrive(store, workspace, number, first_name=f"Guest {number}", company="Acme <!here>")
    offer(store, workspace, NINE)
    with store.transaction() as session:
        claiming.claim(session, sofia, shown(store, 1).rows[0][0].id)
    golden("offer", lists.quiet_leads_digest(*shown(store, 1)))
