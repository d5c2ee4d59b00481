"""From the stand-in's threads to the page's event loop: changes are folded, then drawn once.

The stand-in calls `notice` in whatever thread made a change, hundreds of times a second when a
benchmark runs. That only marks what changed; the loop is woken once for many, and the faster
changes come, the longer it waits between two drawings.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable

from playground.state import Change

_log = logging.getLogger(__name__)
OnChanges = Callable[[frozenset[Change]], None]
_FOLD_SECONDS = 0.03
_MAX_PAUSE_SECONDS = 1.0
_KEEP = 500


class Bridge:
    """Hands changes to the open pages; `join` and `leave` belong to the loop's own thread."""

    def __init__(self) -> None:
        self._pages: list[OnChanges] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._pending: set[Change] = set()
        self._woken = False
        self._pause = _FOLD_SECONDS

    def notice(self, change: Change) -> None:
        """Called by the stand-in, in any thread, after a change."""
        if not self._pages:
            return
        with self._lock:
            self._pending.add(_place(change) if len(self._pending) > _KEEP else change)
            loop, wake = self._loop, not self._woken
            self._woken = True
        if loop is not None and wake:
            try:
                loop.call_soon_threadsafe(self._schedule)
            except RuntimeError:  # the loop is closed: the page is going down
                self._pages.clear()

    def join(self, page: OnChanges) -> None:
        """An open page wants to hear of changes."""
        self._loop = asyncio.get_running_loop()
        self._pages.append(page)
        with self._lock:
            self._woken = False

    def leave(self, page: OnChanges) -> None:
        """A page was closed."""
        if page in self._pages:
            self._pages.remove(page)

    def _schedule(self) -> None:
        if self._loop is not None:
            self._loop.call_later(self._pause, self._flush)

    def _flush(self) -> None:
        with self._lock:
            changes, self._pending = frozenset(self._pending), set()
            self._woken = False
        began = time.monotonic()
        for page in list(self._pages):
            try:
                page(changes)
            except Exception:  # one page that cannot draw must not stop the others
                _log.exception("a page could not be redrawn")
        spent = time.monotonic() - began
        self._pause = min(max(_FOLD_SECONDS, spent * 2), _MAX_PAUSE_SECONDS)


def _place(change: Change) -> Change:
    """Only where it changed: a flood of messages in one channel is one thing to draw."""
    return Change(change.kind, change.channel, change.user)
