"""Who sees what: the table, cell by cell, over HTTP and in every kind of file."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import httpx
import openpyxl
import pytest

from bot.leads.models import EventType, LeadNote
from bot.people.models import Person, Role
from bot.reports import lead_rows
from bot.reports.permissions import FACTS_ONLY, DataClass, Scope, permissions_of, shared_permissions
from bot.reports.site import leads_page
from tests.reports.house import MONDAY, House

ALL, OWN, NONE = Scope.ALL, Scope.OWN, Scope.NONE

TABLE = {
    #              facts, name, contact, people, money
    "sofia": (ALL, ALL, OWN, OWN, NONE),
    "mara": (ALL, NONE, NONE, NONE, ALL),
    "clara": (ALL, ALL, ALL, ALL, ALL),
    "root": (ALL, ALL, ALL, ALL, ALL),
}
"""Written a second time, by hand, as docs/decisions/reports.md says it."""

# What stands in the cells of a lead; each word is found nowhere else.
FACTS = {
    "company": "Nordlicht", "utm_source": "newsletter", "utm_medium": "paper",
    "utm_campaign": "spring", "utm_term": "tills", "utm_content": "blue", "country": "Austria",
    "quality_reason": "wanted something else",
}  # fmt: skip
SECRETS = {
    "first_name": ("Adelheid", DataClass.NAME), "last_name": ("Zwölfer", DataClass.NAME),
    "email": ("adelheid@zwoelfer.example", DataClass.CONTACT),
    "phone_e164": ("+442079460987", DataClass.CONTACT),
    "job_title": ("Buyer-in-chief", DataClass.CONTACT),
    "message": ("Call me after six", DataClass.CONTACT),
    "answers": ("Ten thousand or so", DataClass.CONTACT),
    "disposition_note": ("She was rude", DataClass.CONTACT),
    "external_id": ("adelheid-4711", DataClass.CONTACT),
}  # fmt: skip
AMOUNT = 7_654_321


def person(*roles: Role, number: int = 1, active: bool = True) -> Person:
    return Person(id=number, workspace_id=1, slack_id="U", name="X", roles=list(roles),
                  active=active)  # fmt: skip


def test_every_role_and_matter_stands_in_the_table() -> None:
    roles = {"sofia": Role.SALESPERSON, "mara": Role.MARKETER, "clara": Role.MANAGER,
             "root": Role.ADMIN}  # fmt: skip
    for name, row in TABLE.items():
        permissions = permissions_of(person(roles[name]))
        assert permissions is not None
        assert tuple(permissions.scopes[data_class] for data_class in DataClass) == row


def test_several_roles_see_what_any_of_them_sees() -> None:
    both = permissions_of(person(Role.SALESPERSON, Role.MARKETER))
    assert both is not None
    assert [both.scopes[data_class] for data_class in DataClass] == [ALL, ALL, OWN, OWN, ALL]


def test_no_role_and_no_place_see_nothing() -> None:
    assert permissions_of(person()) is None
    assert permissions_of(person(Role.ADMIN, active=False)) is None


def test_own_is_nobody_elses_and_never_nobodys() -> None:
    permissions = permissions_of(person(Role.SALESPERSON, number=7))
    assert permissions is not None
    assert permissions.may_see(DataClass.CONTACT, 7)
    assert not permissions.may_see(DataClass.CONTACT, 8)
    assert not permissions.may_see(DataClass.CONTACT, None)


def test_a_room_sees_what_everyone_in_it_sees() -> None:
    manager, seller = person(Role.MANAGER), person(Role.SALESPERSON, number=2)
    assert shared_permissions([manager]).may_see(DataClass.CONTACT)
    together = shared_permissions([manager, seller])
    assert together.may_see(DataClass.NAME)
    assert not together.may_see_some(DataClass.CONTACT)  # what is one's own is not the others'
    assert not together.may_see_some(DataClass.MONEY)
    assert shared_permissions([manager, None]) == FACTS_ONLY
    assert shared_permissions([]) == FACTS_ONLY


def secret_lead(owner_id: int | None) -> dict[str, Any]:
    values = FACTS | {name: words for name, (words, _) in SECRETS.items()}
    values["rating_reason"] = values.pop("quality_reason")
    return {
        **values, "answers": [{"question": "Budget", "answer": values["answers"]}],
        "claimed_by": owner_id, "claimed_at": MONDAY if owner_id else None,
        "status": "won", "won_minor": AMOUNT, "won_currency": "EUR", "rating": "weak",
        "received_at": MONDAY,
    }  # fmt: skip


@pytest.fixture
def ben_house(house: House) -> House:
    """One lead, of Ben."""
    with house.store.transaction() as session:
        house.leads(session, secret_lead(house.person("ben").id))
    return house


def readings(web: httpx.Client) -> Iterator[tuple[str, str]]:
    """All that somebody can read of leads: pages, and files as the text of their cells."""
    days = "from=2026-11-16&to=2026-11-22"
    metrics = ("", "&metric=won", "&by=salesperson&key=2", "&metric=revenue&by=source&key=api")
    for more in metrics:
        yield f"page{more}", web.get(f"/report/leads?{days}{more}").text
        yield f"leads.json{more}", web.get(f"/report/files/leads.json?{days}{more}").text
    for name in ("leads", "campaigns", "weeks", "spend"):
        yield f"{name}.csv", web.get(f"/report/files/{name}.csv?{days}").text
        book = web.get(f"/report/files/{name}.xlsx?{days}")
        if book.status_code == 200:
            rows = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0].values
            yield f"{name}.xlsx", "\n".join(str(row) for row in rows)
    for by in ("campaign", "kind", "source", "salesperson"):
        yield f"report {by}", web.get(f"/report?{days}&by={by}").text
    yield "figures", web.get(f"/report/figures?{days}").text
    yield "compare", web.get(f"/report/compare?{days}&campaign=1").text


@pytest.mark.parametrize("name", TABLE)
def test_nobody_reads_beyond_their_role_anywhere(ben_house: House, name: str) -> None:
    reach = dict(zip(DataClass, TABLE[name], strict=True))
    seen: set[str] = set()
    with ben_house.browser(name) as web:
        for place, text in readings(web):
            assert "Internal Server Error" not in text, place
            for column, (words, data_class) in SECRETS.items():
                bare = words.removeprefix("+")
                if bare in text or words.replace("+442079460987", "+44 20 7946 0987") in text:
                    seen.add(column)
                    assert reach[data_class] is ALL, (place, column)
            if re.search(r"76[,.]?543[.,]?21", text):
                seen.add("amount")
                assert reach[DataClass.MONEY] is ALL, place
            if re.search(r"\bBen\b", text):
                seen.add("owner")
                assert reach[DataClass.PEOPLE] is ALL, place
    expected = {column for column, (_, data_class) in SECRETS.items() if reach[data_class] is ALL}
    expected |= {"amount"} if reach[DataClass.MONEY] is ALL else set()
    expected |= {"owner"} if reach[DataClass.PEOPLE] is ALL else set()
    assert seen == expected


def test_ones_own_lead_is_whole_but_for_the_money(ben_house: House) -> None:
    with ben_house.browser("ben") as web:
        texts = dict(readings(web))
    for column, (words, _) in SECRETS.items():
        assert words.removeprefix("+") in texts["leads.csv"], column
    assert SECRETS["email"][0] in texts["page"]
    for place, text in texts.items():
        assert not re.search(r"76[,.]?543[.,]?21", text), place


def row_of(house: House, reader: str) -> dict[str, str]:
    """The only lead, as this reader's file has it."""
    with house.browser(reader) as web:
        text = web.get("/report/files/leads.csv?from=2026-11-16&to=2026-11-22").text
    [row] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    return row


@pytest.mark.parametrize("owner", ["ben", "sofia", None])
@pytest.mark.parametrize("reader", TABLE)
def test_each_cell_of_a_lead(house: House, reader: str, owner: str | None) -> None:
    owner_id = house.person(owner).id if owner else None
    with house.store.transaction() as session:
        [lead_id] = house.leads(session, secret_lead(owner_id))
        session.add(
            LeadNote(
                workspace_id=house.workspace.id,
                lead_id=lead_id,
                event_type=EventType.NOTED,
                at=MONDAY,
                person_id=house.person("ben").id,
                text="Her mother knows",
            )
        )
    row = row_of(house, reader)
    reach = dict(zip(DataClass, TABLE[reader], strict=True))
    for column in lead_rows.COLUMNS:
        allowed = reach[column.data_class]
        if allowed is NONE:
            assert column.name not in row, column.name
        elif allowed is OWN and owner != reader:
            assert row[column.name] == "", column.name
    names = {"first_name", "last_name", "email", "job_title", "message"} & row.keys()
    for name in names:
        words, data_class = SECRETS[name]
        is_shown = reach[data_class] is ALL or (reach[data_class] is OWN and owner == reader)
        assert row[name] == (words if is_shown else ""), name
    if "notes" in row:
        is_shown = reach[DataClass.CONTACT] is ALL or owner == reader
        assert row["notes"] == ("Her mother knows" if is_shown else "")
    assert {name: row[name] for name in FACTS} == FACTS


def test_columns_of_the_page_are_of_the_same_matters_as_those_of_the_files() -> None:
    by_name = {column.name: column.data_class for column in leads_page.COLUMNS}
    assert by_name["Who"] is DataClass.NAME
    assert by_name["Contact"] is DataClass.CONTACT
    assert by_name["Owner"] is DataClass.PEOPLE
    assert by_name["Won"] is DataClass.MONEY


@pytest.mark.parametrize(("name", "status"), [("sofia", 404), ("mara", 200), ("clara", 200)])
def test_the_spend_is_for_those_who_see_money(house: House, name: str, status: int) -> None:
    with house.browser(name) as web:
        assert web.get("/report/files/spend.csv").status_code == status


def test_a_metric_of_money_cannot_be_asked_by_those_who_see_none(ben_house: House) -> None:
    with ben_house.browser("sofia") as web:
        page = web.get("/report/leads?metric=romi&from=2026-11-16&to=2026-11-22").text
        assert "ROMI" not in page
        assert "Leads received" in page
