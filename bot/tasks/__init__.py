"""Durable work and the clock: the thin face of Procrastinate and of APScheduler."""

from bot.tasks.queue import (
    FailedJob,
    GiveUp,
    Postpone,
    advance,
    cancel,
    deferring,
    enqueue,
    failed,
    fold,
    retry,
)
from bot.tasks.rows import Loop, in_transaction
from bot.tasks.schedule import Schedule, drop_schedule, put_schedules, schedules
from bot.tasks.tasks import Tasks

__all__ = [
    "FailedJob",
    "GiveUp",
    "Loop",
    "Postpone",
    "Schedule",
    "Tasks",
    "advance",
    "cancel",
    "deferring",
    "drop_schedule",
    "enqueue",
    "failed",
    "fold",
    "in_transaction",
    "put_schedules",
    "retry",
    "schedules",
]
