"""Interactive elements: buttons and overflow menus, and which of the others is which.

The same element stands in a message (where it tells the app at once) or in an input block (where
what is typed waits for the submit button); `tells` says which.
"""

from __future__ import annotations

from typing import Any

from nicegui import ui

from bot.playground.page import dom, icons
from bot.playground.page.confirm import confirmed
from bot.playground.page.fields import (
    FIELDS,
    PICKERS,
    draw_boxes,
    draw_field,
    draw_picker,
)
from bot.playground.page.links import safe_url
from bot.playground.page.mrkdwn import text_html
from bot.playground.page.selects import draw_select
from bot.playground.page.surface import OnValue, Surface
from bot.playground.page.uploads import draw_file_input

Json = dict[str, Any]

_BUTTON_CSS = {"primary": " bk-primary", "danger": " bk-danger"}


def draw_element(
    element: Json, block_id: str, surface: Surface, *, tells: bool = True
) -> ui.element | None:
    """Draw one interactive element; None where the playground does not know its type."""
    kind = str(element.get("type"))
    if kind in ("button", "workflow_button", "icon_button"):
        return _button(element, block_id, surface)
    on_value = _handler(element, block_id, surface, tells=tells)
    if kind == "overflow":
        return _overflow(element, block_id, surface)
    if kind.endswith("_select"):
        drawn: ui.element = draw_select(element, block_id, surface, on_value)
    elif kind in PICKERS:
        drawn = draw_picker(element, block_id, surface, on_value)
    elif kind in FIELDS:
        drawn = draw_field(element, block_id, surface, on_value, tells=tells)
    elif kind in ("radio_buttons", "checkboxes"):
        drawn = draw_boxes(element, block_id, surface, on_value)
    elif kind == "file_input":
        drawn = draw_file_input(element, block_id, surface)
    else:
        return None
    drawn.props["data-action-id"] = element.get("action_id")
    return drawn


def _handler(element: Json, block_id: str, surface: Surface, *, tells: bool) -> OnValue:
    """What happens with a new value: the app is told, or it is only kept."""

    async def keep(value: Any) -> None:
        surface.remember(block_id, element, value)

    async def tell(value: Any) -> None:
        if await confirmed(element.get("confirm")):
            await surface.choose(block_id, element, value)

    return tell if tells else keep


def _button(element: Json, block_id: str, surface: Surface) -> ui.element:
    action_id = str(element.get("action_id") or "")
    css = "bk-btn" + _BUTTON_CSS.get(str(element.get("style")), "")
    drawn = dom.tag(
        "button",
        css,
        type="button",
        aria_label=str(element.get("accessibility_label") or "") or None,
        data_testid=f"action:{action_id}",
        data_action_id=action_id,
        data_block_id=block_id,
    )
    url = safe_url(str(element.get("url") or ""))
    with drawn:
        dom.raw(text_html(element.get("text"), surface.reader), "tx", "span")
        if url:
            dom.raw(icons.LINK_OUT, "ic", "span")

    async def pressed() -> None:
        if not await confirmed(element.get("confirm")):
            return
        if url:
            ui.navigate.to(url, new_tab=True)
        drawn.classes("is-busy")
        dom.set_disabled(drawn, True)
        try:
            await surface.click(block_id, element)
        finally:
            dom.set_disabled(drawn, False)
            if not drawn.is_deleted:
                drawn.classes(remove="is-busy")

    return drawn.on("click.stop", pressed, args=[])


def _overflow(element: Json, block_id: str, surface: Surface) -> ui.element:
    action_id = str(element.get("action_id") or "")
    drawn = dom.button(
        "bk-btn bk-more",
        icon=icons.DOTS,
        aria_label="More actions",
        aria_haspopup="menu",
        data_testid=f"action:{action_id}",
        data_action_id=action_id,
        data_block_id=block_id,
    )
    with drawn, ui.menu().props("auto-close").classes("menu"):
        for option in element.get("options") or []:
            _overflow_line(option, element, block_id, surface)
    return drawn


def _overflow_line(option: Json, element: Json, block_id: str, surface: Surface) -> None:
    url = safe_url(str(option.get("url") or ""))
    line = dom.tag("button", "menu-line", type="button", role="menuitem", data_testid="option",
                   data_value=str(option.get("value")))  # fmt: skip
    with line:
        dom.raw(text_html(option.get("text"), surface.reader), "tx", "span")
        if option.get("description"):
            dom.raw(text_html(option["description"], surface.reader), "menu-hint", "span")

    async def chosen() -> None:
        if not await confirmed(element.get("confirm")):
            return
        if url:
            ui.navigate.to(url, new_tab=True)
        await surface.choose(block_id, element, option.get("value"))

    line.on("click", chosen, args=[])
