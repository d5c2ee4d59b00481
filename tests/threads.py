"""Things that are done at the same moment, in threads."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


def at_once(acts: Sequence[Callable[[], T]], threads: int | None = None) -> list[T]:
    """Do all of this in threads that start together: one for each act, or so many for all.

    Returns what each came to. Raises what an act raised.
    """
    count = threads or len(acts)
    gate = threading.Barrier(count)

    def run(mine: Sequence[Callable[[], T]]) -> list[T]:
        gate.wait()
        return [act() for act in mine]

    with ThreadPoolExecutor(count) as pool:
        done = list(pool.map(run, [acts[first::count] for first in range(count)]))
    return [each for some in done for each in some]


def tried_at_once(acts: Iterable[Callable[[], Any]]) -> list[Any]:
    """As `at_once`; what an act raises stands in its place."""
    return at_once([partial(_tried, act) for act in acts])


def _tried(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:
        return error
