"""What people do at the very moment in which the CRM is written or read: nobody waits for ever."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from bot.crm import backlog
from bot.crm.connection import connect, disconnect
from bot.crm.models import CrmRecord
from bot.crm.port import Blocked, Change, Note, NoteRefused, Refused, Saved, Stage, Trouble, User
from bot.leads import claiming, outcomes
from bot.leads import events as lead_events
from bot.leads import merging as lead_merging
from bot.leads.models import Disposition, Rating, Status
from bot.leads.queries import find
from bot.money import Money
from bot.store import Store
from bot.tasks import Postpone
from tests.crm.memory import MemoryCrm
from tests.crm.office import Fault
from tests.crm.parts import Sales
from tests.web.waiting import until

PRICE = Money(1_250_000, "EUR")
NO_BUDGET = outcomes.Ending(Disposition.NO_BUDGET)


@pytest.fixture
def sales(store: Store) -> Sales:
    return Sales.open(store)


def _new(sales: Sales) -> list[int]:
    return sales.receive_all([{"email": f"p{n}@example.com"} for n in range(2)])


def _changed(sales: Sales) -> list[int]:
    ids = sales.claimed_by_ben(2)
    for lead_id in ids:
        sales.do(outcomes.lose, "ben", lead_id, NO_BUDGET)
    return ids


def _moved_there(sales: Sales) -> list[int]:
    ids = sales.claimed_by_ben(2)
    for lead_id in ids:
        sales.office.win(sales.record_id(lead_id), PRICE)
    return ids


def _deleted_there(sales: Sales) -> list[int]:
    ids = sales.claimed_by_ben(2)
    for lead_id in ids:
        sales.office.delete(sales.record_id(lead_id))
    return ids


def _refused(sales: Sales) -> list[int]:
    sales.office.refuse("last_name")
    ids = _new(sales)
    sales.push()
    return ids


def _retry(sales: Sales) -> None:
    with sales.store.transaction() as session:
        backlog.retry(session, sales.workspace.id)


def _mark(sales: Sales) -> None:
    with sales.store.transaction() as session:
        ids = session.scalars(select(CrmRecord.lead_id).order_by(CrmRecord.lead_id)).all()
        backlog.mark(session, sales.workspace.id, ids, is_backfill=True)


@pytest.mark.parametrize(
    ("before", "work"),
    [
        (_new, Sales.push),
        (_changed, Sales.push),
        (_moved_there, Sales.poll),
        (_deleted_there, Sales.poll),
        (_refused, _retry),
        (_new, _mark),
    ],
)
def test_a_click_and_the_crm_never_wait_for_each_other(
    sales: Sales, before: Callable[[Sales], list[int]], work: Callable[[Sales], None]
) -> None:
    """A person holds both leads; then the work begins; then both leads change, the newer first."""
    ids = before(sales)
    with ThreadPoolExecutor(1) as thread:
        with sales.store.transaction() as session:
            for lead_id in ids:
                find(session, sales.workspace.id, lead_id, lock=True)
            done = thread.submit(work, sales)
            until(lambda: done.done() or _waits(sales.store), "the work to wait for the leads")
            for lead_id in reversed(ids):
                backlog.lead_changed(session, sales.workspace.id, {lead_id: 1})
        done.result()
    sales.settle()
    assert sales.backlog().waiting == 0


def _waits(store: Store) -> bool:
    with store.transaction() as session:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(session.execute(waiting).scalar_one())


@pytest.mark.parametrize("calls_before", range(3))
@pytest.mark.parametrize("fault", [Fault.CUT_OFF, Fault.DOWN])
def test_what_we_wrote_is_no_change_of_a_persons(
    sales: Sales, fault: Fault, calls_before: int
) -> None:
    """Whichever call of a push fails, a step that is taken before it is tried again counts."""
    lead_id = sales.claimed()
    sales.do(outcomes.lose, "ben", lead_id, NO_BUDGET)
    sales.office.faults = [*[None] * calls_before, fault]  # type: ignore[list-item]
    with pytest.raises(Postpone):
        sales.push()
    sales.do(outcomes.reopen, "ben", lead_id)
    sales.settle()
    assert not sales.lead(lead_id).is_closed
    assert sales.office.records()[0].stage is not Stage.LOST


def test_an_owner_whom_we_gave_it_is_no_change_of_a_persons(sales: Sales) -> None:
    lead_id = sales.receive()
    sales.push()
    sales.do(claiming.claim, "ben", lead_id)
    sales.office.faults = [None, Fault.CUT_OFF]  # type: ignore[list-item]
    with pytest.raises(Postpone):
        sales.push()
    sales.do(claiming.release, "ben", lead_id)
    sales.settle()
    assert sales.lead(lead_id).claimed_by is None


def test_who_closes_it_there_while_it_is_written_is_heard(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_id = sales.claimed()
    record_id, save = sales.record_id(lead_id), sales.office.save

    def close_after(change: Change) -> Saved | Refused:
        result = save(change)
        sales.office.win(record_id, PRICE)
        return result

    sales.do(outcomes.qualify, "ben", lead_id)
    monkeypatch.setattr(sales.office, "save", close_after)
    sales.push()
    monkeypatch.undo()
    sales.settle()
    assert sales.lead(lead_id).won_amount == PRICE


def test_two_workers_at_once_leave_both_sides_equal(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One stands still before its call; another writes what is newer; then the first goes on, and
    has noted its own writing before the other does."""
    lead_id = sales.claimed()
    save, began, go_on = MemoryCrm.save, threading.Event(), threading.Event()

    def first(crm: MemoryCrm, changes: Sequence[Change]) -> list[Saved | Refused]:
        began.set()
        go_on.wait(60)
        return save(crm, changes)

    def second(crm: MemoryCrm, changes: Sequence[Change]) -> list[Saved | Refused]:
        results = save(crm, changes)
        if not go_on.is_set():
            go_on.set()
            slow.result(60)
        return results

    sales.do(outcomes.rate, "ben", lead_id, Rating.GOOD)
    with ThreadPoolExecutor(1) as thread:
        monkeypatch.setattr("bot.crm.push._MOST_BATCHES", 1)
        monkeypatch.setattr(MemoryCrm, "save", first)
        slow = thread.submit(sales.push)
        assert began.wait(60)
        monkeypatch.setattr(MemoryCrm, "save", second)
        sales.do(outcomes.rate, "ben", lead_id, Rating.GREAT)
        sales.push()
    monkeypatch.undo()
    sales.settle()
    assert sales.office.records()[0].quality == "great"
    assert sales.backlog().waiting == 0


# ---- records that several leads have ----------------------------------------------------------


def _sharing(sales: Sales) -> tuple[int, int]:
    """Two leads whose records people there have merged."""
    older, newer = sales.claimed(), sales.claimed(email="ada2@example.com")
    sales.office.merge(sales.record_id(older), sales.record_id(newer))
    return older, newer


def test_a_deal_of_merged_records_is_won_once(sales: Sales) -> None:
    older, newer = _sharing(sales)
    sales.office.win(sales.record_id(newer), PRICE)
    sales.settle()
    assert sales.record_id(older) == sales.record_id(newer)
    assert (sales.lead(older).won_amount, sales.lead(newer).won_amount) == (None, PRICE)


def test_a_newer_leads_stage_does_not_reopen_an_older_one(sales: Sales) -> None:
    older, newer = sales.claimed(), sales.claimed(email="ada2@example.com")
    sales.do(outcomes.win, "ben", older, PRICE)
    sales.push()
    sales.office.merge(sales.record_id(older), sales.record_id(newer))
    sales.poll()
    sales.do(outcomes.correct_amount, "ben", older, Money(1_000_000, "EUR"))
    sales.settle()
    assert sales.lead(older).status == Status.WON
    assert sales.office.records()[0].stage is Stage.NEW


def test_a_lead_that_was_merged_into_an_older_one_leaves_its_record_alone(sales: Sales) -> None:
    older, newer = _sharing(sales)
    sales.poll()
    sales.do(lead_merging.merge, "clara", newer, older)
    sales.do(outcomes.rate, "ben", older, Rating.GOOD)
    sales.settle()
    [seen] = sales.office.records()
    assert (seen.stage, seen.quality) == (Stage.NEW, "good")
    sales.office.win(seen.record_id, PRICE)
    sales.settle()
    assert sales.lead(older).won_amount == PRICE


# ---- conflicts --------------------------------------------------------------------------------


def test_a_win_that_waits_for_its_amount_is_not_written_over(sales: Sales) -> None:
    lead_id = sales.claimed()
    record_id = sales.record_id(lead_id)
    sales.office.win(record_id, None)
    sales.poll()
    sales.do(outcomes.qualify, "ben", lead_id)
    sales.do(lead_events.add_note, "ben", lead_id, "Hello")
    sales.settle()
    assert sales.office.records()[0].stage is Stage.WON
    assert sales.office.records()[0].notes == ("ben: Hello",)
    sales.office.reopen(record_id)  # somebody pressed it by mistake
    sales.settle()
    assert sales.record(lead_id).refused is None
    assert sales.office.records()[0].stage is Stage.QUALIFIED


def test_who_gets_a_released_lead_there_gets_it_here(sales: Sales) -> None:
    lead_id = sales.claimed()
    sales.do(claiming.release, "ben", lead_id)
    sales.settle()
    assert sales.lead(lead_id).claimed_by is None
    sales.office.set_owner(sales.record_id(lead_id), "sue@example.com")
    sales.settle()
    assert sales.lead(lead_id).claimed_by == sales.people["sue"].id


def test_what_becomes_anothers_record_is_looked_at_before_it_is_written(sales: Sales) -> None:
    lead_id = sales.claimed()
    other = sales.office.type_in("ada@example.com", "Lovelace")
    sales.office.win(other, PRICE)
    sales.office.delete(sales.record_id(lead_id))
    sales.do(outcomes.qualify, "ben", lead_id)
    sales.settle()
    assert sales.record_id(lead_id) == other
    assert sales.office.records()[0].stage is Stage.WON
    assert sales.lead(lead_id).won_amount == PRICE


def test_a_field_that_is_made_later_is_filled_by_a_backfill(sales: Sales) -> None:
    sales.office.drop_field("score")
    lead_id = sales.receive()
    sales.push()
    sales.office.no_field.clear()
    _mark(sales)
    sales.push()
    assert sales.office.records()[0].score == sales.lead(lead_id).score


# ---- what stops the work ----------------------------------------------------------------------


def test_a_key_that_reads_and_does_not_write_is_told_once(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_change: Change) -> Saved | Refused:
        raise Blocked(Trouble.RIGHT, "the right to write is missing")

    monkeypatch.setattr(sales.office, "save", refuse)
    lead_id = sales.receive()
    for _ in range(5):
        sales.push()
        sales.forward(minutes=31)
        sales.poll()
    assert (len(sales.notices("blocked")), len(sales.notices("back"))) == (1, 0)
    monkeypatch.undo()
    sales.push()
    assert sales.record(lead_id).record_id is not None
    assert len(sales.notices("back")) == 1


def test_a_parked_lead_is_written_once_its_time_comes(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.crm.push.values_of", _break)
    lead_id = sales.receive()
    sales.push()
    monkeypatch.undo()
    assert sales.jobs(backlog.PUSH) == 0
    sales.forward(minutes=2)
    sales.poll()
    assert sales.jobs(backlog.PUSH) == 1
    sales.push()
    assert sales.record(lead_id).record_id is not None


def _break(*_: object) -> None:
    raise ZeroDivisionError


def test_a_workspace_that_has_another_crm_by_now_is_left_alone(sales: Sales) -> None:
    """A worker of before the switch is still at work."""
    lead_id = sales.receive()
    sales.push()
    with sales.store.transaction() as session:
        connect(session, sales.workspace.id, "hubspot")
    assert sales.lead(lead_id).in_crm is None
    sales.receive("grace@example.com")
    before = sales.office.calls()
    sales.push()
    sales.poll()
    assert sales.office.calls() == before
    assert sales.backlog().waiting == 1


def test_what_changed_while_there_was_no_crm_is_written(sales: Sales) -> None:
    lead_id = sales.claimed()
    with sales.store.transaction() as session:
        disconnect(session, sales.workspace.id)
    sales.do(outcomes.rate, "ben", lead_id, Rating.GOOD)
    with sales.store.transaction() as session:
        connect(session, sales.workspace.id, "memory")
    sales.push()
    assert sales.office.records()[0].quality == "good"


def test_a_new_key_is_tried_as_soon_as_we_start(sales: Sales) -> None:
    sales.receive()
    sales.office.fail(Fault.TOKEN, times=1)
    sales.push()
    assert sales.state().blocked is not None
    with sales.store.transaction() as session:
        connect(session, sales.workspace.id, "memory")
    sales.poll()
    sales.push()
    assert sales.state().blocked is None
    assert len(sales.office.records()) == 1


@pytest.mark.parametrize("error", [NoteRefused("too long"), ZeroDivisionError()])
def test_a_note_that_is_refused_stops_nothing(
    sales: Sales, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    add = sales.office.add_note

    def refuse(record_id: str, note: Note, look_first: bool) -> None:
        if note.text == "No":
            raise error
        add(record_id, note, look_first)

    monkeypatch.setattr(sales.office, "add_note", refuse)
    for lead_id in sales.claimed_by_ben(12):
        for words in ("No", "Yes"):
            sales.do(lead_events.add_note, "ben", lead_id, words)
    sales.push()
    assert {seen.notes for seen in sales.office.records()} == {("ben: Yes",)}
    assert len(sales.office.records()) == 12
    assert sales.backlog().waiting == 0
    [notice] = sales.notices("dropped")
    assert [name for name, _ in notice["fields"]] == ["notes"]


def test_a_link_that_costs_a_call_is_asked_for_in_no_transaction(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As HubSpot's, the first time; the pace of calls is a row that a transaction may hold."""
    link = MemoryCrm.link
    known: list[list[User]] = []

    def costly(crm: MemoryCrm, record_id: str) -> str:
        if not known:
            known.append(crm.users())
        return link(crm, record_id)

    monkeypatch.setattr(MemoryCrm, "link", costly)
    sales.office.drop_field("score")
    sales.receive()
    sales.push()
    assert len(sales.notices("dropped")) == 1
