"""The facts above the form: what one holds, and how one's own campaigns do today."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot import clock
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads.list_models import Arrivals, Workload
from bot.leads.models import Lead, Rating, Status
from bot.people.models import Person, Role, Workspace
from bot.routing import escalation
from bot.sources.lead_payload import read
from bot.standups import answering
from bot.standups.models import Facts
from bot.store import Store
from tests.campaigns.scene import Company
from tests.company import hire, install
from tests.moved_clock import MovedClock

Receive = Callable[..., None]


@pytest.fixture
def hands() -> MovedClock:
    return MovedClock()


@pytest.fixture
def office(store: Store, hands: MovedClock) -> Company:
    workspace = install(store)
    staff = [hire(store, workspace, f"U{name.upper()}", name, role) for name, role in (
        ("mara", Role.MARKETER), ("sal", Role.SALESPERSON), ("sue", Role.SALESPERSON),
    )]  # fmt: skip
    with store.transaction() as session:
        escalation.install(session, workspace)
    return Company(store, workspace, *staff)


@pytest.fixture
def receive(office: Company) -> Receive:
    """Let a lead come now, and be in this state."""

    def come(campaign_id: int | None = None, **values: object) -> None:
        with office.store.transaction() as session:
            workspace = session.get_one(Workspace, office.workspace.id)
            payload = read({"email": f"p{session.query(Lead).count()}@shop.example"})
            context = IntakeContext("api", campaign_id=campaign_id, at=clock.now())
            lead = session.get_one(
                Lead, create_or_merge(session, workspace, [payload], context)[0].lead_id
            )
            for name, value in values.items():
                setattr(lead, name, value)

    return come


def facts(office: Company, who: Person) -> Facts:
    with office.store.transaction() as session:
        return answering.facts(session, who)


def test_who_holds_nothing_has_no_facts(office: Company, receive: Receive) -> None:
    receive(claimed_by=office.sue.id, claimed_at=clock.now())
    assert facts(office, office.sal) == Facts(Workload(0, 0, 0), [], [])


def test_what_one_holds(office: Company, receive: Receive) -> None:
    now = clock.now()
    mine = {"claimed_by": office.sal.id, "claimed_at": now}
    receive(**mine, response_due_at=now - timedelta(minutes=1))
    receive(**mine, response_due_at=now - timedelta(minutes=1), first_response_at=now)
    receive(**mine, response_due_at=now + timedelta(minutes=1))
    receive(**mine, status=Status.LOST, closed_at=now)
    receive(**mine, status=Status.WON, closed_at=now, rating=Rating.GREAT)
    receive(**mine, merged_into=1)
    assert facts(office, office.sal).work == Workload(open=3, overdue=1, unrated=1)


def test_ones_own_campaigns_that_run_with_what_came_today(
    office: Company, receive: Receive, hands: MovedClock
) -> None:
    campaign = office.announce()
    other = office.announce("form-2", name="Autumn", utm_campaign="autumn")
    receive(campaign.id)
    hands.forward(days=1)
    claimed = {"first_claimed_by": office.sal.id, "first_claimed_at": clock.now()}
    receive(campaign.id)
    receive(campaign.id, **claimed, rating=Rating.GOOD)
    receive(campaign.id, **claimed, rating=Rating.JUNK)
    arrivals = {each.id: came for each, came in facts(office, office.mara).campaigns}
    assert arrivals == {
        campaign.id: Arrivals(received=3, claimed=2, rated=2, liked=1),
        other.id: Arrivals(0, 0, 0, 0),
    }
    assert facts(office, office.sal).campaigns == []
    hands.forward(days=60)
    assert facts(office, office.mara).campaigns == []
