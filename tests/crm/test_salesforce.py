"""What is peculiar to Salesforce, over HTTP, against its stand-in."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce as Client
from simple_salesforce.api import SFType
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from bot.crm.adapters import ADAPTERS
from bot.crm.adapters.salesforce.calls import quoted, quoted_like
from bot.crm.adapters.salesforce.fields import CUSTOM, LEAD_FIELDS, OPPORTUNITY_FIELDS
from bot.crm.adapters.salesforce.stages import choose_statuses
from bot.crm.http import no_pace
from bot.crm.port import (
    Blocked,
    Busy,
    Change,
    Crm,
    Finding,
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
from tests.crm.calls import read
from tests.crm.office import Fault
from tests.crm.offices.salesforce import SalesforceOffice
from tests.crm.parts import NOW

GRACE = Values(
    first_name="Grace", last_name="Hopper", email="grace@example.com", company="Navy",
    stage=Stage.NEW,
)  # fmt: skip


@pytest.fixture
def office() -> Iterator[SalesforceOffice]:
    opened = SalesforceOffice()
    yield opened
    opened.close()


@pytest.fixture
def crm(office: SalesforceOffice) -> Iterator[Crm]:
    connected = office.connect()
    yield connected
    connected.close()


def save(crm: Crm, record_id: str | None = None, key: str = "lead_1", **values: Any) -> Saved:
    result = save_any(crm, record_id, key, **values)
    assert isinstance(result, Saved), result
    return result


def save_any(
    crm: Crm, record_id: str | None = None, key: str = "lead_1", **values: Any
) -> Saved | Refused:
    """Save these values of Grace's; all of them, and these, where she is not known yet."""
    whole = GRACE.model_copy(update=values)
    change = Change(key, Values(**values) if record_id else whole, record_id, whole=whole)
    [result] = crm.save([change])
    return result


def changed(crm: Crm, since: datetime) -> list[Record | Gone]:
    return [each for page in crm.changed_since(since) for each in page]


# ---- the token ----------------------------------------------------------------------------------


def test_a_token_is_fetched_once_for_all_threads_and_again_when_it_ended(
    office: SalesforceOffice, crm: Crm
) -> None:
    def read_users(_: int) -> int:
        return len(crm.users())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(read_users, range(8)))) == 1
    assert office.crm.tokens_given == 1
    office.crm.end_tokens()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_users, range(8)))
    assert office.crm.tokens_given == 2


def test_a_wrong_secret_is_told_without_the_secret(office: SalesforceOffice) -> None:
    crm = ADAPTERS["salesforce"].connect(office.access("wrong-secret"), no_pace)
    with pytest.raises(Blocked) as blocked:
        crm.users()
    assert blocked.value.trouble is Trouble.TOKEN
    assert "wrong-secret" not in blocked.value.detail
    [finding] = crm.check(make=False)
    assert finding.problem == "Salesforce does not know this client id and secret"
    crm.close()


def test_an_address_of_something_else_is_told(office: SalesforceOffice) -> None:
    access = office.access()._replace(address=f"{office.crm.url}/elsewhere")
    crm = ADAPTERS["salesforce"].connect(access, no_pace)
    with pytest.raises(Blocked) as blocked:
        crm.users()
    assert blocked.value.trouble in {Trouble.ADDRESS, Trouble.TOKEN}
    crm.close()


def test_the_limit_of_a_day_makes_a_long_pause(office: SalesforceOffice, crm: Crm) -> None:
    crm.users()
    office.fail(Fault.TOO_FAST)
    with pytest.raises(Busy) as busy:
        crm.users()
    assert busy.value.seconds >= 600


# ---- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(3))
def test_an_answer_that_was_lost_makes_no_second_lead(
    office: SalesforceOffice, crm: Crm, number: int
) -> None:
    """Whichever call of saving it is: looking, making, looking for the campaign."""
    save(crm, key="lead_0", email="ada@example.com")  # what is looked up once is known now
    answer, calls = office.crm.answer, iter(range(10))

    def answering(call: Any) -> Any:
        if next(calls) == number - 1:  # the next is cut off
            office.fail(Fault.CUT_OFF)
        return answer(call)

    if number == 0:
        office.fail(Fault.CUT_OFF)
    office.crm.answer = answering  # type: ignore[method-assign]
    with pytest.raises(Busy):
        save(crm, campaign="Fresh start")
    save(crm, campaign="Fresh start")
    assert len(office.records()) == 2


@pytest.mark.parametrize(
    ("values", "last_name", "company"),
    [
        ({"email": "ada.lovelace+forms@engines.example"}, "Ada Lovelace", "engines.example"),
        ({"email": "ada@gmail.com", "first_name": "Ada"}, "Ada", "Unknown"),
        ({"email": "4711@engines.example", "company": "Engines"}, "Unknown", "Engines"),
        ({"phone": "+493023125001"}, "Unknown", "Unknown"),
    ],
)
def test_what_a_new_lead_has_to_have_is_filled_in(
    office: SalesforceOffice, crm: Crm, values: dict[str, str], last_name: str, company: str
) -> None:
    known = Values(**values)
    [saved] = crm.save([Change("lead_1", known, whole=known)])
    assert isinstance(saved, Saved)
    lead = office.lead(saved.record_id)
    assert (lead["LastName"], lead["Company"]) == (last_name, company)


def test_what_was_filled_in_overwrites_nothing(office: SalesforceOffice, crm: Crm) -> None:
    known = Values(email="ada@engines.example")
    [saved] = crm.save([Change("lead_1", known, whole=known)])
    assert isinstance(saved, Saved)
    office.write(saved.record_id, {"last_name": "Lovelace", "company": "Analytical Engines"})
    crm.save([Change("lead_1", known, whole=known)])
    crm.save([Change("lead_1", Values(score=5), saved.record_id, whole=known)])
    lead = office.lead(saved.record_id)
    assert (lead["LastName"], lead["Company"]) == ("Lovelace", "Analytical Engines")


def test_picklists_are_written_where_they_have_the_value(
    office: SalesforceOffice, crm: Crm
) -> None:
    first = save(crm, source="web", is_hot=True).record_id
    assert (office.lead(first)["LeadSource"], office.lead(first)["Rating"]) == ("Web", "Hot")
    other = save(crm, key="lead_2", source="Website form", is_hot=False).record_id
    assert (office.lead(other)["LeadSource"], office.lead(other)["Rating"]) == (None, None)
    assert office.lead(other)["Handoff_Source__c"] == "Website form"
    with office.crm.lock:
        office.people.edit("Lead", first, Rating="Cold", LeadSource="Other")
    save(crm, first, source="web", is_hot=True)
    assert (office.lead(first)["LeadSource"], office.lead(first)["Rating"]) == ("Other", "Cold")


def test_texts_that_are_too_long_are_cut_and_ids_left_out(
    office: SalesforceOffice, crm: Crm
) -> None:
    saved = save(crm, job_title="x" * 300, gclid="y" * 300, landing_url="https://example.com/?" * 9)
    lead = office.lead(saved.record_id)
    assert lead["Title"] == "x" * 127 + "…"
    assert lead["Handoff_GCLID__c"] is None
    assert list(saved.dropped) == ["gclid"]


@pytest.mark.parametrize(
    ("values", "dropped"),
    [
        ({"email": "ada at example"}, "email"),
        ({"owner_id": "005Hf9999999999ZZZ"}, "owner_id"),
        ({"job_title": "Boss"}, "job_title"),
        ({"stage": Stage.CONTACTED}, "stage"),
    ],
)
def test_a_value_that_is_refused_is_left_out_and_the_rest_is_written(
    office: SalesforceOffice, crm: Crm, values: dict[str, Any], dropped: str
) -> None:
    office.refuse("job_title")
    office.data.tables["Lead"].fields["Status"].values = ("Open - Not Contacted",)
    saved = save(crm, score=70, **values)
    assert list(saved.dropped) == [dropped]
    assert not any(str(each) in saved.dropped[dropped] for each in values.values())
    assert office.lead(saved.record_id)["Handoff_Score__c"] == 70


def test_a_rule_without_a_field_refuses_the_lead_in_the_admins_words(
    office: SalesforceOffice, crm: Crm
) -> None:
    office.refuse("last_name")
    refused = save_any(crm)
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.INVALID
    assert "Ask the team before filling this in (LastName)" in refused.detail
    office.crm.rules.refused["Lead", "LastName"] = "Hopper may not be a name"
    refused = save_any(crm)
    assert isinstance(refused, Refused)
    assert "Hopper" not in refused.detail


def test_a_record_that_is_locked_is_busy_and_others_are_saved(
    office: SalesforceOffice, crm: Crm
) -> None:
    office.crm.rules.locked["grace@example.com"] = 1
    other = Values(last_name="Lovelace", company="Engines")
    results = crm.save([Change("lead_1", GRACE, whole=GRACE), Change("lead_2", other, whole=other)])
    assert isinstance(results[0], Refused)
    assert results[0].why is Refusal.BUSY
    assert isinstance(results[1], Saved)
    save(crm)


def test_a_field_that_is_gone_since_it_was_looked_up_is_left_out(
    office: SalesforceOffice, crm: Crm
) -> None:
    saved = save(crm, score=1)
    office.drop_field("score")
    again = save(crm, saved.record_id, score=2, job_title="Admiral")
    assert list(again.dropped) == ["score"]
    assert office.lead(saved.record_id)["Title"] == "Admiral"
    office.drop_field("stage")
    assert read(crm, saved.record_id).stage is Stage.NEW
    office.drop_field("lost_reason")
    assert changed(crm, office.now() - timedelta(hours=1))


def test_fields_of_other_types_get_what_fits_them(office: SalesforceOffice, crm: Crm) -> None:
    kinds = {
        "Handoff_Score__c": "string", "Handoff_Hot__c": "string",
        "Handoff_Campaign__c": "boolean", "Handoff_Received_At__c": "date",
        "Handoff_Claimed_At__c": "string",
    }  # fmt: skip
    for name, kind in kinds.items():
        office.data.tables["Lead"].fields[name].kind = kind
        office.data.tables["Lead"].fields[name].length = 80
    saved = save(
        crm, score=70, is_hot=True, campaign="Fresh start", received_at=NOW, claimed_at=NOW
    )
    assert list(saved.dropped) == ["campaign"]
    lead = office.lead(saved.record_id)
    assert (lead["Handoff_Score__c"], lead["Handoff_Hot__c"]) == ("70", "Yes")
    assert lead["Handoff_Received_At__c"] == "2026-06-01"
    assert lead["Handoff_Claimed_At__c"] == "2026-06-01 09:00 UTC"
    found = {each.what for each in problems(crm)}
    assert all(any(name in what for what in found) for name in kinds)


def test_a_row_that_cannot_be_read_stops_no_other(office: SalesforceOffice, crm: Crm) -> None:
    save(crm, key="lead_0", email="ada@example.com")  # the fields are known now
    office.data.tables["Lead"].fields["Handoff_Score__c"].kind = "boolean"
    people = [GRACE.model_copy(update={"email": f"p{n}@example.com"}) for n in range(9)]
    people[4] = people[4].model_copy(update={"score": 70})
    results = crm.save([Change(f"p{n}", each, whole=each) for n, each in enumerate(people)])
    refused = [n for n, each in enumerate(results) if isinstance(each, Refused)]
    assert refused == [4]
    assert len(office.records()) == 9


def test_storage_that_is_full_stops_all(office: SalesforceOffice, crm: Crm) -> None:
    office.crm.rules.is_full = True
    with pytest.raises(Blocked, match="storage"):
        save(crm)


def test_standard_fields_that_are_hidden_are_told(office: SalesforceOffice, crm: Crm) -> None:
    lead = converted(office, crm)
    office.data.tables["Lead"].fields["Email"].is_seen = False
    office.data.tables["Opportunity"].fields["Amount"].is_seen = False
    other = office.connect()
    assert (read(other, lead).email, read(other, lead).amount) == (None, None)
    assert "email" in save(other, key="lead_2").dropped
    assert "amount_minor" in save(other, lead, amount_minor=100, currency="EUR").dropped
    assert "see and edit Email" in " ".join(each.problem or "" for each in problems(other))
    other.close()


def test_without_the_fields_of_ours_the_status_alone_says_the_stage(
    office: SalesforceOffice, crm: Crm
) -> None:
    office.drop_field("stage")
    saved = save(crm)
    assert not save(crm, saved.record_id, stage=Stage.CONTACTED).dropped
    assert read(crm, saved.record_id).stage is Stage.CONTACTED
    assert "stage" in save(crm, saved.record_id, stage=Stage.QUALIFIED).dropped


def test_an_assignment_rule_does_not_replace_the_owner(office: SalesforceOffice, crm: Crm) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    office.crm.rules.assigns_to = office.add_user("round@example.com", "Round Robin")
    assert office.lead(save(crm, owner_id=ben).record_id)["OwnerId"] == ben


def test_a_duplicate_rule_that_alerts_lets_pass_and_one_that_blocks_names_the_lead(
    office: SalesforceOffice, crm: Crm
) -> None:
    known = office.type_in("Grace@example.com", "Hopper")
    office.crm.rules.blocks_duplicates = True
    refused = save_any(crm)
    assert isinstance(refused, Refused)
    assert (refused.why, refused.record_id) == (Refusal.DUPLICATE, known)
    office.crm.rules.blocks_duplicates, office.crm.rules.alerts_duplicates = False, True
    assert save(crm).is_new


def test_a_lead_that_was_linked_gets_our_key(office: SalesforceOffice, crm: Crm) -> None:
    known = office.type_in("grace@example.com", "Hopper")
    save(crm, known, score=3)
    assert office.lead(known)["Handoff_Key__c"] == "lead_1"
    save(crm, known, key="lead_2", score=4)
    assert office.lead(known)["Handoff_Key__c"] == "lead_1"


def test_a_key_that_another_lead_has_stays_there(office: SalesforceOffice, crm: Crm) -> None:
    first = save(crm).record_id
    other = office.type_in("grace.hopper@example.com", "Hopper")
    assert not save(crm, other, score=4).dropped
    assert (office.lead(first)["Handoff_Key__c"], office.lead(other)["Handoff_Score__c"]) == (
        "lead_1",
        4,
    )


def test_campaigns_that_are_there_get_members_once_and_none_is_made(
    office: SalesforceOffice, crm: Crm
) -> None:
    campaign = office.data.insert("Campaign", Name="Fresh Start", IsActive=True)["Id"]
    lead = save(crm, campaign="Fresh start", campaign_code="fresh").record_id
    save(crm, lead, campaign="Fresh start")
    save(crm, key="lead_2", campaign="It's new", campaign_code="new")
    [member] = office.rows("CampaignMember").values()
    assert (member["LeadId"], member["CampaignId"]) == (lead, campaign)
    assert len(office.rows("Campaign")) == 1


def test_campaigns_that_cannot_be_seen_stop_nothing(office: SalesforceOffice, crm: Crm) -> None:
    office.data.hidden |= {"Campaign", "CampaignMember"}
    assert not save(crm, campaign="Fresh start").dropped


# ---- deleted and merged -------------------------------------------------------------------------


def test_a_lead_that_was_deleted_is_not_made_again_by_its_key(
    office: SalesforceOffice, crm: Crm
) -> None:
    lead = save(crm).record_id
    office.delete(lead)
    refused = save_any(crm)
    assert isinstance(refused, Refused)
    assert (refused.why, refused.record_id) == (Refusal.GONE, lead)


def test_what_was_merged_is_written_where_it_is_now(office: SalesforceOffice, crm: Crm) -> None:
    first, second = save(crm).record_id, save(crm, key="lead_2").record_id
    last = office.type_in("grace.hopper@example.com", "Hopper")
    before = office.now() - timedelta(seconds=1)
    office.merge(first, second)
    office.merge(second, last)
    changes = [
        Change("lead_1", Values(score=8), first, whole=GRACE),
        Change("lead_2", Values(job_title="Admiral"), second, whole=GRACE),
    ]
    results = crm.save(changes)
    assert [each.record_id for each in results] == [last, last]
    assert (office.lead(last)["Handoff_Score__c"], office.lead(last)["Title"]) == (8, "Admiral")
    records = {each.merged_from: each for each in changed(crm, before) if isinstance(each, Record)}
    assert records[(first,)].record_id == records[(second,)].record_id == last
    note = Note("note_1", NOW, "Ben", "Hello")
    crm.add_note(first, note, look_first=False)
    assert len(office.records()[0].notes) == 1


def test_what_is_gone_for_good_is_gone(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    del office.rows("Lead")[lead]
    assert crm.read([lead]) == [Gone(lead)]
    assert isinstance(save_any(crm, lead, score=3), Refused)


# ---- converted ----------------------------------------------------------------------------------


def converted(office: SalesforceOffice, crm: Crm) -> str:
    lead = save(crm).record_id
    office.qualify(lead)
    office.forward(timedelta(minutes=1))
    return lead


def deal(office: SalesforceOffice, lead: str) -> dict[str, Any]:
    found = office.deal(lead)
    assert found is not None
    return found


def test_a_converted_lead_is_followed_into_its_opportunity(
    office: SalesforceOffice, crm: Crm
) -> None:
    lead = converted(office, crm)
    ben = office.add_user("ben@example.com", "Ben Seller")
    assert read(crm, lead).stage is Stage.QUALIFIED
    saved = save(
        crm, lead, stage=Stage.WON, amount_minor=990_000, currency="EUR", owner_id=ben,
        score=90, quality="great",
    )  # fmt: skip
    assert list(saved.dropped) == ["score"]
    found = deal(office, lead)
    assert (found["StageName"], found["Amount"], found["OwnerId"]) == ("Closed Won", 9900.0, ben)
    assert found["Handoff_Quality__c"] == "great"
    record = read(crm, lead)
    assert (record.stage, record.amount) == (Stage.WON, Money(990_000, "EUR"))
    assert record.owner_id == ben
    save(crm, lead, stage=Stage.LOST, lost_reason="No budget")
    assert found["StageName"] == "Closed Lost"
    assert read(crm, lead).lost_reason == "No budget"
    save(crm, lead, stage=Stage.QUALIFIED)
    assert found["StageName"] == "Prospecting"


def test_people_decide_the_stage_of_an_open_opportunity(office: SalesforceOffice, crm: Crm) -> None:
    lead = converted(office, crm)
    office.reopen(lead)
    save(crm, lead, stage=Stage.CONTACTED)
    assert deal(office, lead)["StageName"] == "Negotiation/Review"


def test_who_may_edit_converted_leads_writes_all(office: SalesforceOffice, crm: Crm) -> None:
    lead = converted(office, crm)
    office.crm.rules.can_edit_converted = True
    assert not save(crm, lead, score=90, stage=Stage.WON).dropped
    assert office.lead(lead)["Handoff_Score__c"] == 90
    assert deal(office, lead)["IsWon"]


def test_many_converted_leads_take_few_calls(office: SalesforceOffice, crm: Crm) -> None:
    leads = {f"lead_{n}": save(crm, key=f"lead_{n}").record_id for n in range(20)}
    for lead in leads.values():
        office.qualify(lead)
    calls = office.calls()
    won = Values(stage=Stage.WON, score=3)
    crm.save([Change(key, won, lead, whole=GRACE) for key, lead in leads.items()])
    assert all(deal(office, lead)["IsWon"] for lead in leads.values())
    assert office.calls() - calls <= 6


def test_a_lead_won_here_stays_won_until_people_say_otherwise(
    office: SalesforceOffice, crm: Crm
) -> None:
    lead = save(crm).record_id
    save(crm, lead, stage=Stage.WON, amount_minor=500_000, currency="EUR")
    office.qualify(lead)  # converting leaves the opportunity open and without an amount
    record = read(crm, lead)
    assert (record.stage, record.amount) == (Stage.WON, Money(500_000, "EUR"))
    office.forward(timedelta(minutes=1))
    office.win(lead, Money(480_000, "EUR"))
    assert read(crm, lead).amount == Money(480_000, "EUR")
    office.reopen(lead)
    assert read(crm, lead).stage is Stage.QUALIFIED
    office.lose(lead, "Too slow")
    assert read(crm, lead).stage is Stage.LOST


def test_who_moves_the_status_is_believed(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    save(crm, lead, stage=Stage.WON, amount_minor=500_000, currency="EUR")
    office.lose(lead, "Changed their mind")
    assert read(crm, lead).stage is Stage.LOST
    assert read(crm, lead).amount is None
    with office.crm.lock:
        office.people.edit("Lead", lead, Status="Open - Not Contacted")
    assert read(crm, lead).stage is Stage.NEW


def test_a_lead_may_be_converted_without_an_opportunity(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    with office.crm.lock:
        office.people.convert(lead, with_opportunity=False)
    assert read(crm, lead).stage is Stage.QUALIFIED
    saved = save(crm, lead, stage=Stage.WON, amount_minor=100, currency="EUR", score=3)
    assert set(saved.dropped) == {"stage", "amount_minor", "score"}
    assert "converted" in saved.dropped["stage"]


def test_an_opportunity_that_was_deleted_is_none(office: SalesforceOffice, crm: Crm) -> None:
    lead = converted(office, crm)
    with office.crm.lock:
        office.people.delete("Opportunity", deal(office, lead)["Id"])
    assert read(crm, lead).stage is Stage.QUALIFIED
    assert "stage" in save(crm, lead, stage=Stage.WON).dropped


def test_opportunities_that_cannot_be_seen_stop_nothing(office: SalesforceOffice, crm: Crm) -> None:
    lead = converted(office, crm)
    office.data.hidden.add("Opportunity")
    other = office.connect()
    assert "stage" in save(other, lead, stage=Stage.WON).dropped
    assert read(other, lead).stage is Stage.QUALIFIED
    assert changed(other, office.now() - timedelta(hours=1))
    other.close()


def test_notes_that_are_refused_are_told(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    office.crm.rules.refused["Task", "Subject"] = "No tasks, please"
    with pytest.raises(NoteRefused, match="notes"):
        crm.add_note(lead, Note("note_1", NOW, "Ben", "Called."), look_first=False)


def test_notes_follow_a_converted_lead_to_its_contact(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    first = Note("note_1", NOW, "Ben Seller", "Called.")
    crm.add_note(lead, first, look_first=False)
    office.qualify(lead)
    crm.add_note(lead, first, look_first=True)
    crm.add_note(lead, Note("note_2", NOW, "Ben Seller", "Called again."), look_first=True)
    assert len(office.records()[0].notes) == 2
    assert {task["Status"] for task in office.rows("Task").values()} == {"Completed"}


def test_a_note_that_people_deleted_is_not_added_again(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    crm.add_note(lead, Note("note_1", NOW, "Ben", "Called."), look_first=False)
    [task] = office.rows("Task").values()
    with office.crm.lock:
        office.people.delete("Task", task["Id"])
    crm.add_note(lead, Note("note_1", NOW, "Ben", "Called."), look_first=True)
    assert len(office.rows("Task")) == 1


# ---- reading ------------------------------------------------------------------------------------


def test_changes_are_told_in_the_order_of_time_over_many_pages() -> None:
    office = SalesforceOffice(page_size=3)
    crm = office.connect()
    leads = [save(crm, key=f"lead_{n}", email=f"p{n}@example.com").record_id for n in range(10)]
    for lead in leads[:4]:
        office.qualify(lead)
    office.forward(timedelta(minutes=10))
    since = office.now()
    for number, lead in enumerate(leads):
        office.forward(timedelta(seconds=2))
        if number % 2 == 0 and number < 4:
            office.win(lead, Money(100, "EUR"))
        elif number >= 4:
            office.write(lead, {"job_title": "Admiral"})
    office.delete(leads[9])
    changes = changed(crm, since)
    assert [each.record_id for each in changes] == [leads[0], leads[2], *leads[4:]]
    assert changes[-1] == Gone(leads[9])
    moments = [each.changed_at for each in changes if isinstance(each, Record)]
    assert moments == sorted(moment for moment in moments if moment)
    assert [each.stage for each in changes[:2] if isinstance(each, Record)] == [Stage.WON] * 2
    crm.close()
    office.close()


def test_a_change_is_told_with_its_own_time(office: SalesforceOffice, crm: Crm) -> None:
    """Else a mark would pass over what lies between a lead's change and its opportunity's."""
    first, second = save(crm).record_id, save(crm, key="lead_2").record_id
    office.qualify(first)
    since = office.now() + timedelta(minutes=1)
    office.forward(timedelta(minutes=2))
    office.write(first, {"job_title": "Admiral"})
    office.forward(timedelta(minutes=2))
    office.write(second, {"job_title": "Admiral"})
    office.forward(timedelta(minutes=2))
    office.set_amount(first, Money(100, "EUR"))
    records = [each for each in changed(crm, since) if isinstance(each, Record)]
    assert [each.record_id for each in records] == [first, second, first]
    moments = [each.changed_at for each in records if each.changed_at]
    assert moments == sorted(moments)
    assert len(set(moments)) == 3


def test_many_are_looked_for_in_addresses_of_a_length_that_fits(
    office: SalesforceOffice, crm: Crm
) -> None:
    emails = [f"somebody.with.a.long.name.{n}@department.example.com" for n in range(400)]
    known = office.type_in(emails[399], "Long")
    assert crm.find(emails) == {emails[399]: known}


def test_a_queue_is_nobody(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    with office.crm.lock:
        office.people.edit("Lead", lead, OwnerId="00GHf0000000001AAA")
    assert read(crm, lead).owner_id is None


def test_several_of_one_address_are_nobody_unless_one_is_not_converted(
    office: SalesforceOffice, crm: Crm
) -> None:
    first = office.type_in("ada@example.com", "Lovelace")
    office.qualify(first)
    assert crm.find(["Ada@example.com"]) == {"ada@example.com": first}
    second = office.type_in("ada@example.com", "Lovelace")
    assert crm.find(["ada@example.com"]) == {"ada@example.com": second}
    office.type_in("ada@example.com", "Lovelace")
    assert crm.find(["ada@example.com"]) == {}


EVIL = "x' OR Email != '"


def test_what_people_write_is_no_part_of_a_query(office: SalesforceOffice, crm: Crm) -> None:
    office.type_in("ada@example.com", "Lovelace")
    assert crm.find([EVIL, "ada@example.com\\", "a\nb\x00"]) == {}
    assert crm.accounts([EVIL, "%", "_"]) == {}
    assert save(crm, campaign=EVIL, campaign_code="\\").is_new
    with pytest.raises((KeyError, Blocked)):
        crm.add_note(EVIL, Note("note_1", NOW, "Ben", "Hello"), look_first=True)
    assert quoted("a'b\\c\nd\x00") == "'a\\'b\\\\c\\nd'"
    assert quoted_like("%", "a_b%c'", "%") == "'%a\\_b\\%c\\'%'"


def test_accounts_are_known_by_their_websites(office: SalesforceOffice, crm: Crm) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    for name, website in (
        ("Engines", "https://www.engines.example/about"), ("Other", "notengines.example"),
        ("Engines II", "engines.example"), ("None", None),
    ):  # fmt: skip
        office.data.insert("Account", Name=name, Website=website, OwnerId=ben)
    found = crm.accounts(["Engines.example", "unknown.example"])
    assert {domain: (each.name, each.owner_id) for domain, each in found.items()} == {
        "engines.example": ("Engines", ben)
    }
    office.data.hidden.add("Account")
    assert crm.accounts(["engines.example"]) == {}


# ---- money --------------------------------------------------------------------------------------


def test_an_amount_in_another_currency_is_told_and_not_written(
    office: SalesforceOffice, crm: Crm
) -> None:
    lead = save(crm).record_id
    saved = save(crm, lead, stage=Stage.WON, amount_minor=100_000, currency="USD")
    assert saved.dropped == {"amount_minor": "Amounts there are in EUR, this one is in USD"}
    record = read(crm, lead)
    assert (record.stage, record.amount) == (Stage.WON, None)


def test_where_records_have_currencies_the_currency_is_written() -> None:
    office = SalesforceOffice(currencies=("USD", "EUR", "JPY"))
    crm = office.connect()
    lead = save(crm).record_id
    save(crm, lead, stage=Stage.WON, amount_minor=1_500, currency="JPY")
    assert read(crm, lead).amount == Money(1_500, "JPY")
    assert office.lead(lead)["Handoff_Amount__c"] == 1500
    refused = save(crm, lead, amount_minor=100, currency="CHF")
    assert list(refused.dropped) == ["amount_minor"]
    assert read(crm, lead).amount == Money(1_500, "JPY")
    office.qualify(lead)
    save(crm, lead, amount_minor=990, currency="EUR")
    assert (deal(office, lead)["CurrencyIsoCode"], deal(office, lead)["Amount"]) == ("EUR", 9.9)
    assert read(crm, lead).amount == Money(990, "EUR")
    crm.close()
    office.close()


# ---- lead statuses ------------------------------------------------------------------------------


def statuses(*names: str) -> list[dict[str, Any]]:
    """Rows of LeadStatus: `+` before the default, `>` before those that are converted."""
    return [
        {"ApiName": name.strip("+>"), "MasterLabel": name.strip("+>"),
         "IsDefault": name[0] == "+", "IsConverted": name[0] == ">"}
        for name in names
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (("+Open - Not Contacted", "Working - Contacted", ">Closed - Converted",
          "Closed - Not Converted"),
         ("Open - Not Contacted", "Working - Contacted", "Working - Contacted",
          "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")),
        (("+New", "Contacted", "Nurturing", "Unqualified", ">Qualified"),
         ("New", "Contacted", "Contacted", "Nurturing", "Contacted", "Unqualified")),
        (("Unqualified", "+Inbox", "In Progress", "Sales Qualified", "Recycled", ">Done"),
         ("Inbox", "In Progress", "Sales Qualified", "Recycled", "Sales Qualified", "Unqualified")),
        (("Alpha", "Beta", ">Gamma"), ("Alpha",) * 6),
        (("+Neu", "In Bearbeitung", "Qualifiziert", "Geschlossen - nicht konvertiert", ">Ja"),
         ("Neu", "In Bearbeitung", "Qualifiziert", "Neu", "Qualifiziert",
          "Geschlossen - nicht konvertiert")),
    ],
)  # fmt: skip
def test_lead_statuses_are_chosen(names: Sequence[str], written: Sequence[str]) -> None:
    found = choose_statuses(statuses(*names))
    assert tuple(found.written[stage] for stage in Stage) == written


# ---- before going live --------------------------------------------------------------------------


def problems(crm: Crm, *, make: bool = False) -> list[Finding]:
    return [each for each in crm.check(make=make) if each.problem]


def bare() -> SalesforceOffice:
    """An organization without our fields."""
    office = SalesforceOffice()
    for table, fields in CUSTOM.items():
        for each in fields:
            del office.data.tables[table].fields[each.name]
    return office


def test_missing_fields_are_named_and_made() -> None:
    office = bare()
    crm = office.connect()
    with pytest.raises(Blocked, match="Handoff_Key__c"):
        save(crm)
    found = problems(crm)
    whole = " ".join(each.what for each in found)
    assert all(each.name in whole for each in LEAD_FIELDS)
    assert problems(crm, make=True) == []
    assert not save(crm, score=70, quality="great", consent="given").dropped
    assert office.data.tables["Lead"].fields["Handoff_Key__c"].is_unique
    assert problems(crm) == []
    crm.close()
    office.close()


def test_a_field_that_the_app_may_not_see_is_granted(office: SalesforceOffice, crm: Crm) -> None:
    office.data.tables["Lead"].fields["Handoff_Score__c"].is_seen = False
    assert "score" in save(crm, score=3).dropped
    [finding] = problems(crm)
    assert "Handoff_Score__c" in finding.what
    assert "field-level security" in (finding.problem or "")
    assert finding.can_be_made
    assert problems(crm, make=True) == []
    assert not save(crm, key="lead_2", score=3).dropped


def test_who_may_not_make_fields_is_told_which_to_make() -> None:
    office = bare()
    crm = office.connect()
    office.crm.can_customize = False
    found = problems(crm, make=True)
    key = next(each for each in found if "Handoff_Key__c" in each.what)
    assert len(found) == len(LEAD_FIELDS) + len(OPPORTUNITY_FIELDS)
    assert "Customize Application" in (key.problem or "")
    assert "Text(80), external id, unique" in (key.problem or "")
    crm.close()
    office.close()


def test_what_the_check_says_of_an_organization(office: SalesforceOffice, crm: Crm) -> None:
    lines = [each.what for each in crm.check(make=False)]
    chosen = next(each for each in lines if each.startswith("Lead statuses"))
    assert "new → Open - Not Contacted, contacted → Working - Contacted" in chosen
    assert "Opportunity stages: open → Prospecting, won → Closed Won, lost → Closed Lost" in lines
    assert any("EUR" in each for each in lines)
    lead = office.data.tables["Lead"]
    lead.fields["Title"].is_required = True
    lead.fields["Handoff_Key__c"].is_unique = False
    office.crm.daily_calls = office.calls() + 2
    text = " ".join(each.problem or "" for each in problems(crm))
    assert all(each in text for each in ("Title", "external id and unique", "Few are left"))
    office.data.hidden.add("Opportunity")
    assert any("may not see this object" in (each.problem or "") for each in problems(crm))


def test_a_user_who_does_not_see_all_is_told(office: SalesforceOffice, crm: Crm) -> None:
    office.rows("ObjectPermissions").clear()
    [finding] = problems(crm)
    assert "“View All Records” for opportunities" in (finding.problem or "")
    for row in office.rows("PermissionSet").values():
        row["PermissionsViewAllData"] = True
    assert problems(crm) == []
    office.data.hidden.add("PermissionSetAssignment")
    assert problems(crm) == []


def test_a_lead_without_an_owner_is_nobodys(office: SalesforceOffice, crm: Crm) -> None:
    lead = save(crm).record_id
    assert office.lead(lead)["OwnerId"] == office.crm.rules.user_id
    assert read(crm, lead).owner_id is None


def test_a_right_that_is_missing_stops_the_check_with_a_word(
    office: SalesforceOffice, crm: Crm
) -> None:
    office.fail(Fault.RIGHT, 3)
    [finding] = problems(crm)
    assert "lacks a right" in (finding.problem or "")


def test_the_page_for_admins_names_each_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "crm" / "salesforce.md").read_text()
    for each in LEAD_FIELDS:
        assert f"| `{each.name}` | {each.metadata['type']}" in page, each.name


# ---- the stand-in, by a published client --------------------------------------------------------


class PlainHttp(HTTPAdapter):
    """simple-salesforce speaks https only; the stand-in is on loopback."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = urlunsplit(urlsplit(request.url)._replace(scheme="http"))
        return super().send(request, *args, **kwargs)


@pytest.fixture
def client(office: SalesforceOffice) -> Iterator[Client]:
    token = requests.post(
        f"{office.crm.url}/services/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "client_id": office.access().client_id,
            "client_secret": office.access().key.get_secret_value(),
        },
        timeout=10,
    ).json()
    with requests.Session() as session:
        session.mount("https://", PlainHttp())
        url = token["instance_url"].replace("http:", "https:")
        yield Client(instance_url=url, session_id=token["access_token"], session=session)


def leads(client: Client) -> SFType:
    found = client.Lead
    assert isinstance(found, SFType)
    return found


def test_a_published_client_reads_and_writes_the_stand_in(
    office: SalesforceOffice, client: Client
) -> None:
    office.crm.page_size = 2
    made = [
        leads(client).create({"LastName": f"P{n}", "Company": "Navy", "Email": f"p{n}@example.com"})
        for n in range(5)
    ]
    first = made[0]["id"]
    assert all(each["success"] for each in made)
    assert leads(client).update(first, {"Title": "Admiral", "Handoff_Score__c": 7}) == 204
    assert leads(client).get(first)["Title"] == "Admiral"
    assert leads(client).upsert("Handoff_Key__c/lead_9", {"LastName": "H", "Company": "N"}) == 201
    assert leads(client).upsert("Handoff_Key__c/lead_9", {"Company": "Navy"}) == 200
    assert leads(client).get_by_custom_id("Handoff_Key__c", "lead_9")["Company"] == "Navy"
    found = client.query_all(
        "SELECT Id, Email FROM Lead WHERE Company = 'navy' ORDER BY Email DESC"
    )
    assert found["totalSize"] == len(found["records"]) == 6
    assert leads(client).delete(first) == 204
    assert client.query("SELECT Id FROM Lead")["totalSize"] == 5
    assert client.query_all("SELECT Id FROM Lead", include_deleted=True)["totalSize"] == 6
    described = {each["name"]: each for each in leads(client).describe()["fields"]}
    assert described["Handoff_Key__c"]["externalId"]
    assert "Web" in [each["value"] for each in described["LeadSource"]["picklistValues"]]
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Company": "Navy"}, "REQUIRED_FIELD_MISSING"),
        ({"LastName": "H", "Company": "N", "Nickname": "G"}, "INVALID_FIELD"),
        ({"LastName": "H", "Company": "N", "Handoff_Score__c": "many"}, "JSON_PARSER_ERROR"),
        ({"LastName": "H", "Company": "N", "Title": "x" * 129}, "STRING_TOO_LONG"),
        ({"LastName": "H", "Company": "N", "Email": "nowhere"}, "INVALID_EMAIL_ADDRESS"),
        ({"LastName": "H", "Company": "N", "Status": "Odd"}, "INVALID_OR_RESTRICTED_PICKLIST"),
        ({"LastName": "H", "Company": "N", "IsConverted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"LastName": "H", "Company": "N", "OwnerId": "0"}, "INVALID_CROSS_REFERENCE_KEY"),
    ],
)  # fmt: skip
def test_the_stand_in_refuses_what_salesforce_refuses(
    client: Client, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        leads(client).create(fields)
    assert refused.value.content[0]["errorCode"] == code  # type: ignore[index]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Lead WHERE Email = 'x' AND Title = 'y' OR Title = 'z'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Email = 'it's'", "MALFORMED_QUERY"),
        ("SELECT Nickname FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE SystemModstamp > '2026-06-01'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Id = 'lead_1'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Nobody", "INVALID_TYPE"),
    ],
)
def test_the_stand_in_reads_queries_strictly(client: Client, soql: str, code: str) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.query(soql)
    assert refused.value.content[0]["errorCode"] == code  # type: ignore[index]


def test_the_stand_in_knows_tokens_paths_and_limits(
    office: SalesforceOffice, client: Client
) -> None:
    with pytest.raises(SalesforceResourceNotFound):
        client.restful("sobjects/Nobody/describe")
    rows = [{"attributes": {"type": "Lead"}, "LastName": "H", "Company": "N"}] * 201
    with pytest.raises(SalesforceMalformedRequest):
        client.restful("composite/sobjects", method="POST", json={"records": rows})
    office.fail(Fault.TOO_FAST)
    with pytest.raises(SalesforceRefusedRequest):
        client.query("SELECT Id FROM Lead")
    office.crm.limit = (2, 60.0)
    client.query("SELECT Id FROM Lead")
    client.query("SELECT Id FROM Lead")
    with pytest.raises(SalesforceRefusedRequest):
        client.query("SELECT Id FROM Lead")
    office.forward(timedelta(minutes=2))
    office.crm.end_tokens()
    with pytest.raises(SalesforceExpiredSession):
        client.query("SELECT Id FROM Lead")
    assert office.rows("Lead") == {}
