"""Whatever happens to leads, in any order: one owner at most, nobody unseen, no step twice.

Hypothesis plays a sales floor: people claim, hand on, go away and come back, customers write again,
the clock jumps over nights, weekends and a change to summer time, and workers die in between.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import call_lists, changes, claiming, external_changes, merging, outcomes, queries
from bot.leads.list_models import CallOutcome, Mine
from bot.leads.models import CallList, Disposition, Lead, LeadEvent, Rating, Status
from bot.leads.notice_models import (
    CLAIMED_STEPS,
    UNCLAIMED_STEPS,
    EscalationStep,
    LeadStep,
    ServiceLevel,
)
from bot.money import Money
from bot.people.models import Absence, Person, Role, Team
from bot.routing import absences, escalation
from bot.sources.lead_payload import read
from bot.store import Store
from tests.company import hire_all, install
from tests.intake.replay import replayed, shown
from tests.moved_clock import MovedClock

STARTS = (
    datetime(2026, 3, 27, 14, 30, tzinfo=UTC),  # the Friday before summer time, half past three
    datetime(2026, 10, 23, 13, 30, tzinfo=UTC),  # the Friday before it ends
    datetime(2026, 5, 22, 7, tzinfo=UTC),  # Whit Monday follows
    datetime(2026, 6, 3, 7, tzinfo=UTC),
)
JUMPS = [timedelta(**by) for by in (
    {"seconds": 1}, {"minutes": 3}, {"minutes": 5}, {"minutes": 15}, {"minutes": 45},
    {"hours": 3}, {"hours": 17}, {"days": 1}, {"days": 3}, {"days": 8},
)]  # fmt: skip
OPEN = (Status.NEW, Status.QUALIFIED)
EVERYTHING = ("lead", "lead_event", "lead_step", "touch", "absence", "round_robin_weight", "card",
              "procrastinate_jobs")  # fmt: skip

people = st.integers(0, 2)
leads = st.integers(0, 7)
number = count(1)


class Crash(Exception):
    """The worker dies before it commits."""


def crash(happens: bool) -> None:
    if happens:
        raise Crash


class Machine(RuleBasedStateMachine):
    """A floor with three salespeople, a manager and a marketer."""

    store: Store
    announced: set[int]
    """The ids of the events that other capabilities heard of."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[int] = []
        self.timers: list[tuple[datetime, int]] = []
        self.owners: dict[tuple[int, int], int | None] = {}
        self.dies = False

    @initialize(
        start=st.sampled_from(STARTS),
        most_open=st.sampled_from([None, 1, 3]),
        head_start=st.sampled_from([0, 120]),
        has_fallback=st.booleans(),
    )
    def open(
        self, start: datetime, most_open: int | None, head_start: int, has_fallback: bool
    ) -> None:
        self.hands = MovedClock()
        self.hands.now = start
        team = f"T{next(number)}"
        self.workspace = install(self.store, team)
        staff = {name: [Role.SALESPERSON] for name in ("Sal", "Sue", "Nat")}
        others = {"Boss": [Role.MANAGER], "Mara": [Role.MARKETER]}
        *self.sellers, self.boss, self.mara = hire_all(
            self.store, self.workspace, staff | others, team="Sales"
        )
        with self.store.transaction() as session:
            session.execute(update(Team).where(Team.name == "Sales").values(country="DE-BE"))
            session.get_one(Person, self.sellers[2].id).timezone = "America/New_York"
            level = session.get_one(ServiceLevel, self.workspace.id)
            level.most_open, level.head_start_seconds = most_open, head_start
            level.fallback_id = self.mara.id if has_fallback else None
            listed = CallList(workspace_id=self.workspace.id, name="June", created_at=start)
            session.add(listed)
        self.call_list_id = listed.id

    def teardown(self) -> None:
        with self.store.transaction() as session:
            session.execute(update(Lead).values(next_check_at=None))

    # ---- what people do ---------------------------------------------------------------------

    @rule(source=st.sampled_from(["api", "csv", "list"]), whose=st.integers(0, 4))
    def write(self, source: str, whose: int) -> None:
        """Somebody asks, perhaps again; those on a list asked nothing."""
        payload = read({"email": f"ada{whose}@example.com", "external_id": f"x{next(number)}"})
        context = IntakeContext("csv" if source == "list" else source)
        if source == "list":
            context = replace(context, call_list_id=self.call_list_id)

        def come(session: Session) -> int:
            return create_or_merge(session, self.workspace, [payload], context)[0].lead_id

        lead_id = self.do(come)
        assert isinstance(lead_id, int)
        self.ids = sorted({*self.ids, lead_id})

    def on(self, verb: Callable[..., Any], who: Person, lead: int, *args: Any) -> None:
        """Somebody does something with one of the leads."""
        if self.ids:
            lead_id = self.ids[lead % len(self.ids)]
            self.do(lambda session: verb(session, who, lead_id, *args))

    @rule(who=people, lead=leads)
    def claim(self, who: int, lead: int) -> None:
        self.on(claiming.claim, self.sellers[who], lead)

    @rule(lead=leads)
    def release(self, lead: int) -> None:
        self.on(claiming.release, self.boss, lead)

    @rule(lead=leads, to=people)
    def reassign(self, lead: int, to: int) -> None:
        self.on(claiming.reassign, self.boss, lead, self.sellers[to].id)

    @rule(lead=leads, for_=st.sampled_from(JUMPS))
    def snooze(self, lead: int, for_: timedelta) -> None:
        self.on(claiming.snooze, self.boss, lead, clock.now() + for_)

    @rule(lead=leads)
    def respond(self, lead: int) -> None:
        self.on(outcomes.contacted, self.boss, lead)

    @rule(lead=leads)
    def qualify(self, lead: int) -> None:
        self.on(outcomes.qualify, self.boss, lead)

    @rule(lead=leads, rating=st.sampled_from(Rating))
    def rate(self, lead: int, rating: Rating) -> None:
        self.on(outcomes.rate, self.boss, lead, rating, "a reason")

    @rule(lead=leads)
    def win(self, lead: int) -> None:
        self.on(outcomes.win, self.boss, lead, Money(100, "EUR"))

    @rule(lead=leads)
    def lose(self, lead: int) -> None:
        self.on(outcomes.lose, self.boss, lead, outcomes.Ending(Disposition.NO_BUDGET))

    @rule(lead=leads)
    def reopen(self, lead: int) -> None:
        self.on(outcomes.reopen, self.boss, lead)

    @rule(lead=leads, days=st.integers(1, 9))
    def recycle(self, lead: int, days: int) -> None:
        day = self.today() + timedelta(days=days)
        ending = outcomes.Ending(Disposition.BAD_TIMING, wake_on=day)
        self.on(outcomes.lose, self.boss, lead, ending)

    @rule(lead=leads, stage=st.sampled_from(external_changes.Stage))
    def stage_from_outside(self, lead: int, stage: external_changes.Stage) -> None:
        """A CRM moves it, also where nobody owns it."""

        def act(session: Session, who: Person, lead_id: int) -> None:
            moved = queries.find(session, who.workspace_id, lead_id)
            external_changes.set_stage(session, moved, stage, "HubSpot", amount=Money(100, "EUR"))

        self.on(act, self.boss, lead)

    @rule(lead=leads, to=st.none() | people)
    def owner_from_outside(self, lead: int, to: int | None) -> None:
        def act(session: Session, who: Person, lead_id: int) -> None:
            moved = queries.find(session, who.workspace_id, lead_id)
            owner = None if to is None else self.sellers[to]
            external_changes.set_owner(session, moved, owner, "HubSpot")

        self.on(act, self.boss, lead)

    def today(self) -> date:
        return self.workspace.day_of(clock.now())

    @rule(lead=leads, into=leads)
    def merge(self, lead: int, into: int) -> None:
        if self.ids:
            self.on(merging.merge, self.mara, lead, self.ids[into % len(self.ids)])

    @rule(lead=leads)
    def unmerge(self, lead: int) -> None:
        self.on(merging.unmerge, self.mara, lead)

    @rule(who=people, outcome=st.sampled_from([*CallOutcome, None]))
    def call(self, who: int, outcome: CallOutcome | None) -> None:
        """Somebody takes the next of the call list, and calls or stops before."""

        def act(session: Session) -> None:
            lead = call_lists.next_contact(session, self.sellers[who], self.call_list_id)
            if lead is not None and outcome is None:
                call_lists.unassign_uncalled(session, self.sellers[who], lead.id)
            elif lead is not None and outcome is not None:
                call_lists.note_call(session, self.sellers[who], lead.id, outcome)

        self.do(act)

    @rule()
    def pass_on(self) -> None:
        """Whoever was offered a lead last passes it on."""
        with self.store.transaction() as session:
            step = session.scalars(
                select(LeadStep)
                .where(
                    LeadStep.workspace_id == self.workspace.id,
                    LeadStep.step == EscalationStep.SUGGEST,
                )
                .order_by(LeadStep.id.desc())
                .limit(1)
            ).first()
        if step is not None:
            who = next(each for each in self.sellers if each.id == step.person_id)
            self.do(lambda session: escalation.decline(session, who, step.id))

    @rule(who=people, for_=st.sampled_from(JUMPS), hands_over=st.booleans())
    def go_away(self, who: int, for_: timedelta, hands_over: bool) -> None:
        until = clock.now() + for_

        def act(session: Session) -> None:
            away = self.sellers[who]
            leads = absences.to_hand_over(session, away, until) if hands_over else []
            stand_ins = absences.suggest_stand_ins(session, away, leads)
            absences.go_away(session, away, until, stand_ins)

        self.do(act)
        with self.store.transaction() as session:
            newest = select(Absence.id).order_by(Absence.id.desc()).limit(1)
            self.timers.append((until, session.scalars(newest).one()))

    @rule(who=people)
    def come_back(self, who: int) -> None:
        self.do(lambda session: absences.come_back(session, self.sellers[who]))

    # ---- the clock and the workers ----------------------------------------------------------

    @rule()
    def die(self) -> None:
        """The next transaction is not committed, and is done again."""
        self.dies = True

    @rule(by=st.sampled_from(JUMPS))
    def jump(self, by: timedelta) -> None:
        """No worker runs meanwhile; then one looks at all that is due."""
        self.hands.now += by
        self.work()

    @rule(by=st.sampled_from(JUMPS))
    def tick(self, by: timedelta) -> None:
        """The clock ticks, and a worker looks at each lead in its time."""
        end = clock.now() + by
        while (at := self.next_look()) is not None and at <= end:
            self.hands.now = max(at, clock.now())
            self.work()
        self.hands.now = end
        self.work()

    @precondition(lambda self: self.ids)
    @rule(by=st.sampled_from(JUMPS[:6]), survives=st.booleans())
    def two_sweeps(self, by: timedelta, survives: bool) -> None:
        """Two workers look at once; the first may die while the second is at it."""
        self.hands.now += by
        with self.store.transaction() as second:
            second.execute(text("SET LOCAL lock_timeout = '5s'"))
            with suppress(Crash), self.store.transaction() as first:
                escalation.sweep(first)
                escalation.sweep(second)
                crash(not survives)
            escalation.sweep(second)
        self.observe()
        self.work()

    def next_look(self) -> datetime | None:
        with self.store.transaction() as session:
            mine = Lead.workspace_id == self.workspace.id
            looks = list(
                session.scalars(
                    select(Lead.next_check_at).where(mine, Lead.next_check_at.is_not(None))
                )
            )
        return min([at for at, _ in self.timers] + [at for at in looks if at], default=None)

    def work(self) -> None:
        """What a worker does now: timers that are due, and sweeps until there is nothing to do."""
        for at, absence_id in [timer for timer in self.timers if timer[0] <= clock.now()]:
            self.timers.remove((at, absence_id))
            for _ in range(2):  # at least once
                self.do(partial(absences.end_absence, absence_id=absence_id))
        for _ in range(60):
            if not self.do(escalation.sweep):
                return
        raise AssertionError("the sweep finds no end")

    def do(self, act: Callable[[Session], object]) -> object:
        """Do it in a transaction; where the worker dies it never was, and is done again.

        Returns what it returns; None where it is refused.
        """
        if self.dies:
            self.dies = False
            before = self.everything()
            with suppress(Crash, HandoffError), self.store.transaction() as session:
                act(session)
                session.flush()
                crash(True)
            assert self.everything() == before
        done = None
        with suppress(HandoffError), self.store.transaction() as session:
            done = act(session)
        self.observe()
        return done

    def everything(self) -> list[str | None]:
        with self.store.transaction() as session:
            return [session.scalar(text(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) "
                                        f"FROM {table} AS t")) for table in EVERYTHING]  # fmt: skip

    # ---- what always holds ------------------------------------------------------------------

    def observe(self) -> None:
        """One owner in an assignment, and no step of the free ladder in one that has an owner."""
        with self.store.transaction() as session:
            rows = session.execute(
                select(Lead.id, Lead.assignment_no, Lead.claimed_by).where(Lead.id.in_(self.ids))
            ).all()
            steps = session.execute(
                select(LeadStep.lead_id, LeadStep.assignment_no, LeadStep.step, LeadStep.person_id)
                .where(LeadStep.lead_id.in_(self.ids))
            ).all()  # fmt: skip
        for lead_id, assignment_no, owner in rows:
            assert self.owners.setdefault((lead_id, assignment_no), owner) == owner
        assert len(steps) == len({tuple(step) for step in steps})
        for lead_id, assignment_no, step, _ in steps:
            owner = self.owners[lead_id, assignment_no]
            assert step not in UNCLAIMED_STEPS or owner is None
            assert step not in CLAIMED_STEPS or owner is not None

    @invariant()
    def all_is_well(self) -> None:
        """Times are sane, nobody is unseen, nobody has two open leads, and the audit tells the
        same."""
        with self.store.transaction() as session:
            mine = LeadEvent.lead_id.in_(self.ids)
            events = session.scalars(select(LeadEvent).where(mine).order_by(LeadEvent.id)).all()
            leads = session.scalars(select(Lead).where(Lead.id.in_(self.ids))).all()
            seen = self.seen(session, leads)
        assert {each.id for each in events} <= self.announced, "nobody heard of it"
        open_of = [
            lead.contact_id for lead in leads if lead.merged_into is None and not lead.is_closed
        ]
        assert len(open_of) == len(set(open_of)), "somebody has two open leads"
        for lead in leads:
            assert replayed(each for each in events if each.lead_id == lead.id) == shown(lead)
            times_are_sane(lead)
            if lead.merged_into is None and not lead.is_closed:
                assert lead.id in seen, "nobody sees it"
                assert lead.next_check_at is not None or waits_for_nothing(lead), (
                    "the clock forgot it"
                )
            elif lead.merged_into is None:
                assert (lead.snoozed_until, lead.wake_at) == (None, None)

    def seen(self, session: Session, leads: Sequence[Lead]) -> set[int]:
        """The leads that somebody finds on their page or on a call list."""
        found = {lead.id for lead in queries.waiting(session, self.workspace.id, 100)}
        owners = {lead.claimed_by for lead in leads}
        for who in (each for each in self.sellers if each.id in owners):
            for which in (Mine.TO_CALL, Mine.IN_WORK, Mine.SNOOZED):
                found |= {lead.id for lead in queries.mine(session, who, which, 100)}
        listed = {
            lead.id
            for lead in leads
            if lead.call_list_id and lead.status == Status.NEW and lead.merged_into is None
            and (lead.claimed_by, lead.first_response_at) == (None, None)
        }  # fmt: skip
        lists = queries.call_lists(session, self.workspace.id)
        assert [left for _, left in lists] == [len(listed)] * bool(listed)
        return found | listed


def waits_for_nothing(lead: Lead) -> bool:
    """Whether the clock has nothing to do with it: somebody else has to."""
    if lead.status == Status.RECYCLED or lead.snoozed_until is not None:
        return False
    if lead.claimed_by is not None:
        return lead.first_response_at is not None
    return lead.step == EscalationStep.MANAGER or not (lead.is_hot or lead.step)


def times_are_sane(lead: Lead) -> None:
    """No time is negative, and none is still to come that has been."""
    now = clock.now()
    lasted = (now - lead.received_at).total_seconds()
    for at, worked in (
        (lead.first_claimed_at, lead.claim_worked),
        (lead.first_response_at, lead.response_worked),
    ):
        assert at is None or lead.received_at <= at <= now
        assert worked is None or 0 <= worked <= lasted
    for due in (lead.claim_due_at, lead.response_due_at):
        assert due is None or due > lead.received_at
    assert lead.step_started_at is None or lead.step_started_at <= now
    assert (lead.claimed_by is None) == (lead.claimed_at is None)
    assert (lead.first_claimed_by is None) == (lead.first_claimed_at is None)
    if lead.claimed_at is not None:
        assert lead.first_claimed_at is not None
        assert lead.first_claimed_at <= lead.claimed_at
    elif lead.first_response_at is None:
        assert lead.first_claimed_at is None
    assert lead.is_closed == (lead.closed_at is not None)


def test_whatever_happens(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class OnStore(Machine):
        pass

    OnStore.store, OnStore.announced = store, set()
    monkeypatch.setattr(changes, "_listeners", [])
    changes.on_change(lambda _session, _id, events: OnStore.announced.update(events.values()))
    run_state_machine_as_test(
        OnStore,
        settings=settings(
            max_examples=12, stateful_step_count=40, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
