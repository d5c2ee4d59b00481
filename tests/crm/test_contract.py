"""What every adapter does, over HTTP, against a stand-in of its CRM (or the real one)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.crm.port import (
    Blocked,
    Busy,
    Change,
    Crm,
    Gone,
    Note,
    Record,
    Refusal,
    Refused,
    Saved,
    Stage,
    Trouble,
    Values,
)
from bot.money import Money
from tests.crm.calls import only, read, save
from tests.crm.now import NOW
from tests.crm.office import Fault, Office
from tests.crm.offices import OFFICES

PRICE = Money(1_250_000, "EUR")
ADA = Values(
    first_name="Ada", last_name="Lovelace", email="ada@example.com", phone="+493023125001",
    company="Analytical Engines", job_title="Head of Computing", country="GB",
    message="Please call me", source="Website form", campaign="Fresh start",
    campaign_code="fresh-start", gclid="EAIaIQ", consent="given 1 June 2026: newsletter",
    score=70, is_hot=True, stage=Stage.NEW, received_at=NOW,
)  # fmt: skip


@pytest.fixture(params=sorted(OFFICES))
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    opened = OFFICES[request.param]()
    yield opened
    opened.close()


@pytest.fixture
def crm(office: Office) -> Iterator[Crm]:
    connected = office.connect()
    yield connected
    connected.close()


def change(key: str = "lead_1", record_id: str | None = None, **values: object) -> Change:
    """A change of these values of Ada's; all of them where none is given."""
    changed = Values.model_validate(values) if values else ADA
    return Change(key, changed, record_id, whole=ADA.model_copy(update=values))


def saved_one(crm: Crm) -> Saved:
    [saved] = save(crm, change())
    return saved


# ---- writing --------------------------------------------------------------------------------


def test_a_lead_is_there_with_what_marketing_knows(office: Office, crm: Crm) -> None:
    saved = saved_one(crm)
    assert saved.is_new
    assert not saved.dropped
    seen = only(office)
    assert seen.record_id == saved.record_id
    assert (seen.email, seen.last_name, seen.company) == (ADA.email, ADA.last_name, ADA.company)
    assert (seen.campaign, seen.score, seen.stage) == (ADA.campaign, 70, Stage.NEW)
    assert "newsletter" in (seen.consent or "")


def test_the_same_again_makes_no_second_record(office: Office, crm: Crm) -> None:
    first, [again] = saved_one(crm), save(crm, change())
    assert (again.record_id, again.is_new) == (first.record_id, False)
    assert len(office.records()) == 1


def test_many_are_saved_by_few_calls(office: Office, crm: Crm) -> None:
    before = office.calls()
    results = save(
        crm, *(change(f"lead_{n}", email=f"p{n}@example.com", last_name=f"P{n}") for n in range(50))
    )
    assert len({each.record_id for each in results}) == 50
    assert [seen.last_name for seen in office.records()] == [f"P{n}" for n in range(50)]
    assert office.calls() - before <= 10


def test_eight_workers_at_once_make_one_record(office: Office) -> None:
    def save_it(_: int) -> str:
        crm = office.connect()
        try:
            while True:
                [result] = crm.save([change()])
                if isinstance(result, Saved):
                    return result.record_id
                assert result.why is Refusal.BUSY, result
        finally:
            crm.close()

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(save_it, range(8)))
    assert ids == {only(office).record_id}


def test_only_what_changed_is_written_and_nothing_blank(office: Office, crm: Crm) -> None:
    saved = saved_one(crm)
    office.write(saved.record_id, {"job_title": "Chief of Computing"})
    office.clear(saved.record_id, "country")
    save(crm, change(record_id=saved.record_id, score=90))
    assert only(office).score == 90
    assert office.value(saved.record_id, "job_title") == "Chief of Computing"
    assert not office.value(saved.record_id, "country")


def test_owner_quality_and_outcome_follow(office: Office, crm: Crm) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    saved = saved_one(crm)
    record_id = saved.record_id
    [claimed] = save(crm, change(record_id=record_id, owner_id=ben, claimed_at=NOW))
    assert only(office).owner == "ben@example.com"
    save(crm, change(record_id=record_id, quality="great", quality_reason="Budget is there"))
    assert only(office).quality == "great"
    memory = claimed.memory
    for stage in (Stage.CONTACTED, Stage.QUALIFIED):
        [moved] = save(
            crm, Change("lead_1", Values(stage=stage), record_id, whole=ADA, memory=memory)
        )
        memory = moved.memory
        assert only(office).stage is stage
    won = Values(stage=Stage.WON, amount_minor=PRICE.minor, currency="EUR", closed_at=NOW)
    [closed] = save(crm, Change("lead_1", won, record_id, whole=ADA, memory=memory))
    assert (only(office).stage, only(office).amount) == (Stage.WON, PRICE)
    record = read(crm, record_id)
    assert (record.stage, record.amount, record.owner_id) == (Stage.WON, PRICE, ben)
    corrected = Values(amount_minor=1_400_000, currency="EUR")
    save(crm, Change("lead_1", corrected, record_id, whole=ADA, memory=closed.memory))
    assert only(office).amount == Money(1_400_000, "EUR")


def test_a_lost_lead_says_why_and_can_be_reopened(office: Office, crm: Crm) -> None:
    saved = saved_one(crm)
    [lost] = save(crm, change(record_id=saved.record_id, stage=Stage.LOST, lost_reason="No budget"))
    assert (only(office).stage, only(office).lost_reason) == (Stage.LOST, "No budget")
    again = Change(
        "lead_1", Values(stage=Stage.NEW), saved.record_id, whole=ADA, memory=lost.memory
    )
    save(crm, again)
    assert only(office).stage is Stage.NEW


def test_a_note_is_added_once(office: Office, crm: Crm) -> None:
    saved = saved_one(crm)
    first = Note("note_1", NOW, "Ben Seller", "She asks for a quote & “terms”.\nCall on Monday.")
    crm.add_note(saved.record_id, first, look_first=False)
    crm.add_note(saved.record_id, first, look_first=True)
    crm.add_note(saved.record_id, Note("note_12", NOW, "Ben Seller", "Sent."), look_first=True)
    notes = only(office).notes
    assert len(notes) == 2
    assert "She asks for a quote & “terms”." in notes[0]
    assert "Ben Seller" in notes[0]


def test_one_bad_lead_stops_no_other(office: Office, crm: Crm) -> None:
    office.refuse("email")
    fine = Values(last_name="Babbage", company="Engines", phone="+493023125002", stage=Stage.NEW)
    results = crm.save([change("lead_1"), Change("lead_2", fine, whole=fine)])
    assert isinstance(results[1], Saved)
    assert "Babbage" in [seen.last_name for seen in office.records()]
    first = results[0]
    if isinstance(first, Refused):
        assert first.why is Refusal.INVALID
        assert "ada@example.com" not in first.detail
    else:
        assert "email" in first.dropped


def test_what_the_crm_has_no_field_for_is_left_out(office: Office, crm: Crm) -> None:
    office.drop_field("score")
    saved = saved_one(crm)
    assert "score" in saved.dropped
    assert only(office).email == ADA.email


def test_an_owner_who_has_left_is_left_out(office: Office, crm: Crm) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    office.deactivate("ben@example.com")
    saved = saved_one(crm)
    [result] = save(crm, change(record_id=saved.record_id, owner_id=ben, score=90))
    assert "owner_id" in result.dropped
    assert only(office).score == 90


def test_a_record_that_is_gone_is_not_made_anew(office: Office, crm: Crm) -> None:
    saved = saved_one(crm)
    office.delete(saved.record_id)
    [result] = crm.save([change(record_id=saved.record_id, score=90)])
    assert isinstance(result, Refused)
    assert result.why is Refusal.GONE
    assert office.records() == []
    [record] = crm.read([saved.record_id])
    assert record == Gone(saved.record_id)
    with pytest.raises(KeyError):
        crm.add_note(saved.record_id, Note("note_1", NOW, "Ben", "Hello"), look_first=False)


def test_what_was_merged_is_found_in_the_one_that_stays(office: Office, crm: Crm) -> None:
    gone = saved_one(crm).record_id
    typed_in = office.type_in("ada.lovelace@example.com", "Lovelace")
    stays = office.merge(gone, typed_in)
    assert read(crm, gone).record_id == stays
    save(crm, change(record_id=stays, score=90))
    assert [seen.record_id for seen in office.records()] == [stays]


# ---- reading --------------------------------------------------------------------------------


def test_what_people_change_there_is_read(office: Office, crm: Crm) -> None:
    office.add_user("eva@example.com", "Eva Seller")
    saved = saved_one(crm)
    mark = read(crm, saved.record_id).changed_at
    assert mark is not None
    office.forward(timedelta(seconds=90))
    office.set_owner(saved.record_id, "eva@example.com")
    office.win(saved.record_id, PRICE)
    changed = [each for page in crm.changed_since(mark) for each in page]
    newest = [each for each in changed if isinstance(each, Record)][-1]
    assert newest.stage is Stage.WON
    assert newest.amount == PRICE
    eva = {user.email: user for user in crm.users()}["eva@example.com"]
    assert read(crm, saved.record_id).owner_id == eva.id
    office.set_amount(saved.record_id, Money(990_000, "EUR"))
    assert read(crm, saved.record_id).amount == Money(990_000, "EUR")


def test_a_loss_and_its_reason_are_read(office: Office, crm: Crm) -> None:
    saved = saved_one(crm)
    office.lose(saved.record_id, "Too expensive")
    record = read(crm, saved.record_id)
    assert (record.stage, record.lost_reason) == (Stage.LOST, "Too expensive")
    office.reopen(saved.record_id)
    assert read(crm, saved.record_id).stage not in (Stage.LOST, Stage.WON)


def test_every_change_is_read_however_many_there_are_at_one_time(office: Office, crm: Crm) -> None:
    count = 250
    results = [
        each
        for start in range(0, count, crm.batch)
        for each in save(
            crm,
            *(
                change(f"lead_{n}", email=f"p{n}@example.com", last_name=f"P{n}")
                for n in range(start, min(start + crm.batch, count))
            ),
        )
    ]
    mark = min(
        each.changed_at
        for each in crm.read([one.record_id for one in results[:1]])
        if isinstance(each, Record) and each.changed_at is not None
    )
    found = {each.record_id for page in crm.changed_since(mark - crm.overlap) for each in page}
    assert found >= {each.record_id for each in results}


def test_a_record_made_by_hand_is_found_by_its_address(office: Office, crm: Crm) -> None:
    there = office.type_in("Grace@example.com", "Hopper")
    saved_one(crm)
    assert crm.find(["grace@example.com", "nobody@example.com"]) == {"grace@example.com": there}


def test_users_are_known_with_whether_they_are_there(office: Office, crm: Crm) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    office.add_user("old@example.com", "Old Seller")
    office.deactivate("old@example.com")
    users = {user.email: user for user in crm.users()}
    assert (users["ben@example.com"].id, users["ben@example.com"].is_active) == (ben, True)
    assert "old@example.com" not in users or not users["old@example.com"].is_active


def test_a_record_has_a_page(office: Office, crm: Crm) -> None:
    saved = saved_one(crm)
    assert saved.record_id in crm.link(saved.record_id)


# ---- bad days -------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.TOO_FAST, Fault.DOWN])
def test_a_crm_that_is_busy_says_so(office: Office, crm: Crm, fault: Fault) -> None:
    office.fail(fault)
    with pytest.raises(Busy) as busy:
        crm.save([change()])
    assert busy.value.seconds > 0
    assert office.records() == []
    saved_one(crm)


def test_a_call_that_was_cut_off_is_made_again_without_a_second_record(
    office: Office, crm: Crm
) -> None:
    office.fail(Fault.CUT_OFF)
    with pytest.raises(Busy):
        crm.save([change()])
    saved_one(crm)
    assert len(office.records()) == 1


@pytest.mark.parametrize(
    ("fault", "trouble"), [(Fault.TOKEN, Trouble.TOKEN), (Fault.RIGHT, Trouble.RIGHT)]
)
def test_a_key_that_does_not_open_stops_all(
    office: Office, crm: Crm, fault: Fault, trouble: Trouble
) -> None:
    office.fail(fault, times=3)
    with pytest.raises(Blocked) as blocked:
        crm.save([change()])
    assert blocked.value.trouble is trouble
    assert "ada@example.com" not in blocked.value.detail


def test_before_going_live_everything_is_looked_at(office: Office, crm: Crm) -> None:
    assert [each.problem for each in crm.check(make=False) if each.problem] == []
    office.drop_field("score")
    missing = [each for each in crm.check(make=False) if each.problem]
    if missing:
        assert all(each.can_be_made for each in missing)
        assert [each.problem for each in crm.check(make=True) if each.problem] == []
        assert not saved_one(crm).dropped
    office.fail(Fault.TOKEN, times=3)
    assert [each for each in crm.check(make=False) if each.problem]
