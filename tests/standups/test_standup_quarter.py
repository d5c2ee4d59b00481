"""A simulated quarter: 60 people in 6 zones, three standups, and two crashes a week.

From mid-September to mid-December 2026 Sydney's clocks go forward, Berlin's and America's go back,
and Kolkata's and Tokyo's stay. The clock jumps from one due moment to the next; at each, processes
tick, and work is taken. A crash throws inside a transaction, after the deed and before the commit;
or it kills a worker between its commit and its word that the job is done, so that the job runs
again; now and then the machine stays down for a while. What ought to have been asked is worked out
here from `zoneinfo` alone.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import clock
from bot.people import service as people
from bot.people.models import Absence, Person, Team
from bot.slack.cards import Card
from bot.standups import answering, asking
from bot.standups import rounds as standup_rounds
from bot.standups.models import Answer, Standup, StandupEntry, StandupRound
from bot.store import Store
from bot.tasks import Schedule, schedule

FIRST, LAST = date(2026, 9, 14), date(2026, 12, 13)
ZONES = (
    "Australia/Sydney", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/New_York",
    "America/Los_Angeles",
)  # fmt: skip
COUNTRIES = {"Marketing": "US", "Sales": "DE"}
STANDUPS = (
    ("Marketing", time(9, 30), "mon-fri"),
    ("Sales", time(8, 45), "mon-fri"),
    ("Sales", time(16, 0), "fri"),
)
CRASHES_A_WEEK = 2
A_MINUTE = timedelta(minutes=1)

Due = tuple[int, int, date, datetime]
"""A standup, a person, their day, and the moment."""


class Crash(Exception):
    """The process is killed."""


@dataclass
class World:
    """The company, the moving clock, and who crashes when."""

    store: Store
    chance: random.Random
    now: datetime
    crashes: list[datetime] = field(default_factory=list)
    crashed: int = 0
    ticks: int = 0
    may_have_work: bool = False
    due: dict[Callable[[Session], int], datetime | None] = field(default_factory=dict)
    down: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When the machine stayed down."""

    def plan_crashes(self) -> None:
        week = self.now
        while week.date() <= LAST:
            for _ in range(CRASHES_A_WEEK):
                self.crashes.append(week + timedelta(days=7) * self.chance.random())
            week += timedelta(days=7)
        self.crashes.sort()

    def is_killed(self) -> bool:
        """Whether this deed is the one that a crash meets."""
        if not self.crashes or self.crashes[0] > self.now:
            return False
        del self.crashes[0]
        self.crashed += 1
        return True

    def tick(self) -> None:
        """What a tick of a worker does with what is due; a crash ends it.

        Two that tick together found the same things due, and one of them comes too late.
        """
        self.ticks += 1
        if self.ticks % 10 == 1:
            self._once(asking.follow_people)
        for act, moment in self.due.items():
            if moment is not None and moment <= self.now:
                while self._once(act):
                    pass

    def work(self) -> None:
        """Take the jobs that ask, as a worker does: run, commit, then say that it is done."""
        for job_id, args in self._jobs() if self.may_have_work else ():
            with self.store.transaction() as session:
                asking.ask(
                    session, int(args["standup_id"]), args["place"],
                    datetime.fromisoformat(args["slot"]),
                )  # fmt: skip
                if self.is_killed():
                    raise Crash
            if self.is_killed():
                raise Crash
            with self.store.transaction() as session:
                session.execute(
                    text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": job_id}
                )
        self.may_have_work = False

    def next_moment(self) -> datetime | None:
        """When something is due next."""
        self.due = self._due()
        moments = self.due.values()
        return min((moment for moment in moments if moment is not None), default=None)

    def _due(self) -> dict[Callable[[Session], int], datetime | None]:
        """What ticks do, and from when on there is something to do."""
        moments = {
            schedule.tick: select(func.min(Schedule.next_run_at)),
            standup_rounds.remind: select(func.min(StandupEntry.remind_at)),
            standup_rounds.close: select(func.min(StandupRound.closes_at)).where(
                StandupRound.closed_at.is_(None)
            ),
        }
        with self.store.transaction() as session:
            found = session.execute(select(*[each.scalar_subquery() for each in moments.values()]))
            return dict(zip(moments, found.one(), strict=True))

    def _once(self, act: Callable[[Session], int]) -> int:
        with self.store.transaction() as session:
            done = act(session)
            self.may_have_work |= act is schedule.tick and done > 0
            if done and self.is_killed():
                raise Crash
            return done

    def _jobs(self) -> list[tuple[int, dict[str, str]]]:
        with self.store.transaction() as session:
            rows = session.execute(
                text(
                    "SELECT id, args FROM procrastinate_jobs WHERE task_name = 'standup.open' "
                    "ORDER BY id"
                )
            )
            return [(row.id, row.args) for row in rows]


def hire(world: World) -> tuple[list[int], dict[int, str]]:
    """The company: 60 people, their standups, and their absences."""
    with world.store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="UBOT", channel="C1", timezone="UTC",
            currency="EUR",
        )  # fmt: skip
        teams = {team.name: team for team in people.teams(session, workspace.id)}
        for name, country in COUNTRIES.items():
            teams[name].country = country
        standups = [
            Standup(
                workspace_id=workspace.id, team_id=teams[team].id, name=f"{team} {at:%H:%M}",
                days=days, at=at, channel="C1", remind_after_minutes=60, close_after_minutes=150,
                active=True, closing="each",
            )
            for team, at, days in STANDUPS
        ]  # fmt: skip
        staff = [
            Person(
                workspace_id=workspace.id, slack_id=f"U{number}", name=f"Person {number}",
                timezone=ZONES[number % 6], team_id=teams[("Marketing", "Sales")[number // 30]].id,
            )
            for number in range(60)
        ]  # fmt: skip
        session.add_all([*standups, *staff])
        session.flush()
        for person in world.chance.sample(staff, 20):
            starts_at = world.now + timedelta(days=80 * world.chance.random())
            session.add(
                Absence(
                    workspace_id=workspace.id, person_id=person.id, starts_at=starts_at,
                    ends_at=starts_at + timedelta(days=12 * world.chance.random()),
                )
            )  # fmt: skip
    return [standup.id for standup in standups], {each.id: str(each.timezone) for each in staff}


def expected(store: Store) -> Iterator[Due]:
    """Who is to be asked when, without a word of the code under test."""
    with store.transaction() as session:
        standups = session.scalars(select(Standup)).all()
        staff = session.scalars(select(Person)).all()
        teams = {team.id: team for team in session.scalars(select(Team))}
        absences = session.scalars(select(Absence)).all()
    for standup in standups:
        country = teams[standup.team_id].country
        free = holidays.country_holidays(str(country), years=2026)
        for person in staff:
            if person.team_id != standup.team_id:
                continue
            gone = [each for each in absences if each.person_id == person.id]
            day = FIRST
            while day <= LAST:
                wanted = day.weekday() == 4 if standup.days == "fri" else day.weekday() < 5
                moment = datetime.combine(day, standup.at, ZoneInfo(str(person.timezone)))
                due = moment.astimezone(UTC)
                away = any(each.starts_at <= due < each.ends_at for each in gone)
                if wanted and day not in free and not away:
                    yield standup.id, person.id, day, due
                day += timedelta(days=1)


def answer_some(world: World) -> None:
    """A few of those who were asked answer or skip."""
    with world.store.transaction() as session:
        unanswered = session.scalars(
            select(StandupEntry.id).where(
                StandupEntry.state == Answer.ASKED, StandupEntry.closes_at > world.now
            )
        ).all()
        for entry_id in world.chance.sample(unanswered, len(unanswered) // 3):
            who = session.get_one(Person, session.get_one(StandupEntry, entry_id).person_id)
            answering.skip(session, who, entry_id)


def run(world: World) -> None:
    """Let the quarter pass."""
    end = datetime.combine(LAST, time(), UTC) + timedelta(days=2)
    world.plan_crashes()
    moment: datetime | None = world.now
    while moment is not None and moment < end:
        world.now = max(world.now, moment) + timedelta(seconds=world.chance.random())
        processes = world.chance.choice((1, 1, 2))
        for _ in range(processes):
            for act in (world.tick, world.work):
                try:
                    act()
                except Crash:
                    if world.crashed % 5 == 0:
                        start = world.now
                        world.now += timedelta(minutes=world.chance.randint(2, 40))
                        world.down.append((start, world.now))
                    world.now += timedelta(seconds=1)
        if world.chance.random() < 0.05:
            answer_some(world)
        moment = world.next_moment()


@pytest.mark.timeout(1200)
def test_a_quarter(store: Store) -> None:
    chance = random.Random(20260914)
    world = World(store, chance, datetime(2026, 9, 13, 6, 0, tzinfo=UTC))
    clock.use(lambda: world.now)
    standups, _ = hire(world)
    run(world)

    assert world.crashed >= 20
    with store.transaction() as session:
        entries = session.execute(
            select(StandupRound.standup_id, StandupRound.day, StandupEntry)
            .join(StandupRound, StandupRound.id == StandupEntry.round_id)
            .where(StandupRound.day <= LAST)
        ).all()
        rounds = session.scalars(select(StandupRound).where(StandupRound.day <= LAST)).all()
        cards = session.scalars(select(Card)).all()
        jobs = session.scalars(
            text("SELECT (args ->> 'card_id')::bigint FROM procrastinate_jobs "
                 "WHERE task_name = 'slack.draw_card'")
        ).all()  # fmt: skip

    prompted = Counter((standup, e.person_id, day, e.due_at) for standup, day, e in entries)
    wanted = Counter(expected(store))
    assert set(standups) == {standup for standup, *_ in wanted}
    assert len(wanted) > 3_000
    assert prompted == wanted, "each prompt at its local minute, none doubled, none missed"

    def was_down(due: datetime) -> bool:
        return any(start - A_MINUTE <= due <= end for start, end in world.down)

    for *_, entry in entries:
        assert entry.asked_at is not None
        waited = entry.asked_at - entry.due_at
        assert timedelta() <= waited
        assert waited < A_MINUTE or was_down(entry.due_at)

    prompts = {card.subject_id for card in cards if card.kind == asking.PROMPT}
    reminders = {card.subject_id for card in cards if card.kind == standup_rounds.REMINDER}
    ids = {e.id for *_, e in entries}
    assert ids <= prompts
    assert reminders & ids == {e.id for *_, e in entries if e.reminded_at is not None}
    # A skip draws the prompt anew, so only its own prompt has a second job.
    drawn = Counter(jobs)
    silent = {e.id for *_, e in entries if e.state == Answer.ASKED}
    posts = [c for c in cards if c.kind == asking.PROMPT and c.subject_id in silent]
    assert {drawn[card.id] for card in posts} == {1}
    assert all(round_.closed_at is not None for round_ in rounds)
    summaries = Counter(card.subject_id for card in cards if card.kind == standup_rounds.SUMMARY)
    with_entries = {e.round_id for *_, e in entries}
    assert {round_.id for round_ in rounds if round_.id in with_entries} <= set(summaries)
    assert set(summaries.values()) == {1}
