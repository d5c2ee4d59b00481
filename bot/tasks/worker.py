"""The worker: runs the durable work, ticks the clock, and rescues what a dead worker held.

Procrastinate's worker is a coroutine, so it gets a thread with an event loop of its own; the tasks
themselves are plain functions and run in that loop's executor.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from procrastinate import App, BaseConnector, PsycopgConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager, NotificationCallback
from procrastinate.worker import Worker as Engine
from sqlalchemy.orm import Session

from bot import clock
from bot.store import DatabaseDown, Store
from bot.tasks import queue, schedule
from bot.tasks.tasks import Tasks

logger = logging.getLogger(__name__)

_CONCURRENCY = 10
_POLLING_SECONDS = 0.5  # for timers; what is new is notified, and lanes wake each other
_TICK_SECONDS = 1
_RESCUE_SECONDS = 5
_HEARTBEAT_SECONDS = 5
_STALLED_SECONDS = 20  # four missed heartbeats
_RESTART_SECONDS = 1
_MOST_RESCUES = 20
_INSIST_SECONDS = 1


class LaneJobs(JobManager):
    """Procrastinate's statements; a job that leaves its lane makes the worker look for the next.

    Without this a lane goes on with the next poll only, and ten polls a second cost more than all
    else that an idle process does (benchmarks/bench_process.py).
    """

    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self._wake: NotificationCallback | None = None
        self._moved = False
        """Whether a lane has moved on since the worker began to look."""

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Remember what wakes the worker."""
        self._wake = on_notification
        await super().listen_for_jobs(on_notification=on_notification, queues=queues)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Look again where a lane moved on meanwhile: the worker forgets what woke it when a look
        ends."""
        job, self._moved = None, True
        while job is None and self._moved:
            self._moved = False
            job = await super().fetch_job(queues, worker_id)
        return job

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """The lane is free."""
        await super().finish_job(job, status, delete_job)
        await self._move_on(job)

    async def retry_job(self, job: Job, *args: Any, **options: Any) -> None:
        """The lane is free, or waits for this job."""
        await super().retry_job(job, *args, **options)
        await self._move_on(job)

    async def _move_on(self, job: Job) -> None:
        if job.lock is None or job.id is None or self._wake is None:
            return
        self._moved = True
        await self._wake(channel="", notification={"type": "job_inserted", "job_id": job.id})


class Worker:
    """A thread that works off the queue until it is stopped."""

    def __init__(
        self, store: Store, tasks: Tasks, *, stalled_seconds: float = _STALLED_SECONDS
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._stalled_seconds = stalled_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._engine: Engine | None = None
        self._past_id: int | None = None
        self._beats = 0
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin to work, in the background."""
        self._scheduler.add_job(self._beat, "interval", seconds=_TICK_SECONDS, max_instances=1)
        self._scheduler.add_job(self._prune, "interval", hours=6)
        self._scheduler.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish what has begun, and end; a second time does nothing."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._loop is not None:
            with suppress(RuntimeError):  # it is closed: the database is away, or all is over
                self._loop.call_soon_threadsafe(self._quit)
        self._thread.join()

    def tick(self) -> None:
        """Enqueue what the clock says is due, and do all that ticks do."""
        self._act([schedule.tick, *(act for act, _ in self._tasks.ticks)])

    def _beat(self) -> None:
        """A tick of the clock; what asked for every so many does not come with each."""
        due = [act for act, every in self._tasks.ticks if self._beats % every == 0]
        self._beats += 1
        self._act([schedule.tick, *due])

    def _act(self, acts: Iterable[Callable[[Session], int]]) -> None:
        for act in acts:
            try:
                while self._once(act):
                    pass
            except DatabaseDown:
                logger.warning("the database is away; the clock goes on when it is back")
                return
            except Exception:  # what fails is tried with each tick, and keeps nothing else waiting
                logger.exception("the clock could not do %s", act)

    def _once(self, act: Callable[[Session], int]) -> int:
        with self._store.transaction() as session:
            return act(session)

    def _prune(self) -> None:
        with self._store.transaction() as session:
            queue.prune(session)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._work())
            except (Exception, asyncio.CancelledError) as error:
                if not self._stopping.is_set():
                    logger.warning("the worker stopped and starts again: %r", error)
            self._stopping.wait(_RESTART_SECONDS)

    def _quit(self) -> None:
        """Let the engine finish; without one yet, break off."""
        if self._engine is not None:
            self._engine.stop()  # type: ignore[no-untyped-call]
        elif self._task is not None:
            self._task.cancel()

    def _insist(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancel again what was cancelled and goes on.

        A task that gets what it waits for in the moment in which it is cancelled may miss it; one
        that beats or looks again and again would then never end, and everybody waits for it.
        """
        for task in asyncio.all_tasks(loop):
            if task is not self._task and task.cancelling():
                task.cancel()
        loop.call_later(_INSIST_SECONDS, self._insist, loop)

    async def _work(self) -> None:
        self._task, self._engine = asyncio.current_task(), None
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(_CONCURRENCY, "task"))
        self._insist(self._loop)
        url = self._store.engine.url.set(drivername="postgresql")
        connector = PsycopgConnector(
            conninfo=url.render_as_string(hide_password=False), min_size=1, max_size=6
        )
        with self._tasks.app.replace_connector(connector) as app:
            app.job_manager = LaneJobs(connector)
            async with app.open_async():
                await self._forget_past_life(app)
                if self._stopping.is_set():
                    return
                async with asyncio.TaskGroup() as group:
                    self._engine = engine = self._make_engine(app)
                    rescue = group.create_task(self._rescue(app, engine))
                    try:
                        await engine.run()  # type: ignore[no-untyped-call]
                    finally:
                        # None when it could say good-bye to the database.
                        self._past_id = engine.worker_id
                        rescue.cancel()

    def _make_engine(self, app: App) -> Engine:
        return Engine(
            app,
            concurrency=_CONCURRENCY,
            fetch_job_polling_interval=_POLLING_SECONDS,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=min(_HEARTBEAT_SECONDS, self._stalled_seconds / 4),
            stalled_worker_timeout=self._stalled_seconds,
        )

    async def _forget_past_life(self, app: App) -> None:
        """After the database was away: what we held then is stalled at once, not after a while."""
        if self._past_id is not None:
            await app.job_manager.unregister_worker(self._past_id)
            self._past_id = None

    async def _rescue(self, app: App, engine: Engine) -> None:
        """Give back the jobs of workers whose heart has stopped, and those that we lost ourselves.

        A job that ended while the database was away could not say so: it stays `doing` under our
        own name. One that is so twice, and not under way, is lost.
        """
        suspects: set[int | None] = set()
        while True:
            stalled = await app.job_manager.get_stalled_jobs(
                seconds_since_heartbeat=self._stalled_seconds
            )
            held = await self._held(app, engine)
            lost = [job for job in held if job.id in suspects]
            for job in [*stalled, *lost]:
                await _revive(app, job)
            suspects = {job.id for job in held}
            await asyncio.sleep(min(_RESCUE_SECONDS, self._stalled_seconds))

    async def _held(self, app: App, engine: Engine) -> list[Job]:
        """The jobs that are `doing` under our name and not under way."""
        if engine.worker_id is None:
            return []
        doing = await app.job_manager.list_jobs_async(
            status=Status.DOING.value, worker_id=engine.worker_id
        )
        return [job for job in doing if job.id not in self._tasks.under_way]


async def _revive(app: App, job: Job) -> None:
    logger.warning("job %s (%s) was left undone and is given back", job.id, job.task_name)
    if job.attempts < _MOST_RESCUES:
        await app.job_manager.retry_job(job, retry_at=clock.database_now())
    else:
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
