"""What a drawn block needs from the place that it stands in: a message, a modal or a home tab."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from playground.page.presses import Presses
from playground.page.reader import Reader
from playground.page.values import text_of

Json = dict[str, Any]
OnValue = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Choice:
    """One line of a select: `group` stands as a heading above the first of its options."""

    value: str
    label: str
    description: str = ""
    group: str = ""


@dataclass(frozen=True)
class Upload:
    """A file that somebody picked in the browser."""

    name: str
    data: bytes


class Surface(Protocol):
    """A place with blocks. What is done here goes through the person's hand, off the UI's loop."""

    reader: Reader
    presses: Presses

    def value(self, block_id: str, element: Json) -> Any:
        """What stands in an element now, as a plain value."""

    def error(self, block_id: str) -> str | None:
        """The error to show below an input block."""

    def remember(self, block_id: str, element: Json, value: Any) -> None:
        """Keep what was typed or chosen in an input that tells the app nothing yet."""

    async def click(self, block_id: str, element: Json) -> None:
        """Press a button."""

    async def choose(self, block_id: str, element: Json, value: Any) -> None:
        """Choose or type something that the app is told at once."""

    def people(self) -> list[Choice]:
        """Everyone that a users select offers."""

    def conversations(self, element: Json) -> list[Choice]:
        """Every conversation that a conversations or channels select offers."""

    async def suggestions(self, block_id: str, element: Json, typed: str) -> list[Choice]:
        """What the app offers in an external select."""

    async def upload(self, file: Upload) -> str | None:
        """Give Slack a file for a file input; its id, or None when that failed."""


def choices_of(options: list[tuple[str | None, Json]]) -> list[Choice]:
    """The options of a block as lines of a select."""
    return [
        Choice(
            str(option.get("value", "")),
            text_of(option.get("text")),
            text_of(option.get("description")),
            group or "",
        )
        for group, option in options
    ]
