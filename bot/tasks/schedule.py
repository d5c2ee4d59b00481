"""The clock: what comes again and again is a row with its next time.

A cron trigger of APScheduler computes that time in the row's own zone, right across daylight
saving. A tick claims what is due by locking the rows that no other process holds, so ten processes
fire a schedule once; a process that was down fires the newest missed time once, if it is not older
than the grace period, and never a burst.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import UniqueConstraint, case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from bot import clock
from bot.store import Base, Id, Moment, WorkspaceId
from bot.tasks.queue import enqueue
from bot.tasks.rows import Loop

logger = logging.getLogger(__name__)

_DUE = Loop("jobs.schedules", "Schedules")


class Schedule(Base):
    """A task that is due again and again: which, when, and for whom."""

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    task: Mapped[str]
    args: Mapped[dict[str, Any]]
    cron: Mapped[str]
    zone: Mapped[str]
    grace_seconds: Mapped[int]
    next_run_at: Mapped[Moment] = mapped_column(index=True)

    @classmethod
    def of(
        cls,
        workspace_id: int,
        name: str,
        task: str,
        /,
        *,
        cron: str,
        zone: str,
        grace: timedelta = timedelta(hours=4),
        **args: Any,
    ) -> Self:
        """A schedule for `put_schedules`; the task is called with `args`.

        `cron` has the five fields of crontab; days of the week by name (`mon-fri`), since
        APScheduler counts them from Monday. After `grace`, a time that was missed is left out.
        """
        return cls(
            workspace_id=workspace_id, name=name, task=task, args=args, cron=cron, zone=zone,
            grace_seconds=int(grace.total_seconds()),
        )  # fmt: skip

    def after(self, moment: datetime) -> datetime:
        """The first time after `moment`, in UTC. Raises ValueError where `cron` makes no sense."""
        trigger = CronTrigger.from_crontab(self.cron, timezone=ZoneInfo(self.zone))
        # A cron trigger counts `moment` itself as a next time, so ask for one just behind it.
        fire_time = trigger.get_next_fire_time(None, moment + timedelta(microseconds=1))
        assert isinstance(fire_time, datetime)
        return fire_time.astimezone(UTC)


_FACTS = ("task", "args", "cron", "zone", "grace_seconds")


def _writing() -> ReturningInsert[Schedule]:
    insertion = insert(Schedule)
    wanted = insertion.excluded
    is_same = (Schedule.cron == wanted.cron) & (Schedule.zone == wanted.zone)
    next_run_at = case((is_same, Schedule.next_run_at), else_=wanted.next_run_at)
    return insertion.on_conflict_do_update(
        index_elements=[Schedule.workspace_id, Schedule.name],
        set_={name: wanted[name] for name in _FACTS} | {"next_run_at": next_run_at},
    ).returning(Schedule)


_WRITING = _writing()


def put_schedules(session: Session, *wanted: Schedule) -> Sequence[Schedule]:
    """Write schedules, or change those of the same name; what says the same keeps its next time.

    So it may be called at every start: a restart on Monday morning does not lose the week.
    """
    if not wanted:
        return []
    now, names = clock.now(), ("workspace_id", "name", *_FACTS)
    rows = [
        {name: getattr(each, name) for name in names} | {"next_run_at": each.after(now)}
        for each in wanted
    ]
    return session.scalars(_WRITING, rows, execution_options={"populate_existing": True}).all()


def drop_schedule(session: Session, workspace_id: int, name: str) -> None:
    """Take a schedule away; one that is not there is no error."""
    session.execute(
        delete(Schedule).where(Schedule.workspace_id == workspace_id, Schedule.name == name)
    )


def schedules(session: Session, workspace_id: int) -> dict[str, Schedule]:
    """The workspace's schedules by their names."""
    rows = session.scalars(select(Schedule).where(Schedule.workspace_id == workspace_id))
    return {each.name: each for each in rows}


def tick(session: Session) -> int:
    """Enqueue what is due, each with its time as `slot`; returns how many fired."""
    now = clock.now()
    due = session.scalars(
        select(Schedule)
        .where(Schedule.next_run_at <= now, _DUE.ready(Schedule.id))
        .with_for_update(key_share=True, skip_locked=True)
    )
    fired: list[bool] = []
    _DUE.each(session, due.all(), lambda schedule: fired.append(_fire(session, schedule, now)))
    return sum(fired)


def _fire(session: Session, schedule: Schedule, now: datetime) -> bool:
    slot = _newest_missed(schedule, now).astimezone(UTC)  # whatever zone the connection has
    schedule.next_run_at = schedule.after(now)
    if now - slot > timedelta(seconds=schedule.grace_seconds):
        logger.warning("schedule %s: %s is past its grace, left out", schedule.name, slot)
        return False
    key = f"schedule:{schedule.id}:{slot.isoformat()}"
    enqueue(session, schedule.task, once=key, slot=slot.isoformat(), **schedule.args)
    return True


def _newest_missed(schedule: Schedule, now: datetime) -> datetime:
    """The last time that is not after `now`: after a long pause only that one counts."""
    slot = max(schedule.next_run_at, now - timedelta(seconds=schedule.grace_seconds))
    slot = slot if slot == schedule.next_run_at else schedule.after(slot)
    if slot > now:
        return schedule.next_run_at
    while (following := schedule.after(slot)) <= now:
        slot = following
    return slot
