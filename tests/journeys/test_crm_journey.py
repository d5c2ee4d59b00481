"""The whole loop with a CRM: a lead is in it by itself, and what is won there counts here."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from bot import clock
from bot.crm.backlog import backlog
from bot.money import Money
from tests.crm.office import Seen
from tests.crm.offices.hubspot import HubSpotOffice
from tests.journeys.conftest import Office, open_office, pick
from tests.journeys.test_loop_journey import announce

KEY = "the-key-of-the-warehouse"
REPORT = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def hubspot() -> Iterator[HubSpotOffice]:
    office = HubSpotOffice()
    for name in ("sofia", "ben"):
        office.add_user(f"{name}@example.com", name.title())
    yield office
    office.close()


@pytest.fixture
def office(database_url: str, hubspot: HubSpotOffice) -> Iterator[Office]:
    yield from open_office(
        database_url, socket_mode=False, crm="hubspot", crm_url=hubspot.crm.url,
        crm_key=SecretStr(hubspot.crm.token),
        crm_hook_secret=SecretStr(hubspot.crm.client_secret),
        report_keys={"warehouse": SecretStr(KEY)},
    )  # fmt: skip


def seen(office: Office, hubspot: HubSpotOffice, holds: Callable[[Seen], object]) -> Seen:
    """Wait for the contact that holds this."""
    return office.slack.wait_until(
        lambda: next((each for each in hubspot.records() if holds(each)), None), timeout=60
    )


def is_written(office: Office) -> bool:
    """Whether nothing waits for HubSpot."""
    with office.application.store.transaction() as session:
        return backlog(session, office.application.workspace().id).waiting == 0


def hook(office: Office, hubspot: HubSpotOffice) -> int:
    """HubSpot says that something changed."""
    address, body = f"{office.address}/crm/hook", b'[{"subscriptionType":"deal.propertyChange"}]'
    headers = hubspot.crm.signed(address, body)
    return httpx.post(address, content=body, headers=headers).status_code


def test_from_the_form_to_the_revenue_without_anyone_typing(
    office: Office, hubspot: HubSpotOffice
) -> None:
    announce(office)
    office.card("Spring start")
    sofia, mara, clara = (office.hand(name) for name in ("sofia", "mara", "clara"))
    mara.command("/campaign", "spend spring", office.channel)
    assert mara.submit(
        office.modal("mara", "Enter spend"), {"line": "Google Ads", "amount": "1000"}
    ).ok
    office.hand("clara").command("/campaign", "margin", office.channel)
    modal = office.modal("clara", "Contribution margin")
    assert office.hand("clara").submit(modal, {"percent": "50"}).ok
    office.send_lead(company="Engines", utm_campaign="spring-start", consent="yes")
    there = seen(office, hubspot, lambda each: each.email == "ada@example.com")
    assert (there.company, there.campaign) == ("Engines", "Spring start")
    assert there.score is not None
    assert (there.consent or "").startswith("Given")
    card = office.card("Ada Lovelace", "|HubSpot>", "lead.claim")

    assert sofia.click(card, "lead.claim").ok
    seen(office, hubspot, lambda each: each.owner == "sofia@example.com")
    sofia.click(office.card("lead.contacted"), "lead.contacted")
    pick(sofia, office.card("Contacted <!date"), "lead.show")
    sofia.click(office.modal("sofia", "Lead #1"), "lead.rate.great")
    there = seen(office, hubspot, lambda each: each.quality == "great")
    office.slack.wait_until(lambda: is_written(office), timeout=60)

    hubspot.win(there.record_id, Money(1_200_000, "EUR"))
    assert hook(office, hubspot) == 204
    office.card("🏆 *Ada Lovelace*", "won *12,000 EUR*")
    today = clock.now().date()
    days = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    answer = httpx.get(f"{office.address}/api/v1/campaigns", params=days, headers=REPORT)
    [row] = [each for each in answer.json()["data"] if each["campaign"] == "Spring start"]
    figures = {name: row[name] for name in ("won", "revenue", "spend", "romi")}
    assert figures == {"won": 1, "revenue": "12000.00", "spend": "1000.00", "romi": "500.0"}
    clara.command("/digest", "", office.channel)
    assert clara.click(office.whisper("clara", "digest.show_money"), "digest.show_money").ok
    office.whisper("clara", "· Money", "12,000 EUR")


def test_a_hook_has_to_prove_itself(office: Office, hubspot: HubSpotOffice) -> None:
    address = f"{office.address}/crm/hook"
    assert httpx.post(address, content=b"[]").status_code == 404
    signed = hubspot.crm.signed(f"{office.address}/other", b"[]")
    assert httpx.post(address, content=b"[]", headers=signed).status_code == 404
    assert hook(office, hubspot) == 204
