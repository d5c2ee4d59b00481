"""Waiting for a condition, and a clock that waits for us."""

import time
from collections.abc import Callable


def until(true: Callable[[], bool], what: str) -> None:
    """Poll; gives up after a minute, and says on what."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


class Clock:
    """A clock that stands still until it is set."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds
