"""Rows that the clock goes over: one that fails is parked, and the others go on.

What reads due rows and acts on each is a `Loop`. Each row has a savepoint of its own. A row that
fails is written down with when it is tried again, later each time, and the admins hear of it once a
day and loop. What is logged and kept of an error is its kind and where in our code it arose; its
words may repeat what is stored.
"""

import logging
import traceback
from collections.abc import Callable, Iterable
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, UniqueConstraint, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Mapped, Session

from bot import clock
from bot.errors import HandoffError
from bot.store import Base, Id, Moment, Store, WorkspaceId
from bot.tasks.queue import enqueue

logger = logging.getLogger(__name__)

PARKED = "jobs.row_parked"
"""The task that tells the admins of a parked row."""

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=30)
_FAILED = "failed_rows"
_CODE = Path(__file__).parents[1]

LOOPS: dict[str, "Loop"] = {}
"""Every loop by its name."""


class RowsFailed(HandoffError):
    """{count} of the rows failed and are tried again; the others are done."""


R = TypeVar("R")


class ParkedRow(Base):
    """A row that failed in a loop of the clock, until it succeeds."""

    __tablename__ = "parked_row"
    __table_args__ = (UniqueConstraint("loop", "row_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    loop: Mapped[str]
    row_id: Mapped[int]
    error: Mapped[str]
    """Its kind and where it arose; none of its words."""
    failures: Mapped[int]
    retry_at: Mapped[Moment]


class Loop:
    """A loop of the clock over rows."""

    def __init__(self, name: str, label: str) -> None:
        """`name` is stable; `label` says to admins what it does, as a heading."""
        self.name, self.label = name, label
        LOOPS[name] = self

    def ready(self, row_id: Any) -> ColumnElement[bool]:
        """Whether the row with the id in this column is not parked; for the loop's statement."""
        return ~exists().where(
            ParkedRow.loop == self.name,
            ParkedRow.row_id == row_id,
            ParkedRow.retry_at > clock.now(),
        )

    def due(self, workspace_id: int) -> Select[int]:
        """The ids of the parked rows whose time has come."""
        return select(ParkedRow.row_id).where(
            ParkedRow.loop == self.name,
            ParkedRow.workspace_id == workspace_id,
            ParkedRow.retry_at <= clock.now(),
        )

    def each(
        self,
        session: Session,
        rows: Iterable[R],
        act: Callable[[R], object],
        *,
        key: Callable[[R], int] = attrgetter("id"),
        workspace_id: int | None = None,
    ) -> int:
        """Act on each row in a savepoint of its own; returns how many failed and were parked.

        `key` gives a row's id; `workspace_id` is None where each row says its own. What is no
        fault of a row (a database that is away, a deadlock) is raised.
        """
        done, failed = [], 0
        for row in rows:
            row_id, whose = key(row), workspace_id or attrgetter("workspace_id")(row)
            try:
                with session.begin_nested():
                    act(row)
                done.append(row_id)
            except Exception as error:
                if _is_no_fault_of_a_row(error):
                    raise
                self._park(session, whose, row_id, error)
                failed += 1
        if done:
            session.execute(
                delete(ParkedRow).where(ParkedRow.loop == self.name, ParkedRow.row_id.in_(done))
            )
        session.info[_FAILED] = session.info.get(_FAILED, 0) + failed
        return failed

    def _park(self, session: Session, workspace_id: int, row_id: int, error: Exception) -> None:
        where, now = place_of(error), clock.now()
        before = session.scalar(
            select(ParkedRow.failures).where(
                ParkedRow.loop == self.name, ParkedRow.row_id == row_id
            )
        )
        facts = {
            "error": where, "failures": (before or 0) + 1, "retry_at": now + pause(before or 0),
        }  # fmt: skip
        row = {"workspace_id": workspace_id, "loop": self.name, "row_id": row_id}
        parked_id = session.scalars(
            insert(ParkedRow)
            .values(**row, **facts)
            .on_conflict_do_update(index_elements=["loop", "row_id"], set_=facts)
            .returning(ParkedRow.id)
        ).one()
        logger.error("%s: row %s is parked: %s", self.name, row_id, where)
        once = f"{PARKED}:{workspace_id}:{self.name}:{now:%Y-%m-%d}"
        enqueue(session, PARKED, once=once, parked_id=parked_id)


def parked(session: Session, parked_id: int) -> tuple[Loop, ParkedRow, int] | None:
    """A parked row with its loop, and how many rows of its workspace that has parked; None where
    it has succeeded since."""
    row = session.get(ParkedRow, parked_id)
    if row is None or row.loop not in LOOPS:
        return None
    count = select(func.count()).select_from(ParkedRow).where(
        ParkedRow.loop == row.loop, ParkedRow.workspace_id == row.workspace_id
    )  # fmt: skip
    return LOOPS[row.loop], row, session.scalars(count).one()


def in_transaction(
    store: Store, work: Callable[[Session], object], failures: list[Exception] | None = None
) -> None:
    """Do a job's work in a transaction; where rows of its loops failed, the job is tried again.

    What the other rows did is committed. Raises RowsFailed after it, or adds it to `failures` for
    a job that goes on.
    """
    with store.transaction() as session:
        work(session)
        failed = session.info.pop(_FAILED, 0)
    if not failed:
        return
    error = RowsFailed(count=failed)
    if failures is None:
        raise error
    failures.append(error)


def pause(failures: int) -> timedelta:
    """How long a row is left alone that has failed so often before."""
    doubled: int = 2 ** min(failures, 10)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)


def place_of(error: Exception) -> str:
    """The kind of an error, and the innermost line of our code that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(_CODE)]
    if not ours:
        return type(error).__name__
    last = ours[-1]
    return f"{type(error).__name__} in {Path(last.filename).relative_to(_CODE)}:{last.lineno}"


def _is_no_fault_of_a_row(error: Exception) -> bool:
    return isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
