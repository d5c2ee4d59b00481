"""Whatever happens on both sides, in whatever order, whatever goes wrong: in the end both agree."""

from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.crm import questions
from bot.crm.models import CrmRecord
from bot.crm.port import Stage
from bot.crm.values import stage_of
from bot.errors import HandoffError
from bot.leads import claiming, outcomes
from bot.leads import events as lead_events
from bot.leads.models import Disposition, Lead, LeadNote, Rating
from bot.money import Money
from bot.people.models import Person
from bot.routing import absences as lead_absences
from bot.store import Store
from bot.tasks import Postpone
from tests.crm.memory import MemoryOffice
from tests.crm.office import Fault
from tests.crm.parts import Sales

leads = st.integers(0, 3)
people = st.sampled_from(["ben", "sue", "clara"])
amounts = st.integers(1, 4).map(lambda n: Money(n * 100_000, "EUR"))
_number = count(1)


Step = Callable[[Session, Person, int, Money], object]
STEPS: dict[str, Step] = {
    "claim": lambda session, who, lead_id, _: claiming.claim(session, who, lead_id),
    "release": lambda session, who, lead_id, _: claiming.release(session, who, lead_id),
    "contacted": lambda session, who, lead_id, _: outcomes.contacted(session, who, lead_id),
    "qualify": lambda session, who, lead_id, amount: outcomes.qualify(
        session, who, lead_id, outcomes.Expectation(amount)
    ),
    "rate": lambda session, who, lead_id, _: outcomes.rate(session, who, lead_id, Rating.GREAT),
    "win": outcomes.win,
    "lose": lambda session, who, lead_id, _: outcomes.lose(
        session, who, lead_id, outcomes.Ending(Disposition.NO_BUDGET)
    ),
    "reopen": lambda session, who, lead_id, _: outcomes.reopen(session, who, lead_id),
    "correct": outcomes.correct_amount,
    "note": lambda session, who, lead_id, _: lead_events.add_note(
        session, who, lead_id, f"Note {next(_number)}"
    ),
    "take over": lambda session, who, lead_id, _: lead_absences.take_over(session, who, lead_id),
}


class Crash(BaseException):
    """The worker dies."""


class Both(RuleBasedStateMachine):
    """The app, and a CRM in which people work too."""

    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.sales = Sales.open(self.store, MemoryOffice(), f"T{next(_number)}")
        self.ids: list[int] = []

    # ---- here -------------------------------------------------------------------------------

    @rule(whose=leads)
    def come(self, whose: int) -> None:
        lead_id = self.sales.receive(f"ada{whose}@example.com")
        if lead_id not in self.ids:
            self.ids.append(lead_id)

    @rule(which=leads, who=people, amount=amounts, step=st.sampled_from(sorted(STEPS)))
    def work(self, which: int, who: str, amount: Money, step: str) -> None:
        if which < len(self.ids):
            with suppress(HandoffError):
                self.sales.do(STEPS[step], who, self.ids[which], amount)

    # ---- there ------------------------------------------------------------------------------

    @rule(
        which=leads, amount=amounts,
        step=st.sampled_from(["qualify", "win", "win_blank", "lose", "reopen", "amount", "owner"]),
    )  # fmt: skip
    def edit(self, which: int, amount: Money, step: str) -> None:
        rows = [row for row in self.sales.office.rows.values() if not row.into]
        if which >= len(rows):
            return
        record_id, office = rows[which].id, self.sales.office
        match step:
            case "qualify":
                office.qualify(record_id)
            case "win":
                office.win(record_id, amount)
            case "win_blank":
                office.win(record_id, None)
            case "lose":
                office.lose(record_id, "Too expensive")
            case "reopen":
                office.reopen(record_id)
            case "amount":
                office.set_amount(record_id, amount)
            case "owner":
                office.set_owner(record_id, "sue@example.com")

    # ---- between ----------------------------------------------------------------------------

    @rule()
    def push(self) -> None:
        with suppress(Postpone):
            self.sales.push()

    @rule()
    def poll(self) -> None:
        with suppress(Postpone):
            self.sales.poll()

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.sales.forward(minutes=minutes)

    @rule(
        fault=st.sampled_from(
            [Fault.TOO_FAST, Fault.DOWN, Fault.CUT_OFF, Fault.CUT_OFF, Fault.TOKEN]
        )
    )
    def go_wrong(self, fault: Fault) -> None:
        self.sales.office.fail(fault)

    # ---- in the end -------------------------------------------------------------------------

    def teardown(self) -> None:
        self.sales.office.faults.clear()
        self.sales.forward(hours=1)
        self.sales.settle()
        self._decide()
        self.sales.settle()
        before, steps = self.sales.office.now, [self.sales.steps(each) for each in self.ids]
        changed = {row.id: row.changed_at for row in self.sales.office.rows.values()}
        self.sales.settle()
        assert {row.id: row.changed_at for row in self.sales.office.rows.values()} == changed
        assert [self.sales.steps(each) for each in self.ids] == steps, before
        for lead_id in self.ids:
            self._agree(lead_id)

    def _decide(self) -> None:
        for lead_id in self.ids:
            with suppress(HandoffError):
                self.sales.do(questions.take_theirs, "clara", lead_id)

    def _agree(self, lead_id: int) -> None:
        with self.store.transaction() as session:
            lead, record = session.get_one(Lead, lead_id), session.get_one(CrmRecord, lead_id)
            notes = session.scalars(
                select(LeadNote.text).where(LeadNote.lead_id == lead_id, LeadNote.via.is_(None))
            ).all()
        [row] = [each for each in self.sales.office.rows.values() if each.id == record.record_id]
        assert [each.split(": ", 1)[1] for each in row.notes.values()] == list(notes)
        assert record.version == record.written_version
        assert row.values["score"] == lead.score
        there = row.values["stage"]
        if record.refused == "not_taken":
            amounts = (row.values.get("amount_minor"), lead.won_minor)
            assert there != stage_of(lead) or amounts[0] != amounts[1]
        if record.refused is not None:
            assert record.refused in ("amount", "not_taken"), record.refused_why
            return
        if there in (Stage.WON, Stage.LOST) or lead.is_closed:
            assert there == stage_of(lead)
        if lead.won_amount is not None:
            assert row.values["amount_minor"] == lead.won_minor


def test_both_agree_in_the_end(store: Store) -> None:
    class OnStore(Both):
        pass

    OnStore.store = store
    run_state_machine_as_test(
        OnStore,
        settings=settings(
            max_examples=15, stateful_step_count=25, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_what_a_dead_worker_left_is_done(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies after the CRM did the work, and before anything of that is committed."""
    sales = Sales.open(store)
    lead_id = sales.receive()
    monkeypatch.setattr("bot.crm.push._note", _die)
    with pytest.raises(Crash):
        sales.push()
    monkeypatch.undo()
    sales.settle()
    assert len(sales.office.records()) == 1
    assert sales.record(lead_id).version == sales.record(lead_id).written_version


def test_what_breaks_on_one_lead_is_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = Sales.open(store)
    sales.receive()
    monkeypatch.setattr("bot.crm.push.card.show", _break)
    sales.push()  # and so keeps its lane for nothing that waits
    monkeypatch.undo()
    assert sales.backlog().waiting == 1
    sales.settle()
    assert sales.backlog().waiting == 0
    assert len(sales.office.records()) == 1


def _break(*_: object) -> None:
    raise ZeroDivisionError


def _die(*_: object) -> None:
    raise Crash
