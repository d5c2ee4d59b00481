"""Block Kit's buttons and overflow menus, as HTML whose presses are looked up."""

from __future__ import annotations

from html import escape
from typing import Any

from nicegui import Client, ui

from playground.page import icons
from playground.page.links import safe_url
from playground.page.mrkdwn import text_html
from playground.page.popups import Line, Lines, confirmed, open_menu
from playground.page.surface import Surface, show_busy

Json = dict[str, Any]
_BUTTON_CSS = {"primary": " bk-primary", "danger": " bk-danger"}
_BUTTONS = {"button", "workflow_button", "icon_button"}


def buttons_html(elements: list[Json], block_id: str, surface: Surface) -> str | None:
    """All of these elements as HTML; None where one of them is no button and no menu."""
    drawn = [button_html(element, block_id, surface) for element in elements]
    return None if None in drawn else "".join(html for html in drawn if html)


def button_html(element: Json, block_id: str, surface: Surface) -> str | None:
    """A button, an overflow menu or a pair of feedback buttons; None for anything else."""
    kind = element.get("type")
    if kind in _BUTTONS:
        return _button(element, block_id, surface)
    if kind == "overflow":
        return _overflow(element, block_id, surface)
    if kind == "feedback_buttons":
        parts = [element[n] for n in ("positive_button", "negative_button") if n in element]
        shared = {"type": "button", "action_id": element.get("action_id")}
        return "".join(_button({**part, **shared}, block_id, surface) for part in parts)
    return None


def _button(element: Json, block_id: str, surface: Surface) -> str:
    url = safe_url(str(element.get("url") or ""))

    async def pressed(button_id: str) -> None:
        client = ui.context.client
        if not await confirmed(element.get("confirm")):
            return
        _open(client, url)
        with client:
            show_busy(button_id, True)
            try:
                await surface.click(block_id, element)
            finally:
                show_busy(button_id, False)

    css = "bk-btn" + _BUTTON_CSS.get(str(element.get("style")), "")
    label = str(element.get("accessibility_label") or "")
    name = f' aria-label="{escape(label)}"' if label else ""
    out = f'<span class="ic">{icons.LINK_OUT}</span>' if url else ""
    return (
        f'<button class="{css}"{name} {surface.presses.add(pressed)}{_hooks(element, block_id)}>'
        f'<span class="tx">{text_html(element.get("text"), surface.reader)}</span>{out}</button>'
    )


def _open(client: Client, url: str | None) -> None:
    if url:
        client.open(url, new_tab=True)


def _hooks(element: Json, block_id: str) -> str:
    """The attributes by which a test, or a curious person, finds an element."""
    action_id = escape(str(element.get("action_id") or ""))
    return (
        f' data-testid="action:{action_id}" data-action-id="{action_id}"'
        f' data-block-id="{escape(block_id)}"'
    )


def _overflow(element: Json, block_id: str, surface: Surface) -> str:
    options = element.get("options") or []
    lines: Lines = [_overflow_line(option, element, block_id, surface) for option in options]
    press = surface.presses.add(lambda button_id: open_menu(button_id, lines))
    return (
        f'<button class="bk-btn bk-more" aria-label="More actions" aria-haspopup="menu" {press}'
        f'{_hooks(element, block_id)}><span class="ic">{icons.DOTS}</span></button>'
    )


def _overflow_line(option: Json, element: Json, block_id: str, surface: Surface) -> Line:
    html = f'<span class="tx">{text_html(option.get("text"), surface.reader)}</span>'
    if option.get("description"):
        hint = text_html(option["description"], surface.reader)
        html += f'<span class="menu-hint">{hint}</span>'

    async def chosen() -> None:
        client = ui.context.client
        if await confirmed(element.get("confirm")):
            _open(client, safe_url(str(option.get("url") or "")))
            with client:
                await surface.choose(block_id, element, option.get("value"))

    return Line(html, chosen, "option", str(option.get("value") or ""))
