"""The rules, whatever the zone, the day and the order in which things happen."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.people.models import Absence, Person
from bot.slack.cards import Card
from bot.standups import answering, asking, rounds
from bot.standups.models import Answer, Closing, Standup, StandupEntry, StandupRound
from tests.company import ZONE
from tests.databases import Databases
from tests.standups.scene import HALF_PAST_NINE, SAID, Company, found

zones = st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone))
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None, fold=0))


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@given(zones, days, times)
@settings(max_examples=150)
def test_it_is_asked_at_that_time_of_that_day_wherever_one_lives(
    zone: str, day: date, at: time
) -> None:
    """Where the clock leaves the time out, it comes on the same day, by as much later."""
    standup = Standup(days="mon,tue,wed,thu,fri,sat,sun", at=at)
    moment = standup.moment_on(day, zone)
    wall = datetime.combine(day, at)
    there = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    exists = local(there, zone) == wall
    assert local(moment, zone) == (wall if exists else local(there, zone))
    assert moment == there  # fold 0: the first, where it is twice


@given(zones, days, times)
@settings(max_examples=100)
def test_one_day_follows_the_other(zone: str, day: date, at: time) -> None:
    standup = Standup(days="mon,tue,wed,thu,fri,sat,sun", at=at)
    first, second = (standup.moment_on(day + timedelta(days=n), zone) for n in (0, 1))
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)
    assert standup.moment_after(second - timedelta(microseconds=1), zone) == second


@given(
    closing=st.sampled_from(Closing),
    own=st.integers(-600, 600),
    last=st.integers(-600, 600),
    answered=st.none() | st.integers(-600, 600),
)
def test_an_answer_is_in_time_or_late(
    closing: Closing, own: int, last: int, answered: int | None
) -> None:
    def minute(count: int) -> datetime:
        return HALF_PAST_NINE + timedelta(minutes=count)

    round_ = StandupRound(standup=Standup(closing=closing), closes_at=minute(last))
    entry = StandupEntry(
        round=round_, closes_at=minute(own), state=Answer.ASKED if answered is None else "answered",
        answered_at=None if answered is None else minute(answered),
    )  # fmt: skip
    assert entry.until >= entry.closes_at
    if closing is Closing.EACH:
        assert entry.until == entry.closes_at
    if answered is not None:
        assert entry.is_late != entry.is_open(minute(answered))
    assert entry.is_open(entry.until - timedelta(seconds=1))
    assert not entry.is_open(entry.until)
    assert entry.takes_late(entry.until) == (answered is None)


@dataclass
class Play:
    """Three people, their standup, and a clock; each deed is a transaction of its own."""

    company: Company
    now: datetime = HALF_PAST_NINE - timedelta(minutes=5)
    answered: set[int] = field(default_factory=set)
    reminders: int = 0

    def ask(self, session: Session, _who: Person) -> None:
        if self.now >= HALF_PAST_NINE:
            asking.ask(session, self.company.standup(session).id, ZONE, HALF_PAST_NINE)

    def begin(self, session: Session, who: Person) -> int:
        return answering.entry_now(session, who, self.company.standup(session).id)

    def answer(self, session: Session, who: Person) -> None:
        answering.answer(session, who, self.begin(session, who), SAID)
        self.answered.add(who.id)

    def skip(self, session: Session, who: Person) -> None:
        answering.skip(session, who, self.begin(session, who))

    def remind(self, session: Session, _who: Person) -> None:
        rounds.remind(session)

    def close(self, session: Session, _who: Person) -> None:
        rounds.close(session)

    def away(self, session: Session, who: Person) -> None:
        session.add(
            Absence(workspace_id=who.workspace_id, person_id=who.id, starts_at=self.now,
                    ends_at=self.now + timedelta(hours=1))
        )  # fmt: skip

    def wait(self, _session: Session, _who: Person) -> None:
        self.now += timedelta(minutes=35)

    def look(self) -> None:
        """What always holds."""
        with self.company.store.transaction() as session:
            entries = session.scalars(select(StandupEntry)).all()
            doubled = session.execute(
                text("SELECT args FROM procrastinate_jobs WHERE task_name = 'slack.draw_card' "
                     "GROUP BY args HAVING count(*) > 1")
            ).all()  # fmt: skip
            cards = Counter(session.scalars(select(Card.kind)))
        reminded = [entry for entry in entries if entry.reminded_at is not None]
        assert len(entries) == len({entry.person_id for entry in entries})
        assert {e.person_id for e in entries if e.state == Answer.ANSWERED} == self.answered
        assert len(reminded) >= self.reminders, "a reminder is not taken back"
        self.reminders = len(reminded)
        assert cards[rounds.REMINDER] == self.reminders
        assert cards[asking.PROMPT] == sum(1 for e in entries if e.asked_at)
        assert all(entry.asked_at is not None for entry in reminded)
        assert cards[rounds.SUMMARY] <= 1
        assert doubled == []


DEEDS = {
    name: getattr(Play, name)
    for name in ("ask", "begin", "answer", "skip", "remind", "close", "away", "wait")
}


@given(deeds=st.lists(st.tuples(st.sampled_from(list(DEEDS)), st.integers(0, 2)), max_size=25))
@settings(max_examples=20)
def test_whatever_happens_in_whatever_order(
    databases: Databases, deeds: list[tuple[str, int]]
) -> None:
    """Nobody is asked or reminded twice, no answer is lost, and one summary is posted."""
    with databases.lend() as database:
        play = Play(found(database.store, "T1", "C1"))
        clock.use(lambda: play.now)
        staff = [play.company.someone(f"U{n}", name=f"Person {n}", team="Sales") for n in range(3)]
        for deed, number in deeds:
            with suppress(HandoffError), database.store.transaction() as session:
                DEEDS[deed](play, session, staff[number])
            play.look()
