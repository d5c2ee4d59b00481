"""The traps of durable work, each sprung once: see `docs/decisions/durable-work.md`."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from procrastinate.jobs import Job, Notification, Status
from procrastinate.testing import InMemoryConnector
from sqlalchemy import text

from bot import clock
from bot.store import Store
from bot.tasks import GiveUp, Postpone, Tasks, advance, cancel, enqueue, failed, retry
from bot.tasks.queue import NoSuchJob, counts, prune
from bot.tasks.worker import LaneJobs, Worker
from tests.loops import run

Log = list[tuple[str, Any]]


class Shop:
    """A worker with tasks that note what they did, and a way to wait for it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tasks = Tasks(store)
        self.done: Log = []
        self._condition = threading.Condition()
        self.tasks.add("note", lambda what: self.note("note", what))

    def note(self, task: str, what: Any) -> None:
        with self._condition:
            self.done.append((task, what))
            self._condition.notify_all()

    def wait(self, until: Callable[[Log], bool], timeout: float = 60) -> Log:
        with self._condition:
            assert self._condition.wait_for(lambda: until(self.done), timeout), self.done
            return list(self.done)

    def enqueue(self, task: str, **options: Any) -> int | None:
        with self.store.transaction() as session:
            return enqueue(session, task, **options)

    def counts(self) -> dict[str, int]:
        with self.store.transaction() as session:
            return counts(session)


@pytest.fixture
def shop(store: Store) -> Shop:
    return Shop(store)


@pytest.fixture
def working(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr("bot.tasks.worker._POLLING_SECONDS", 0.05)
    worker = Worker(shop.store, shop.tasks, stalled_seconds=1)
    worker.start()
    yield shop
    worker.stop()
    worker.stop()  # as the application does once more at its end


def whats(log: Log) -> list[Any]:
    return [what for _, what in log]


def test_work_is_written_in_the_transaction_of_the_change(shop: Shop) -> None:
    def change_and_fail() -> None:
        with shop.store.transaction() as session:
            enqueue(session, "note", what="lost with the rollback")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert shop.counts()["todo"] == 0


def test_work_is_done(working: Shop) -> None:
    working.enqueue("note", what=1)
    assert working.wait(bool) == [("note", 1)]


def test_a_key_is_used_once_even_by_many_at_a_time(shop: Shop) -> None:
    written: list[int | None] = []
    start = threading.Barrier(8)

    def write() -> None:
        start.wait()
        written.append(shop.enqueue("note", once="monday", what=1))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([job for job in written if job is not None]) == 1
    assert shop.counts()["todo"] == 1


def test_old_keys_are_forgotten(shop: Shop) -> None:
    shop.enqueue("note", once="old", what=1)
    clock.move(timedelta(days=91))
    shop.enqueue("note", once="new", what=1)
    with shop.store.transaction() as session:
        assert prune(session) == 1
    assert shop.enqueue("note", once="new", what=2) is None
    assert shop.enqueue("note", once="old", what=2) is not None


def test_a_lane_keeps_the_order_and_waits_for_a_retry(working: Shop) -> None:
    tries: list[int] = []

    def stumble(what: int) -> None:
        tries.append(what)
        if what == 1 and len(tries) == 1:
            raise Postpone(0.3, "busy")
        working.note("stumble", what)

    working.tasks.add("stumble", stumble)
    with working.store.transaction() as session:
        for what in (1, 2, 3):
            enqueue(session, "stumble", lane="C1", what=what)
    assert whats(working.wait(lambda log: len(log) == 3)) == [1, 2, 3]


def test_a_lane_goes_on_without_a_poll(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.tasks.worker._POLLING_SECONDS", 3600)
    with shop.store.transaction() as session:
        for what in range(50):
            enqueue(session, "note", lane="C1", what=what)
    worker = Worker(shop.store, shop.tasks)
    worker.start()  # only now: what comes between its first look and its listening waits for a poll
    try:
        assert whats(shop.wait(lambda log: len(log) == 50)) == list(range(50))
    finally:
        worker.stop()


def test_a_lane_that_moves_on_during_a_look_is_looked_at_again() -> None:
    """Procrastinate's worker forgets, when a look ends, what woke it meanwhile."""
    ended = Job(id=1, queue="q", lock="C1", queueing_lock=None, task_name="note")
    looks: list[str] = []

    class Busy(InMemoryConnector):
        async def execute_query_one_async(self, query: str, **_arguments: Any) -> dict[str, Any]:
            looks.append(query)
            if len(looks) == 1:
                await jobs.finish_job(ended, Status.SUCCEEDED, True)
                return {"id": None}
            return {"id": 2, "queue_name": "q", "lock": "C1", "queueing_lock": None,
                    "task_name": "note", "args": {}, "status": "doing", "attempts": 0,
                    "priority": 0, "scheduled_at": None}  # fmt: skip

        async def execute_query_async(self, query: str, **arguments: Any) -> None:  # noqa: ARG002
            assert arguments["job_id"] == ended.id

        async def listen_notify(self, on_notification: Any, channels: Any) -> None:
            pass

    woken: list[Notification] = []

    async def wake(*, channel: str, notification: Notification) -> None:
        woken.append(notification)

    jobs = LaneJobs(Busy())

    async def look() -> Job | None:
        await jobs.listen_for_jobs(on_notification=wake)
        return await jobs.fetch_job(None, 7)

    found = run(look())
    assert found is not None
    assert found.id == 2
    assert len(looks) == 2
    assert [each["type"] for each in woken] == ["job_inserted"]


def test_lanes_do_not_wait_for_each_other(working: Shop) -> None:
    release = threading.Event()

    def block(what: str) -> None:
        if what == "slow":
            assert release.wait(15)
        working.note("block", what)

    working.tasks.add("block", block)
    working.enqueue("block", lane="C1", what="slow")
    working.enqueue("block", lane="C2", what="fast")
    assert whats(working.wait(bool)) == ["fast"]
    release.set()
    assert whats(working.wait(lambda log: len(log) == 2)) == ["fast", "slow"]


def test_a_timer_never_holds_its_lane(working: Shop) -> None:
    later = clock.now() + timedelta(hours=1)
    working.enqueue("note", lane="C1", at=later, what="later")
    working.enqueue("note", lane="C1", what="now")
    assert whats(working.wait(bool)) == ["now"]
    with working.store.transaction() as session:
        advance(session, timedelta(hours=1, seconds=1))
    assert whats(working.wait(lambda log: len(log) == 2)) == ["now", "later"]


def test_a_timer_is_read_on_our_clock(shop: Shop) -> None:
    clock.move(timedelta(days=3))
    shop.enqueue("note", at=clock.now() + timedelta(minutes=5), what=1)
    with shop.store.transaction() as session:
        due = session.scalar(text("SELECT scheduled_at FROM procrastinate_jobs"))
    assert abs(due - datetime.now(UTC) - timedelta(minutes=5)) < timedelta(seconds=30)


def test_a_timer_can_be_taken_back(shop: Shop) -> None:
    job = shop.enqueue("note", at=clock.now() + timedelta(hours=1), what=1)
    assert job is not None
    with shop.store.transaction() as session:
        assert cancel(session, job)
        assert not cancel(session, job)
    assert shop.counts()["todo"] == 0


def test_waiting_for_slack_is_not_counted_as_an_attempt(working: Shop) -> None:
    busy = iter([True] * 25)  # more often than the limit of attempts

    def limited(what: int) -> None:
        if next(busy, False):
            raise Postpone(0, "ratelimited")
        working.note("limited", what)

    working.tasks.add("limited", limited)
    working.enqueue("limited", what=1)
    assert whats(working.wait(bool)) == [1]


def test_an_error_is_tried_again_later(working: Shop) -> None:
    tries: list[int] = []

    def fails_once(what: int) -> None:
        tries.append(what)
        if len(tries) == 1:
            raise OSError
        working.note("fails_once", what)

    working.tasks.add("fails_once", fails_once)
    job = working.enqueue("fails_once", what=1)
    working.wait(bool)
    assert job is not None
    assert tries == [1, 1]


def test_what_failed_for_good_is_seen_and_can_be_retried(working: Shop) -> None:
    broken = threading.Event()
    broken.set()

    def refuse(what: int) -> None:
        if broken.is_set():
            working.note("refused", what)
            raise GiveUp("channel_not_found")
        working.note("refuse", what)

    working.tasks.add("refuse", refuse)
    job = working.enqueue("refuse", lane="C1", what=7)
    working.wait(bool)
    seen = _eventually_failed(working)
    assert [(each.id, each.task, each.args, each.lane) for each in seen] == [
        (job, "refuse", {"what": 7}, "C1")
    ]
    broken.clear()
    with working.store.transaction() as session:
        retry(session, seen[0].id)
    working.wait(lambda log: ("refuse", 7) in log)
    with working.store.transaction() as session, pytest.raises(NoSuchJob):
        retry(session, 10**9)


def test_an_unknown_name_fails_at_once(working: Shop) -> None:
    working.enqueue("nobody.knows", what=1)
    assert _eventually_failed(working)[0].task == "nobody.knows"


def test_what_a_dead_worker_held_is_rescued(shop: Shop) -> None:
    shop.enqueue("note", what="held")
    with shop.store.transaction() as session:
        # A worker that was killed: it holds the job, and its heart has stopped.
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
    worker = Worker(shop.store, shop.tasks, stalled_seconds=1)
    worker.start()
    try:
        assert whats(shop.wait(bool)) == ["held"]
    finally:
        worker.stop()


def _eventually_failed(shop: Shop) -> list[Any]:
    """Poll for the failed state, which is written just after the task has run."""
    pause = threading.Event()
    for _ in range(300):
        with shop.store.transaction() as session:
            if found := failed(session):
                return found
        pause.wait(0.05)
    raise AssertionError("no job failed")


def test_what_ended_and_could_not_say_so_is_done_again(working: Shop) -> None:
    working.enqueue("note", what="first")
    working.wait(bool)
    with working.store.transaction() as session:
        # The database was away at the very moment: the job is still ours, and nobody runs it.
        session.execute(
            text(
                """
                INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id)
                SELECT 'default', 'note', '{"what": "lost"}', 'doing', max(id)
                FROM procrastinate_workers
                """
            )
        )
    assert whats(working.wait(lambda log: len(log) == 2)) == ["first", "lost"]
