"""Golden files: one for each file of tests, with a section for each thing that a person sees."""

import fcntl
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

from slack_sdk.models.views import View

from bot.slack import Message
from playground.limits import check_message, check_view
from tests.golden_text import golden_text, unseen

Golden = Callable[[str, Any], None]
"""The fixture `golden`: `golden(name, what_a_person_sees)`, see `GoldenFile.compare`."""

FOLDER = Path(__file__).parent / "golden"
_HEADING = re.compile(r"^== (.+) ==\n", re.MULTILINE)


class GoldenFile:
    """The golden file of one file of tests: held against what is drawn, or written anew."""

    def __init__(self, tests: Path, *, anew: bool) -> None:
        self._path = FOLDER / f"{tests.parent.name}.{tests.stem.removeprefix('test_')}.txt"
        self._anew = anew

    def compare(self, name: str, seen: Any) -> None:
        """Hold what a person sees against the section that somebody has read, and Slack's limits.

        `seen` is a message, a view, a list of blocks, or a sentence; or several, each by its name.
        """
        drawn = {}
        for title, part in _parts(name, seen):
            assert _over_limits(part) == [], title
            drawn[title] = golden_text(part)
            if self._anew:
                assert unseen(part) == [], "let tests/golden_text.py show it"
        if self._anew:
            self._write(drawn)
        else:
            self._hold(drawn)

    def _hold(self, drawn: dict[str, str]) -> None:
        read = _sections(self._path.read_text()) if self._path.exists() else {}
        for title, text in drawn.items():
            where = f"{title} in {self._path.name}"
            assert title in read, f"{where} is missing: run `make golden` and read it"
            assert text == read[title], f"{where} differs:\n{_difference(read[title], text)}"

    def _write(self, drawn: dict[str, str]) -> None:
        FOLDER.mkdir(exist_ok=True)
        with self._path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # tests of one file run in several processes
            file.seek(0)
            sections = sorted((_sections(file.read()) | drawn).items())
            file.truncate(0)
            file.write("\n".join(f"== {name} ==\n{text}\n" for name, text in sections))


def _difference(read: str, drawn: str) -> str:
    return "\n".join(
        unified_diff(read.splitlines(), drawn.splitlines(), "read", "drawn", lineterm="")
    )


def _sections(text: str) -> dict[str, str]:
    _, *parts = _HEADING.split(text)
    return {name: body.strip("\n") for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _parts(name: str, seen: Any) -> Iterator[tuple[str, Any]]:
    """What is seen as JSON, each by its title."""
    if isinstance(seen, Message):
        yield name, {"text": seen.text, "blocks": seen.blocks}
    elif isinstance(seen, View):
        yield name, seen.to_dict()
    elif isinstance(seen, Mapping) and "blocks" not in seen:
        for each, part in seen.items():
            yield from _parts(f"{name}, {each}", part)
    else:
        yield name, seen


def _over_limits(part: Any) -> list[str]:
    if isinstance(part, str):
        return []
    if isinstance(part, list):
        return check_view({"type": "home", "blocks": part}, "home")
    if part.get("type") == "modal":
        return check_view(part, "modal")
    without_charts = [each for each in part["blocks"] if each["type"] != "data_visualization"]
    return check_message(part["blocks"]) + check_message(without_charts)
