"""Block Kit blocks, drawn: what only shows is joined into HTML, what acts becomes elements.

A run of blocks that nobody can click is one element of the page, however many they are, so that a
long channel stays light.
"""

from __future__ import annotations

from typing import Any

import markdown2  # type: ignore[import-untyped]  # comes with NiceGUI
from nicegui import ui

from playground.page import dom
from playground.page.buttons import button_html, buttons_html
from playground.page.inputs import draw_element
from playground.page.mrkdwn import plain_html
from playground.page.static_blocks import card_html, section_body_html, static_html
from playground.page.surface import Surface
from playground.page.values import text_of

Json = dict[str, Any]
_MARKDOWN_EXTRAS = ["fenced-code-blocks", "tables", "strike", "cuddled-lists", "task_list"]


class BlockRun:
    """The blocks of a view, kept one by one: an update draws only those that changed.

    So the field that somebody types in keeps its focus while the app updates the modal around it.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._box = dom.tag("div", "bk-blocks")
        surface.presses.listen(self._box)
        self._drawn: dict[str, tuple[str, ui.element]] = {}

    def refresh(self, blocks: list[Json]) -> None:
        """Draw these blocks now."""
        keys = [f"{block.get('block_id') or place}" for place, block in enumerate(blocks)]
        for key in self._drawn.keys() - set(keys):
            self._drawn.pop(key)[1].delete()
        for place, (key, block) in enumerate(zip(keys, blocks, strict=True)):
            self._put(place, key, block)

    def _put(self, place: int, key: str, block: Json) -> None:
        shown = repr((block, self._surface.error(key)))
        before, box = self._drawn.get(key, ("", None))
        if box is None:
            with self._box:
                box = dom.tag("div", "bk-one")
        if before != shown:
            box.clear()
            with box:
                flow = dom.Flow()
                draw_blocks([block], self._surface, flow)
                flow.flush()
        if self._box.default_slot.children[place] is not box:
            box.move(target_index=place)
        self._drawn[key] = (shown, box)


def draw_blocks(blocks: list[Json], surface: Surface, flow: dom.Flow) -> None:
    """Draw the blocks of a message, a modal or a home tab; what only shows goes into the flow."""
    for block in blocks:
        html = static_html(block, surface.reader) or _acting_html(block, surface)
        if html is not None:
            flow.add(html)
            continue
        flow.flush()
        with dom.tag("div", "bk"):
            _draw_acting(block, surface)


def _acting_html(block: Json, surface: Surface) -> str | None:
    """A block whose only acting elements are buttons and menus."""
    block_id = str(block.get("block_id") or "")
    match block.get("type"):
        case "section":
            accessory = button_html(block["accessory"], block_id, surface)
            body = section_body_html(block, surface.reader)
            return accessory and _with_accessory(body, accessory)
        case "actions" | "context_actions":
            buttons = buttons_html(block.get("elements") or [], block_id, surface)
            return buttons and f'<div class="bk-actions">{buttons}</div>'
        case "card":
            return _card_html(block, surface)
        case "carousel":
            cards = "".join(_card_html(card, surface) for card in block.get("elements") or [])
            return f'<div class="bk-carousel">{cards}</div>'
    return None


def _with_accessory(body: str, accessory: str) -> str:
    return f'<div class="bk-section">{body}<div class="bk-accessory">{accessory}</div></div>'


def _card_html(block: Json, surface: Surface) -> str:
    block_id = str(block.get("block_id") or "")
    buttons = buttons_html(block.get("actions") or [], block_id, surface) or ""
    actions = f'<div class="bk-actions">{buttons}</div>' if buttons else ""
    return f'<div class="bk-card">{card_html(block, surface.reader)}{actions}</div>'


def _draw_acting(block: Json, surface: Surface) -> None:
    block_id = str(block.get("block_id") or "")
    match block.get("type"):
        case "section":
            with dom.tag("div", "bk-section"):
                dom.leaf(section_body_html(block, surface.reader), "bk-grow")
                with dom.tag("div", "bk-accessory"):
                    _draw_or_say(block["accessory"], block_id, surface)
        case "actions" | "context_actions":
            with dom.tag("div", "bk-actions"):
                for element in block.get("elements") or []:
                    _draw_or_say(element, block_id, surface)
        case "input":
            _draw_input(block, surface)
        case "markdown":
            _draw_markdown(block)
        case kind:
            dom.words("div", "bk-unknown", f"A block of type “{kind}” that the page does not draw.")


def _draw_or_say(element: Json, block_id: str, surface: Surface) -> None:
    if html := button_html(element, block_id, surface):
        dom.leaf(html, "bk-press", "span")
    elif draw_element(element, block_id, surface) is None:
        dom.words("span", "bk-unknown", f"“{element.get('type')}” is not drawn here.")


def _draw_input(block: Json, surface: Surface) -> None:
    block_id = str(block.get("block_id") or "")
    element = block.get("element") or {}
    error = surface.error(block_id)
    css = "in-block has-error" if error else "in-block"
    with dom.tag("div", css, data_testid=f"input:{block_id}", data_block_id=block_id,
                 data_action_id=str(element.get("action_id") or "")):  # fmt: skip
        dom.leaf(_label_html(block), "in-label", "div")
        dispatches = bool(block.get("dispatch_action"))
        drawn = draw_element(element, block_id, surface, dispatches=dispatches)
        if drawn is None:
            dom.words("span", "bk-unknown", f"“{element.get('type')}” is not drawn here.")
        elif not isinstance(drawn, ui.upload):
            drawn.props["aria-label"] = text_of(block.get("label"))
        if error:
            dom.words("div", "in-error", error, role="alert", data_testid=f"error:{block_id}")
        elif hint := _hint_html(block):
            dom.leaf(hint, "in-hint")


def _hint_html(block: Json) -> str:
    """The grey line below an input block."""
    return plain_html(text_of(block.get("hint"))) if block.get("hint") else ""


def _label_html(block: Json) -> str:
    """The label above an input block; what is optional says so."""
    mark = ' <em class="in-optional">(optional)</em>' if block.get("optional") else ""
    return f"{plain_html(text_of(block.get('label')))}{mark}"


def _draw_markdown(block: Json) -> None:
    """Standard Markdown: raw HTML in it is shown, not obeyed, and the browser sanitizes again."""
    text = str(block.get("text") or "").replace("![", "[")
    html = markdown2.markdown(text, safe_mode="escape", extras=_MARKDOWN_EXTRAS)
    ui.html(html, sanitize=True).classes("bk-markdown")
