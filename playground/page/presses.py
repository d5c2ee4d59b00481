"""Buttons inside HTML: one listener for a whole message or view, whatever is in it.

An element of NiceGUI for every button would make a channel full of cards slow. So buttons are part
of the HTML, each with an id, and the one listener around them looks up what is to be done.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import count

from nicegui import events, ui

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
