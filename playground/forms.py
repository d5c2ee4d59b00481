"""Inputs: from what a person types or chooses to the `state.values` that Slack sends, and back.

Also what Slack's client itself refuses before it sends anything: empty required fields, lengths,
numbers out of bounds, options that are not offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playground.limits import elements_of
from playground.limits.elements import offered
from playground.state import Json


class NotOffered(Exception):
    """The element has no such option, or takes no such value."""


# Where the value stands in a state entry, and what holds it at first, by element type.
VALUE_FIELD = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
INITIAL_FIELD = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "files": "",
} | {
    selected: "initial_" + selected.removeprefix("selected_")
    for selected in VALUE_FIELD.values()
    if selected.startswith("selected_")
}
LISTS = {
    "selected_options", "selected_users", "selected_conversations", "selected_channels", "files",
}  # fmt: skip
REQUIRED = "Please complete this required field."
TIME_ZONED = "timepicker"


def find(blocks: list[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The block and the element with this action_id. Raises NotOffered: none, or several."""
    matches = [
        (block, element)
        for block in blocks
        for element in elements_of(block)
        if element.get("action_id") == action_id and block_id in (None, block.get("block_id"))
    ]
    if not matches:
        offered_ids = [e.get("action_id") for b in blocks for e in elements_of(b)]
        raise NotOffered(f"no element {action_id!r} here, only {offered_ids}")
    if len(matches) > 1:
        raise NotOffered(f"{len(matches)} elements {action_id!r} here: say which block_id")
    return matches[0]


def empty_entry(element: Json) -> Json:
    """The state entry of an element that holds nothing."""
    name = VALUE_FIELD[element["type"]]
    return {"type": element["type"], name: [] if name in LISTS else None}


def initial_entry(element: Json) -> Json:
    """The state entry of an element that no one has touched."""
    entry = empty_entry(element)
    name = VALUE_FIELD[element["type"]]
    initial = element.get(INITIAL_FIELD[name])
    if initial not in (None, "", []):
        entry[name] = initial
    return entry


def state_values(blocks: list[Json], values: Json) -> Json:
    """`state.values`: what each input holds, touched or not."""
    state: Json = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] not in VALUE_FIELD:
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            held = values.get(block_id, {}).get(action_id)
            state.setdefault(block_id, {})[action_id] = held or initial_entry(element)
    return state


def kept_values(old: list[Json], new: list[Json], values: Json) -> Json:
    """What inputs keep when a view is redrawn: those with the same ids and type keep their value.

    That is so even where the new view has another initial value, as in Slack's client.
    """
    before, kept = state_values(old, values), state_values(new, {})
    return {
        block_id: {
            action_id: before.get(block_id, {}).get(action_id, entry)
            if before.get(block_id, {}).get(action_id, entry)["type"] == entry["type"]
            else entry
            for action_id, entry in entries.items()
        }
        for block_id, entries in kept.items()
    }


def entry_for(
    element: Json,
    value: Any,
    resolve: Callable[[str, Any], Any],
    offers: list[Json] | None = None,
) -> Json:
    """The state entry for a value as a person gives it (see `Actor.submit`).

    `resolve` turns ids of files into their objects, and refuses people and channels that do not
    exist; `offers` is what the app suggested for an external select. Raises NotOffered.
    """
    kind = element["type"]
    if kind not in VALUE_FIELD:
        raise NotOffered(f"a {kind} holds no value")
    entry, name = empty_entry(element), VALUE_FIELD[kind]
    if value in (None, "", [], ()):
        return entry
    if name in ("selected_option", "selected_options"):
        choices = [*offered(element), *(offers or []), *_at_first(element)]
        entry[name] = _options(choices, value, many=name == "selected_options")
    elif name in LISTS:
        several = [value] if isinstance(value, str) else list(value)
        entry[name] = [resolve(kind, each) for each in several]
    elif name == "rich_text_value":
        entry[name] = rich_text(value) if isinstance(value, str) else value
    elif name == "selected_date_time":
        entry[name] = int(value)
    else:
        entry[name] = resolve(kind, value if isinstance(value, str) else str(value))
        if kind == TIME_ZONED and element.get("timezone"):
            entry["timezone"] = element["timezone"]
    return entry


def rich_text(text: str) -> Json:
    """A rich_text block that says this text."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _at_first(element: Json) -> list[Json]:
    """What an external select shows before anything was suggested."""
    first = [element["initial_option"]] if "initial_option" in element else []
    return first + list(element.get("initial_options", []))


def _options(choices: list[Json], value: Any, *, many: bool) -> Any:
    if many:
        values = [value] if isinstance(value, str | dict) else list(value)
        return [_option(choices, each) for each in values]
    return _option(choices, value)


def _option(choices: list[Json], value: Any) -> Json:
    wanted = value["value"] if isinstance(value, dict) else value
    for choice in choices:
        if choice["value"] == wanted:
            return dict(choice)
    raise NotOffered(f"{wanted!r} is not among {[choice['value'] for choice in choices]}")


def chosen_option(element: Json, value: Any) -> Json:
    """The option of an overflow menu with this value. Raises NotOffered."""
    return _option(offered(element), value)


def client_error(block: Json, entry: Json) -> str | None:
    """What Slack's client says below this field instead of sending it; None: nothing."""
    element = block["element"]
    value = entry[VALUE_FIELD[element["type"]]]
    if value in (None, "", []):
        return None if block.get("optional") else REQUIRED
    check = CHECKS.get(element["type"])
    return check(element, value) if check else None


def _text_error(element: Json, value: Any) -> str | None:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < low:
        return f"Please use at least {low} characters."
    if len(value) > high:
        return f"Please use at most {high} characters."
    if not value.strip() and low:
        return REQUIRED
    return None


def _number_error(element: Json, value: Any) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Please enter a number of at least {low}."
    if high is not None and float(value) > float(high):
        return f"Please enter a number of at most {high}."
    return None


def _email_error(element: Json, value: Any) -> str | None:  # noqa: ARG001 - one signature for all
    ok = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value)
    return None if ok else "Please enter a valid email address."


def _url_error(element: Json, value: Any) -> str | None:  # noqa: ARG001
    ok = re.fullmatch(r"[a-z][a-z0-9+.-]*://\S+", value, re.IGNORECASE)
    return None if ok else "Please enter a valid URL."


def _many_error(element: Json, value: Any) -> str | None:
    most = element.get("max_selected_items") or element.get("max_files")
    return f"Please choose at most {most}." if most and len(value) > most else None


def _date_error(element: Json, value: Any) -> str | None:  # noqa: ARG001
    ok = re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    return None if ok else "Please enter a valid date."


def _time_error(element: Json, value: Any) -> str | None:  # noqa: ARG001
    return None if re.fullmatch(r"\d{2}:\d{2}", value) else "Please enter a valid time."


CHECKS: dict[str, Callable[[Json, Any], str | None]] = {
    "plain_text_input": _text_error,
    "number_input": _number_error,
    "email_text_input": _email_error,
    "url_text_input": _url_error,
    "datepicker": _date_error,
    "timepicker": _time_error,
    "file_input": _many_error,
} | {name: _many_error for name in VALUE_FIELD if name.startswith("multi_")}
