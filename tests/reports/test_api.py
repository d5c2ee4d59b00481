"""The API: keys, pages, columns whose names never change, and nobody's data."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.leads import claiming
from bot.leads.models import Lead
from bot.reports.sheets import SHEETS
from bot.routing import escalation
from tests.reports.house import MONDAY, House, open_house
from tests.reports.test_policy import FACTS, SECRETS, secret_lead

KEY = "the-key-of-the-warehouse"
DAYS = {"from": "2026-11-16", "to": "2026-11-22"}


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with open_house(database_url, report_keys={"warehouse": SecretStr(KEY)}) as house:
        yield house


@pytest.fixture
def program(house: House) -> Iterator[httpx.Client]:
    with house.anyone() as web:
        web.headers["Authorization"] = f"Bearer {KEY}"
        yield web


def read(program: httpx.Client, sheet: str, **params: Any) -> dict[str, Any]:
    answer = program.get(f"/api/v1/{sheet}", params=DAYS | params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_without_a_key_there_is_nothing(house: House) -> None:
    with house.anyone() as web:
        for sheet in SHEETS:
            for key in ("", "Bearer wrong-key-wrong-key", f"Basic {KEY}", KEY):
                answer = web.get(f"/api/v1/{sheet}", headers={"Authorization": key})
                assert answer.status_code == 401, (sheet, key)
                assert answer.headers["www-authenticate"] == "Bearer"


def test_a_session_of_the_pages_is_no_key(house: House) -> None:
    with house.browser("clara") as web:
        assert web.get("/api/v1/leads").status_code == 401


def test_only_reading(program: httpx.Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert program.request(method, "/api/v1/leads").status_code == 405


def test_nobodys_data_leave_by_a_key(house: House, program: httpx.Client) -> None:
    with house.store.transaction() as session:
        house.leads(session, secret_lead(house.person("ben").id))
    [lead] = read(program, "leads")["data"]
    assert {name: lead[name] for name in FACTS} == FACTS
    assert lead["won_amount"] == "76543.21"
    for sheet in SHEETS:
        text = json.dumps(read(program, sheet), ensure_ascii=False)
        for words, _ in SECRETS.values():
            assert words.removeprefix("+") not in text
        assert "Ben" not in text


def test_all_pages_make_the_whole(house: House, program: httpx.Client) -> None:
    with house.store.transaction() as session:
        ids = house.leads(
            session, *({"received_at": MONDAY + timedelta(hours=n // 3)} for n in range(23))
        )
    found, cursor = [], None
    while True:
        page = read(program, "leads", limit=5, **({"cursor": cursor} if cursor else {}))
        assert len(page["data"]) <= 5
        found += [lead["lead_id"] for lead in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ids


def test_weeks_and_campaigns_in_pages(house: House, program: httpx.Client) -> None:
    with house.store.transaction() as session:
        names = [house.campaign(session, f"C{n}") for n in range(3)]
        house.leads(session, {}, *({"campaign_id": each} for each in names))
    first = read(program, "campaigns", limit=2)
    rest = read(program, "campaigns", limit=2, cursor=first["next_cursor"])
    assert [row["campaign_id"] for row in first["data"] + rest["data"]] == [None, *names]
    assert rest["next_cursor"] is None
    weeks = read(program, "weeks", **{"from": "2026-11-04", "to": "2026-11-17"})["data"]
    assert [(week["week"], week["received"]) for week in weeks] == [
        ("2026-W45", 0), ("2026-W46", 0), ("2026-W47", 4),
    ]  # fmt: skip


def test_first_and_last_touch(house: House, program: httpx.Client) -> None:
    with house.store.transaction() as session:
        one, other = house.campaign(session, "One"), house.campaign(session, "Other")
        house.leads(session, {"campaign_id": one, "last_campaign_id": other})
    [first] = read(program, "campaigns")["data"]
    [last] = read(program, "campaigns", attribution="last_touch")["data"]
    assert (first["campaign"], first["credit"]) == ("One", "first_touch")
    assert (last["campaign"], last["credit"]) == ("Other", "last_touch")


@pytest.mark.parametrize(
    "params",
    [{"from": "soon"}, {"from": "2026-11-22", "to": "2026-11-16"}, {"limit": 0}, {"limit": 1001},
     {"attribution": "any"}, {"cursor": "rubbish"}, {"cursor": "W10"}, {"cursor": "WzEsMl0"},
     {"cursor": "WyIyMDI2LTExLTE2IiwgMV0"}],
)  # fmt: skip
def test_what_makes_no_sense_is_422(program: httpx.Client, params: dict[str, Any]) -> None:
    answer = program.get("/api/v1/leads", params=params)
    assert answer.status_code == 422, answer.text


def test_the_documents_name_every_column(house: House) -> None:
    with house.anyone() as web:
        paths = web.get("/openapi.json").json()["paths"]
    for sheet in SHEETS.values():
        operation = paths[f"/api/v1/{sheet.name}"]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        row = schema["properties"]["data"]["items"]["properties"]
        assert all(each["description"] for each in row.values())
        assert operation["security"] == [{"HTTPBearer": []}]


def answers(house: House, program: httpx.Client) -> dict[str, bytes]:
    """What page, files and API say of the week, without who owns a lead now."""
    found = {}
    with house.browser("clara") as web:
        for by in ("campaign", "source", "salesperson"):
            address = f"/report?from={DAYS['from']}&to={DAYS['to']}&by={by}"
            found[address] = web.get(address).content
        for sheet in SHEETS:
            found[sheet] = web.get(f"/report/files/{sheet}.csv", params=DAYS).content
            found[f"api {sheet}"] = program.get(f"/api/v1/{sheet}", params=DAYS).content
    rows = list(csv.reader(io.StringIO(found["leads"].decode())))
    owner = rows[0].index("owner")
    found["leads"] = repr([row[:owner] + row[owner + 1 :] for row in rows]).encode()
    return found


def test_a_closed_week_is_byte_for_byte_the_same_after_a_handover(
    house: House, program: httpx.Client
) -> None:
    ben, clara, sofia = map(house.person, ("ben", "clara", "sofia"))
    claimed = {"claimed_by": ben.id, "claimed_at": MONDAY + timedelta(hours=10),
               "claim_worked": 3_600, "claim_due_at": MONDAY + timedelta(hours=11)}  # fmt: skip
    answered = {"first_response_at": MONDAY + timedelta(hours=12), "response_worked": 7_200}
    with house.store.transaction() as session:
        ids = house.leads(session, claimed, claimed | answered, claimed | answered, {})
    before = answers(house, program)
    with house.store.transaction() as session:
        claiming.reassign(session, ben, ids[0], sofia.id)
        claiming.reassign(session, clara, ids[1], sofia.id)
        claiming.release(session, ben, ids[2])
        claiming.claim(session, sofia, ids[2])
        assert [session.get_one(Lead, each).claimed_by for each in ids[:3]] == [sofia.id] * 3
        for _ in range(3):
            escalation.sweep(session)
    after = answers(house, program)
    assert b"Ben" in after[f"/report?from={DAYS['from']}&to={DAYS['to']}&by=salesperson"]
    assert {each for each in before if before[each] != after[each]} == set()
