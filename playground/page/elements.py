"""Interactive elements with a value of their own, and which of them is which.

The same element stands in a message (where it tells the app at once) or in an input block (where
what is typed waits for the submit button); `tells` says which.
"""

from __future__ import annotations

from typing import Any

from nicegui import ui

from playground.page.confirm import confirmed
from playground.page.fields import (
    FIELDS,
    PICKERS,
    draw_boxes,
    draw_field,
    draw_picker,
)
from playground.page.selects import draw_select
from playground.page.surface import OnValue, Surface
from playground.page.uploads import draw_file_input

Json = dict[str, Any]


def draw_element(
    element: Json, block_id: str, surface: Surface, *, tells: bool = True
) -> ui.element | None:
    """Draw one element that holds a value; None where the page does not know its type."""
    kind = str(element.get("type"))
    on_value = _handler(element, block_id, surface, tells=tells)
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
