"""A machine whose clock is a day off: that of the database counts, by which timers fall due."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import procrastinate.utils
import pytest
from sqlalchemy import text

from bot import clock
from bot.store import Store
from bot.tasks import Tasks, enqueue
from bot.tasks.schedule import tick
from bot.tasks.worker import Worker
from tests.tasks.test_schedule import weekdays_at_nine

DAY = timedelta(days=1)
NEAR = timedelta(minutes=10)  # much less than a day, however slow the machine


def _truly() -> datetime:
    return datetime.now(UTC)


class _Wrong(datetime):
    """What a process reads there."""

    off = DAY

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + cls.off


@pytest.fixture(params=[DAY, -DAY], ids=["ahead", "behind"])
def wrong(request: pytest.FixtureRequest, store: Store) -> Iterator[None]:
    """A machine whose clock is a day ahead, or behind, before anything connects."""
    store.close()
    with pytest.MonkeyPatch.context() as machine:
        machine.setattr(_Wrong, "off", request.param)
        machine.setattr("bot.clock.datetime", _Wrong)
        machine.setattr(procrastinate.utils, "utcnow", lambda: _Wrong.now(UTC))
        yield
    clock.correct(_truly(), _truly())


pytestmark = pytest.mark.usefixtures("wrong")


def scheduled(store: Store) -> datetime | None:
    with store.transaction() as session:
        due: datetime | None = session.scalar(text("SELECT scheduled_at FROM procrastinate_jobs"))
        return due


def poll(condition: Callable[[], bool], what: str) -> None:
    pause = threading.Event()
    for _ in range(1200):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError(f"not {what}")


def run(store: Store, tasks: Tasks, until: Callable[[], bool], what: str) -> None:
    """Let a worker work until something is so."""
    worker = Worker(store, tasks, stalled_seconds=1)
    worker.start()
    try:
        poll(until, what)
    finally:
        worker.stop()


def test_every_stamp_is_by_the_database(store: Store) -> None:
    with store.transaction() as session:
        database_now = session.scalar(text("SELECT now()"))
    assert database_now is not None
    assert abs(clock.now() - database_now) < NEAR
    clock.move(timedelta(days=3))  # as the playground does
    assert abs(clock.now() - database_now - timedelta(days=3)) < NEAR
    assert clock.offset() == timedelta(days=3)


def test_a_retry_is_soon(store: Store) -> None:
    tasks, tries = Tasks(store), []

    def fails(what: int) -> None:
        tries.append(what)
        raise OSError

    tasks.add("fails", fails)
    with store.transaction() as session:
        enqueue(session, "fails", what=1)
    run(store, tasks, lambda: scheduled(store) is not None, "put off")
    again = scheduled(store)
    assert again is not None
    assert abs(again - _truly()) < NEAR
    assert tries


def test_a_timer_is_due_when_it_was_said(store: Store) -> None:
    with store.transaction() as session:
        session.connection()  # as an application has, long before
        enqueue(session, "note", at=clock.now() + timedelta(hours=1), what=1)
    due = scheduled(store)
    assert due is not None
    assert abs(due - _truly() - timedelta(hours=1)) < NEAR


def test_what_a_dead_worker_held_is_done_soon(store: Store) -> None:
    with store.transaction() as session:
        enqueue(session, "note", what=1)
        session.execute(
            text(
                """
                WITH dead AS (
                    INSERT INTO procrastinate_workers (last_heartbeat)
                    VALUES (now() - interval '1 hour') RETURNING id)
                UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead
                """
            )
        )
    tasks, done = Tasks(store), threading.Event()
    tasks.add("note", lambda what: done.set())  # noqa: ARG005
    run(store, tasks, done.is_set, "done")


def test_a_schedule_fires_neither_a_day_early_nor_late(store: Store) -> None:
    with store.transaction() as session:
        weekdays_at_nine(session)
        session.execute(text("UPDATE schedule SET next_run_at = now() + interval '1 hour'"))
    with store.transaction() as session:
        assert tick(session) == 0
        session.execute(text("UPDATE schedule SET next_run_at = now() - interval '1 minute'"))
    with store.transaction() as session:
        assert tick(session) == 1
