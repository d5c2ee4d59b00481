"""What programs read and change of leads: the way back in for a CRM."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.leads.messages.lead_card import card
from bot.leads.models import Lead, LeadEvent
from bot.leads.queries import facts
from bot.people.models import Person, Role
from bot.people.service import install
from tests.company import hire
from tests.web.conftest import FORM_KEY, KEY, OTHER_KEY, Site

ADA = {"email": "ada@example.com", "first_name": "Ada", "external_id": "e1"}


@pytest.fixture
def lead_id(site: Site) -> int:
    found: int = site.send(ADA).json()["lead_id"]
    return found


@pytest.fixture
def sofia(site: Site) -> Person:
    application = site.application
    person = hire(application.store, application.workspace(), "USOFIA", "Sofia", Role.SALESPERSON)
    with application.store.transaction() as session:
        session.get_one(Person, person.id).email = "Sofia@example.com"
    return person


def change(site: Site, lead_id: object, body: Any, key: str = OTHER_KEY) -> httpx.Response:
    how = {"content": body} if isinstance(body, bytes) else {"json": body}
    return site.web.patch(
        f"/leads/api/{lead_id}", headers={"Authorization": f"Bearer {key}"}, **how
    )


def read(site: Site, lead_id: object, key: str = KEY) -> httpx.Response:
    return site.web.get(f"/leads/api/{lead_id}", headers={"Authorization": f"Bearer {key}"})


def events(site: Site, lead_id: int) -> list[tuple[str, Any]]:
    with site.application.store.transaction() as session:
        mine = select(LeadEvent).where(LeadEvent.lead_id == lead_id).order_by(LeadEvent.id)
        return [(each.event_type, each.facts.get("via")) for each in session.scalars(mine)]


def test_a_program_takes_a_lead_from_its_owner_to_the_amount(
    site: Site, lead_id: int, sofia: Person
) -> None:
    at_first = read(site, lead_id)
    assert (at_first.status_code, at_first.headers["cache-control"]) == (200, "no-store")
    assert at_first.json() | {"stage": "open", "owner": None, "amount": None} == at_first.json()
    assert "ada" not in at_first.text.lower()
    wanted = {"owner": "USOFIA", "stage": "won", "amount": "1250.00", "currency": "EUR"}
    now = change(site, lead_id, wanted).json()
    assert now | wanted | {"owner": "Sofia", "changed": True} == now
    assert change(site, lead_id, wanted).json() == now | {"changed": False}
    assert read(site, lead_id).json() | {"changed": True} == now
    assert events(site, lead_id)[1:] == [("reassigned", "webinar"), ("won", "webinar")]
    with site.application.store.transaction() as session:
        assert "won *1,250 EUR* via webinar" in json.dumps(card(facts(session, lead_id)).blocks)


def test_each_part_of_a_lead_can_be_changed_alone(site: Site, lead_id: int, sofia: Person) -> None:
    for body, then in (
        ({"stage": "contacted"}, {"stage": "contacted"}),
        ({"owner": "sofia@example.com", "note": "Wants 40 seats"}, {"owner": "Sofia"}),
        ({"owner": None}, {"owner": None, "claimed_at": None}),
        ({"stage": "lost", "reason": "no_budget"}, {"stage": "lost"}),
        ({"stage": "qualified", "owner": "USOFIA"}, {"stage": "qualified", "owner": "Sofia"}),
        ({"stage": "won", "amount": 99.5}, {"amount": "99.50", "currency": "EUR"}),
        ({"amount": "100"}, {"amount": "100.00"}),
        ({"stage": "lost", "reason": "Bought elsewhere", "note": "Sadly"}, {"amount": None}),
    ):  # fmt: skip
        answer = change(site, lead_id, body).json()
        assert answer | then | {"changed": True} == answer, body
    [lead] = site.leads()
    assert (lead.disposition, lead.disposition_note) == (None, "Bought elsewhere\nSadly")
    assert change(site, lead_id, {}).json()["changed"] is False


UNFIT: list[tuple[Any, str]] = [
    (b"", "body"), (b"nonsense", "body"), (b"[]", "body"), (b'{"note": "\\ud800"}', "body"),
    ({"stage": "sold"}, "stage"), ({"stage": "won", "amount": "-1"}, "amount"),
    ({"stage": "won", "amount": "much"}, "amount"), ({"stage": "won", "amount": 0}, "amount"),
    ({"stage": "won", "amount": "1e99"}, "amount"), ({"amount": "1.005"}, "amount"),
    ({"stage": "lost", "amount": "5"}, "amount"), ({"currency": "EUR"}, "currency"),
    ({"amount": "5", "currency": "euro"}, "currency"),
    ({"amount": "5", "currency": "XQZ"}, "currency"),
    ({"owner": "UNOBODY"}, "owner"), ({"owner": "nobody@example.com"}, "owner"),
    ({"owner": 5}, "owner"), ({"owner": ""}, "owner"),
    ({"owner": "\0"}, "owner"), ({"reason": "no_budget"}, "reason"),
    ({"note": "x" * 3001}, "note"), ({"email": "eve@example.com"}, "email"),
]  # fmt: skip


def test_what_does_not_fit_is_named_by_field_and_changes_nothing(site: Site, lead_id: int) -> None:
    for body, field in UNFIT:
        answer = change(site, lead_id, body)
        assert (answer.status_code, list(answer.json()["problems"])) == (422, [field])
        assert not {"eve", "NOBODY", "sold"} & set(answer.text.split())
    assert events(site, lead_id) == [("received", None)]


def test_what_a_lead_does_not_allow_is_said_in_plain_words_and_nothing_of_it_is_done(
    site: Site, lead_id: int, sofia: Person
) -> None:
    store, workspace = site.application.store, site.application.workspace()
    hire(store, workspace, "UMARA", "Mara", Role.MARKETER)
    for body, words in (
        ({"amount": "5"}, "Only a lead that was won has an amount to correct."),
        ({"owner": "USOFIA", "stage": "won"}, "Please enter an amount above zero."),
        ({"owner": "UMARA"}, "Mara isn't a salesperson here. Admins assign roles"),
    ):
        answer = change(site, lead_id, body)
        assert answer.status_code == 409
        assert words in answer.json()["detail"]
    assert events(site, lead_id) == [("received", None)]
    change(site, lead_id, {"owner": "USOFIA", "stage": "lost"})
    detail = change(site, lead_id, {"owner": None}).json()["detail"]
    assert detail.startswith("This lead was closed as lost 20")
    assert not set("<>") & set(detail)


def test_only_a_key_of_a_program_opens_a_lead_and_only_one_of_this_workspace(
    site: Site, lead_id: int
) -> None:
    for key in ("none", FORM_KEY, "a-key-that-nobody-has"):
        assert {read(site, lead_id, key).status_code, change(site, 1, {}, key).status_code} == {401}
    with site.application.store.transaction() as session:
        elsewhere = install(
            session, team_id="T2", name="Elsewhere", bot_user_id="U2", channel="C2",
            timezone="UTC", currency="EUR",
        )  # fmt: skip
        session.get_one(Lead, lead_id).workspace_id = elsewhere.id
    for unknown in (lead_id, lead_id + 1, 0, -1, 2**63, "9" * 5000, "one", "²"):
        assert read(site, unknown).status_code == change(site, unknown, {}).status_code == 404
