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
from bot.store import DatabaseDown, Store

logger = logging.getLogger(__name__)

# A second thread took a fifth fewer leads: each would find fewer waiting, and fight for the
# interpreter's lock (benchmarks/bench_intake.py).
THREADS = 1
# So many are stored in some 20 ms, and no request waits for more than that of others.
_MOST_TOGETHER = 32
# What waits beyond this would be answered too late; half a second's worth at full speed.
_MOST_WAITING = 512
_MOST_BYTES = 16 * 1024 * 1024


class TooManyWaiting(HandoffError):
    """Too many requests are waiting to be stored, so nothing of this one was. Send it again in a
    moment."""


# What goes away by itself: whoever sends can try again.
_LATER = (DatabaseDown, NotInstalled)


class _Place(NamedTuple):
    """A place in the queue, and what its sender waits for.

    That is never an exception: its traceback would keep the body (see `_drop_traceback`).
    """

    sent: RawSubmission
    receipt: Future[Receipt | type[HandoffError]]


class Intake:
    """Takes what senders bring, for the workspace that is connected."""

    def __init__(self, store: Store, workspace: Callable[[], Workspace]) -> None:
        self._store = store
        self._workspace = workspace
        self._waiting: deque[_Place] = deque()
        self._lock = threading.Lock()
        self._requests = self._bytes = 0  # of those that are not stored yet; the loop's alone
        self._threads = ThreadPoolExecutor(THREADS, "intake")

    async def take(self, sent: RawSubmission) -> Receipt:
        """Store one submission, committed before this returns.

        Raises DatabaseDown, NotInstalled and TooManyWaiting, after which nothing was stored.
        """
        size = len(sent.body)
        if self._requests >= _MOST_WAITING or self._bytes + size > _MOST_BYTES:
            raise TooManyWaiting
        self._requests, self._bytes = self._requests + 1, self._bytes + size
        try:
            receipt = await self._queued(_Place(sent, Future()))
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
        """Store what waits, of one source; there is nothing where others took it along."""
        places = self._next_batch()
        for place in self._store_batch(places) if len(places) > 1 else places:
            self._store_one(place)

    def _next_batch(self) -> list[_Place]:
        drawn: list[_Place] = []
        with self._lock:
            while self._waiting and len(drawn) < _MOST_TOGETHER:
                if drawn and drawn[0].sent.source != self._waiting[0].sent.source:
                    break
                place = self._waiting.popleft()
                if place.receipt.set_running_or_notify_cancel():
                    drawn.append(place)
        return drawn

    def _store_batch(self, places: Sequence[_Place]) -> Sequence[_Place]:
        """Store those that can be stored together; returns the others."""
        try:
            with self._store.transaction() as session:
                sent = [place.sent for place in places]
                receipts = receiving.receive_together(session, self._workspace(), sent)
        except Exception as error:  # one of them may be at fault; the others must not suffer for it
            if not isinstance(error, _LATER):
                logger.warning("%d requests are stored one by one: %s", len(places), _where(error))
            _drop_traceback(error)
            return places
        rest = []
        for place, receipt in zip(places, receipts, strict=True):
            if receipt is None:
                rest.append(place)
            else:
                place.receipt.set_result(receipt)
        return rest

    def _store_one(self, place: _Place) -> None:
        place.receipt.set_result(
            self._stored(receiving.receive, place.sent)
            # Whatever breaks us is kept for an admin, who replays it after the mend.
            or self._stored(receiving.set_aside, place.sent)
            or DatabaseDown
        )

    def _stored(
        self, store: Callable[[Session, Workspace, RawSubmission], Receipt], sent: RawSubmission
    ) -> Receipt | type[HandoffError] | None:
        """What came of a submission, or why it can be stored later only; None where it broke us."""
        try:
            with self._store.transaction() as session:
                return store(session, self._workspace(), sent)
        except _LATER as error:
            _drop_traceback(error)
            return type(error)
        except Exception as error:
            logger.error("a submission of %s broke us: %s", sent.source, _where(error))  # noqa: TRY400 - without its words
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
