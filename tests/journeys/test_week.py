"""A week of leads, over a change to summer time, a public holiday and two absences.

It has 5,000 of them with `pytest --leads 5000 tests/journeys/test_week.py`, and fewer by default.

Real are the verbs, the sweep at every moment at which something is due, the clock's schedules, the
cards with their rows and jobs, and the stand-in of Slack with all that it checks. Not real are the
time, which jumps to the next moment, and the way: one worker does the jobs in their order, and
calls the stand-in without HTTP. A worker dies while it sweeps, another while it posts, and Slack is
away for an hour.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import clock, home, leads, routing
from bot.doctor import manifest
from bot.errors import HandoffError
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import claiming, outcomes, quiet_leads
from bot.leads import notices as lead_notices
from bot.leads.list_models import QuietLeadsDigest
from bot.leads.models import Lead
from bot.leads.notice_models import UNCLAIMED_STEPS, EscalationStep, LeadStep
from bot.leads.notices import CARD
from bot.people.models import Person, Role, Team
from bot.people.rota import Rota, rota
from bot.routing import absences as lead_absences
from bot.routing import escalation
from bot.slack import Cards, Slack
from bot.slack.cards import DRAW, Card
from bot.slack.errors import SlackDown
from bot.sources.lead_payload import read
from bot.store import Store
from bot.tasks import Schedule, Tasks, advance, put_schedules, schedule
from bot.wiring import add_work
from playground.standin import StandIn
from tests.company import hire, install
from tests.moved_clock import MovedClock
from tests.wiring import lent

QUIET = 20
MINUTE = timedelta(minutes=1)
TICK = timedelta(seconds=1)


def berlin(day: int, hour: int = 0, month: int = 3) -> datetime:
    """A moment in UTC, by Berlin's clock: the summer begins on March 29."""
    ahead = 2 if (month, day, hour) >= (3, 29, 3) else 1
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=ahead)


START, END = berlin(28), berlin(4, month=4)  # Saturday; Friday, April 3, is free
AFTER = berlin(7, 20, month=4)  # Tuesday after Easter
OUTAGE = (berlin(1, 10, month=4), berlin(1, 11, month=4))
SWEEP_DIES, POST_DIES = berlin(30, 11), berlin(2, 11, month=4)


class Crash(BaseException):
    """The worker dies here."""


class Way(Slack):
    """The way to the stand-in, without the wire."""

    def __init__(self, there: StandIn) -> None:
        self.there, self.token = there, there.bot_token
        self.dies = False

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        if self.dies:
            self.dies = False
            raise Crash
        if self.there.faults.down:
            raise SlackDown(1.0, method)
        answer = self.there.web_api.call(method, arguments, self.token)
        assert answer["ok"], answer
        return answer


class Named(Tasks):
    """The tasks, for a worker that calls them itself."""

    def __init__(self, store: Store) -> None:
        self.functions: dict[str, Callable[..., None]] = {}
        super().__init__(store)

    def add(self, name: str, function: Callable[..., None]) -> None:
        self.functions[name] = function


@dataclass
class Week:
    """The floor, its worker, and what is still to come."""

    store: Store
    there: StandIn
    leads: int
    hands: MovedClock = field(default_factory=MovedClock)
    draw: random.Random = field(default_factory=lambda: random.Random(4))
    agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    number: Iterator[int] = field(default_factory=count)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.hands.now = START
        channel = self.there.add_channel("leads")
        self.workspace = install(self.store, self.there.workspace.team.id, channel.id)
        self.channel = channel
        self.sellers = [self.hire(name) for name in ("Sal", "Sue", "Ben", "Nat")]
        self.hire("Boss", Role.MANAGER)
        self.way = Way(self.there)
        self.tasks = Named(self.store)
        self.cards = Cards(self.store, self.way, self.tasks)
        services = lent(self.store, self.way)
        for each in (leads.capability, routing.capability, home.capability):
            each.load()
            add_work(services, self.tasks, self.cards, each)
        with self.store.transaction() as session:
            wanted = Schedule.of(
                self.workspace.id, quiet_leads.DIGEST, quiet_leads.DIGEST,
                cron="0 9,14 * * mon-fri",
                zone=self.workspace.timezone, workspace_id=self.workspace.id,
            )  # fmt: skip
            put_schedules(session, wanted)
            session.execute(text("UPDATE team SET country = 'DE-BE'"))
            session.execute(text("DELETE FROM procrastinate_jobs"))  # who they are is known
            self.rota: Rota = rota(session, self.workspace)

    def hire(self, name: str, role: Role = Role.SALESPERSON) -> Person:
        user = self.there.add_user(name.lower(), name)
        hired = hire(self.store, self.workspace, user.id, name, role)
        with self.store.transaction() as session:
            mine = select(Team.id).where(Team.name == "Sales")
            session.get_one(Person, hired.id).team_id = session.scalars(mine).one()
        return hired

    # ---- what is to come --------------------------------------------------------------------

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        heappush(self.agenda, (when, next(self.number), act))

    def in_hours(self, after: datetime, minutes: float) -> datetime:
        """So many working minutes later, on a whole minute."""
        found = self.rota.department.after(after, timedelta(minutes=minutes))
        assert found is not None
        return found

    def plan(self) -> None:
        minutes = int((END - START) / MINUTE)
        for number in range(self.leads):
            when = START + self.draw.randrange(minutes) * MINUTE
            if self.draw.random() < 0.7:  # most come while people work
                when = self.in_hours(when, self.draw.randrange(300))
            if when < END:
                self.at(when, partial(self.arrive, number))
            else:
                self.at(START, partial(self.arrive, number))
        sal, sue = self.sellers[:2]
        self.at(berlin(31, 10), lambda: self.go_away(sal, berlin(1, 12, month=4)))
        self.at(berlin(1, 15, month=4), lambda: self.go_away(sue, berlin(9, 9, month=4)))
        self.at(OUTAGE[0], lambda: self.slack_is(down=True))
        self.at(OUTAGE[1], lambda: self.slack_is(down=False))
        self.at(POST_DIES, lambda: setattr(self.way, "dies", True))
        for month, day in ((3, 30), (3, 31), (4, 1), (4, 2), (4, 3), (4, 7)):
            for hour in (9, 14):  # quiet leads were offered
                self.at(berlin(day, hour, month) + MINUTE, self.take_offered)

    def arrive(self, number: int) -> None:
        quiet = number < QUIET
        payload = read({"email": f"ada{number}@example.com", "external_id": str(number)})
        with self.store.transaction() as session:
            context = IntakeContext("csv" if quiet else "api")
            lead_id = create_or_merge(session, self.workspace, [payload], context)[0].lead_id
        if quiet:
            return
        fate, now = self.draw.random(), clock.now()
        if fate < 0.9:
            self.at(self.in_hours(now, self.draw.randrange(5)), lambda: self.take(lead_id))
        elif fate < 0.96:
            self.at(self.in_hours(now, self.draw.randrange(6, 14)), lambda: self.take(lead_id))
        elif fate < 0.98:  # and never calls: it is taken back after an hour
            self.at(self.in_hours(now, 2), lambda: self.take(lead_id, calls=False))
            self.at(self.in_hours(now, 70), lambda: self.take(lead_id))
        elif fate < 0.99:
            self.at(self.in_hours(now, 35), lambda: self.take(lead_id))

    def take(self, lead_id: int, *, calls: bool = True) -> None:
        """Somebody on duty claims it, and calls."""
        who = self.draw.choice(self.sellers)
        with suppress(HandoffError), self.store.transaction() as session:
            if lead_absences.absence_of(session, who) is not None:
                who = self.sellers[3]
            claiming.claim(session, who, lead_id)
            if calls:
                outcomes.contacted(session, who, lead_id)

    def take_offered(self) -> None:
        with self.store.transaction() as session:
            offers = session.scalars(
                select(QuietLeadsDigest).order_by(QuietLeadsDigest.id.desc()).limit(1)
            ).all()
        for lead_id in [lead_id for offer in offers for lead_id in offer.lead_ids]:
            self.take(lead_id)

    def go_away(self, who: Person, until: datetime) -> None:
        with self.store.transaction() as session:
            leads = lead_absences.to_hand_over(session, who, until)
            stand_ins = lead_absences.suggest_stand_ins(session, who, leads)
            lead_absences.go_away(session, who, until, stand_ins)

    def slack_is(self, *, down: bool) -> None:
        self.there.faults.down = down

    # ---- the worker -------------------------------------------------------------------------

    def run(self) -> None:
        """Jump from one moment to the next, and do all that is due in each."""
        looked = perf_counter()
        while (now := self.next_moment()) <= AFTER:
            passed, looked = perf_counter() - looked, perf_counter()
            with self.store.transaction() as session:  # the machine's clock went on meanwhile
                advance(session, now - clock.now() - timedelta(seconds=passed))
            self.hands.now = now
            while self.agenda and self.agenda[0][0] <= clock.now():
                heappop(self.agenda)[2]()
            self.tick()
            while self.work():
                pass

    def next_moment(self) -> datetime:
        with self.store.transaction() as session:
            timers = text("SELECT min(scheduled_at) FROM procrastinate_jobs WHERE status = 'todo'")
            timer = session.scalar(timers)
            found = [
                session.scalar(select(func.min(Lead.next_check_at))),
                session.scalar(select(func.min(schedule.Schedule.next_run_at))),
                timer + clock.offset() + TICK if timer else None,
                self.agenda[0][0] if self.agenda else None,
            ]
        return max(min([at for at in found if at], default=AFTER + TICK), clock.now())

    def tick(self) -> None:
        """As a worker's does; the first that sweeps after a certain time dies of it."""
        for act in (schedule.tick, escalation.sweep):
            while self.once(act):
                pass

    def once(self, act: Callable[[Session], int]) -> int:
        try:
            with self.store.transaction() as session:
                found = act(session)
                if act is escalation.sweep and found and clock.now() >= SWEEP_DIES:
                    self.die("sweep")
                return found
        except Crash:
            return self.once(act)

    def die(self, what: str) -> None:
        if not self.done[what]:
            self.done[what] += 1
            raise Crash

    def work(self) -> bool:
        """The jobs that are due, in their order; what Slack does not take is tried again later."""
        with self.store.transaction() as session:
            due = session.execute(
                text("""SELECT id, task_name, args FROM procrastinate_jobs
                        WHERE status = 'todo' AND coalesce(scheduled_at <= now(), true)
                        ORDER BY priority DESC, id""")
            ).all()
        finished: list[int] = []
        for job_id, name, args in due:
            if name == DRAW and self.there.faults.down and self.done["refused"]:
                continue
            if self.finishes(name, args):
                finished.append(job_id)
        with self.store.transaction() as session:
            gone = text("DELETE FROM procrastinate_jobs WHERE id = ANY(:ids)")
            session.execute(gone, {"ids": finished})
        return bool(finished)

    def finishes(self, name: str, args: dict[str, Any]) -> bool:
        try:
            self.tasks.functions[name](**args)
        except SlackDown:
            self.done["refused"] += 1
            return False
        except Crash:
            self.done["post"] += 1
            return self.finishes(name, args)  # another worker rescues it
        return True


def working_minutes(start: datetime, end: datetime) -> int:
    """Counted by hand: nine to five by Berlin's clock, Monday to Friday, not over Easter."""
    minutes, zone = 0, ZoneInfo("Europe/Berlin")
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        if day.weekday() < 5 and day not in (date(2026, 4, 3), date(2026, 4, 6)):
            opens, closes = (datetime.combine(day, time(hour), zone) for hour in (9, 17))
            inside = min(closes, end).astimezone(UTC) - max(opens, start).astimezone(UTC)
            minutes += max(0, int(inside / MINUTE))
        day += timedelta(days=1)
    return minutes


@pytest.fixture
def week(store: Store, request: pytest.FixtureRequest) -> Iterator[Week]:
    leads = request.config.getoption("--leads")
    with StandIn(manifest(), now=lambda: clock.now().timestamp()) as there:
        yield Week(store, there, leads)


@pytest.mark.timeout(3_600)
def test_a_week_of_leads(week: Week) -> None:
    week.plan()
    week.run()
    assert week.done["sweep"] == week.done["post"] == 1
    assert week.done["refused"]
    with week.store.transaction() as session:
        leads = {lead.id: lead for lead in session.scalars(select(Lead))}
        steps = session.scalars(select(LeadStep).order_by(LeadStep.id)).all()
        cards = session.scalars(select(Card)).all()
        offered = {
            each for offer in session.scalars(select(QuietLeadsDigest)) for each in offer.lead_ids
        }
    assert len(leads) == week.leads
    assert offered == {lead.id for lead in leads.values() if not lead.is_hot}
    every_lead_is_announced_once(week, leads, cards)
    every_step_is_taken_once_and_on_time(leads, steps)
    every_message_is_sent_on_time(leads, {step.id: step for step in steps}, cards)


def every_lead_is_announced_once(week: Week, leads: dict[int, Lead], cards: Sequence[Card]) -> None:
    here = [card for card in cards if card.target == week.channel.id and card.ts]
    announced = [card.subject_id for card in here if card.kind == CARD]
    assert sorted(announced) == sorted(lead.id for lead in leads.values() if lead.is_hot)
    messages = [message.ts for message in week.there.messages(week.channel)]
    assert sorted(messages) == sorted(str(card.ts) for card in here)


def every_step_is_taken_once_and_on_time(leads: dict[int, Lead], steps: Sequence[LeadStep]) -> None:
    taken = Counter((step.lead_id, step.assignment_no, step.step, step.person_id) for step in steps)
    assert set(taken.values()) == {1}
    waits = {
        EscalationStep.NUDGE: 3,
        EscalationStep.MESSAGE: 12,
        EscalationStep.SUGGEST: 15,
        EscalationStep.MANAGER: 30,
    }
    before = {(lead.id, 0): lead.received_at for lead in leads.values()}
    climbed: dict[int, set[str]] = {}
    for step in steps:
        if step.assignment_no == 0 and step.step in UNCLAIMED_STEPS:
            if step.step not in climbed.setdefault(step.lead_id, set()):
                since = before[step.lead_id, 0]
                assert working_minutes(since, step.at) == waits[EscalationStep(step.step)], (
                    step.step
                )
                assert working_minutes(step.at, step.at + MINUTE) == 1, "out of hours"
            climbed[step.lead_id].add(step.step)
            before[step.lead_id, 0] = step.at
    for lead in leads.values():
        if lead.is_hot and lead.assignment_no == 0 and lead.received_at < END:
            assert climbed[lead.id] == set(UNCLAIMED_STEPS), "nobody heard of it"


def every_message_is_sent_on_time(
    leads: dict[int, Lead], steps: dict[int, LeadStep], cards: Sequence[Card]
) -> None:
    for card in cards:
        if card.ts is None or card.kind not in (CARD, lead_notices.STEP):
            continue
        is_card = card.kind == CARD
        caused = leads[card.subject_id].received_at if is_card else steps[card.subject_id].at
        if OUTAGE[0] <= caused < OUTAGE[1]:
            caused = OUTAGE[1]
        late = datetime.fromtimestamp(float(card.ts), UTC) - caused
        assert not is_card or card.target.startswith("U") or late <= 1.1 * TICK
        assert is_card or late <= 1.1 * TICK
