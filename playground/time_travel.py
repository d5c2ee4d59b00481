"""Moves the demo's time forward, with everything that comes due on the way."""

import time
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot import clock, tasks
from bot.routing import escalation
from bot.store import Store
from bot.tasks import Schedule, queue
from bot.tasks.worker import Worker

# A jump stops where something is due, but somebody waits for it: a stop takes most of a second.
_MOST_STOPS = 12
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.05


class TimeTravel:
    """The clock of an application that works: `bot.clock`, its queue and its schedules."""

    def __init__(self, store: Store, worker: Worker) -> None:
        self._store = store
        self._worker = worker

    def move(self, by: timedelta) -> datetime:
        """Move time forward, and let what comes due be done at its own time; returns the new one.

        What is due close together is done together: a jump has twelve stops at most.
        """
        end = clock.now() + by
        while (stop := self._next_stop(by / _MOST_STOPS)) is not None and stop < end:
            self._move_to(stop)
        self._move_to(end)
        return clock.now()

    def _next_stop(self, stride: timedelta) -> datetime | None:
        """The next moment at which something is due, a stride ahead at least."""
        with self._store.transaction() as session:
            coming = [
                escalation.next_look(session),
                queue.next_timer(session),
                session.scalar(select(func.min(Schedule.next_run_at))),
            ]
        due = min((each for each in coming if each is not None), default=None)
        return due and max(due, clock.now() + stride)

    def _move_to(self, moment: datetime) -> None:
        by = max(moment - clock.now(), timedelta())
        with self._store.transaction() as session:
            tasks.advance(session, by)
        clock.move(by)
        self._worker.tick()
        self._let_it_work()

    def _let_it_work(self) -> None:
        """Wait until nothing is due any more; what takes long goes on while time does."""
        given_up = time.monotonic() + _PATIENCE_SECONDS
        while not self._is_idle() and time.monotonic() < given_up:
            time.sleep(_PAUSE_SECONDS)

    def _is_idle(self) -> bool:
        with self._store.transaction() as session:
            return queue.is_idle(session)
