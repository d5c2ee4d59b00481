"""HubSpot's own bad days, beside the contract of all CRMs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import hubspot
import pytest
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInputUpsert,
    PublicObjectSearchRequest,
)
from hubspot.crm.contacts.exceptions import ApiException
from hubspot_sdk import APIStatusError
from hubspot_sdk import HubSpot as Sdk
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response

from bot.crm.adapters import ADAPTERS, Access
from bot.crm.adapters.hubspot.adapter import HubSpot
from bot.crm.adapters.hubspot.api import Spacing
from bot.crm.adapters.hubspot.batches import complaints
from bot.crm.adapters.hubspot.fields import (
    CONTACT_PROPERTIES,
    STANDARD,
    contact_properties,
    place,
    text,
)
from bot.crm.http import Answer, no_pace
from bot.crm.port import (
    Account,
    Blocked,
    Busy,
    Change,
    Gone,
    Note,
    NoteRefused,
    Record,
    Refusal,
    Refused,
    Saved,
    Stage,
    Trouble,
    Values,
)
from bot.money import Money
from bot.sources import Request
from bot.sources.contract import Unproven
from playground.crm.hubspot import standin
from playground.crm.hubspot.schema import CONTACTS, DEALS, NOTES, Pipeline
from playground.crm.hubspot.schema import Stage as DealStage
from playground.crm.serving import Call, Fault
from tests.crm.calls import read, save
from tests.crm.offices.hubspot import HubSpotOffice
from tests.crm.parts import NOW

PRICE = Money(1_250_000, "EUR")


@pytest.fixture
def office() -> Iterator[HubSpotOffice]:
    opened = HubSpotOffice()
    yield opened
    opened.close()


@pytest.fixture
def crm(office: HubSpotOffice) -> Iterator[HubSpot]:
    connected = HubSpot(office.access, no_pace, Spacing(0))
    yield connected
    connected.close()


def person(number: int, **values: Any) -> Change:
    """A lead that is new in the CRM."""
    whole = Values(
        last_name=f"P{number}", email=f"p{number}@example.com", stage=Stage.NEW, received_at=NOW
    ).model_copy(update=values)
    return Change(f"lead_{number}", whole, whole=whole)


def later(saved: Saved, number: int = 1, **values: Any) -> Change:
    """What changed of a lead since."""
    changed, whole = Values(**values), person(number).whole.model_copy(update=values)
    return Change(f"lead_{number}", changed, saved.record_id, whole=whole, memory=saved.memory)


def contact(office: HubSpotOffice, record_id: str) -> dict[str, str]:
    return office.crm.state.items[CONTACTS][record_id].properties


def deals(office: HubSpotOffice) -> list[dict[str, str]]:
    return [each.properties for each in office.crm.state.items[DEALS].values()]


# ---- what is written ----------------------------------------------------------------------------


def test_every_value_has_its_place(office: HubSpotOffice, crm: HubSpot) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    whole = Values(
        first_name="Ada", last_name="Lovelace", email="ada@example.com", phone="+493023125001",
        company="Engines", job_title="Head", country="GB", message="Hello", source="Website form",
        campaign="Fresh start", campaign_code="fresh", landing_url="https://example.com/",
        utm_source="google", utm_medium="cpc", gclid="g", fbclid="f", li_fat_id="l", ttclid="t",
        consent="given", score=70, is_hot=False, quality="great", quality_reason="Budget",
        owner_id=ben, stage=Stage.LOST, lost_reason="No budget", received_at=NOW, claimed_at=NOW,
        first_response_at=NOW, closed_at=NOW,
    )  # fmt: skip
    [saved] = save(crm, Change("lead_1", whole, whole=whole))
    assert not saved.dropped
    held = contact(office, saved.record_id)
    for field in set(Values.model_fields) - {"amount_minor", "currency", "expected_on"}:
        assert held[place(field)], field
    assert (held["country"], held["handoff_hot"]) == ("United Kingdom", "false")
    assert held["handoff_received_at"] == "2026-06-01T09:00:00.000Z"
    made = {each.name for each in CONTACT_PROPERTIES}
    assert {name for name in contact_properties(whole) if name.startswith("handoff_")} <= made
    assert set(STANDARD) <= set(Values.model_fields)


def test_nothing_blank_is_written(office: HubSpotOffice, crm: HubSpot) -> None:
    [saved] = save(crm, person(1, company="Engines"))
    save(crm, later(saved, company=" "))
    assert contact(office, saved.record_id)["company"] == "Engines"


def test_a_contact_with_only_a_phone_number_is_called_by_it(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    whole = Values(phone="+493023125001", stage=Stage.QUALIFIED, received_at=NOW)
    [saved] = save(crm, Change("lead_1", whole, whole=whole))
    held = contact(office, saved.record_id)
    assert (held["lastname"], held["phone"]) == ("+493023125001", "+493023125001")
    assert deals(office)[0]["dealname"] == "+493023125001"
    office.crm.write(CONTACTS, saved.record_id, {"lastname": "Lovelace"})
    later_on = Change("lead_1", Values(score=9), saved.record_id, whole=whole)
    save(crm, later_on)
    assert contact(office, saved.record_id)["lastname"] == "Lovelace"


def test_a_contact_without_any_name_is_told_with_the_cause(crm: HubSpot) -> None:
    whole = Values(company="Engines", stage=Stage.NEW, received_at=NOW)
    [result] = crm.save([Change("lead_1", whole, whole=whole)])
    assert result == Refused(Refusal.INVALID, "it needs a name or an email address")


def test_a_customer_stays_one(office: HubSpotOffice, crm: HubSpot) -> None:
    [saved] = save(crm, person(1))
    assert contact(office, saved.record_id)["lifecyclestage"] == "lead"
    office.crm.write(CONTACTS, saved.record_id, {"lifecyclestage": "customer"})
    save(crm, later(saved, stage=Stage.QUALIFIED))
    assert contact(office, saved.record_id)["lifecyclestage"] == "customer"


def test_somebody_whom_hubspot_knows_is_updated_and_the_others_are_made(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    there = office.type_in("P2@example.com", "Hopper")
    office.write(there, {"company": "Navy"})
    before = office.calls()
    results = save(crm, *(person(n) for n in range(5)))
    assert office.calls() - before == 4
    assert [each.is_new for each in results] == [True, True, False, True, True]
    assert results[2].record_id == there
    held = contact(office, there)
    assert (held["email"], held["company"], held["lastname"]) == ("P2@example.com", "Navy", "P2")
    assert held["handoff_key"] == "lead_2"
    save(crm, *(person(n) for n in range(5)))
    assert len(office.records()) == 5


def test_a_person_who_comes_back_is_one_contact_and_the_newest_lead(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [first] = save(crm, person(1))
    [lost] = save(crm, later(first, stage=Stage.WON, amount_minor=100, currency="EUR"))
    office.forward(timedelta(days=90))
    [second] = save(crm, person(2, email="p1@example.com", received_at=office.crm.now()))
    assert second.record_id == first.record_id
    record = read(crm, second.record_id)
    assert (record.key, record.stage, record.amount) == ("lead_2", Stage.NEW, None)
    [made] = save(crm, later(second, 2, stage=Stage.QUALIFIED))
    assert made.memory["deal"] != lost.memory["deal"]
    assert read(crm, second.record_id).memory == made.memory


def test_two_leads_of_a_person_in_one_call_sink_no_batch(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    results = save(crm, person(1), person(2, email="P1@example.com"), person(3))
    assert results[0].record_id == results[1].record_id
    assert len(office.records()) == 2
    changes = [
        Change(f"lead_{n}", Values(score=n), results[0].record_id, whole=Values()) for n in (1, 2)
    ]
    save(crm, *changes)
    assert contact(office, results[0].record_id)["handoff_score"] == "2"


def test_an_address_that_another_contact_has_is_left_out(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    office.type_in("grace@example.com", "Hopper")
    [saved] = save(crm, person(1))
    [result] = save(crm, later(saved, email="grace@example.com", score=5))
    assert result.dropped == {"email": "Another contact has it"}
    held = contact(office, saved.record_id)
    assert (held["email"], held["handoff_score"]) == ("p1@example.com", "5")


def test_one_bad_row_of_a_hundred_is_found(office: HubSpotOffice, crm: HubSpot) -> None:
    before = office.calls()
    changes = [person(n, email="no address" if n == 37 else f"p{n}@example.com") for n in range(99)]
    lost = Change("lead_99", Values(email="neither"), whole=Values(email="neither"))
    results = crm.save([*changes, lost])
    assert office.calls() - before <= 32
    dropped = [each.dropped for each in results if isinstance(each, Saved) and each.dropped]
    assert dropped == [{"email": "HubSpot refuses this value (INVALID_EMAIL)"}]
    assert results[-1] == Refused(Refusal.INVALID, "email")
    assert len(office.records()) == 99


def test_a_value_that_is_bad_for_all_costs_few_calls(office: HubSpotOffice, crm: HubSpot) -> None:
    saved = save(crm, *(person(n) for n in range(64)))
    status = office.crm.state.properties[CONTACTS]["hs_lead_status"]
    status.options = tuple(each for each in status.options if each != "CONNECTED")
    before = office.calls()
    results = save(
        crm, *(later(one, n, stage=Stage.CONTACTED, score=n) for n, one in enumerate(saved))
    )
    assert office.calls() - before <= 16
    assert all("stage" in each.dropped for each in results)
    assert contact(office, saved[7].record_id)["handoff_score"] == "7"


@pytest.mark.parametrize(
    "error",
    [
        {"errors": [{"message": "no", "code": "INVALID_EMAIL",
                     "context": {"propertyName": ["email"]}}]},
        {"errors": [{"message": "no", "in": "email", "code": "INVALID_EMAIL"}]},
        {"message": 'Property values were not valid: [{"isValid":false,"message":"a@b is bad",'
                    '"error":"INVALID_EMAIL","name":"email"}]'},
    ],
)  # fmt: skip
def test_an_error_names_the_property_in_either_way(error: dict[str, Any]) -> None:
    assert complaints(Answer(httpx.Response(400, json=error))) == {"email": "INVALID_EMAIL"}


@pytest.mark.parametrize(
    "error",
    [
        {},
        [],
        {"message": "Odd [{]"},
        {"errors": [{"in": 5}]},
        {"errors": ["x"]},
        {"errors": [{"context": ["email"]}]},
    ],
)
def test_an_error_may_say_nothing(error: Any) -> None:
    assert complaints(Answer(httpx.Response(400, json=error))) == {}


def test_what_was_merged_while_it_was_known_is_written_where_it_is(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [saved, other] = save(crm, person(1), person(2))
    stays = office.merge(saved.record_id, other.record_id)
    [again] = save(crm, later(saved, score=9))
    assert again.record_id == stays
    assert contact(office, stays)["handoff_score"] == "9"
    record = read(crm, saved.record_id)
    assert set(record.merged_from) == {saved.record_id, other.record_id}
    [found] = [each for page in crm.changed_since(office.crm.now() - crm.overlap) for each in page]
    assert found.record_id == stays
    assert crm.find(["p1@example.com", "p2@example.com"]) == {
        "p1@example.com": stays, "p2@example.com": stays,
    }  # fmt: skip


# ---- deals --------------------------------------------------------------------------------------


def test_a_deal_is_made_when_the_lead_is_qualified_and_closed_when_it_is_won(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    [saved] = save(crm, person(1, campaign="Fresh start", company="Engines"))
    assert (deals(office), saved.memory) == ([], {})
    qualified = Values(
        stage=Stage.QUALIFIED, amount_minor=990_000, currency="EUR", expected_on=date(2026, 7, 15)
    )
    whole = Values(last_name="P1", company="Engines", campaign="Fresh start", owner_id=ben)
    [made] = save(crm, Change("lead_1", qualified, saved.record_id, whole=whole))
    [deal] = deals(office)
    assert deal["dealname"] == "P1, Engines – Fresh start"
    assert (deal["dealstage"], deal["hubspot_owner_id"]) == ("appointmentscheduled", ben)
    assert (deal["amount"], deal["closedate"]) == ("9900.00", "2026-07-15T12:00:00.000Z")
    assert made.memory == {"deal": deal["hs_object_id"]}
    [again] = save(crm, Change("lead_1", qualified, saved.record_id, whole=whole))  # was forgotten
    assert again.memory == made.memory
    office.crm.write(DEALS, made.memory["deal"], {"dealstage": "contractsent"})
    save(crm, later(made, stage=Stage.QUALIFIED))
    assert deals(office)[0]["dealstage"] == "contractsent"  # it is the salesperson's
    won = later(made, stage=Stage.WON, amount_minor=PRICE.minor, currency="EUR", closed_at=NOW)
    save(crm, won)
    [deal] = deals(office)
    assert (deal["hs_is_closed_won"], deal["amount"]) == ("true", "12500.00")
    assert deal["closedate"] == text(NOW)
    save(crm, later(made, stage=Stage.LOST, lost_reason="Cancelled"))
    assert (deal["dealstage"], deal["closed_lost_reason"]) == ("closedlost", "Cancelled")
    assert read(crm, saved.record_id).stage is Stage.LOST
    save(crm, later(made, stage=Stage.CONTACTED))
    record = read(crm, saved.record_id)
    assert (record.stage, record.lost_reason) == (Stage.CONTACTED, None)


def test_what_is_taken_back_is_emptied_but_for_what_people_enter(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [saved] = save(crm, person(1, company="Engines"))
    won = later(saved, stage=Stage.WON, amount_minor=77700, currency="EUR", closed_at=NOW)
    [closed] = save(crm, won)
    assert contact(office, saved.record_id)["handoff_closed_at"] == text(NOW)
    save(crm, later(closed, stage=Stage.NEW, amount_minor=None, currency=None, closed_at=None,
                    company=None, lost_reason=None))  # fmt: skip
    held, [deal] = contact(office, saved.record_id), deals(office)
    assert not {"handoff_closed_at", "handoff_lost_reason"} & held.keys()
    assert not {"amount", "closedate", "closed_lost_reason"} & deal.keys()
    assert (held["company"], held["hs_lead_status"]) == ("Engines", "NEW")
    assert deal["dealstage"] == "appointmentscheduled"
    assert read(crm, saved.record_id).amount is None
    office.crm.write(DEALS, closed.memory["deal"], {"closedate": text(NOW)})  # what is expected
    save(crm, later(closed, stage=Stage.NEW, closed_at=None))
    assert deals(office)[0]["closedate"] == text(NOW)


def test_a_deal_that_a_person_makes_is_followed_and_used(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [saved] = save(crm, person(1))
    properties = {"dealname": "Engines", "pipeline": "777", "dealstage": "9001", "amount": "12500"}
    theirs = office.crm.make(DEALS, properties, contact=saved.record_id)
    record = read(crm, saved.record_id)
    assert (record.stage, record.memory) == (Stage.QUALIFIED, {"deal": theirs})
    assert record.amount == PRICE  # in the account's currency
    won = later(Saved(saved.record_id, memory=record.memory), stage=Stage.WON)
    save(crm, won)
    [deal] = deals(office)
    assert (deal["dealstage"], deal["dealname"]) == ("9002", "Engines")
    assert read(crm, saved.record_id).stage is Stage.WON


def test_the_newest_deal_counts_and_one_that_is_lost_only_alone(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [saved] = save(crm, person(1))

    def made(stage: str, amount: str) -> None:
        office.forward(timedelta(minutes=1))
        properties = {"dealname": "A deal", "dealstage": stage, "amount": amount}
        office.crm.make(DEALS, properties, contact=saved.record_id)

    made("closedlost", "1")
    assert read(crm, saved.record_id).stage is Stage.LOST
    made("contractsent", "2")
    assert read(crm, saved.record_id).stage is Stage.QUALIFIED
    made("closedwon", "3")
    made("closedlost", "4")
    record = read(crm, saved.record_id)
    assert (record.stage, record.amount) == (Stage.WON, Money(300, "EUR"))


def test_the_deals_of_an_earlier_lead_are_not_this_ones(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    there = office.type_in("p1@example.com", "Hopper")
    office.win(there, PRICE)
    office.forward(timedelta(hours=1))
    [saved] = save(crm, person(1, received_at=office.crm.now()))
    record = read(crm, saved.record_id)
    assert (record.record_id, record.stage, record.amount) == (there, Stage.NEW, None)


def test_two_leads_that_a_person_makes_within_minutes_have_a_deal_each(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    first = {"stage": Stage.WON, "amount_minor": 620_000, "currency": "EUR"}
    second = first | {"amount_minor": 123_450}
    save(crm, person(1, **first))
    save(crm, person(2, email="p1@example.com", **second))
    assert sorted(each["amount"] for each in deals(office)) == ["1234.50", "6200.00"]


def test_a_deal_that_was_deleted_is_told_and_not_made_again(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [saved] = save(crm, person(1))
    [made] = save(crm, later(saved, stage=Stage.QUALIFIED))
    office.crm.state.archive(DEALS, made.memory["deal"])
    [result] = save(crm, later(made, stage=Stage.WON, amount_minor=100, currency="EUR"))
    assert (result.dropped, result.memory) == ({"stage": "The deal: It was deleted in HubSpot"}, {})
    assert deals(office) == []


def test_an_amount_is_never_written_in_another_currency(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [saved] = save(crm, person(1))
    [result] = save(crm, later(saved, stage=Stage.WON, amount_minor=100, currency="CHF"))
    assert set(result.dropped) == {"amount_minor", "currency"}
    [deal] = deals(office)
    assert "amount" not in deal
    assert deal["dealstage"] == "closedwon"


def test_stages_are_known_by_their_meaning_not_by_their_names(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    stages = [
        DealStage("31", "Lost", 0.0, is_closed=True),
        DealStage("32", "Gewonnen", 1.0, is_closed=True),
        DealStage("33", "Neu", 0.1),
    ]
    office.crm.state.pipelines = [Pipeline("5", "Vertrieb", stages)]
    [saved] = save(crm, person(1))
    [made] = save(crm, later(saved, stage=Stage.QUALIFIED))
    assert deals(office)[0]["dealstage"] == "33"
    save(crm, later(made, stage=Stage.WON))
    assert deals(office)[0]["dealstage"] == "32"
    save(crm, later(made, stage=Stage.LOST))
    assert deals(office)[0]["dealstage"] == "31"


# ---- reading back -------------------------------------------------------------------------------


def test_more_than_a_page_at_one_time_and_after_it(office: HubSpotOffice, crm: HubSpot) -> None:
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    made = set()
    for number in range(700):
        record_id = office.type_in(f"p{number}@example.com", f"P{number}")
        item = office.crm.state.items[CONTACTS][record_id]
        item.changed_at = at + timedelta(seconds=max(0, number - 450))
        item.properties["lastmodifieddate"] = item.changed_at.isoformat()
        made.add(record_id)
    pages = list(crm.changed_since(at))
    found = [each for page in pages for each in page if isinstance(each, Record)]
    assert {each.record_id for each in found} == made
    times = [each.changed_at for each in found]
    assert times == sorted(times, key=lambda each: each or at)
    assert max(len(page) for page in pages) <= 100


def test_who_changes_while_it_is_read_moves_nobody_out_of_sight(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    start = office.crm.now()
    ids = []
    for number in range(450):
        ids.append(office.type_in(f"p{number}@example.com", f"P{number}"))
        office.forward(timedelta(milliseconds=5))
    pages = crm.changed_since(start)
    found = {each.record_id for each in next(pages)}
    for one in ids[:50]:
        office.write(one, {"company": "Engines"})
    found |= {each.record_id for page in pages for each in page}
    assert found == set(ids)


def test_a_change_of_a_deal_is_told_as_its_contacts(office: HubSpotOffice, crm: HubSpot) -> None:
    [saved, _] = save(crm, person(1), person(2))
    office.win(saved.record_id, PRICE)
    office.forward(timedelta(hours=1))
    mark = office.crm.now()
    office.set_amount(saved.record_id, Money(990_000, "EUR"))
    [[record]] = crm.changed_since(mark)
    assert isinstance(record, Record)
    assert (record.record_id, record.amount) == (saved.record_id, Money(990_000, "EUR"))
    assert record.changed_at is not None
    assert record.changed_at >= mark - timedelta(milliseconds=1)


def test_what_a_search_does_not_see_yet_is_within_the_overlap(office: HubSpotOffice) -> None:
    office.crm.state.search_lag = timedelta(minutes=2)
    crm = HubSpot(office.access, no_pace, Spacing(0))
    mark = office.crm.now()
    [saved] = save(crm, person(1))
    assert list(crm.changed_since(mark)) == []
    office.forward(timedelta(minutes=2))
    mark = office.crm.now()
    [[record]] = crm.changed_since(mark - crm.overlap)
    assert record.record_id == saved.record_id
    crm.close()


def test_companies_are_known_by_their_domain(office: HubSpotOffice, crm: HubSpot) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    properties = {"name": "Engines", "domain": "Engines.example", "hubspot_owner_id": ben}
    office.crm.make("companies", properties)
    office.forward(timedelta(days=1))
    office.crm.make("companies", {"name": "Engines again", "domain": "engines.example"})
    office.crm.make("companies", {"domain": "nameless.example"})
    domains = ["engines.example", "nameless.example", "nobody.example"]
    assert crm.accounts(domains) == {
        "engines.example": Account("Engines", ben),
        "nameless.example": Account("nameless.example"),
    }


def test_owners_come_page_after_page(office: HubSpotOffice, crm: HubSpot) -> None:
    for number in range(520):
        office.add_user(f"u{number}@example.com", f"User {number}")
    office.deactivate("u7@example.com")
    users = {user.email: user for user in crm.users()}
    assert len(users) == 521
    assert not users["u7@example.com"].is_active


# ---- bad days -----------------------------------------------------------------------------------


def test_the_real_limits_are_kept_and_told(office: HubSpotOffice, crm: HubSpot) -> None:
    office.crm.limit = (3, 10.0)
    save(crm, person(1))
    save(crm, person(4))
    save(crm, person(5))
    with pytest.raises(Busy) as busy:
        save(crm, person(2), person(3))
    assert busy.value.seconds == 10
    office.forward(timedelta(seconds=11))
    save(crm, person(2), person(3))


class Fixed(standin.HubSpot):
    """HubSpot, saying what a test has written down."""

    fixed: Response

    def answer(self, _call: Call) -> Response:
        return self.fixed


class Answering:
    """The adapter, connected with a HubSpot that always says this."""

    def __init__(self, status: int, body: object, headers: dict[str, str]) -> None:
        self.crm = Fixed().start()
        self.crm.fixed = JSONResponse(body, status, headers)
        self.hubspot = HubSpot(Access(self.crm.url, SecretStr("key")), no_pace, Spacing(0))

    def close(self) -> None:
        self.hubspot.close()
        self.crm.stop()


@pytest.mark.parametrize("fault", [Fault.CUT_OFF, Fault.DOWN, Fault.TOO_FAST])
@pytest.mark.parametrize("after", range(8))
def test_wherever_a_save_breaks_the_next_one_makes_it_whole(
    office: HubSpotOffice, crm: HubSpot, fault: Fault, after: int
) -> None:
    there = office.type_in("p1@example.com", "Hopper")
    won = {"stage": Stage.WON, "amount_minor": PRICE.minor, "currency": "EUR"}
    changes = [person(n, **won) for n in range(3)]
    office.crm.fail(fault, after=after)
    with pytest.raises(Busy):
        crm.save(changes)
    results = save(crm, *changes)
    assert results[1].record_id == there
    assert [each.last_name for each in office.records()] == ["P1", "P0", "P2"]
    assert len(deals(office)) == 3
    for each in results:
        record = read(crm, each.record_id)
        assert (record.stage, record.amount, record.memory) == (Stage.WON, PRICE, each.memory)


@pytest.mark.parametrize(
    ("status", "body", "headers", "seconds"),
    [
        (429, {"policyName": "DAILY"}, {}, 3600),
        (429, {"policyName": "SECONDLY"}, {"Retry-After": "1"}, 1),
        (477, {}, {"Retry-After": "600"}, 600),
        (423, {}, {"Retry-After": "2"}, 2),
        (500, "no", {}, 30),
    ],
)
def test_what_passes_is_waited_for(
    status: int, body: object, headers: dict[str, str], seconds: int
) -> None:
    answering = Answering(status, body, headers)
    with pytest.raises(Busy) as busy:
        answering.hubspot.read(["1"])
    assert busy.value.seconds == seconds
    answering.close()


@pytest.mark.parametrize(
    ("status", "body", "trouble", "words"),
    [
        (404, {}, Trouble.ADDRESS, "not HubSpot"),
        (200, ["something else"], Trouble.ADDRESS, "not HubSpot"),
        (400, {"category": "VALIDATION_ERROR", "message": "x@example.com"}, Trouble.PLAN,
         "VALIDATION_ERROR"),
        (403, {"errors": [{"context": {"requiredGranularScopes": ["crm.objects.deals.read"]}}]},
         Trouble.RIGHT, "crm.objects.deals.read"),
        (403, {"message": "x@example.com"}, Trouble.RIGHT, "lacks a right"),
    ],
)  # fmt: skip
def test_what_somebody_has_to_mend_is_told(
    status: int, body: object, trouble: Trouble, words: str
) -> None:
    answering = Answering(status, body, {})
    with pytest.raises(Blocked, match=words) as blocked:
        answering.hubspot.read(["1"])
    assert blocked.value.trouble is trouble
    assert "example.com" not in blocked.value.detail
    answering.close()


def test_without_the_unique_property_nothing_is_made(office: HubSpotOffice, crm: HubSpot) -> None:
    del office.crm.state.properties[CONTACTS]["handoff_key"]
    with pytest.raises(Blocked, match="handoff_key"):
        crm.save([person(1)])
    assert office.records() == []


def test_searches_are_kept_apart(office: HubSpotOffice) -> None:
    """Five a second for the whole account, however many calls are allowed."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        office.forward(timedelta(seconds=seconds))

    def stand_in_time() -> float:
        return office.crm.now().timestamp()

    office.crm.state.search_limit = 5
    crm = HubSpot(office.access, no_pace, Spacing(clock=stand_in_time, sleep=sleep))
    for _ in range(6):
        list(crm.changed_since(office.crm.now()))
    assert slept
    crm.close()


def test_a_note_that_is_refused_is_told(office: HubSpotOffice, crm: HubSpot) -> None:
    [saved] = crm.save([person(1)])
    assert isinstance(saved, Saved)
    office.crm.state.refused.add((NOTES, "hs_note_body"))
    with pytest.raises(NoteRefused, match="VALIDATION_ERROR") as refused:
        crm.add_note(saved.record_id, Note("note_1", NOW, "Ben", "Secret"), look_first=False)
    assert "Secret" not in refused.value.detail


def test_a_note_of_somebody_who_is_gone_and_one_with_markup(
    office: HubSpotOffice, crm: HubSpot
) -> None:
    [saved] = save(crm, person(1))
    crm.add_note(saved.record_id, Note("note_1", NOW, "Ben", "<b>1 & 2</b>"), look_first=True)
    [note] = office.records()[0].notes
    assert "<b>1 & 2</b>" in note
    with pytest.raises(KeyError):
        crm.add_note("999", Note("note_2", NOW, "Ben", "Hello"), look_first=True)
    assert crm.read(["999"]) == [Gone("999")]


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ("crm.objects.contacts.write", "write contacts"),
        ("crm.objects.deals.read", "read deals"),
        ("crm.objects.owners.read", "read owners"),
    ],
)
def test_a_missing_right_is_named(
    office: HubSpotOffice, crm: HubSpot, lacking: str, words: str
) -> None:
    office.crm.state.scopes.remove(lacking)
    problems = [each for each in crm.check(make=False) if each.problem]
    assert f"Right to {words}" in {each.what for each in problems}
    assert all(lacking in (each.problem or "") for each in problems)


def test_what_is_odd_in_the_account_is_found(office: HubSpotOffice, crm: HubSpot) -> None:
    state = office.crm.state
    state.properties[CONTACTS]["handoff_key"].is_unique = False
    state.properties[CONTACTS]["handoff_score"].type = "string"
    state.properties[CONTACTS]["hs_lead_status"].options = ("NEW",)
    state.pipelines = state.pipelines[:1]
    state.pipelines[0].stages.pop()
    office.deactivate("ann@example.com")
    office.crm.daily_limit, office.crm.calls = 1000, 950
    office.crm.state.scopes.remove("crm.schemas.contacts.write")
    del state.properties[CONTACTS]["handoff_quality"]
    found = {each.what: each.problem for each in crm.check(make=True) if each.problem}
    assert "unique" in found.pop("Property handoff_key of contacts")
    assert "string" in found.pop("Property handoff_score of contacts")
    assert "crm.schemas.contacts.write" in found.pop("Property handoff_quality of contacts")
    assert "UNQUALIFIED" in found.pop("Lead statuses")
    assert "lost" in found.pop("Pipeline of deals")
    assert "invite" in found.pop("0 people who can own contacts")
    [(what, _)] = found.items()
    assert what.startswith("Calls of the day")


def test_hooks_are_proven_by_hubspots_published_vector(office: HubSpotOffice) -> None:
    prove = ADAPTERS["hubspot"].prove
    assert prove is not None
    access = Access(hook_secret=SecretStr("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"))
    headers = {
        "x-hubspot-request-timestamp": "1693657560000",
        "x-hubspot-signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
    }
    body, url = b"{'example_field':'example_value'}", "https://www.example.com/webhook_uri"
    now = datetime.fromtimestamp(1693657560, UTC)
    prove(Request(body, headers, url), access, now)
    for request, secrets, at in (
        (Request(body + b" ", headers, url), access, now),
        (Request(body, headers, url + "2"), access, now),
        (Request(body, headers, url), access, now + timedelta(minutes=6)),
        (Request(body, headers, url), Access(), now),
    ):
        with pytest.raises(Unproven):
            prove(request, secrets, at)
    signed = {name.lower(): value for name, value in office.crm.signed(url, body).items()}
    mine = Access(hook_secret=SecretStr(office.crm.client_secret))
    prove(Request(body, signed, url), mine, office.crm.now())


def test_a_key_never_shows_and_does_not_say_when_it_ends(crm: HubSpot) -> None:
    assert crm.key_expires_at() is None
    assert "pat-eu1" not in repr(crm.__dict__)


# ---- the stand-in, looked at with HubSpot's own clients -----------------------------------------


def test_hubspots_new_client_understands_the_stand_in(office: HubSpotOffice) -> None:
    with Sdk(access_token=office.crm.token, base_url=office.crm.url, max_retries=0) as client:
        contacts = client.crm.objects.contacts
        made = contacts.create(properties={"email": "ada@example.com"}, associations=[])
        upserted = contacts.batch.upsert(
            inputs=[
                {"id_property": "handoff_key", "id": "lead_1", "properties": {"lastname": "P1"}}
            ]
        )
        assert upserted.results[0].new is True
        updated = contacts.batch.update(
            inputs=[{"id": made.id, "properties": {"company": "Engines"}}]
        )
        assert updated.results[0].properties["company"] == "Engines"
        found = contacts.search(
            filter_groups=[
                {"filters": [
                    {"property_name": "email", "operator": "EQ", "value": "ADA@example.com"}
                ]}
            ],
            limit=10, after="0", properties=["company"], sorts=["createdate"],
        )  # fmt: skip
        assert [each.id for each in found.results] == [made.id]
        deal = office.crm.make(
            DEALS, {"dealname": "A deal", "dealstage": "contractsent"}, contact=made.id
        )
        links = client.crm.associations.batch.get(
            to_object_type="deals", from_object_type="contacts", inputs=[{"id": made.id}]
        )
        assert [str(each.to_object_id) for each in links.results[0].to] == [deal]
        assert [each.email for each in client.crm.owners.list().results] == ["ann@example.com"]
        assert {each.id for each in client.crm.pipelines.list("deals").results} == {
            "default",
            "777",
        }
        names = {each.name: each for each in client.crm.properties.list("contacts").results}
        assert names["handoff_key"].has_unique_value is True
        with pytest.raises(APIStatusError) as refused:
            contacts.create(properties={"email": "ada@example.com"}, associations=[])
        assert refused.value.status_code == 409


def test_hubspots_older_client_understands_the_stand_in(office: HubSpotOffice) -> None:
    client = hubspot.HubSpot(access_token=office.crm.token, host=office.crm.url)
    one_by_one, batch = client.crm.contacts.basic_api, client.crm.contacts.batch_api
    searching, owners = client.crm.contacts.search_api, client.crm.owners.owners_api
    pipelines, properties = client.crm.pipelines.pipelines_api, client.crm.properties.core_api
    body = BatchInputSimplePublicObjectBatchInputUpsert(
        inputs=[{"idProperty": "handoff_key", "id": "lead_1", "properties": {"lastname": "P1"}}]
    )
    [result] = batch.upsert(body).results
    assert result.new is True
    one = one_by_one.get_by_id(result.id, properties=["lastname", "handoff_key"])
    assert one.properties["handoff_key"] == "lead_1"
    request = PublicObjectSearchRequest(
        filter_groups=[
            {"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": "0"}]}
        ],
        sorts=["hs_object_id"],
        limit=10,
    )
    assert [each.id for each in searching.do_search(request).results] == [result.id]
    assert [each.email for each in owners.get_page().results] == ["ann@example.com"]
    assert len(pipelines.get_all("deals").results) == 2
    assert properties.get_by_name("contacts", "handoff_score").type == "number"
    with pytest.raises(ApiException) as refused:
        one_by_one.get_by_id("999")
    assert refused.value.status == 404
    for api in (one_by_one, batch, searching, owners, pipelines, properties):
        api.api_client.rest_client.pool_manager.clear()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/crm/objects/2026-09/contacts/batch/read", {"inputs": [{"id": "1"}] * 101}, 400),
        ("/crm/objects/2026-09/contacts/search", {"limit": 201}, 400),
        ("/crm/objects/2026-09/contacts/search", {"limit": 200, "after": "9900"}, 400),
        ("/crm/objects/2026-09/contacts/search", {"sorts": [{}, {}]}, 400),
        ("/crm/objects/2026-09/contacts", {"properties": {"phone": "1"}}, 400),
        ("/crm/objects/2026-09/contacts", {"properties": {"email": "a"}}, 400),
        ("/crm/objects/2026-09/contacts", {"properties": {"email": 5}}, 400),
        ("/crm/objects/2026-09/deals", {"properties": {"dealname": "A"}}, 400),
        ("/crm/objects/2026-09/leads", {"properties": {}}, 404),
        ("/crm/objects/2020-01/contacts", {"properties": {}}, 404),
        ("/crm/objects/2026-09/contacts/batch/upsert",
         {"inputs": [{"id": "a", "idProperty": "company", "properties": {}}]}, 400),
        ("/crm/properties/2026-09/contacts", {"name": "odd"}, 400),
    ],
)  # fmt: skip
def test_the_stand_in_is_strict(office: HubSpotOffice, path: str, body: Any, status: int) -> None:
    headers = {"Authorization": f"Bearer {office.crm.token}"}
    assert httpx.post(office.crm.url + path, json=body, headers=headers).status_code == status
    assert httpx.post(office.crm.url + path, json=body).status_code == 401
    assert office.records() == []
