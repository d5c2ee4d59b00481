"""Odoo's own ways; tests/crm/real_odoo.py runs the same over a real one."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot import clock
from bot.crm.adapters import ADAPTERS
from bot.crm.adapters.contract import Access
from bot.crm.adapters.odoo import adapter as odoo_adapter
from bot.crm.adapters.odoo.adapter import Odoo
from bot.crm.port import (
    Account,
    Blocked,
    Change,
    Gone,
    Note,
    NoteRefused,
    Refusal,
    Refused,
    Saved,
    Stage,
    Trouble,
    Values,
)
from bot.money import Money
from bot.sources import Request, Unproven
from playground.crm.odoo.server import KEY
from playground.crm.odoo.server import Odoo as StandIn
from tests.crm.calls import only, read
from tests.crm.calls import save as save_all
from tests.crm.offices.odoo import OdooOffice, StandInOffice
from tests.crm.parts import NOW

ADA = Values(first_name="Ada", last_name="Lovelace", email="ada@example.com", company="Engines",
             score=40, stage=Stage.NEW)  # fmt: skip


@pytest.fixture
def office() -> Iterator[OdooOffice]:
    opened = StandInOffice()
    yield opened
    opened.close()


@pytest.fixture
def crm(office: OdooOffice) -> Iterator[Odoo]:
    connected = office.connect()
    yield connected
    connected.close()


def change(record_id: str | None = None, key: str = "lead_1", **values: Any) -> Change:
    given = Values.model_validate(values) if values else ADA
    return Change(key, given, record_id, whole=ADA.model_copy(update=values))


def save(crm: Odoo, record_id: str | None = None, key: str = "lead_1", **values: Any) -> Saved:
    [saved] = save_all(crm, change(record_id, key, **values))
    return saved


def held(office: OdooOffice, record_id: str, field: str) -> Any:
    [lead] = office.search("crm.lead", [["id", "=", int(record_id)]], field)
    return lead[field]


def messages(office: OdooOffice, record_id: str, kind: str) -> list[str]:
    """The bodies of our messages of a kind."""
    found = office.search(
        "mail.message", [["model", "=", "crm.lead"], ["res_id", "=", int(record_id)]],
        "message_id", "body",
    )  # fmt: skip
    return [each["body"] for each in found if f"handoff.{kind}" in each["message_id"]]


# ---- what people wrote stays --------------------------------------------------------------------


def test_what_people_wrote_stays(office: OdooOffice, crm: Odoo) -> None:
    office.make("utm.campaign", name="fresh", title="Renamed")
    record_id = save(crm, campaign="Fresh start", campaign_code="fresh", message="Hello").record_id
    tag = office.make("crm.tag", name="Fair")
    office.call("crm.lead", "write", ids=[int(record_id)],
                vals={"description": "<p>Met at the fair</p>", "tag_ids": [[4, tag]]})  # fmt: skip
    save(crm, record_id, quality="weak", score=80)
    save(crm, record_id, quality="great", campaign="Fresh start", campaign_code="fresh")
    save(crm, record_id, stage=Stage.CONTACTED)
    assert held(office, record_id, "description") == "<p>Met at the fair</p>"
    tags = {each["id"]: each["name"] for each in office.search("crm.tag", [], "name")}
    assert {tags[each] for each in held(office, record_id, "tag_ids")} == {
        "Fair", "Quality: great", "Contacted",
    }  # fmt: skip
    assert only(office).campaign == "Renamed"


def test_what_has_no_field_stands_in_one_note(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm, consent="given <b>today</b> & for all", gclid="EAIaIQ").record_id
    save(crm, record_id, consent="withdrawn", gclid="EAIaIQ", received_at=NOW)
    [note] = messages(office, record_id, "facts")
    assert "withdrawn" in note
    assert "EAIaIQ" in note
    assert "2026-06-01 09:00 UTC" in note
    save(crm, record_id, owner_id=None, phone="+493023125001")
    assert messages(office, record_id, "facts") == [note]


def test_a_note_that_was_deleted_is_written_anew(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm).record_id
    [there] = office.search(
        "mail.message", [["message_id", "=", "<handoff.facts.lead_1@handoff>"]], "body"
    )
    office.call("mail.message", "unlink", ids=[there["id"]])
    save(crm, record_id, score=55)
    [note] = messages(office, record_id, "facts")
    assert "Score: 55" in note


def test_a_note_shows_its_text_as_it_is(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm).record_id
    crm.add_note(record_id, Note("n1", NOW, "Ben <x>", "1 < 2 & <b>3</b>\nnext"), look_first=False)
    [body] = messages(office, record_id, "note")
    assert "1 &lt; 2 &amp; &lt;b&gt;3&lt;/b&gt;<br>next" in body
    assert "Ben &lt;x&gt;" in body


def test_a_note_that_is_refused_is_told(office: OdooOffice, crm: Odoo) -> None:
    record_id = office.type_in("ada@example.com", "Lovelace")

    def rule(model: str, _values: object) -> str | None:
        return "No notes" if model == "mail.message" else None

    if not isinstance(office, StandInOffice):
        pytest.skip("a real one has no such rule")
    office.odoo.database.rules.append(rule)
    with pytest.raises(NoteRefused):
        crm.add_note(record_id, Note("n1", NOW, "Ben", "Secret"), look_first=False)


def test_new_leads_are_nobodys_unless_said(office: OdooOffice, crm: Odoo) -> None:
    assert read(crm, save(crm).record_id).owner_id is None
    ben = office.add_user("ben@example.com", "Ben Seller")
    owned = save(crm, key="lead_2", owner_id=ben, last_name="Hopper")
    assert read(crm, owned.record_id).owner_id == ben


# ---- stages and money ---------------------------------------------------------------------------


def test_every_stage_is_reached_from_every_other(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm).record_id
    for before in Stage:
        for after in Stage:
            for goal in (before, after):
                save(crm, record_id, stage=goal, lost_reason="No fit")
                assert read(crm, record_id).stage is goal, (before, after)


def test_a_person_who_converts_a_lead_qualifies_it(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm, stage=Stage.CONTACTED).record_id
    office.qualify(record_id)
    assert read(crm, record_id).stage is Stage.QUALIFIED


def test_where_leads_are_not_used_the_pipelines_stages_count(
    office: OdooOffice, crm: Odoo
) -> None:  # fmt: skip
    office.use_leads(False)
    record_id = save(crm).record_id
    assert held(office, record_id, "type") == "opportunity"
    for stage, name in (
        (Stage.NEW, "New"), (Stage.CONTACTED, "New"), (Stage.QUALIFIED, "Qualified"),
        (Stage.RECYCLED, "New"), (Stage.WON, "Won"), (Stage.NEW, "New"),
    ):  # fmt: skip
        save(crm, record_id, stage=stage)
        assert held(office, record_id, "stage_id")[1] == name
        assert read(crm, record_id).stage is stage
    [proposition] = office.search("crm.stage", [["name", "=", "Proposition"]], "name")
    office.call("crm.lead", "write", ids=[int(record_id)], vals={"stage_id": proposition["id"]})
    assert read(crm, record_id).stage is Stage.QUALIFIED
    save(crm, record_id, stage=Stage.QUALIFIED)
    assert held(office, record_id, "stage_id")[1] == "Proposition"


def test_a_lead_that_was_only_put_away_has_no_stage(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm).record_id
    office.call("crm.lead", "write", ids=[int(record_id)],
                vals={"active": False, "probability": 20.0})  # fmt: skip
    assert read(crm, record_id).stage is None


def test_a_reason_that_the_key_may_not_add_is_told(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm).record_id
    lost = save(crm, record_id, stage=Stage.LOST, lost_reason="Never heard of it")
    assert "lost_reason" in lost.dropped
    assert read(crm, record_id).stage is Stage.LOST
    assert "Never heard of it" in messages(office, record_id, "facts")[0]
    save(crm, record_id, stage=Stage.NEW)
    assert (
        "lost_reason"
        not in save(crm, record_id, stage=Stage.LOST, lost_reason="too expensive").dropped
    )
    assert read(crm, record_id).lost_reason == "Too expensive"


def test_an_amount_in_another_currency_is_left_out_and_told(
    office: OdooOffice, crm: Odoo
) -> None:  # fmt: skip
    record_id = save(crm).record_id
    saved = save(crm, record_id, stage=Stage.WON, amount_minor=99_900, currency="CHF")
    assert "EUR" in saved.dropped["amount_minor"]
    record = read(crm, record_id)
    assert (record.stage, record.amount) == (Stage.WON, None)
    assert "999 CHF" in messages(office, record_id, "facts")[0]
    whole = Money(1_234, "EUR")
    assert not save(crm, record_id, amount_minor=1_234, currency="EUR").dropped
    assert read(crm, record_id).amount == whole


def test_what_is_expected_stands_in_the_opportunity(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm).record_id
    expected: dict[str, Any] = {
        "amount_minor": 990_000, "currency": "EUR", "expected_on": date(2026, 7, 15),
    }  # fmt: skip
    assert not save(crm, record_id, stage=Stage.QUALIFIED, **expected).dropped
    assert read(crm, record_id).amount == Money(990_000, "EUR")
    assert office.value(record_id, "expected_on") == "2026-07-15"


def test_a_new_lead_may_be_won_already(office: OdooOffice, crm: Odoo) -> None:
    saved = save(
        crm, last_name="Hopper", stage=Stage.WON, amount_minor=50_000, currency="EUR",
        quality="good",
    )  # fmt: skip
    seen = only(office)
    assert saved.is_new
    assert (seen.stage, seen.amount, seen.quality) == (Stage.WON, Money(50_000, "EUR"), "good")


# ---- merged, and read back ----------------------------------------------------------------------


def test_merged_leads_are_told_by_both(office: OdooOffice, crm: Odoo) -> None:
    first = save(crm).record_id
    second = save(crm, key="lead_2", email="grace@example.com", score=10).record_id
    third = office.type_in("byron@example.com", "Byron")
    office.merge(first, second)
    assert read(crm, first).record_id == second
    office.merge(second, third)
    for each in (first, second):
        assert read(crm, each).record_id == third
    survivor = read(crm, third)
    assert set(survivor.merged_from) == {first, second}
    assert survivor.key is None
    save(crm, third, score=90)  # its note came along
    assert len(messages(office, third, "facts")) == 2
    assert only(office).score == 90
    office.delete(third)
    assert crm.read([first, third]) == [Gone(first), Gone(third)]


def test_our_key_is_read(office: OdooOffice, crm: Odoo) -> None:
    saved = save(crm, key="lead_x-7")
    assert read(crm, saved.record_id).key == "lead_x-7"


def test_changes_are_read_whole_when_there_are_more_than_a_call_tells(
    office: OdooOffice, crm: Odoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odoo_adapter, "SNAPSHOT", 3)
    monkeypatch.setattr(odoo_adapter, "PAGE", 2)
    results = crm.save([change(key=f"lead_{n}", last_name=f"P{n}") for n in range(20)])
    ids = [each.record_id for each in results if isinstance(each, Saved)]
    mark = read(crm, ids[0]).changed_at
    assert mark is not None
    pages = list(crm.changed_since(mark))
    assert all(len(page) <= 2 for page in pages)
    found = [each.record_id for page in pages for each in page]
    assert sorted(found, key=int) == ids
    assert list(crm.changed_since(mark + timedelta(days=1))) == []


def test_an_address_of_several_is_nobodys(office: OdooOffice, crm: Odoo) -> None:
    for _ in range(2):
        office.type_in("twice@example.com", "Twice")
    lost = office.type_in("Lost@example.com", "Lost")
    office.lose(lost, "Too expensive")
    assert crm.find(["twice@example.com", "LOST@example.com"]) == {"lost@example.com": lost}


def test_companies_are_known_by_their_domain(office: OdooOffice, crm: Odoo) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    names = ("Engines", "Looms", "Not these")
    for each in office.search("res.partner", [["name", "in", list(names)]], "name"):
        office.call("res.partner", "unlink", ids=[each["id"]])
    office.make("res.partner", name="Engines", is_company=True, user_id=int(ben),
                website="https://www.engines.example/about")  # fmt: skip
    office.make("res.partner", name="Looms", is_company=True, email="info@looms.example")
    office.make("res.partner", name="Not these", is_company=True, email="info@notlooms.example")
    found = crm.accounts(["engines.example", "looms.example", "nobody.example"])
    assert found == {
        "engines.example": Account("Engines", ben),
        "looms.example": Account("Looms", None),
    }  # fmt: skip


# ---- bad days -----------------------------------------------------------------------------------


def test_bad_rows_are_named_and_the_first_is_not_blamed_for_them(
    office: OdooOffice, crm: Odoo
) -> None:
    office.refuse("email")
    good = [
        Change(f"lead_{n}", values := Values(last_name=f"P{n}"), whole=values) for n in range(4)
    ]
    bad = [change(key=f"lead_{n}") for n in range(4, 18)]
    results = crm.save([*good[:2], *bad, *good[2:]])
    refused = [each for each in results if isinstance(each, Refused)]
    assert [isinstance(each, Saved) for each in results] == [True] * 2 + [False] * 14 + [True] * 2
    assert {each.why for each in refused} == {Refusal.INVALID}
    assert not any("ada@example.com" in each.detail for each in refused)
    assert {seen.last_name for seen in office.records()} == {"P0", "P1", "P2", "P3"}


def test_what_odoo_does_not_know_is_left_out(office: OdooOffice, crm: Odoo) -> None:
    saved = save(crm, country="XX", owner_id="999999", last_name="Hopper")
    assert set(saved.dropped) == {"country", "owner_id"}
    assert only(office).last_name == "Hopper"


def test_leads_that_are_lost_are_still_written(office: OdooOffice, crm: Odoo) -> None:
    record_id = save(crm).record_id
    office.lose(record_id, "Too expensive")
    results = crm.save([
        change(record_id, score=90, phone="+493023125001"),
        change(key="lead_2", last_name="Hopper"), change("999999", key="lead_3", score=90),
    ])  # fmt: skip
    assert [type(each) for each in results] == [Saved, Saved, Refused]
    assert office.value(record_id, "phone") == "+493023125001"
    assert read(crm, record_id).stage is Stage.LOST


def test_a_key_without_the_right_makes_nothing(office: OdooOffice) -> None:
    crm = office.connect(office.nobody_key)
    with pytest.raises(Blocked) as blocked:
        crm.save([change(campaign="Not to be made")])
    assert blocked.value.trouble is Trouble.RIGHT
    assert office.search("utm.campaign", [["title", "=", "Not to be made"]], "name") == []
    [problem] = [each.problem for each in crm.check(make=False) if each.problem]
    assert "All Documents" in problem
    crm.close()


def test_a_key_that_sees_own_leads_only_is_told(office: OdooOffice) -> None:
    crm = office.connect(office.own_key)
    [problem] = [each.problem for each in crm.check(make=True) if each.problem]
    assert "own leads" in problem
    crm.close()


def test_a_database_that_there_is_not_is_told(office: OdooOffice) -> None:
    crm = office.connect(database="another")
    with pytest.raises(Blocked) as blocked:
        crm.users()
    assert blocked.value.trouble is Trouble.ADDRESS
    crm.close()


@pytest.mark.parametrize(
    ("call", "arguments", "status", "name"),
    [
        ("crm.lead/search_read", {"domain": [["nosuch", "=", 1]]}, 500, "builtins.ValueError"),
        ("crm.lead/search_read", {"domain": [], "nosuch": 1}, 500, "builtins.TypeError"),
        ("crm.lead/read", {"ids": [1], "nosuch": 1}, 422, "UnprocessableEntity"),
        ("crm.lead/search", {"ids": [1], "domain": []}, 422, "UnprocessableEntity"),
        ("crm.lead/read", {"ids": [1], "fields": ["nosuch"]}, 500, "builtins.ValueError"),
        ("crm.lead/write", {"ids": [10**8], "vals": {"priority": "1"}}, 404, "MissingError"),
        ("crm.lead/message_post", {"ids": [10**8], "body": "x"}, 404, "MissingError"),
        ("crm.lead/create", {"vals_list": [{"nosuch": 1}]}, 500, "builtins.ValueError"),
        ("crm.lead/load", {"fields": ["id", "nosuch"], "data": [["a.b", "x"]]}, 500, "ValueError"),
        ("crm.lead/nosuch", {}, 404, "NotFound"),
        ("no.such/read", {}, 404, "NotFound"),
        ("crm.lead/unlink", {"ids": [10**8]}, 403, "AccessError"),
        ("crm.lost.reason/create", {"vals_list": [{"name": "x"}]}, 403, "AccessError"),
        ("mail.message/load", {"fields": ["id", "model", "res_id"],
                               "data": [["a.b", "crm.lead", "99999999"]]}, 200, "deleted"),
        ("crm.lead/load", {"fields": [".id", "priority"], "data": [["99999999", "1"]]}, 200,
         "Unknown database identifier"),
        ("crm.lead/load", {"fields": ["id", "name", "priority"], "data": [["a.b", "x", "9"]]}, 200,
         "not found in selection"),
        ("crm.lead/load", {"fields": ["id", "name"], "data": [["a.b", ""]]}, 200,
         "Missing required"),
        ("crm.lead/load", {"fields": ["id", "name", "country_id/.id"],
                           "data": [["a.b", "x", "99999"]]}, 200, "No matching record"),
    ],
)  # fmt: skip
def test_the_stand_in_refuses_what_a_real_one_refuses(
    office: OdooOffice, call: str, arguments: Any, status: int, name: str
) -> None:
    answer = ask(office, call, arguments)
    assert answer.status_code == status
    assert name in answer.text
    if status == 200:
        assert answer.json()["ids"] is False
        assert answer.json()["messages"][0]["record"] == 0


def ask(office: OdooOffice, call: str, arguments: Any) -> httpx.Response:
    """A call as the adapter makes it."""
    crm = office.connect()
    client = crm._api._api._client
    answer = client.post(f"/json/2/{call}", json=arguments)
    crm.close()
    return answer


# ---- what only the stand-in can show ------------------------------------------------------------


def test_the_end_of_the_key_is_read() -> None:
    with StandIn() as odoo:
        crm = Odoo(Access(odoo.url, SecretStr(KEY)))
        assert crm.key_expires_at() is None
        ends_at = datetime(2026, 6, 8, tzinfo=UTC)
        [user] = odoo.do("res.users", "search", domain=[["login", "=", "handoff@example.com"]])
        for text in ("2026-05-01 00:00:00", "2026-06-08 00:00:00", "2026-08-01 00:00:00"):
            odoo.do("res.users.apikeys", "create", vals_list=[
                {"name": "old", "user_id": user, "scope": "rpc", "expiration_date": text}
            ])  # fmt: skip
        odoo.forward(NOW - odoo.now())
        clock.use(lambda: NOW)
        assert crm.key_expires_at() == ends_at
        problems = [each.problem for each in crm.check(make=False) if each.problem]
        assert problems == ["It expires on 8 Jun 2026. Create a new one in the user's preferences"]
        crm.close()


def test_an_address_where_nobody_speaks_odoo_is_told() -> None:
    with StandIn() as odoo:
        crm = Odoo(Access(f"{odoo.url}/shop", SecretStr(KEY)))
        with pytest.raises(Blocked) as blocked:
            crm.users()
        assert blocked.value.trouble is Trouble.ADDRESS
        crm.close()


def test_a_record_that_others_write_at_the_same_time_is_busy_and_stops_no_other() -> None:
    with StandIn() as odoo:
        crm = Odoo(Access(odoo.url, SecretStr(KEY)))
        odoo.conflict()
        results = crm.save([change(), change(key="lead_2", last_name="Hopper")])
        assert isinstance(results[0], Refused)
        assert results[0].why is Refusal.BUSY
        assert isinstance(results[1], Saved)
        crm.close()


def test_what_a_rule_repeats_of_a_lead_is_not_told() -> None:
    def rule(model: str, values: Mapping[str, Any]) -> str | None:
        is_won = model == "crm.lead" and values.get("probability") == 100
        return "Ada Lovelace (engines, ADA@example.com) may not be won" if is_won else None

    with StandIn() as odoo:
        crm = Odoo(Access(odoo.url, SecretStr(KEY)))
        record_id = save(crm).record_id
        odoo.database.rules.append(rule)
        saved = save(crm, record_id, stage=Stage.WON, quality="good")
        assert saved.dropped == {"stage": "… (…, …) may not be won"}
        crm.close()


def test_an_odoo_that_lacks_what_has_to_be_there_stops_all() -> None:
    with StandIn() as odoo:
        crm = Odoo(Access(odoo.url, SecretStr(KEY)))
        record_id = save(crm).record_id
        odoo.database.removed.add(("crm.lead", "won_status"))
        for call in (lambda: crm.read([record_id]), lambda: list(crm.changed_since(NOW))):
            with pytest.raises(Blocked, match="won_status") as blocked:
                call()
            assert blocked.value.trouble is Trouble.PLAN
        crm.close()


def test_what_is_wrong_with_the_settings_is_told() -> None:
    with StandIn() as odoo:
        crm = Odoo(Access(odoo.url, SecretStr(KEY), hook_secret=SecretStr("short")))
        odoo.version[0] = 18
        problems = [each.problem for each in crm.check(make=False) if each.problem]
        assert ["Odoo 18" in problems[0], "short" in problems[1]] == [True, True]
        crm.close()


def test_a_hook_is_proven_by_the_end_of_its_address() -> None:
    adapter = ADAPTERS["odoo"]
    assert adapter.prove is not None
    access = Access(hook_secret=SecretStr("s3cret"))
    adapter.prove(Request(b"{}", key="s3cret"), access, NOW)
    for key, against in (("wrong", access), ("", access), ("", Access()), ("s3cret", Access())):
        with pytest.raises(Unproven):
            adapter.prove(Request(b"{}", key=key), against, NOW)
