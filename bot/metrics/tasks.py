"""What the clock brings in for the figures: every five minutes, days that are over are tallied."""

from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from bot.metrics import days
from bot.metrics.computing import scope
from bot.metrics.period import EVER
from bot.people.models import Workspace
from bot.store import Store
from bot.tasks import Loop, Tasks, put_schedule

TALLY = "metrics.tally"

_DAYS = Loop("metrics.days", "Figures of days that are over")


def register(tasks: Tasks, store: Store) -> None:
    """Add the task."""
    tasks.add(TALLY, partial(_tally, store))


def install(session: Session, workspace: Workspace) -> None:
    """Let the clock tally a workspace's days."""
    put_schedule(
        session, workspace.id, TALLY, TALLY, cron="*/5 * * * *", zone=workspace.timezone,
        workspace_id=workspace.id,
    )  # fmt: skip


def tally(store: Store, workspace_id: int) -> int:
    """Tally the days that are over and are not, or not any more; returns how many there were.

    Each is a transaction of its own, so that what is done stays done. One that fails is computed
    where it is read, and tried again the next time.
    """
    with store.transaction() as session:
        about = scope(session, workspace_id, EVER)
        days.forget(session, about)
        left = days.to_tally(session, about)
    for day in left:
        with store.transaction() as session:
            about = scope(session, workspace_id, EVER)
            _DAYS.each(
                session, [day], partial(days.tally, session, about), key=date.toordinal,
                workspace_id=workspace_id,
            )  # fmt: skip
    return len(left)


def _tally(store: Store, workspace_id: int, slot: str) -> None:  # noqa: ARG001 - the clock's
    tally(store, workspace_id)
