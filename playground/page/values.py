"""What stands in an input: between Slack's `state.values`, a block's `initial_…` and plain values.

A plain value is what `Actor.submit` takes: a text, an option's value, a list of them, an id, a Unix
time, a rich_text block.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
_INITIAL_VALUE = {"plain_text_input", "email_text_input", "url_text_input", "number_input",
                  "rich_text_input"}  # fmt: skip


def text_of(text: Json | str | None) -> str:
    """The string inside a text object."""
    return str(text.get("text") or "") if isinstance(text, dict) else str(text or "")


def all_options(element: Json) -> list[tuple[str | None, Json]]:
    """Every option of a select with the label of its group (None: no group)."""
    if groups := element.get("option_groups"):
        return [
            (text_of(group.get("label")), option)
            for group in groups
            for option in group.get("options") or []
        ]
    return [(None, option) for option in element.get("options") or []]


def plain(raw: Any) -> Any:
    """An option, a list of options or files, or a bare value, as its plain value."""
    if isinstance(raw, list):
        return [plain(item) for item in raw]
    if isinstance(raw, dict) and raw.get("type") != "rich_text":
        return raw.get("value", raw.get("id"))
    return raw


def remembered(state: Json | None) -> Any:
    """The plain value of one entry of `state.values`, or None."""
    if not state:
        return None
    return plain(state.get(_KEYS.get(str(state.get("type")), "value")))


def initial(element: Json) -> Any:
    """The plain value that an element starts with, or None."""
    kind = str(element.get("type"))
    if kind in _INITIAL_VALUE:
        return element.get("initial_value")
    key = _KEYS.get(kind, "").replace("selected_", "initial_")
    return plain(element.get(key)) if key.startswith("initial_") else None


def current(values: Json, block_id: str, element: Json) -> Any:
    """What stands in an element: what was typed or chosen, or else what it starts with."""
    entry = (values.get(block_id) or {}).get(element.get("action_id"))
    return remembered(entry) if entry is not None else initial(element)
