"""The clock: right across daylight saving, once for ten processes, never a burst."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot import clock
from bot.people import service as people
from bot.store import Store
from bot.tasks import Schedule, Tasks, put_schedules
from bot.tasks.schedule import tick
from bot.tasks.worker import Worker

BERLIN = ZoneInfo("Europe/Berlin")


def at(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=BERLIN).astimezone(UTC)


def weekdays_at_nine(session: Session, grace: timedelta = timedelta(hours=4)) -> Schedule:
    workspace = people.install(
        session, team_id="T1", name="Acme", bot_user_id="U0", channel="C1",
        timezone="Europe/Berlin", currency="EUR",
    )  # fmt: skip
    wanted = Schedule.of(
        workspace.id, "test", "noop", cron="0 9 * * mon-fri", zone="Europe/Berlin",
        grace=grace, what=1,
    )  # fmt: skip
    return put_schedules(session, wanted)[0]


def slots(store: Store) -> list[str]:
    with store.transaction() as session:
        rows = session.execute(
            text("SELECT args ->> 'slot' FROM procrastinate_jobs WHERE task_name = 'noop'")
        )
        return [row[0] for row in rows]


@pytest.mark.parametrize("friday", ["2026-03-27T09:00", "2026-10-23T09:00"])
def test_nine_stays_nine_across_daylight_saving(store: Store, friday: str) -> None:
    clock.use(lambda: at("2026-01-01T00:00"))
    with store.transaction() as session:
        schedule = weekdays_at_nine(session)
        monday = schedule.after(at(friday))
    assert monday.astimezone(BERLIN).strftime("%a %H:%M") == "Mon 09:00"
    assert monday - at(friday) != timedelta(days=3)  # an hour more or less than that


def test_every_time_comes_once_for_a_whole_year(store: Store) -> None:
    clock.use(lambda: at("2026-01-01T00:00"))
    with store.transaction() as session:
        schedule = weekdays_at_nine(session)
        times = [at("2026-01-01T00:00")]
        while times[-1] < at("2027-01-01T00:00"):
            times.append(schedule.after(times[-1]))
    local = [moment.astimezone(BERLIN) for moment in times[1:-1]]
    assert len(local) == 261
    assert {(moment.hour, moment.minute) for moment in local} == {(9, 0)}
    assert all(before < after for before, after in pairwise(times))


def test_ten_processes_fire_once(store: Store) -> None:
    clock.use(lambda: at("2026-06-01T08:59"))
    with store.transaction() as session:
        weekdays_at_nine(session)
    clock.use(lambda: at("2026-06-01T09:00"))
    start = threading.Barrier(10)
    fired: list[int] = []

    def process() -> None:
        start.wait()
        with store.transaction() as session:
            fired.append(tick(session))

    threads = [threading.Thread(target=process) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 1
    assert slots(store) == [at("2026-06-01T09:00").isoformat()]


def test_a_process_that_was_down_fires_once_when_it_is_back(store: Store) -> None:
    clock.use(lambda: at("2026-06-01T08:00"))
    with store.transaction() as session:
        weekdays_at_nine(session)
    clock.use(lambda: at("2026-06-04T10:30"))  # three days later: only today's counts
    for _ in range(3):
        with store.transaction() as session:
            tick(session)
    assert slots(store) == [at("2026-06-04T09:00").isoformat()]


def test_what_is_past_its_grace_is_left_out(store: Store) -> None:
    clock.use(lambda: at("2026-06-01T08:00"))
    with store.transaction() as session:
        schedule = weekdays_at_nine(session, grace=timedelta(hours=1))
    clock.use(lambda: at("2026-06-01T10:30"))
    with store.transaction() as session:
        assert tick(session) == 0
        again = session.get_one(Schedule, schedule.id)
        assert again.next_run_at == at("2026-06-02T09:00")
    assert slots(store) == []


def test_what_fails_at_a_tick_is_tried_again_and_keeps_nothing_waiting(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    tasks, done = Tasks(store), []

    def fails(_session: Session) -> int:
        done.append("failed")
        raise ValueError("no such row")

    def works(_session: Session) -> int:
        done.append("worked")
        return 0

    tasks.each_tick(fails)
    tasks.each_tick(works)
    worker = Worker(store, tasks)
    worker.tick()
    worker.tick()
    assert done == ["failed", "worked"] * 2
    assert "the clock could not do" in caplog.text


def test_what_asks_for_every_third_tick_comes_with_it(store: Store) -> None:
    tasks = Tasks(store)
    done: list[str] = []

    def note(what: str) -> int:
        done.append(what)
        return 0

    tasks.each_tick(lambda _session: note("each"))
    tasks.each_tick(lambda _session: note("third"), every=3)
    worker = Worker(store, tasks)
    for _ in range(4):
        worker._beat()
    assert done == ["each", "third", "each", "each", "each", "third"]
