"""What a command needs is imported when it is given, and only that: `--help` needs nothing."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Import many modules in this block.

    All of it stays, so nothing is gained by looking for garbage meanwhile: it took a fifth of the
    start (benchmarks/bench_process.py), and later each such look would go through all of it.
    """
    before = len(sys.modules)
    gc.disable()
    try:
        yield
        if len(sys.modules) > before:
            gc.freeze()
    finally:
        gc.enable()
