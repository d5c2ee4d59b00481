"""Leads of products over real HTTP: one signed, one that shakes hands, one that is fetched."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot import clock
from bot.sources import SOURCES, meta
from playground.state import Message, View
from tests.intake.test_fetching import TOKEN, Product
from tests.journeys.conftest import Office, drawn, open_office
from tests.sources.signing import SECRET, VENDORS


@pytest.fixture
def product() -> Iterator[Product]:
    product = Product()
    yield product
    product.close()


@pytest.fixture
def office(database_url: str, product: Product) -> Iterator[Office]:
    yield from open_office(
        database_url, socket_mode=False,
        sources={slug: SecretStr(SECRET) for slug in ("typeform", "zoom", "meta")},
        source_tokens={"meta": SecretStr(TOKEN)}, source_apis={"meta": product.address},
    )  # fmt: skip


def call(office: Office, slug: str, body: bytes) -> httpx.Response:
    address = f"{office.address}/leads/{slug}"
    sent = VENDORS[slug].sign(SOURCES[slug], body, SECRET, clock.now(), address)
    return httpx.post(address, content=sent.body, headers=dict(sent.headers))


def opened(office: Office, card: Message) -> str:
    """What the lead's own modal says, which has all that the card leaves out."""
    office.hand("sofia").command("/lead", "1", office.channel)
    assert "#1" in drawn(card)
    return str(office.modal("sofia", "Lead #1").blocks)


def test_a_signed_response_of_a_form_becomes_a_card(office: Office) -> None:
    assert call(office, "typeform", SOURCES["typeform"].example).json() == {"outcome": "lead"}
    card = office.card("Ada Lovelace", "How large is your team?")
    assert "through Typeform" in opened(office, card)
    question = next(block for block in card.blocks if "How large is your team?" in str(block))
    assert "12" in str(question)


def test_zoom_shakes_hands_and_who_asks_to_be_called_is_announced(office: Office) -> None:
    handshake = {"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}
    assert call(office, "zoom", json.dumps(handshake).encode()).json()["plainToken"] == "abc"
    registration: Any = json.loads(SOURCES["zoom"].example)
    assert call(office, "zoom", json.dumps(registration).encode()).json() == {"outcome": "lead"}
    lead = opened(office, office.card("Ada Lovelace"))
    assert "through a Zoom webinar" in lead
    assert "asked to be called" in lead


def test_a_lead_that_is_only_named_is_fetched_and_shown(office: Office, product: Product) -> None:
    token = meta.verify_token(SECRET)
    params = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "42"}
    assert httpx.get(f"{office.address}/leads/meta", params=params).text == "42"
    product.tell({
        "id": "1234567890123456789",
        "field_data": [{"name": "full_name", "values": ["Ada Lovelace"]},
                       {"name": "email", "values": ["ada@example.com"]}],
        "custom_disclaimer_responses": [{"checkbox_key": "newsletter", "is_checked": "1"}],
    })  # fmt: skip
    assert call(office, "meta", SOURCES["meta"].example).json() == {"outcome": "fetching"}
    lead = opened(office, office.card("Ada Lovelace"))
    assert "through a Meta ad" in lead
    assert "Consent given" in lead
    assert product.requests[0][1] == f"Bearer {TOKEN}"


def test_what_the_product_refuses_to_tell_waits_for_an_admin_who_replays_it(
    office: Office, product: Product
) -> None:
    product.status = 404
    assert call(office, "meta", SOURCES["meta"].example).status_code == 200
    root = office.hand("root")
    root.open_home()

    def home() -> View | None:
        view = office.slack.home(office.users["root"])
        return view if view and "HTTP 404" in str(view.blocks) else None

    waiting = office.slack.wait_until(home, timeout=60)
    product.status = 200
    product.tell({"id": "1", "field_data": [{"name": "email", "values": ["ada@example.com"]}]})
    root.click(waiting, "submission.replay")
    office.card("ada@example.com")
    office.slack.wait_until(lambda: home() is None, timeout=60)
