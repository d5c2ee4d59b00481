"""What people see and do in the stand-in of HubSpot, as the playground's page offers it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.crm.adapters.hubspot.fields import CONTACT_PROPERTIES
from bot.sources import Request
from bot.sources.hubspot import verify
from playground.crm.hubspot.people import Contact, Details, Note, People
from playground.crm.hubspot.schema import CONTACTS, DEALS, NOTES, Property
from playground.crm.hubspot.standin import HubSpot
from tests.playground.world import Endpoint

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def crm() -> HubSpot:
    """An account with Handoff's properties and two owners."""
    account = HubSpot(now=lambda: NOW)
    account.add_owner("ben@example.com", "Ben Carter")
    account.add_owner("ann@example.com", "Ann Archer")
    account.state.properties[CONTACTS] |= {
        each.name: Property(each.name, each.label, each.type, each.field, each.options)
        for each in CONTACT_PROPERTIES
    }
    return account


@pytest.fixture
def people(crm: HubSpot) -> People:
    return People(crm)


@pytest.fixture
def ada(crm: HubSpot) -> str:
    return crm.make(CONTACTS, {
        "firstname": "Ada", "lastname": "Lovelace", "email": "ada@example.com",
        "company": "Engines", "jobtitle": "Countess", "hs_lead_status": "NEW",
        "handoff_campaign": "Fresh start", "handoff_score": "90", "handoff_hot": "true",
        "handoff_quality": "great", "handoff_received_at": "2026-03-01T08:00:00Z",
    })  # fmt: skip


def page_of(people: People, record_id: str) -> Details:
    found = people.contact(record_id)
    assert found is not None
    return found


def test_the_list_shows_the_newest_lead_first(crm: HubSpot, people: People, ada: str) -> None:
    crm.make(CONTACTS, {
        "lastname": "Older", "handoff_received_at": "2026-02-01T08:00:00Z"
    })  # fmt: skip
    by_hand = crm.make(CONTACTS, {"email": "typed@example.com"})
    came_at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    newest, shown, oldest = people.contacts()
    assert (newest.id, newest.name, newest.stage) == (by_hand, "typed@example.com", "No status")
    assert shown == Contact(
        ada, "Ada Lovelace", "Engines", "New", "new", "", "", "Fresh start", "90", True, "Great",
        came_at,
    )  # fmt: skip
    assert oldest.name == "Older"


def test_a_contacts_page_has_its_values_and_notes(crm: HubSpot, people: People, ada: str) -> None:
    body = "<p><strong>Ben</strong>: wants 40 &lt;seats&gt;<br>soon</p><p>Handoff handoff_ab_1</p>"
    for minutes, text in enumerate([body, "<p>Called again</p>"]):
        at = (NOW + timedelta(minutes=minutes)).isoformat()
        crm.make(NOTES, {"hs_timestamp": at, "hs_note_body": text}, contact=ada)
    found = page_of(people, ada)
    assert ("Job title", "Countess") in found.about
    assert ("Hot", "Yes") in found.handoff
    assert ("Received", datetime(2026, 3, 1, 8, tzinfo=UTC)) in found.handoff
    assert found.notes == (
        Note(NOW + timedelta(minutes=1), "Called again"),
        Note(NOW, "Ben: wants 40 <seats>\nsoon"),
    )
    assert people.contact("999") is None


def test_a_contact_is_taken_from_its_owner_to_the_amount(people: People, ada: str) -> None:
    (ben, _), _ = people.owners()
    people.give(ada, ben)
    people.qualify(ada)
    found = page_of(people, ada)
    assert (found.contact.owner, found.contact.stage) == ("Ben Carter", "Open deal")
    assert (found.is_qualified, found.is_over) == (True, False)
    people.win(ada, "12,500")
    found = page_of(people, ada)
    assert (found.contact.stage, found.contact.amount) == ("Closed won", "12,500 EUR")
    [deal] = found.deals
    assert (deal.name, deal.closed_at, deal.is_won) == ("Ada Lovelace, Engines", NOW, True)
    people.correct_amount(ada, "12 750.50")
    assert page_of(people, ada).contact.amount == "12,750.50 EUR"
    people.reopen(ada)
    assert page_of(people, ada).contact.tone == "open"
    people.lose(ada, "No budget")
    assert page_of(people, ada).contact.stage == "Closed lost"


def test_a_contact_without_a_deal_is_lost_and_reopened(people: People, ada: str) -> None:
    people.lose(ada, "No budget")
    found = page_of(people, ada)
    assert (found.contact.stage, found.contact.tone) == ("Unqualified", "lost")
    assert ("Lost reason", "No budget") in found.handoff
    people.reopen(ada)
    assert page_of(people, ada).contact.stage == "Open"


@pytest.mark.parametrize("typed", ["much", "-5", "0", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(people: People, ada: str, typed: str) -> None:
    with pytest.raises(ValueError, match=r"such as 12,500"):
        people.win(ada, typed)
    assert page_of(people, ada).contact.tone == "new"


def test_a_win_may_have_no_amount_yet(people: People, ada: str) -> None:
    people.win(ada, " ")
    assert page_of(people, ada).contact.stage == "Closed won"
    assert page_of(people, ada).contact.amount == ""


def test_what_is_gone_is_said(people: People, ada: str) -> None:
    people.delete(ada)
    assert people.contacts() == []
    for step in (people.qualify, lambda one: people.win(one, "5")):
        with pytest.raises(ValueError, match="deleted"):
            step(ada)


def test_every_step_is_seen_and_sends_a_signed_hook(
    crm: HubSpot, people: People, ada: str, serve: Callable[[Endpoint], Endpoint]
) -> None:
    seen: list[bool] = []
    people.subscribe(lambda: seen.append(True))
    endpoint = serve(Endpoint(lambda _request: (204, {}, b"")))
    crm.deliver_to(endpoint.url)
    people.win(ada, "12,500")
    people.delete(ada)
    assert len(seen) == 2
    won, deleted = endpoint.received
    [deal_id] = crm.state.items[DEALS]
    assert '"deal.propertyChange"' in won.body
    assert f'"objectId": {deal_id}' in won.body
    assert '"contact.deletion"' in deleted.body
    for each in endpoint.received:
        request = Request(each.body.encode(), each.headers, endpoint.url)
        verify(request, crm.client_secret, NOW)


def test_a_hook_that_reaches_nobody_stops_nothing(crm: HubSpot, people: People, ada: str) -> None:
    crm.deliver_to("http://127.0.0.1:9/crm/hook")
    people.qualify(ada)
    assert page_of(people, ada).is_qualified
