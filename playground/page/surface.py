"""What a drawn block needs from the place that it stands in: a message, a modal or a home tab.

An element of NiceGUI for every button would make a channel full of cards slow. So buttons are part
of the HTML, each with an id, and the one listener around them looks up what is to be done.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from nicegui import events, ui

from playground.page.reader import Reader
from playground.page.values import text_of

Json = dict[str, Any]
OnValue = Callable[[Any], Awaitable[None]]
_ids = count(1)
LISTEN = """(e) => {
  const button = e.target.closest('[data-press]');
  if (button && !button.disabled) emit(button.id);
}"""
_BUSY = """(() => {{
  const button = document.getElementById({id!r});
  if (!button) return;
  button.disabled = {busy};
  button.classList.toggle('is-busy', {busy});
}})()"""
OnPress = Callable[[str], object]


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


class Presses:
    """What each button of one message or view does; `OnPress` gets the button's id in the page."""

    def __init__(self) -> None:
        self._does: dict[str, OnPress] = {}

    def add(self, does: OnPress) -> str:
        """The attributes that make a `<button>` of our own HTML do this."""
        key = f"press-{next(_ids)}"
        self._does[key] = does
        return f'type="button" id="{key}" data-press'

    def listen(self, around: ui.element) -> None:
        """Hear the presses of all buttons inside an element."""
        around.on("click", self.pressed, js_handler=LISTEN)

    async def pressed(self, event: events.GenericEventArguments) -> None:
        """A button was pressed; one that is not known here does nothing."""
        does = self._does.get(str(event.args))
        result = does(str(event.args)) if does else None
        if inspect.isawaitable(result):
            await result


def show_busy(button_id: str, busy: bool) -> None:
    """Show on a button that its press is under way; it cannot be pressed meanwhile."""
    ui.run_javascript(_BUSY.format(id=button_id, busy=str(busy).lower()))
