"""Figures that took long are kept for a minute, so that whoever comes back does not wait again.

What is computed quickly is never kept: it is of this very moment. Each page says its time.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from bot import clock

T = TypeVar("T")

KEPT = timedelta(minutes=1)
SLOW_SECONDS = 0.3
_MOST = 64


class Recent:
    """The slow figures of the last minute, by what was asked; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, tuple[object, datetime]] = OrderedDict()

    def get(self, asked: tuple[Any, ...], compute: Callable[[], T]) -> tuple[T, datetime]:
        """What was asked, and of when it is; computed where none is at hand."""
        with self._lock:
            kept = self._kept.get(asked)
        now = clock.now()
        if kept is not None and now - kept[1] < KEPT:
            return cast("tuple[T, datetime]", kept)
        began = time.monotonic()
        found = compute()
        if time.monotonic() - began >= SLOW_SECONDS:
            self._keep(asked, found, now)
        return found, now

    def _keep(self, asked: tuple[Any, ...], value: object, as_of: datetime) -> None:
        with self._lock:
            self._kept[asked] = value, as_of
            self._kept.move_to_end(asked)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
