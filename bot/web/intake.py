"""The intake: what senders bring is stored, and only then answered.

Requests that come while others are being stored wait for them, and are stored together: the
busier it is, the less each costs (benchmarks/bench_intake.py).
"""

import asyncio
import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.errors import HandoffError
from bot.intake import receiving
from bot.intake.receiving import RawSubmission, Receipt
from bot.people.models import Workspace
from bot.people.service import NotInstalled
from bot.store import DatabaseDown, Store, is_deadlock

logger = logging.getLogger(__name__)

# A second thread took a fifth fewer leads: each would find fewer waiting, and fight for the
# interpreter's lock (benchmarks/bench_intake.py).
THREADS = 1
# So many are stored in some 20 ms, and no request waits for more than that of others.
_MOST_TOGETHER = 32
# What waits beyond this would be answered too late; half a second's worth at full speed.
_MOST_WAITING = 512
_MOST_BYTES = 16 * 1024 * 1024
# So often requests are stored anew that met a deadlock, before they are taken to break us.
_MOST_ATTEMPTS = 3


class TooManyWaiting(HandoffError):
    """Too many requests are waiting to be stored, so nothing of this one was. Send it again in a
    moment."""


# What goes away by itself: whoever sends can try again.
_LATER = (DatabaseDown, NotInstalled)


class _Place(NamedTuple):
    """A place in the queue, and what its sender waits for.

    That is never an exception: its traceback would keep the body (see `_drop_traceback`).
    """

    request: RawSubmission
    receipt: Future[Receipt | type[HandoffError]]

    @property
    def sender(self) -> tuple[str, str]:
        """Of whom it is: the source and the name of the key."""
        return self.request.source, self.request.sender


_Storing = Callable[[Session, Workspace, Sequence[RawSubmission]], Sequence[Receipt]]


class Intake:
    """Takes what senders bring, for the workspace that is connected."""

    def __init__(self, store: Store, workspace: Callable[[], Workspace]) -> None:
        self._store = store
        self._workspace = workspace
        self._waiting: deque[_Place] = deque()
        self._lock = threading.Lock()
        self._requests = self._bytes = 0  # of those that are not stored yet; the loop's alone
        self._threads = ThreadPoolExecutor(THREADS, "intake")

    async def take(self, request: RawSubmission) -> Receipt:
        """Store one submission, committed before this returns.

        Raises DatabaseDown, NotInstalled and TooManyWaiting, after which nothing was stored.
        """
        size = len(request.body)
        if self._requests >= _MOST_WAITING or self._bytes + size > _MOST_BYTES:
            raise TooManyWaiting
        self._requests, self._bytes = self._requests + 1, self._bytes + size
        try:
            receipt = await self._queued(_Place(request, Future()))
        finally:
            self._requests, self._bytes = self._requests - 1, self._bytes - size
        if isinstance(receipt, Receipt):
            return receipt
        raise receipt

    async def _queued(self, place: _Place) -> Receipt | type[HandoffError]:
        self._waiting.append(place)
        self._threads.submit(self._store_next)
        return await asyncio.wrap_future(place.receipt)

    def _store_next(self) -> None:
        """Store what waits, of one sender; there is nothing where others took it along."""
        if places := self._next_batch():
            self._store_all(places)

    def _next_batch(self) -> list[_Place]:
        batch: list[_Place] = []
        others: list[_Place] = []
        with self._lock:
            while self._waiting and len(batch) < _MOST_TOGETHER:
                place = self._waiting.popleft()
                if batch and place.sender != batch[0].sender:
                    others.append(place)
                elif place.receipt.set_running_or_notify_cancel():
                    batch.append(place)
            self._waiting.extendleft(reversed(others))
        return batch

    def _store_all(self, places: Sequence[_Place]) -> None:
        """Store requests together; where one of them breaks us, the others do not suffer for it."""
        receipts = self._attempt(receiving.receive, places)
        if receipts is None and len(places) > 1:
            for place in places:
                self._store_all([place])
            return
        # Whatever breaks us is kept for an admin, who replays it after the mend.
        receipts = receipts or self._attempt(receiving.set_aside, places)
        for place, receipt in zip(places, receipts or [DatabaseDown] * len(places), strict=True):
            place.receipt.set_result(receipt)

    def _attempt(
        self, store: _Storing, places: Sequence[_Place], attempts: int = _MOST_ATTEMPTS
    ) -> Sequence[Receipt | type[HandoffError]] | None:
        """What came of requests, or why they can be stored later only; None where they broke us.

        A deadlock is no fault of theirs: who edits a lead locks it before its contact, and the
        intake locks the contact first. The other one is done by the next attempt.
        """
        try:
            with self._store.transaction() as session:
                # As it is now: an admin may change its channel and zone at any time.
                workspace = session.get_one(Workspace, self._workspace().id)
                return store(session, workspace, [place.request for place in places])
        except _LATER as error:
            _drop_traceback(error)
            return [type(error)] * len(places)
        except Exception as error:
            if is_deadlock(error) and attempts > 1:
                _drop_traceback(error)
                return self._attempt(store, places, attempts - 1)
            source, others = places[0].request.source, len(places) - 1
            logger.error(  # noqa: TRY400 - without its words
                "a submission of %s broke us, stored with %d others: %s",
                source, others, _where(error),
            )  # fmt: skip
            _drop_traceback(error)
            return None


def _where(error: Exception) -> str:
    """The kind of an error and where it came up, without its words: they may be personal data."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def _drop_traceback(error: BaseException | None) -> None:
    """Take the tracebacks from an error and its causes.

    They hold the frames of all calls, and these the body; SQLAlchemy's frames hold the error again,
    a cycle that stays until the garbage collector comes by, which may be a thousand bodies later.
    """
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
