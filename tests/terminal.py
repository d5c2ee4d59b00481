"""The command line as somebody at a terminal sees it: what it printed, and how it ended."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from bot.cli import main

_KEPT = ("PATH", "HOME", "HANDOFF_DATA_DIR")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def handoff(*arguments: str, **environment: str) -> Ended:
    """Run a command here; a traceback would fail the test. Nobody is there to answer a question."""
    out, err = _Pipe(), _Pipe()
    code = 0
    with (
        patch.dict(os.environ, _given(environment), clear=True),
        patch("sys.stdin", io.StringIO()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
    return Ended(code, out.text, err.text)


def apart(*arguments: str, **environment: str) -> Ended:
    """Run a command in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=_given(environment), cwd=Path(__file__).parents[1], capture_output=True, text=True,
        stdin=subprocess.DEVNULL, check=False, timeout=60,
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def _given(environment: dict[str, str]) -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | environment


class _Pipe(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "utf-8", write_through=True)

    @property
    def text(self) -> str:
        self.seek(0)
        return self.read()
