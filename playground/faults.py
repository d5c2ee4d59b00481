"""Faults on request: what Slack and the network do on a bad day.

    slack.faults.add("chat.postMessage", "drop_after", times=2)
    slack.faults.add("event", "duplicate")
    slack.faults.pace(1)
    slack.faults.clear()

A target is a Web API method ("chat.postMessage", "chat.*", "*" for all), "response_url", or a kind
of delivery to the app: "command", "interaction", "event", "options".
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias, get_args

FaultKind: TypeAlias = Literal[
    "ratelimited",  # no effect; 429, Retry-After, {"ok": false, "error": "ratelimited"}
    "error",  # 200, {"ok": false, "error": error}
    "http_error",  # the status, with a body that is no JSON
    "garbage",  # no effect; 200 with a body that is not Slack's, as a proxy may say it
    "hang_before",  # no effect; waits, then drops the connection
    "hang_after",  # takes effect; waits, then answers
    "drop_before",  # no effect; the connection is reset (a delivery is never sent)
    "drop_after",  # takes effect; the connection is reset before the answer
    "cut_off",  # takes effect; the connection is closed in the middle of the answer
    "duplicate",  # a delivery is sent twice
    "late",  # a delivery is sent some seconds late
]
DELIVERIES = ("command", "interaction", "event", "options")
TARGETS = (*DELIVERIES, "response_url")


@dataclass(slots=True)
class Fault:
    """One fault: `times` is how often it still happens (None: until cleared), `after` how many
    calls it lets through first. `seconds` is the wait, or the Retry-After of "ratelimited" where
    `retry_after` does not say it in other words. `body` and `content_type` are those of "garbage".
    """

    target: str
    kind: FaultKind
    times: int | None = 1
    seconds: float = 1.0
    status: int = 500
    error: str = "internal_error"
    after: int = 0
    body: str = "null"
    content_type: str = "application/json"
    retry_after: str | None = None

    def matches(self, target: str) -> bool:
        """Whether it is meant for this target; "*" means Web API methods and response_urls."""
        if target in DELIVERIES:
            return self.target == target
        return fnmatchcase(target, self.target)


class Faults:
    """The faults that are due; safe to use from any thread."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.down = False
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._interval: float | None = None
        self._last_post: dict[str, float] = {}
        self._on_down: list[Callable[[], None]] = []

    def add(self, target: str, kind: FaultKind, **details: Any) -> Fault:
        """Let `target` fail; see `Fault` for the details. The oldest matching fault comes first.

        Raises ValueError for a kind that does not exist, or that does not fit the target.
        """
        if kind not in get_args(FaultKind):
            raise ValueError(f"no such fault: {kind}")
        fits_delivery = kind in ("duplicate", "late", "drop_before")
        if (target in DELIVERIES and not fits_delivery) or (
            target not in DELIVERIES and kind in ("duplicate", "late")
        ):
            raise ValueError(f"{kind} does not fit {target}")
        fault = Fault(target, kind, **details)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, target: str) -> Fault | None:
        """The fault that happens now to this target, if any; counts it."""
        with self._lock:
            for fault in self._faults:
                if not fault.matches(target):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """All is well again: no faults, no pace, Slack is up."""
        with self._lock:
            self._faults.clear()
        self.pace(None)
        self.down = False

    def go_down(self) -> None:
        """Slack is down: every call gets 503, sockets are closed, nothing reaches the app."""
        self.down = True
        for callback in self._on_down:
            callback()

    def when_down(self, callback: Callable[[], None]) -> None:
        """Call this when Slack goes down."""
        self._on_down.append(callback)

    def pace(self, per_second: float | None = 1.0) -> None:
        """Take so many messages per second and channel (Slack: about one); None: no limit."""
        with self._lock:
            self._interval = None if per_second is None else 1 / per_second
            self._last_post.clear()

    def too_fast(self, channel_id: str) -> int | None:
        """Count a message to this channel; the seconds to wait if it comes too fast."""
        with self._lock:
            if self._interval is None:
                return None
            now = self.now()
            left = self._last_post.get(channel_id, -math.inf) + self._interval - now
            if left > 0:
                return max(1, math.ceil(left))
            self._last_post[channel_id] = now
            return None
