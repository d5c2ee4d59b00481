"""The queue as the verbs see it: work for later is written in the transaction that causes it.

A job names its task and carries ids, never state. `lane` keeps the order of what shares it (the
messages of a channel), `at` makes a timer, `once` a key under which the work is written one time.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
from procrastinate import SyncPsycopgConnector
from procrastinate.jobs import DEFAULT_QUEUE
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    FromClause,
    Text,
    delete,
    func,
    literal,
    null,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import UserDefinedType

from bot import clock
from bot.errors import HandoffError
from bot.store import Base, Moment

# The task that a timer with a lane wakes first; see `enqueue`.
FORWARD = "jobs.forward"

# The face to Procrastinate's SQL; it never opens a connection of its own, each call brings one.
_manager = JobManager(SyncPsycopgConnector())


class Postpone(Exception):
    """The world asks us to wait: try again in `seconds`, and do not count this as an attempt."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class GiveUp(Exception):
    """Trying again would change nothing: fail at once and show the job to an operator."""


class NoSuchJob(HandoffError):
    """There is no failed job {job_id}. `handoff jobs` lists those that failed."""


class JobKey(Base):
    """A `once` key that was used, so that the same work is not written again."""

    __tablename__ = "job_key"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    used_at: Mapped[Moment] = mapped_column(index=True)


@dataclass(frozen=True)
class FailedJob:
    """A job that failed for good, as an operator sees it."""

    id: int
    task: str
    lane: str | None
    args: dict[str, Any]
    attempts: int
    failed_at: datetime | None


def enqueue(
    session: Session,
    task: str,
    *,
    once: str | None = None,
    lane: str | None = None,
    at: datetime | None = None,
    priority: int = 0,
    **args: Any,
) -> int | None:
    """Write a job in the session's own transaction; a rollback takes it along.

    `at` is aware and read on `bot.clock`. A lane is never given to a job for the future, because it
    would hold the lane until then: such a timer is written without one, and writes the job with its
    lane when it wakes. Returns the job's id, or None when the key `once` was used before.
    """
    if once is not None and not _first_use(session, once):
        return None
    if at is not None and lane is not None:
        args = {"task": task, "lane": lane, "priority": priority, "args": args}
        task, lane = FORWARD, None
    job = configure_task(
        name=task,
        job_manager=_manager,
        lock=lane,
        priority=priority,
        schedule_at=None if at is None else at.astimezone(UTC) - clock.offset(),
        connection=_connection(session),
    )
    return job.defer(**args)


class _JobToDefer(UserDefinedType[Any]):
    """What Procrastinate's own function takes for a job (its SQL, composite types)."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        return "procrastinate_job_to_defer_v1"


def deferring(
    task: str, jobs: FromClause, *, priority: int | ColumnElement[int] = 0
) -> ColumnElement[Any]:
    """An expression that writes a job of one task for each row of `jobs`, its `lane` and its
    `args` (JSON), where the rows are. It is null where there are none."""
    how = literal(priority) if isinstance(priority, int) else priority
    facts = (
        literal(DEFAULT_QUEUE), literal(task), how, jobs.c.lane, null(), jobs.c.args, null(),
    )  # fmt: skip
    each = func.row(*facts).cast(_JobToDefer())
    return func.procrastinate_defer_jobs_v1(func.array_agg(each))


def cancel(session: Session, job_id: int) -> bool:
    """Take back a job that has not begun; False when it has begun or is gone."""
    return _manager.cancel_job_by_id(job_id, delete_job=True, connection=_connection(session))


def fold(session: Session, task: str, **args: Any) -> int:
    """Take back the other jobs of this task with these arguments that have not begun.

    For a job that is about to do what they are for; returns how many they were.
    """
    folded = session.execute(
        text(
            """
            DELETE FROM procrastinate_jobs WHERE id IN (
                SELECT id FROM procrastinate_jobs
                WHERE status = 'todo' AND task_name = :task AND args = CAST(:args AS jsonb)
                FOR UPDATE SKIP LOCKED
            )
            """
        ),
        {"task": task, "args": json.dumps(args)},
    )
    return cast("CursorResult[Any]", folded).rowcount


def failed(session: Session, limit: int = 100) -> list[FailedJob]:
    """The newest `limit` jobs that failed for good."""
    rows = session.execute(
        text(
            """
            SELECT job.id, task_name, lock, args, attempts,
                   (SELECT max(at) FROM procrastinate_events
                    WHERE job_id = job.id AND type = 'failed') AS failed_at
            FROM procrastinate_jobs AS job WHERE status = 'failed' ORDER BY job.id DESC LIMIT :limit
            """
        ),
        {"limit": limit},
    )
    return [FailedJob(*row) for row in rows]


def retry(session: Session, job_id: int) -> None:
    """Let a failed job run again, with all its attempts. Raises NoSuchJob."""
    revived = session.execute(
        text(
            """
            UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL
            WHERE id = :id AND status = 'failed' RETURNING id
            """
        ),
        {"id": job_id},
    )
    if revived.scalar() is None:
        raise NoSuchJob(job_id=job_id)


def retry_all(session: Session) -> int:
    """Let every failed job run again, with all its attempts; returns how many those were."""
    revived = session.execute(
        text(
            """
            UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL
            WHERE status = 'failed' RETURNING id
            """
        )
    )
    return len(revived.all())


def counts(session: Session) -> dict[str, int]:
    """How many jobs there are by status (`todo`, `doing`, `failed`)."""
    rows = session.execute(
        text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
    )
    return dict.fromkeys(["todo", "doing", "failed"], 0) | {row[0]: row[1] for row in rows}


def advance(session: Session, by: timedelta) -> None:
    """Bring every waiting timer nearer by `by`, after the clock was moved forward by it."""
    session.execute(
        text(
            """
            UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - :by
            WHERE status = 'todo' AND scheduled_at IS NOT NULL
            """
        ),
        {"by": by},
    )


def next_timer(session: Session) -> datetime | None:
    """When the next job is due that waits for a moment, on `bot.clock`; it may be past."""
    due: datetime | None = session.scalar(
        text("SELECT min(scheduled_at) FROM procrastinate_jobs WHERE status = 'todo'")
    )
    return due and due + clock.offset()


def is_idle(session: Session) -> bool:
    """Whether no job runs, and none is due."""
    waiting = session.scalar(
        text(
            """
            SELECT count(*) FROM procrastinate_jobs
            WHERE status = 'doing'
               OR status = 'todo' AND coalesce(scheduled_at <= now(), true)
            """
        )
    )
    return not waiting


def prune(session: Session, older_than: timedelta = timedelta(days=90)) -> int:
    """Forget the keys of `once` that were used longer ago than `older_than`; returns how many."""
    result = session.execute(delete(JobKey).where(JobKey.used_at < clock.now() - older_than))
    return cast("CursorResult[Any]", result).rowcount


def uncount(session: Session, job_id: int) -> None:
    """Take back the attempt that Procrastinate is about to count for a postponed job."""
    session.execute(
        text("UPDATE procrastinate_jobs SET attempts = attempts - 1 WHERE id = :id"),
        {"id": job_id},
    )


def _first_use(session: Session, key: str) -> bool:
    """Take the key; False when someone had it. RETURNING tells, `rowcount` would not reliably."""
    taken = session.execute(
        insert(JobKey)
        .values(key=key, used_at=clock.now())
        .on_conflict_do_nothing()
        .returning(JobKey.key)
    )
    return taken.scalar() is not None


def _connection(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection under the session's transaction."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection
