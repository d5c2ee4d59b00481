"""What is written to the CRM and read from it: once, in order, never over what people changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot import clock
from bot.crm import backlog, notices, questions, users
from bot.crm.connection import connect, disconnect, reserve_call
from bot.crm.models import AMOUNT, CrmConnection, CrmRecord
from bot.crm.poll import POLL, poll_due, poll_soon
from bot.crm.port import Account, Change, Refused, Saved, Stage
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import claiming, outcomes, undoing
from bot.leads import events as lead_events
from bot.leads import merging as lead_merging
from bot.leads.models import Disposition, Rating, Status
from bot.leads.queries import facts_for
from bot.money import Money
from bot.people.models import Person
from bot.slack.cards import Card
from bot.sources.lead_payload import read
from bot.store import Store
from bot.tasks import Postpone
from tests.crm.office import Fault
from tests.crm.parts import Sales

PRICE = Money(1_250_000, "EUR")
OTHER = Money(990_000, "EUR")


@pytest.fixture
def sales(store: Store) -> Sales:
    return Sales.open(store)


# ---- from here to there ---------------------------------------------------------------------


def test_a_lead_is_in_the_crm_as_it_is_here(sales: Sales) -> None:
    lead_id = sales.receive(company="Engines", consent="yes", utm_campaign="spring", gclid="abc")
    assert sales.jobs(backlog.PUSH) == 1
    sales.push()
    [seen] = sales.office.records()
    assert (seen.email, seen.company, seen.stage) == ("ada@example.com", "Engines", Stage.NEW)
    assert seen.score == sales.lead(lead_id).score
    assert (seen.consent or "").startswith("Given")
    assert sales.office.value(seen.record_id, "campaign_code") == "spring"
    assert sales.backlog()[:2] == (1, 0)
    link = f"https://crm.example.com/records/{seen.record_id}"
    assert sales.lead(lead_id).in_crm == {"crm": "Memory", "url": link, "account": None}


def test_claim_note_quality_outcome_and_amount_follow(sales: Sales) -> None:
    lead_id = sales.claimed()
    [seen] = sales.office.records()
    assert seen.owner == "ben@example.com"
    sales.do(lead_events.add_note, "ben", lead_id, "She asks for a quote.")
    sales.do(outcomes.rate, "ben", lead_id, Rating.GREAT)
    sales.do(outcomes.contacted, "ben", lead_id)
    sales.push()
    [seen] = sales.office.records()
    assert (seen.quality, seen.stage) == ("great", Stage.CONTACTED)
    assert seen.notes == ("ben: She asks for a quote.",)
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    sales.do(outcomes.correct_amount, "ben", lead_id, OTHER)
    sales.push()
    [seen] = sales.office.records()
    assert (seen.stage, seen.amount, len(seen.notes)) == (Stage.WON, OTHER, 1)
    sales.do(outcomes.reopen, "ben", lead_id)
    ending = outcomes.Ending(Disposition.NO_FIT, "No API")
    sales.do(outcomes.lose, "ben", lead_id, ending)
    sales.push()
    [seen] = sales.office.records()
    assert (seen.stage, seen.lost_reason) == (Stage.LOST, "No fit: No API")
    sales.do(outcomes.reopen, "ben", lead_id)
    sales.push()
    sales.office.clear(seen.record_id, "lost_reason")
    sales.poll()
    sales.do(outcomes.lose, "ben", lead_id, ending)
    sales.push()
    assert sales.office.records()[0].lost_reason == "No fit: No API"


def test_what_is_expected_follows_and_gives_way_to_what_it_is_won_for(sales: Sales) -> None:
    lead_id = sales.claimed()
    expected = outcomes.Expectation(PRICE, date(2026, 7, 15))
    sales.do(outcomes.qualify, "ben", lead_id, expected)
    sales.push()
    record_id = sales.record_id(lead_id)
    assert sales.office.records()[0].amount == PRICE
    assert sales.office.value(record_id, "expected_on") == "2026-07-15"
    sales.office.set_amount(record_id, OTHER)  # a person knows better; nothing is asked
    sales.poll()
    assert sales.lead(lead_id).expected_amount == PRICE
    sales.forward(minutes=1)
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    assert (sales.office.records()[0].amount, sales.lead(lead_id).won_amount) == (PRICE, PRICE)
    sales.do(outcomes.reopen, "ben", lead_id)
    sales.push()
    sales.office.win(record_id, None)  # as it stands there
    sales.poll()
    assert sales.lead(lead_id).won_amount == PRICE


def test_a_step_that_is_undone_is_undone_there(sales: Sales) -> None:
    lead_id = sales.claimed()

    def undo() -> None:
        with sales.store.transaction() as session:
            step = facts_for(session, sales.people["ben"], lead_id).undoable
        sales.do(undoing.undo, "ben", step[-1].id)
        sales.push()

    [before] = sales.office.records()
    sales.forward(minutes=1)
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    undo()  # before it was written
    assert sales.office.records() == [before]
    sales.forward(minutes=1)
    sales.do(outcomes.contacted, "ben", lead_id)
    sales.push()
    assert sales.office.records()[0].stage is Stage.CONTACTED
    undo()
    assert sales.office.records()[0].stage is before.stage


@pytest.mark.parametrize("taking_back", ["undo", "reopen"])
def test_a_win_that_is_taken_back_leaves_nothing_there(sales: Sales, taking_back: str) -> None:
    lead_id = sales.claimed()
    [before] = sales.office.records()
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    assert sales.office.records()[0].amount == PRICE
    if taking_back == "undo":
        with sales.store.transaction() as session:
            step = facts_for(session, sales.people["ben"], lead_id).undoable
        sales.do(undoing.undo, "ben", step[-1].id)
    else:
        sales.do(outcomes.reopen, "ben", lead_id)
    sales.push()
    assert (sales.office.records()[0].amount, before.amount) == (None, None)
    assert sales.office.value(before.record_id, "closed_at") is None
    sales.office.set_amount(before.record_id, OTHER)  # what a person enters now is theirs
    sales.forward(minutes=1)
    sales.do(outcomes.qualify, "ben", lead_id)
    sales.push()
    assert sales.office.records()[0].amount == OTHER


@pytest.mark.parametrize("is_read", [True, False])
def test_an_amount_that_a_person_changed_there_is_not_emptied(sales: Sales, is_read: bool) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    sales.office.set_amount(sales.record_id(lead_id), OTHER)
    if is_read:
        sales.poll()
        assert sales.lead(lead_id).won_amount == OTHER
    sales.do(outcomes.reopen, "ben", lead_id)
    sales.push()
    assert sales.office.records()[0].amount == OTHER


def test_a_reason_is_emptied_and_the_expected_amount_of_a_lost_lead_stays(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.qualify, "ben", lead_id, outcomes.Expectation(PRICE))
    sales.do(outcomes.rate, "ben", lead_id, Rating.GREAT)
    sales.push()
    sales.do(outcomes.lose, "ben", lead_id, outcomes.Ending(Disposition.NO_BUDGET))
    sales.push()
    [seen] = sales.office.records()
    assert (seen.amount, seen.lost_reason) == (PRICE, "No budget")
    sales.do(outcomes.reopen, "ben", lead_id)
    sales.push()
    [seen] = sales.office.records()
    assert (seen.amount, seen.lost_reason, seen.quality) == (PRICE, None, "great")


def test_a_recycled_lead_rests_there_and_a_merged_one_is_lost(sales: Sales) -> None:
    resting, gone, kept = (
        sales.claimed(),
        sales.claimed(email="b@example.com"),
        sales.claimed(email="c@example.com"),
    )
    ending = outcomes.Ending(Disposition.BAD_TIMING, wake_on=date(2026, 7, 1))
    sales.do(outcomes.lose, "ben", resting, ending)
    sales.do(lead_merging.merge, "clara", gone, kept)
    sales.push()
    stages = {seen.record_id: (seen.stage, seen.lost_reason) for seen in sales.office.records()}
    assert stages[sales.record_id(resting)] == (Stage.RECYCLED, "Bad timing")
    assert stages[sales.record_id(gone)] == (Stage.LOST, "Duplicate")


def test_what_changes_nothing_costs_no_call(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.settle()
    before = sales.office.calls()
    with sales.store.transaction() as session:
        backlog.mark(session, sales.workspace.id, [lead_id])
    sales.push()
    assert sales.office.calls() == before
    assert sales.backlog().waiting == 0


def test_without_a_crm_nothing_is_collected(store: Store) -> None:
    sales = Sales.open(store)
    with store.transaction() as session:
        disconnect(session, sales.workspace.id)
    sales.receive()
    assert sales.jobs(backlog.PUSH) == 0
    assert sales.backlog() == (0, 0, None, 0)


def test_what_people_wrote_there_stays(sales: Sales) -> None:
    lead_id = sales.claimed(job_title="Head")
    record_id = sales.record_id(lead_id)
    sales.office.write(record_id, {"job_title": "Chief"})
    sales.office.clear(record_id, "last_name")
    sales.do(outcomes.rate, "ben", lead_id, Rating.GOOD)
    sales.push()
    assert sales.office.value(record_id, "job_title") == "Chief"
    assert sales.office.value(record_id, "last_name") is None


def test_many_are_written_by_few_calls(sales: Sales) -> None:
    sales.receive_all([{"email": f"p{n}@example.com"} for n in range(30)])
    before = sales.office.calls()
    sales.push()
    assert len(sales.office.records()) == 30
    assert sales.office.calls() - before <= 3 * 3 + 2


def test_a_backfill_goes_last(sales: Sales) -> None:
    with sales.store.transaction() as session:
        disconnect(session, sales.workspace.id)
    old = sales.receive_all([{"email": f"old{n}@example.com"} for n in range(3)])
    with sales.store.transaction() as session:
        connect(session, sales.workspace.id, "memory")
        backlog.mark(session, sales.workspace.id, old, is_backfill=True)
    sales.receive("new@example.com")
    sales.push()
    assert sales.office.records()[0].email == "new@example.com"
    assert len(sales.office.records()) == 4


# ---- from there to here ---------------------------------------------------------------------


def test_what_moves_there_moves_here(sales: Sales) -> None:
    lead_id = sales.claimed()
    record_id = sales.record_id(lead_id)
    sales.forward(minutes=1)
    sales.office.qualify(record_id)
    sales.poll()
    assert sales.lead(lead_id).status == Status.QUALIFIED
    sales.office.win(record_id, PRICE)
    sales.poll()
    lead = sales.lead(lead_id)
    assert (lead.status, lead.won_amount) == (Status.WON, PRICE)
    sales.office.set_amount(record_id, OTHER)
    sales.poll()
    assert sales.lead(lead_id).won_amount == OTHER
    assert sales.steps(lead_id)[-3:] == [
        ("qualified", "Memory"), ("won", "Memory"), ("corrected", "Memory"),
    ]  # fmt: skip
    sales.office.reopen(record_id)
    sales.poll()
    assert sales.lead(lead_id).status == Status.QUALIFIED
    sales.office.lose(record_id, "No budget at all")
    sales.poll()
    lead = sales.lead(lead_id)
    assert (lead.status, lead.disposition) == (Status.LOST, Disposition.NO_BUDGET)


def test_what_was_read_is_not_written_back(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.office.win(sales.record_id(lead_id), PRICE)
    sales.poll()
    changed_at = sales.office.rows[sales.record_id(lead_id)].changed_at
    before = sales.steps(lead_id)
    sales.settle()
    assert sales.office.rows[sales.record_id(lead_id)].values["amount_minor"] == PRICE.minor
    assert sales.steps(lead_id) == before
    # the times of the first response and of the end are written, the stage is not
    assert changed_at < sales.office.rows[sales.record_id(lead_id)].changed_at
    for name in ("first_response_at", "closed_at"):
        assert sales.office.value(sales.record_id(lead_id), name)


def test_our_own_writing_is_known_by_its_values(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    before = sales.steps(lead_id)
    sales.poll()
    assert sales.steps(lead_id) == before


def test_an_owner_who_is_changed_there_is_changed_here(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.poll()
    sales.office.set_owner(sales.record_id(lead_id), "sue@example.com")
    sales.poll()
    assert sales.lead(lead_id).claimed_by == sales.people["sue"].id
    sales.settle()
    assert sales.office.records()[0].owner == "sue@example.com"


def of_poll(sales: Sales) -> list[str]:
    """The statements of a poll."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_facts: Any) -> None:
        statements.append(statement)

    event.listen(sales.store.engine, "before_cursor_execute", note)
    sales.poll()
    event.remove(sales.store.engine, "before_cursor_execute", note)
    return statements


def test_what_is_read_again_and_has_not_changed_is_left_alone(sales: Sales) -> None:
    lead_ids = sales.claimed_by_ben(3)
    sales.poll()
    assert not [each for each in of_poll(sales) if each.startswith("SAVEPOINT")]
    sales.office.set_owner(sales.record_id(lead_ids[1]), "sue@example.com")
    assert sum(each.startswith("SAVEPOINT") for each in of_poll(sales)) == 1
    assert sales.lead(lead_ids[1]).claimed_by == sales.people["sue"].id


def test_who_is_who_is_read_once_a_page(sales: Sales) -> None:
    lead_ids = sales.claimed_by_ben(3)
    sales.poll()
    for lead_id in lead_ids:
        sales.office.set_owner(sales.record_id(lead_id), "sue@example.com")
    statements = of_poll(sales)
    assert {sales.lead(lead_id).claimed_by for lead_id in lead_ids} == {sales.people["sue"].id}
    assert sum(each.startswith("SELECT crm_user.") for each in statements) == 1


def test_where_both_changed_the_owner_the_app_wins(sales: Sales) -> None:
    sales.office.add_user("clara@example.com", "Clara")
    lead_id = sales.claimed()
    sales.office.set_owner(sales.record_id(lead_id), "clara@example.com")
    sales.do(claiming.reassign, "ben", lead_id, sales.people["sue"].id)
    sales.settle()
    assert sales.lead(lead_id).claimed_by == sales.people["sue"].id
    assert sales.office.records()[0].owner == "sue@example.com"


def test_where_both_changed_the_stage_the_crm_wins(sales: Sales) -> None:
    lead_id = sales.claimed()
    record_id = sales.record_id(lead_id)
    sales.office.win(record_id, PRICE)
    sales.do(outcomes.lose, "ben", lead_id, outcomes.Ending(Disposition.NO_BUDGET))
    sales.push()
    lead = sales.lead(lead_id)
    assert (lead.status, lead.won_amount) == (Status.WON, PRICE)
    assert sales.office.records()[0].stage is Stage.WON


@pytest.mark.parametrize("is_ours", [True, False])
def test_about_two_amounts_somebody_is_asked(sales: Sales, is_ours: bool) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    theirs, ours = Money(1_100_000, "EUR"), Money(1_400_000, "EUR")
    sales.office.set_amount(sales.record_id(lead_id), theirs)
    sales.do(outcomes.correct_amount, "ben", lead_id, ours)
    sales.settle()
    assert sales.office.records()[0].amount == theirs
    assert sales.lead(lead_id).won_amount == ours
    with sales.store.transaction() as session:
        [card] = session.scalars(select(Card).where(Card.kind == AMOUNT)).all()
        assert card.target == "UBEN"
        text = questions.question(session, lead_id).text
        assert "11,000 EUR" in text
        assert "14,000 EUR" in text
    sales.do(questions.keep_ours if is_ours else questions.take_theirs, "ben", lead_id)
    sales.settle()
    right = ours if is_ours else theirs
    assert (sales.office.records()[0].amount, sales.lead(lead_id).won_amount) == (right, right)
    with pytest.raises(questions.NothingToDecide):
        sales.do(questions.keep_ours, "ben", lead_id)


def test_managers_are_asked_where_the_owner_has_left(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    sales.office.set_amount(sales.record_id(lead_id), Money(1_100_000, "EUR"))
    sales.do(outcomes.correct_amount, "ben", lead_id, Money(1_400_000, "EUR"))
    with sales.store.transaction() as session:
        session.get_one(Person, sales.people["ben"].id).active = False
    sales.settle()
    with sales.store.transaction() as session:
        [card] = session.scalars(select(Card).where(Card.kind == AMOUNT)).all()
        assert card.target == "UCLARA"


def test_a_win_without_an_amount_waits_for_one(sales: Sales) -> None:
    lead_id = sales.claimed()
    record_id = sales.record_id(lead_id)
    sales.office.win(record_id, None)
    sales.settle()
    assert sales.lead(lead_id).status == Status.NEW
    with sales.store.transaction() as session:
        assert "without an amount" in questions.question(session, lead_id).text
    sales.office.set_amount(record_id, PRICE)
    sales.settle()
    assert sales.lead(lead_id).won_amount == PRICE
    assert sales.record(lead_id).refused is None


def reopened_beside_another(sales: Sales) -> int:
    """A lost lead that was reopened in the CRM while its person has another open one."""
    lost = sales.claimed()
    sales.do(outcomes.lose, "ben", lost, outcomes.Ending(Disposition.NO_BUDGET))
    sales.settle()
    assert sales.claimed("sue") != lost
    sales.settle()
    sales.office.reopen(sales.record_id(lost))
    sales.settle()
    return lost


def test_what_is_not_taken_over_is_said_until_it_is_put_right_there(sales: Sales) -> None:
    lost = reopened_beside_another(sales)
    assert sales.lead(lost).status == Status.LOST
    problem = (sales.lead(lost).in_crm or {})["problem"]
    assert problem.startswith("Changed in Memory, not taken over: This person has another open")
    sales.do(outcomes.rate, "ben", lost, Rating.GOOD)
    sales.settle()  # what is written meanwhile settles nothing
    assert sales.record(lost).refused == "not_taken"
    with sales.store.transaction() as session:
        assert backlog.retry(session, sales.workspace.id) == 0
    sales.office.lose(sales.record_id(lost), "No budget")
    sales.settle()
    assert sales.record(lost).refused is None
    assert "problem" not in (sales.lead(lost).in_crm or {})


def test_what_is_not_taken_over_is_said_until_it_is_put_right_here(sales: Sales) -> None:
    lost = reopened_beside_another(sales)
    [other] = {each.lead_id for each in records(sales)} - {lost}
    sales.do(outcomes.lose, "sue", other, outcomes.Ending(Disposition.NO_BUDGET))
    sales.do(outcomes.reopen, "ben", lost)
    sales.settle()
    assert sales.record(lost).refused is None
    assert "problem" not in (sales.lead(lost).in_crm or {})


def records(sales: Sales) -> Sequence[CrmRecord]:
    with sales.store.transaction() as session:
        return session.scalars(select(CrmRecord)).all()


def test_what_the_crm_refuses_is_said_rather_than_what_was_not_taken_over(sales: Sales) -> None:
    lost = sales.claimed()
    sales.do(outcomes.lose, "ben", lost, outcomes.Ending(Disposition.NO_BUDGET))
    sales.claimed("sue")
    sales.office.refuse("quality")
    sales.do(outcomes.rate, "ben", lost, Rating.GOOD)
    sales.settle()
    sales.office.reopen(sales.record_id(lost))
    sales.settle()
    assert sales.record(lost).refused == "invalid"
    assert "quality" in (sales.record(lost).refused_why or "")


def test_an_amount_that_is_not_taken_over_is_said_until_it_is_put_right(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.settle()
    sales.office.set_amount(sales.record_id(lead_id), Money(-100, "EUR"))
    sales.settle()
    assert sales.record(lead_id).refused == "not_taken"
    sales.office.set_amount(sales.record_id(lead_id), PRICE)
    sales.settle()
    assert sales.record(lead_id).refused is None


def test_a_hook_brings_the_poll_forward(sales: Sales) -> None:
    def due() -> int:
        with sales.store.transaction() as session:
            return poll_due(session)

    assert (due(), due()) == (1, 0)
    with sales.store.transaction() as session:
        poll_soon(session, sales.workspace.id)
    assert (due(), due()) == (1, 0)
    sales.forward(minutes=1)
    assert due() == 1
    assert sales.jobs(POLL) == 3
    sales.poll()
    assert sales.jobs(POLL) == 0


def test_while_many_are_written_the_crm_is_read_seldom(sales: Sales) -> None:
    sales.poll()
    sales.receive_all([{"email": f"p{n}@example.com"} for n in range(500)])
    before = sales.office.calls()
    sales.forward(minutes=9)
    sales.poll()
    assert sales.office.calls() == before
    sales.forward(minutes=1)
    sales.poll()
    assert sales.office.calls() > before


# ---- bad days -------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.TOO_FAST, Fault.DOWN, Fault.CUT_OFF])
def test_a_crm_that_is_busy_is_tried_again(sales: Sales, fault: Fault) -> None:
    sales.receive()
    sales.office.fail(fault, times=2)
    for _ in range(2):
        with pytest.raises(Postpone) as postponed:
            sales.push()
        assert postponed.value.seconds > 0
    sales.push()
    assert len(sales.office.records()) == 1


def test_a_note_that_was_cut_off_is_added_once(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.do(lead_events.add_note, "ben", lead_id, "Hello")
    sales.office.fail(Fault.CUT_OFF)
    with pytest.raises(Postpone):
        sales.push()
    sales.push()
    assert sales.office.records()[0].notes == ("ben: Hello",)


@pytest.mark.parametrize("fault", [Fault.TOKEN, Fault.RIGHT])
def test_a_key_that_does_not_open_is_told_once_and_tried_again(sales: Sales, fault: Fault) -> None:
    lead_id = sales.receive()
    sales.office.fail(fault, times=2)
    sales.push()
    before = sales.office.calls()
    sales.push()
    sales.poll()
    assert sales.office.calls() == before
    sales.forward(minutes=2)
    sales.poll()
    assert len(sales.notices("blocked")) == 1
    assert sales.state().blocked == fault
    sales.forward(minutes=10)
    sales.poll()
    sales.push()
    assert sales.state().blocked is None
    assert len(sales.notices("back")) == 1
    assert sales.record(lead_id).record_id is not None


def test_one_bad_lead_waits_and_the_others_go(sales: Sales) -> None:
    sales.office.refuse("job_title")
    bad = sales.receive("bad@example.com", job_title="Head")
    sales.receive("good@example.com")
    sales.push()
    assert [seen.email for seen in sales.office.records()] == ["good@example.com"]
    assert sales.record(bad).refused == "invalid"
    problem = (sales.lead(bad).in_crm or {})["problem"]
    assert problem == "Memory refuses it: job_title is refused by a rule"
    before = sales.office.calls()
    sales.push()
    assert sales.office.calls() == before
    sales.office.refused.clear()
    with sales.store.transaction() as session:
        assert backlog.retry(session, sales.workspace.id) == 1
    sales.push()
    assert len(sales.office.records()) == 2
    assert "url" in (sales.lead(bad).in_crm or {})


def test_a_missing_field_is_told_once_and_all_else_is_written(sales: Sales) -> None:
    sales.office.drop_field("score")
    for n in range(3):
        sales.receive(f"p{n}@example.com")
        sales.push()
    [notice] = sales.notices("dropped")
    assert [name for name, _ in notice["fields"]] == ["score"]
    assert len(sales.office.records()) == 3


def test_a_field_that_is_missing_again_is_told_again(sales: Sales) -> None:
    def write_for(days: int) -> int:
        """A lead every third day; returns how many notices there are after that."""
        for _ in range(0, days, 3):
            sales.forward(days=3)
            sales.receive(f"p{sales.office.now.timestamp()}@example.com")
            sales.push()
        return len(sales.notices("dropped"))

    sales.office.drop_field("score")
    assert write_for(days=30) == 1
    sales.office.no_field.clear()
    assert write_for(days=15) == 1
    with sales.store.transaction() as session:
        assert notices.left_out(session.get_one(CrmConnection, sales.workspace.id)) == []
    sales.office.drop_field("score")
    assert write_for(days=6) == 2


def test_what_an_earlier_version_noted_of_a_missing_field_is_told_anew(sales: Sales) -> None:
    with sales.store.transaction() as session:
        session.execute(update(CrmConnection).values(dropped={"score": "400 no such field"}))
    sales.office.drop_field("score")
    for n in range(2):
        sales.receive(f"p{n}@example.com")
        sales.push()
    assert len(sales.notices("dropped")) == 1


def test_a_record_that_was_deleted_is_relinked_or_asked_about(sales: Sales) -> None:
    gone, moved = sales.claimed(), sales.claimed(email="grace@example.com")
    other = sales.office.type_in("Grace@example.com", "Hopper")
    for lead_id in (gone, moved):
        sales.office.delete(sales.record_id(lead_id))
        sales.do(outcomes.rate, "ben", lead_id, Rating.GOOD)
    sales.settle()
    assert sales.record_id(moved) == other
    assert sales.office.value(other, "last_name") == "Hopper"
    assert sales.office.value(other, "quality") == "good"
    assert sales.record(gone).refused == "gone"
    assert [seen.record_id for seen in sales.office.records()] == [other]
    assert [notice["count"] for notice in sales.notices("gone")] == [1]
    sales.do(outcomes.win, "ben", gone, PRICE)
    sales.settle()
    assert len(sales.office.records()) == 1
    with sales.store.transaction() as session:
        backlog.retry(session, sales.workspace.id, [gone])
    sales.settle()
    assert {seen.email for seen in sales.office.records()} == {
        "ada@example.com",
        "Grace@example.com",
    }


def test_a_lead_that_came_from_the_crm_is_written_where_it_was_read(sales: Sales) -> None:
    there = sales.office.type_in("ada@example.com", "Lovelace")
    with sales.store.transaction() as session:
        payload = read({"email": "ada@example.com", "external_id": there})
        lead_id = create_or_merge(
            session, sales.workspace, [payload], IntakeContext("memory", sales.office.now)
        )[0].lead_id
    sales.settle()
    assert [seen.record_id for seen in sales.office.records()] == [there]
    sales.office.delete(there)
    sales.do(claiming.claim, "ben", lead_id)
    sales.settle()
    assert sales.record(lead_id).refused == "gone"
    with sales.store.transaction() as session:
        backlog.retry(session, sales.workspace.id, [lead_id])
    sales.settle()
    assert [seen.email for seen in sales.office.records()] == ["ada@example.com"]
    assert sales.record(lead_id).refused is None


def test_to_retry_all_makes_nothing_anew_and_decides_no_amount(sales: Sales) -> None:
    gone, won = sales.claimed(), sales.claimed(email="b@example.com")
    sales.office.delete(sales.record_id(gone))
    sales.do(outcomes.contacted, "ben", gone)
    sales.office.win(sales.record_id(won), None)
    sales.settle()
    with sales.store.transaction() as session:
        assert backlog.retry(session, sales.workspace.id) == 0
        assert backlog.retry(session, sales.workspace.id, [won]) == 0
    sales.settle()
    assert [seen.email for seen in sales.office.records()] == ["b@example.com"]
    assert (sales.record(gone).refused, sales.record(won).refused) == ("gone", "amount")
    assert "Won in Memory" in (sales.lead(won).in_crm or {})["problem"]


def test_a_question_follows_an_amount_that_is_corrected_meanwhile(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.win, "ben", lead_id, PRICE)
    sales.push()
    sales.office.set_amount(sales.record_id(lead_id), Money(1_100_000, "EUR"))
    sales.do(outcomes.correct_amount, "ben", lead_id, Money(1_400_000, "EUR"))
    sales.settle()
    with sales.store.transaction() as session:
        session.execute(update(Card).values(stale=False))
    sales.do(outcomes.correct_amount, "ben", lead_id, Money(1_500_000, "EUR"))
    with sales.store.transaction() as session:
        assert session.scalars(select(Card.stale).where(Card.kind == AMOUNT)).one()
        assert "15,000 EUR" in questions.question(session, lead_id).text


def test_a_merged_record_is_followed(sales: Sales) -> None:
    lead_id = sales.claimed()
    stays = sales.office.type_in("ada2@example.com", "Lovelace")
    sales.office.merge(sales.record_id(lead_id), stays)
    sales.office.win(stays, PRICE)
    sales.poll()
    assert sales.record_id(lead_id) == stays
    assert sales.lead(lead_id).won_amount == PRICE


def test_a_clock_that_is_behind_misses_nothing(sales: Sales) -> None:
    lead_id = sales.claimed()
    here = sales.office.now
    clock.use(lambda: here + timedelta(hours=3))
    sales.poll()
    sales.office.win(sales.record_id(lead_id), PRICE)
    sales.poll()
    assert sales.lead(lead_id).won_amount == PRICE


def test_work_breaks_in_our_own_code_for_one_lead_only(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = sales.office.save

    def broken(change: Change) -> Saved | Refused:
        if change.values.email == "bad@example.com":
            raise ZeroDivisionError
        return save(change)

    monkeypatch.setattr(sales.office, "save", broken)
    bad = sales.receive("bad@example.com")
    sales.receive_all([{"email": f"p{n}@example.com"} for n in range(4)])
    sales.push()
    assert len(sales.office.records()) == 4
    assert "ZeroDivisionError" in (sales.record(bad).refused_why or "")


def test_the_rate_limit_is_one_for_all_workers(sales: Sales) -> None:
    waits = []
    for _ in range(5):
        with sales.store.transaction() as session:
            waits.append(reserve_call(session, sales.workspace.id, timedelta(seconds=60)))
    assert waits[0] == 0
    assert waits == sorted(waits)
    assert 200 < waits[-1] <= 240


# ---- who is who -----------------------------------------------------------------------------


def test_owners_are_found_by_address_and_the_others_told_once(store: Store) -> None:
    sales = Sales.open(store)
    sales.office.users.pop("sue@example.com")
    lead_id = sales.receive()
    sales.do(claiming.claim, "sue", lead_id)
    sales.push()
    assert sales.office.records()[0].owner is None
    [notice] = sales.notices("unmatched")
    assert notice["who"] == ["USUE"]
    sales.forward(hours=2)
    sales.poll()
    assert len(sales.notices("unmatched")) == 1
    with store.transaction() as session:
        users.choose(session, sales.people["root"], sales.people["sue"].id, "u1")
    sales.push()
    assert sales.office.records()[0].owner == "ben@example.com"


def test_a_fallback_owns_what_nobody_there_does(sales: Sales) -> None:
    sales.office.users.pop("sue@example.com")
    sales.connection.fallback_owner = "Ben@example.com"
    lead_id = sales.receive()
    sales.do(claiming.claim, "sue", lead_id)
    sales.push()
    assert sales.office.records()[0].owner == "ben@example.com"
    sales.settle()
    assert sales.lead(lead_id).claimed_by == sales.people["sue"].id


@pytest.mark.parametrize(
    ("fallback", "owner"), [("ben@example.com", "ben@example.com"), ("", None)]
)
def test_a_chosen_owner_who_left_is_told_and_the_fallback_owns_the_leads(
    sales: Sales, fallback: str, owner: str | None
) -> None:
    sales.connection.fallback_owner = fallback
    user_id = sales.office.add_user("sue2@example.com", "Sue Two")
    sales.push()
    sales.do(users.choose, "root", sales.people["sue"].id, user_id)
    before = sales.claimed("sue")
    assert sales.office.records()[0].owner == "sue2@example.com"

    sales.office.deactivate("sue2@example.com")
    for _ in range(2):
        sales.forward(hours=2)
        sales.settle()
    [notice] = sales.notices("unmatched")
    assert (notice["who"], notice["was_chosen"]) == (["USUE"], True)
    sales.claimed("sue", email="b@example.com")
    assert [each.owner for each in sales.office.records()] == [owner or "sue2@example.com", owner]
    assert sales.notices("dropped") == []
    assert sales.lead(before).claimed_by == sales.people["sue"].id
    with sales.store.transaction() as session:
        assert (sales.people["sue"].id, None) in [
            (person.id, name) for person, name in users.table(session, sales.workspace.id)
        ]


def test_a_chosen_owner_who_is_back_owns_their_leads_again(sales: Sales) -> None:
    sales.connection.fallback_owner = "ben@example.com"
    user_id = sales.office.add_user("sue2@example.com", "Sue Two")
    sales.push()
    sales.do(users.choose, "root", sales.people["sue"].id, user_id)
    sales.office.deactivate("sue2@example.com")
    sales.forward(hours=2)
    sales.poll()
    sales.claimed("sue")
    assert sales.office.records()[0].owner == "ben@example.com"
    sales.office.activate("sue2@example.com")
    sales.forward(hours=2)
    sales.settle()
    assert sales.office.records()[0].owner == "sue2@example.com"
    assert len(sales.notices("unmatched")) == 1


def test_an_owner_who_left_is_told_as_a_value_that_is_left_out(sales: Sales) -> None:
    sales.receive("first@example.com")
    sales.push()
    sales.office.deactivate("ben@example.com")
    lead_id = sales.receive()
    sales.do(claiming.claim, "ben", lead_id)
    sales.push()
    assert len(sales.office.records()) == 2
    [notice] = sales.notices("dropped")
    assert notice["fields"][0][0] == "owner_id"


def test_a_known_company_is_told_on_the_card(sales: Sales) -> None:
    ben = sales.office.users["ben@example.com"].id
    sales.office.companies["engines.example"] = Account("Engines Ltd", ben)
    known = sales.receive("ada@engines.example")
    private = sales.receive("ada@gmail.com")
    sales.push()
    assert (sales.lead(known).in_crm or {})["account"] == {
        "name": "Engines Ltd",
        "owner": "<@UBEN>",
    }
    assert "account" not in (sales.lead(private).in_crm or {})


def test_a_key_that_is_about_to_expire_is_told_once(sales: Sales) -> None:
    sales.office.expires_at = sales.office.now + timedelta(days=10)
    sales.poll()
    sales.poll()
    assert len(sales.notices("expires")) == 1
