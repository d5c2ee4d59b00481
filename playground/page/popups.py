"""What opens above the page: menus that drop down from a button, and confirm dialogs.

Each is made when it opens and forgotten when it closes: a channel full of cards has a menu on every
one of them, and made ahead, they would weigh more than the messages.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import Client, ui

from playground.page import dom
from playground.page.mrkdwn import plain_html
from playground.page.values import text_of

# Up and down walk through the lines, as in any menu.
_WALK = """(e) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step) return;
  e.preventDefault();
  const lines = [...e.currentTarget.querySelectorAll('button')];
  const at = lines.indexOf(document.activeElement);
  lines[(at + step + lines.length) % lines.length]?.focus();
}"""
Json = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """Something to choose: `html` is our own escaped HTML, `do` may be a coroutine function."""

    html: str
    do: Callable[[], object]
    testid: str
    value: str = ""
    css: str = ""
    checked: bool | None = None


@dataclass(frozen=True)
class Heading:
    """A grey line above others."""

    text: str


Lines = list[Line | Heading]
_open: WeakKeyDictionary[Client, tuple[str, ui.menu]] = WeakKeyDictionary()


def text_line(text: str, hint: str = "") -> str:
    """The HTML of a line with a text and, below it, what it is about."""
    below = f'<span class="menu-hint">{escape(hint)}</span>' if hint else ""
    return f'<span class="tx">{escape(text)}</span>{below}'


def drop_down(
    anchor: ui.element, lines: Callable[[], Lines | Awaitable[Lines]], *, at_end: bool = False
) -> None:
    """Open a menu with these lines when the button is pressed; `at_end` aligns it at the right."""

    async def pressed() -> None:
        client = ui.context.client
        offered = lines()
        shown = await offered if inspect.isawaitable(offered) else offered
        with client:
            open_menu(anchor.html_id, shown, at_end=at_end)

    anchor.on("click", pressed, args=[])


def open_menu(button_id: str, lines: Lines, *, at_end: bool = False) -> None:
    """Open a menu below the button with this id in the page."""
    client = ui.context.client
    button, last = _open.get(client, ("", None))
    if last is not None and not last.is_deleted and button == button_id:
        last.close()
        return
    with client.content:
        menu = ui.menu(value=True).props("auto-close no-parent-event transition-duration=80")
    menu.classes("menu").props["target"] = f"#{button_id}"
    if at_end:
        menu.props.update({"anchor": "bottom right", "self": "top right"})
    with menu:
        for line in lines:
            _draw_line(line)
    menu.on("keydown", js_handler=_WALK)
    menu.on("hide", lambda: None if menu.is_deleted else menu.delete(), args=[])
    _open[client] = (button_id, menu)


def _draw_line(line: Line | Heading) -> None:
    if isinstance(line, Heading):
        dom.words("div", "menu-title", line.text)
        return
    checked = None if line.checked is None else str(line.checked).lower()
    drawn = dom.leaf(
        line.html,
        f"menu-line {line.css}",
        "button",
        type="button",
        role="menuitem" if line.checked is None else "menuitemradio",
        aria_checked=checked,
        data_testid=line.testid,
        data_value=line.value or None,
    )
    drawn.on("click", line.do, args=[])


async def confirmed(confirm: Json | None) -> bool:
    """Ask, if there is something to ask; True when the person agrees."""
    if not confirm:
        return True
    with ui.context.client.layout, ui.dialog() as dialog:
        _draw(confirm, dialog)
    answer = await dialog
    dialog.delete()
    return bool(answer)


def _draw(confirm: Json, dialog: ui.dialog) -> None:
    danger = confirm.get("style") == "danger"
    title = text_of(confirm.get("title")) or "Are you sure?"
    with dom.tag("div", "modal modal-small", role="alertdialog", aria_label=title,
                 data_testid="confirm"):  # fmt: skip
        dom.words("h2", "modal-title", title)
        dom.leaf(plain_html(text_of(confirm.get("text"))), "confirm-text")
        with dom.tag("div", "modal-foot"):
            no = dom.button("btn", text_of(confirm.get("deny")) or "Cancel",
                            data_testid="confirm-deny")  # fmt: skip
            no.on("click", lambda: dialog.submit(False), args=[])
            css = "btn btn-danger" if danger else "btn btn-primary"
            yes = dom.button(css, text_of(confirm.get("confirm")) or "Yes",
                             data_testid="confirm-accept", autofocus=True)  # fmt: skip
            yes.on("click", lambda: dialog.submit(True), args=[])
