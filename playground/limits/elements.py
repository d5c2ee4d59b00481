"""Block elements: buttons, menus, pickers and inputs, with Slack's limits on each.

Source: https://docs.slack.dev/reference/block-kit/block-elements and the same numbers in
slack_sdk.models.blocks.block_elements.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from playground.limits.shape import (
    MAX_ID,
    Check,
    Reasons,
    Shape,
    any_text,
    anything,
    boolean,
    complain,
    integer,
    one_of,
    plain_text,
    several,
    string,
    typed,
    url,
)

MAX_BUTTON_TEXT, MAX_BUTTON_VALUE = 75, 2000
MAX_OPTION, MAX_OPTION_VALUE, MAX_OPTIONS, MAX_OVERFLOW, MAX_BOXES = 75, 150, 100, 5, 10
MAX_PLACEHOLDER = 150
Fields: TypeAlias = dict[str, Check]

CONFIRM = Shape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": one_of("primary", "danger")},
)
DISPATCH = Shape(
    {},
    {"trigger_actions_on": several(one_of("on_enter_pressed", "on_character_entered"), 2, 1)},
)
ACTION: Fields = {"action_id": string(MAX_ID, 1)}
ASKED: Fields = {**ACTION, "confirm": CONFIRM}
TYPED: Fields = {
    **ACTION,
    "placeholder": plain_text(MAX_PLACEHOLDER),
    "focus_on_load": boolean,
}


def _matches(pattern: str, what: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            complain(reasons, pointer, f"must be {what}")

    return check


DATE = _matches(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date in the format YYYY-MM-DD")
TIME = _matches(r"([01]\d|2[0-3]):[0-5]\d", "a time in the format HH:mm")


def option(text: Check) -> Shape:
    """One choice; its text is plain in menus, and may be mrkdwn in radio buttons and checkboxes."""
    return Shape({"text": text, "value": string(MAX_OPTION_VALUE, 1)}, {"description": text})


PLAIN_OPTION = option(plain_text(MAX_OPTION))
RICH_OPTION = option(any_text(MAX_OPTION))
OVERFLOW_OPTION = Shape(PLAIN_OPTION.must, {**PLAIN_OPTION.may, "url": url})
GROUP = Shape({"label": plain_text(75), "options": several(PLAIN_OPTION, MAX_OPTIONS, 1)})


def offered(element: dict[str, Any]) -> list[dict[str, Any]]:
    """All options of an element, those in groups too."""
    groups = element.get("option_groups") or []
    return list(element.get("options") or []) + [o for g in groups for o in g["options"]]


def _initial_options(value: Any, pointer: str, reasons: Reasons) -> None:
    """What is chosen at first must be among the options, letter by letter."""
    if "options" in value and "option_groups" in value:
        complain(reasons, pointer, "only one of `options` and `option_groups` is allowed")
    if "options" not in value and "option_groups" not in value:
        complain(reasons, pointer, "missing required field: options")
    choices = offered(value)
    seen = [o["value"] for o in choices]
    if len(seen) != len(set(seen)):
        complain(reasons, f"{pointer}/options", "option values must be unique")
    first = [value["initial_option"]] if "initial_option" in value else []
    if any(chosen not in choices for chosen in first + list(value.get("initial_options", []))):
        complain(reasons, pointer, "initial option must match one of the options exactly")


def _bounds(low: str, high: str) -> Check:
    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        if low in value and high in value and float(value[low]) > float(value[high]):
            complain(reasons, pointer, f"`{low}` must not be greater than `{high}`")

    return check


def _number_text(value: Any, pointer: str, reasons: Reasons) -> None:
    try:
        float(value if isinstance(value, str) else "")
    except ValueError:
        complain(reasons, pointer, "must be a number in a string")


CHOICES: Fields = {
    "options": several(PLAIN_OPTION, MAX_OPTIONS, 1),
    "option_groups": several(GROUP, MAX_OPTIONS, 1),
}
ID = string(MAX_ID, 1)
FILTER = Shape(
    {},
    {
        "include": several(one_of("im", "mpim", "private", "public"), 4, 1),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
MENU: Fields = {**TYPED, "confirm": CONFIRM}
ONE: Fields = {**MENU, "response_url_enabled": boolean}
MANY: Fields = {**MENU, "max_selected_items": integer(1)}
CONVERSATION: Fields = {"default_to_current_conversation": boolean, "filter": FILTER}

BUTTON = typed(
    {"text": plain_text(MAX_BUTTON_TEXT)},
    {
        **ASKED,
        "url": url,
        "value": string(MAX_BUTTON_VALUE),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
IMAGE_FILE = Shape({}, {"id": ID, "url": url})


def _one_source(value: Any, pointer: str, reasons: Reasons) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        complain(reasons, pointer, "must define either `image_url` or `slack_file`")


IMAGE = typed({"alt_text": string(2000, 1)}, {"image_url": url, "slack_file": IMAGE_FILE},
              _one_source)  # fmt: skip

SELECTS: dict[str, Check] = {
    "static_select": typed({}, {**MENU, **CHOICES, "initial_option": PLAIN_OPTION},
                           _initial_options),
    "external_select": typed({}, {**MENU, "initial_option": PLAIN_OPTION,
                                  "min_query_length": integer(0)}),
    "users_select": typed({}, {**MENU, "initial_user": ID}),
    "conversations_select": typed({}, {**ONE, **CONVERSATION, "initial_conversation": ID}),
    "channels_select": typed({}, {**ONE, "initial_channel": ID}),
}  # fmt: skip
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": typed({}, {**MANY, **CHOICES,
        "initial_options": several(PLAIN_OPTION, MAX_OPTIONS)}, _initial_options),
    "multi_external_select": typed({}, {**MANY, "min_query_length": integer(0),
        "initial_options": several(PLAIN_OPTION, MAX_OPTIONS)}),
    "multi_users_select": typed({}, {**MANY, "initial_users": several(ID)}),
    "multi_conversations_select": typed({}, {**MANY, **CONVERSATION,
        "initial_conversations": several(ID)}),
    "multi_channels_select": typed({}, {**MANY, "initial_channels": several(ID)}),
}  # fmt: skip
BOXES: Fields = {"options": several(RICH_OPTION, MAX_BOXES, 1)}
GROUPS: dict[str, Check] = {
    "checkboxes": typed(BOXES, {**ASKED, "focus_on_load": boolean,
        "initial_options": several(RICH_OPTION, MAX_BOXES)}, _initial_options),
    "radio_buttons": typed(BOXES, {**ASKED, "focus_on_load": boolean,
        "initial_option": RICH_OPTION}, _initial_options),
}  # fmt: skip
DATES: dict[str, Check] = {
    "datepicker": typed({}, {**MENU, "initial_date": DATE}),
    "timepicker": typed({}, {**MENU, "initial_time": TIME, "timezone": string()}),
}
DATETIME: dict[str, Check] = {
    # Ten digits: seconds, not milliseconds.
    "datetimepicker": typed({}, {**ASKED, "focus_on_load": boolean,
        "initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
}  # fmt: skip
OVERFLOW: dict[str, Check] = {
    "overflow": typed({"options": several(OVERFLOW_OPTION, MAX_OVERFLOW, 1)}, ASKED),
}
DISPATCHED: Fields = {**TYPED, "dispatch_action_config": DISPATCH}
INPUTS: dict[str, Check] = {
    "plain_text_input": typed({}, {**DISPATCHED, "initial_value": string(3000),
        "multiline": boolean, "min_length": integer(0, 3000), "max_length": integer(1, 3000)},
        _bounds("min_length", "max_length")),
    "email_text_input": typed({}, {**DISPATCHED, "initial_value": string()}),
    "url_text_input": typed({}, {**DISPATCHED, "initial_value": string()}),
    "number_input": typed({"is_decimal_allowed": boolean}, {**DISPATCHED,
        "initial_value": _number_text, "min_value": _number_text, "max_value": _number_text},
        _bounds("min_value", "max_value")),
    "rich_text_input": typed({}, {**DISPATCHED, "initial_value": anything}),
    "file_input": typed({}, {**ACTION, "filetypes": several(string(MAX_ID, 1)),
        "max_files": integer(1, 10)}),
}  # fmt: skip

ACTION_ELEMENTS: dict[str, Check] = {
    "button": BUTTON, **SELECTS, **GROUPS, **DATES, **DATETIME, **OVERFLOW,
}  # fmt: skip
ACCESSORIES: dict[str, Check] = {
    "button": BUTTON, "image": IMAGE, **SELECTS, **MULTI_SELECTS, **GROUPS, **DATES, **OVERFLOW,
}  # fmt: skip
INPUT_ELEMENTS: dict[str, Check] = {**INPUTS, **SELECTS, **MULTI_SELECTS, **GROUPS, **DATES,
                                    **DATETIME}  # fmt: skip
CONTEXT_ELEMENTS: dict[str, Check] = {
    "image": IMAGE,
    "plain_text": plain_text(3000),
    "mrkdwn": any_text(3000),
}
FEEDBACK_BUTTON = Shape(
    {"text": plain_text(75), "value": string(MAX_BUTTON_VALUE)},
    {"accessibility_label": string(75)},
)
CONTEXT_ACTIONS: dict[str, Check] = {
    "feedback_buttons": typed(
        {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, ACTION
    ),
    "icon_button": typed(
        {"icon": one_of("trash"), "text": plain_text(75)},
        {**ASKED, "value": string(MAX_BUTTON_VALUE), "accessibility_label": string(75),
         "visible_to_user_ids": several(ID)},
    ),
}  # fmt: skip
