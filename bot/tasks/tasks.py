"""The registry of tasks: stable names, and how each is tried again.

Registering names a function; nothing connects. A name that no worker knows fails at once, so
workers are deployed before senders.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate import JobContext
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.testing import InMemoryConnector
from sqlalchemy.orm import Session

from bot import clock
from bot.store import Store
from bot.tasks import queue
from bot.tasks.queue import GiveUp, Postpone

logger = logging.getLogger(__name__)

# 2, 4, 8 … seconds, then every 5 minutes: 20 attempts last about an hour.
_MOST_ATTEMPTS = 20
_LONGEST_PAUSE = 300


class Backoff(BaseRetryStrategy):
    """Waits what a Postpone says; else twice as long each time, up to a limit of attempts."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when to try again; None fails the job for good."""
        if isinstance(exception, Postpone):
            return _in(exception.seconds)
        if isinstance(exception, GiveUp) or job.attempts + 1 >= _MOST_ATTEMPTS:
            return None
        return _in(min(2.0 ** (job.attempts + 1), _LONGEST_PAUSE))


def _in(seconds: float) -> RetryDecision:
    """By the database's clock, on which Procrastinate reads it."""
    return RetryDecision(retry_at=clock.database_now() + timedelta(seconds=seconds))


class Tasks:
    """The tasks that this application's workers know."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.under_way: set[int] = set()
        """The ids of the jobs that this process runs at the moment."""
        self.ticks: list[tuple[Callable[[Session], int], int]] = []
        """What each tick of the clock does besides; see `each_tick`."""
        self.app = procrastinate.App(connector=InMemoryConnector())
        self.add(queue.FORWARD, self._forward)

    def add(self, name: str, function: Callable[..., None]) -> None:
        """Let jobs named `name` call `function` with their arguments."""

        def run(context: JobContext, /, **args: Any) -> None:
            job_id = context.job.id
            assert job_id is not None
            self.under_way.add(job_id)
            try:
                function(**args)
            except Postpone:
                self._uncount(job_id)
                raise
            finally:
                self.under_way.discard(job_id)

        self.app.task(name=name, pass_context=True, retry=Backoff())(run)

    def each_tick(self, function: Callable[[Session], int], *, every: int = 1) -> None:
        """Let each tick call `function(session)`, again and again while it finds something to do.

        Each call is a transaction of its own, and many processes call it at once. What nobody
        waits for by the second is called with `every` so many ticks only.
        """
        self.ticks.append((function, every))

    def _uncount(self, job_id: int) -> None:
        with self._store.transaction() as session:
            queue.uncount(session, job_id)

    def _forward(self, task: str, lane: str, priority: int, args: dict[str, Any]) -> None:
        """A timer with a lane wakes: now its work may take its place in the lane."""
        with self._store.transaction() as session:
            queue.enqueue(session, task, lane=lane, priority=priority, **args)
