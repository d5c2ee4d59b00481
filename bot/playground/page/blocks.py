"""Block Kit blocks, drawn: what only shows is joined into HTML, what acts becomes elements.

A run of blocks that nobody can click is one element of the page, however many they are, so that a
long channel stays light.
"""

from __future__ import annotations

from typing import Any

import markdown2  # type: ignore[import-untyped]  # comes with NiceGUI
from nicegui import ui

from bot.playground.page import dom
from bot.playground.page.elements import draw_element
from bot.playground.page.mrkdwn import plain_html
from bot.playground.page.shown import card_html, section_body_html, static_html
from bot.playground.page.surface import Surface
from bot.playground.page.values import text_of

Json = dict[str, Any]
_MARKDOWN_EXTRAS = ["fenced-code-blocks", "tables", "strike", "cuddled-lists", "task_list"]


class BlockRun:
    """The blocks of a view, kept one by one: an update draws only those that changed.

    So the field that somebody types in keeps its focus while the app updates the modal around it.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._box = dom.tag("div", "bk-blocks")
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
                draw_blocks([block], self._surface)
        if self._box.default_slot.children[place] is not box:
            box.move(target_index=place)
        self._drawn[key] = (shown, box)


def draw_blocks(blocks: list[Json], surface: Surface) -> None:
    """Draw the blocks of a message, a modal or a home tab into the element that is open."""
    with dom.tag("div", "bk"):
        shown: list[str] = []
        for block in blocks:
            html = static_html(block, surface.reader)
            if html is not None:
                shown.append(html)
                continue
            _show(shown)
            _draw_acting(block, surface)
        _show(shown)


def _show(shown: list[str]) -> None:
    if shown:
        dom.raw("".join(shown), "bk-run")
        shown.clear()


def _draw_acting(block: Json, surface: Surface) -> None:
    match block.get("type"):
        case "section":
            _draw_section(block, surface)
        case "actions" | "context_actions":
            _draw_actions(block, surface)
        case "input":
            _draw_input(block, surface)
        case "markdown":
            _draw_markdown(block)
        case "card":
            _draw_card(block, surface)
        case "carousel":
            with dom.tag("div", "bk-carousel"):
                for card in block.get("elements") or []:
                    _draw_card(card, surface)
        case kind:
            dom.tag("div", "bk-unknown", f"A block of type “{kind}” that the page does not draw.")


def _draw_section(block: Json, surface: Surface) -> None:
    with dom.tag("div", "bk-section"):
        dom.raw(section_body_html(block, surface.reader), "bk-grow")
        with dom.tag("div", "bk-accessory"):
            _draw_or_say(block["accessory"], str(block.get("block_id") or ""), surface)


def _draw_actions(block: Json, surface: Surface) -> None:
    with dom.tag("div", "bk-actions"):
        for element in block.get("elements") or []:
            if element.get("type") == "feedback_buttons":
                _draw_feedback(element, str(block.get("block_id") or ""), surface)
            else:
                _draw_or_say(element, str(block.get("block_id") or ""), surface)


def _draw_feedback(element: Json, block_id: str, surface: Surface) -> None:
    for name in ("positive_button", "negative_button"):
        if part := element.get(name):
            button = {"type": "button", "action_id": element.get("action_id"), **part}
            draw_element({**button, "type": "button"}, block_id, surface)


def _draw_or_say(element: Json, block_id: str, surface: Surface) -> None:
    if draw_element(element, block_id, surface) is None:
        dom.tag("span", "bk-unknown", f"“{element.get('type')}” is not drawn here.")


def _draw_input(block: Json, surface: Surface) -> None:
    block_id = str(block.get("block_id") or "")
    element = block.get("element") or {}
    error = surface.error(block_id)
    css = "in-block has-error" if error else "in-block"
    with dom.tag("div", css, data_testid=f"input:{block_id}", data_block_id=block_id,
                 data_action_id=str(element.get("action_id") or "")):  # fmt: skip
        dom.raw(_label_html(block), "in-label", "div")
        tells = bool(block.get("dispatch_action"))
        drawn = draw_element(element, block_id, surface, tells=tells)
        if drawn is None:
            dom.tag("span", "bk-unknown", f"“{element.get('type')}” is not drawn here.")
        elif not isinstance(drawn, ui.upload):
            drawn.props["aria-label"] = text_of(block.get("label"))
        if error:
            dom.tag("div", "in-error", error, role="alert", data_testid=f"error:{block_id}")
        elif hint := _hint_html(block):
            dom.raw(hint, "in-hint")


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


def _draw_card(block: Json, surface: Surface) -> None:
    with dom.tag("div", "bk-card"):
        dom.raw(card_html(block, surface.reader))
        if actions := block.get("actions"):
            with dom.tag("div", "bk-actions"):
                for element in actions:
                    _draw_or_say(element, str(block.get("block_id") or ""), surface)
