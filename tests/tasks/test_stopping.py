"""A worker ends when it is told to, at whatever moment, and finishes what it has begun."""

import asyncio
import threading
import time
from typing import Any

import pytest
from procrastinate import App

from bot.store import Store
from bot.tasks import Tasks, enqueue, worker
from bot.tasks.worker import Worker

MOMENTS = [0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2]


@pytest.mark.parametrize("seconds", MOMENTS)
def test_it_can_be_stopped_while_it_starts(store: Store, seconds: float) -> None:
    working = Worker(store, Tasks(store))
    working.start()
    time.sleep(seconds)  # the moment is what is tested
    working.stop()
    working.stop()
    assert "worker" not in {thread.name for thread in threading.enumerate()}


def test_a_look_that_missed_its_end_is_told_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = threading.Event()

    async def look_on(_worker: Worker, _app: App, _engine: Any) -> None:
        for _ in range(2):
            looks.set()
            try:
                await asyncio.sleep(3_600)
            except asyncio.CancelledError:
                continue  # as one does that has just got what it waited for
        await asyncio.sleep(3_600)

    monkeypatch.setattr(Worker, "_rescue", look_on)
    monkeypatch.setattr(worker, "_INSIST_SECONDS", 0.02)
    working = Worker(store, Tasks(store))
    working.start()
    assert looks.wait(60)
    working.stop()


def test_what_has_begun_is_finished(store: Store) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def take_long() -> None:
        begun.set()
        go_on.wait(60)
        done.set()

    tasks = Tasks(store)
    tasks.add("long", take_long)
    with store.transaction() as session:
        enqueue(session, "long")
    working = Worker(store, tasks)
    working.start()
    assert begun.wait(60)
    stopping = threading.Thread(target=working.stop)
    stopping.start()
    go_on.set()
    stopping.join(60)
    assert not stopping.is_alive()
    assert done.is_set()
    with store.transaction() as session:
        left = session.connection().exec_driver_sql("SELECT count(*) FROM procrastinate_jobs")
        assert left.scalar() == 0
