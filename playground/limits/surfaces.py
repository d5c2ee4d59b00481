"""Whole surfaces: a message's blocks, a modal, a home tab.

Each check returns the reasons why Slack would refuse, as it puts them into
`response_metadata.messages` (there with "[ERROR] " before each); empty means fine.
"""

from __future__ import annotations

from typing import Any

from playground.limits import data
from playground.limits.blocks import SURFACES
from playground.limits.elements import GROUP, MAX_OPTIONS, PLAIN_OPTION
from playground.limits.shape import (
    MAX_ID,
    Check,
    Reasons,
    Shape,
    boolean,
    by_type,
    complain,
    one_of,
    plain_text,
    several,
    string,
)

MAX_MESSAGE_BLOCKS, MAX_VIEW_BLOCKS = 50, 100
MAX_MARKDOWN = 12_000
Block = dict[str, Any]


def elements_of(block: Block) -> list[Block]:
    """The interactive elements of a block, whatever its type."""
    if block.get("type") in ("actions", "context_actions"):
        return list(block.get("elements", []))
    if block.get("type") == "card":
        return list(block.get("actions", []))
    if block.get("type") == "carousel":
        return [e for card in block.get("elements", []) for e in elements_of(card)]
    element = block.get("element") or block.get("accessory")
    return [element] if element and element.get("type") != "image" else []


def _unique_ids(blocks: list[Block], pointer: str, reasons: Reasons) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id and block_id in seen:
            complain(
                reasons, f"{pointer}/{index}/block_id", f"`block_id` {block_id} already exists"
            )
        seen.add(block_id or "")
        _unique_actions(block, f"{pointer}/{index}", reasons)


def _unique_actions(block: Block, pointer: str, reasons: Reasons) -> None:
    seen: set[str] = set()
    for index, element in enumerate(elements_of(block)):
        action_id = element.get("action_id")
        if action_id and action_id in seen:
            where = f"{pointer}/elements/{index}/action_id"
            complain(reasons, where, f'`action_id` "{action_id}" already exists')
        seen.add(action_id or "")


def _blocks(surface: str, most: int, least: int = 0) -> Check:
    each = several(by_type(SURFACES[surface]), most, least)

    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        before = len(reasons)
        each(value, pointer, reasons)
        if len(reasons) == before:
            _unique_ids(value, pointer, reasons)
            _totals(value, pointer, reasons)

    return check


def _totals(blocks: list[Block], pointer: str, reasons: Reasons) -> None:
    charts = sum(block["type"] == "data_visualization" for block in blocks)
    if charts > data.MAX_CHARTS:
        complain(reasons, pointer, "too many data_visualization blocks")
    tables = [block for block in blocks if block["type"] in ("table", "data_table")]
    if sum(map(data.cell_text, tables)) > data.MAX_CELL_TEXT:
        complain(reasons, pointer, f"tables: no more than {data.MAX_CELL_TEXT} characters allowed")
    if sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > MAX_MARKDOWN:
        complain(reasons, pointer, f"markdown: must be less than {MAX_MARKDOWN + 1} characters")
    if sum(element.get("focus_on_load", False) for b in blocks for element in elements_of(b)) > 1:
        complain(reasons, pointer, "only one element may have `focus_on_load`")


def check_message(blocks: Any, pointer: str = "/blocks") -> list[str]:
    """The reasons against these blocks in a message."""
    reasons: Reasons = []
    _blocks("message", MAX_MESSAGE_BLOCKS)(blocks, pointer, reasons)
    return reasons


def _needs_submit(view: Any, pointer: str, reasons: Reasons) -> None:
    if "submit" not in view and any(b["type"] == "input" for b in view["blocks"]):
        complain(reasons, pointer, "must define `submit` to use an `input` block in modals")


IDS: dict[str, Check] = {
    "callback_id": string(MAX_ID),
    "private_metadata": string(3000),
    "external_id": string(MAX_ID),
}
MODAL = Shape(
    {
        "type": one_of("modal"),
        "title": plain_text(24),
        "blocks": _blocks("modal", MAX_VIEW_BLOCKS),
    },
    {
        **IDS,
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    _needs_submit,
)
HOME = Shape({"type": one_of("home"), "blocks": _blocks("home", MAX_VIEW_BLOCKS)}, IDS)


def check_view(view: Any, kind: str) -> list[str]:
    """The reasons against a view; `kind` is "modal" (views.open, push, update) or "home"."""
    reasons: Reasons = []
    (HOME if kind == "home" else MODAL)(view, "/view", reasons)
    if reasons:
        reasons.insert(0, "failed to match all allowed schemas [json-pointer:/view]")
    return reasons


def check_options(answer: Any) -> list[str]:
    """The reasons against an app's answer to an external select's block_suggestion."""
    reasons: Reasons = []
    shape = Shape(
        {},
        {
            "options": several(PLAIN_OPTION, MAX_OPTIONS),
            "option_groups": several(GROUP, MAX_OPTIONS),
        },
    )
    shape(answer, "", reasons)
    return reasons


def text_length(blocks: Any) -> int:
    """The characters of all texts in the blocks; cells of tables have a limit of their own."""
    if isinstance(blocks, list):
        return sum(map(text_length, blocks))
    if not isinstance(blocks, dict):
        return 0
    text = blocks.get("text")
    own = len(text) if isinstance(text, str) else 0
    inner = [v for k, v in blocks.items() if isinstance(v, dict | list) and k != "rows"]
    return own + text_length(inner) if inner else own
