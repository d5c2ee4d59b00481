"""Blocks: which fields each has, and on which surface it may stand.

Source: https://docs.slack.dev/reference/block-kit/blocks, one page a block, and the same numbers in
slack_sdk.models.blocks.blocks.
"""

from __future__ import annotations

from typing import Any

from playground.limits import data
from playground.limits.elements import (
    ACCESSORIES,
    ACTION_ELEMENTS,
    BUTTON,
    CONTEXT_ACTIONS,
    CONTEXT_ELEMENTS,
    IMAGE,
    IMAGE_FILE,
    INPUT_ELEMENTS,
    OVERFLOW,
)
from playground.limits.richtext import RICH_TEXT
from playground.limits.shape import (
    MAX_ID,
    Check,
    Reasons,
    Shape,
    any_text,
    anything,
    boolean,
    by_type,
    complain,
    one_of,
    plain_text,
    several,
    string,
    typed,
    url,
)

BLOCK_ID: dict[str, Check] = {"block_id": string(MAX_ID)}


def _block(
    must: dict[str, Check] | None = None,
    may: dict[str, Check] | None = None,
    rule: Check | None = None,
) -> Shape:
    return typed(must, {**BLOCK_ID, **(may or {})}, rule)


def _text_or_fields(value: Any, pointer: str, reasons: Reasons) -> None:
    if "text" not in value and "fields" not in value:
        complain(reasons, pointer, "must define either `text` or `fields`")


def _image_source(value: Any, pointer: str, reasons: Reasons) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        complain(reasons, pointer, "must define either `image_url` or `slack_file`")


def _card_content(value: Any, pointer: str, reasons: Reasons) -> None:
    if not value.keys() & {"hero_image", "title", "actions", "body"}:
        complain(reasons, pointer, "must define one of `hero_image`, `title`, `actions`, `body`")


CARD = _block(
    {},
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "slack_icon": Shape({"name": string(low=1)}, {"type": string()}),
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": several(by_type({"button": BUTTON, **OVERFLOW}), 3, 1),
    },
    _card_content,
)
TASK: dict[str, Check] = {
    "task_id": string(low=1),
    "title": string(low=1),
    "status": one_of("pending", "in_progress", "complete", "error"),
}
TASK_MORE: dict[str, Check] = {
    "details": anything,
    "output": anything,
    "sources": several(anything),
}

COMMON: dict[str, Check] = {
    "actions": _block({"elements": several(by_type(ACTION_ELEMENTS), 25, 1)}),
    "context": _block({"elements": several(by_type(CONTEXT_ELEMENTS), 10, 1)}),
    "divider": _block(),
    "header": _block({"text": plain_text(150)}),
    "image": _block(
        {"alt_text": string(2000, 1)},
        {"image_url": url, "slack_file": IMAGE_FILE, "title": plain_text(2000)},
        _image_source,
    ),
    "input": _block(
        {"label": plain_text(2000), "element": by_type(INPUT_ELEMENTS)},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _block(RICH_TEXT),
    "section": _block(
        {},
        {
            "text": any_text(3000),
            "fields": several(any_text(2000), 10, 1),
            "accessory": by_type(ACCESSORIES),
            "expand": boolean,
        },
        _text_or_fields,
    ),
    "video": _block(
        {"alt_text": string(low=1), "title": plain_text(200), "thumbnail_url": url,
         "video_url": url},
        {"title_url": url, "description": plain_text(200), "provider_icon_url": url,
         "provider_name": string(50), "author_name": string(50)},
    ),
    "card": CARD,
}  # fmt: skip
MESSAGE_AND_HOME: dict[str, Check] = {
    "carousel": _block({"elements": several(by_type({"card": CARD}), 10, 1)}),
    "table": _block(*data.TABLE),
    "data_table": _block(*data.DATA_TABLE),
}
MESSAGE_ONLY: dict[str, Check] = {
    "markdown": _block({"text": string(12_000, 1)}),
    "plan": _block({"title": string(low=1)}, {"tasks": several(_block(TASK, TASK_MORE))}),
    "task_card": _block(TASK, TASK_MORE),
    "context_actions": _block({"elements": several(by_type(CONTEXT_ACTIONS), 5, 1)}),
    "data_visualization": _block(data.DATA_VISUALIZATION),
}
MODAL_ONLY: dict[str, Check] = {
    "alert": _block(
        {"text": any_text(3000)},
        {"level": one_of("default", "info", "warning", "error", "success")},
    ),
}
SURFACES: dict[str, dict[str, Check]] = {
    "message": {**COMMON, **MESSAGE_AND_HOME, **MESSAGE_ONLY},
    "home": {**COMMON, **MESSAGE_AND_HOME},
    "modal": {**COMMON, **MODAL_ONLY},
}
