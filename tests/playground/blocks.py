"""Blocks that Slack takes, for tests to post and to break."""

from typing import Any

Json = dict[str, Any]


def plain(text: str = "Text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Text*") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "Text", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "claim", text: str = "Claim", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(value: str, **more: Any) -> Json:
    return {"text": plain(value.title()), "value": value, **more}


def select(*values: str, **more: Any) -> Json:
    options = [option(value) for value in values or ("hot", "cold")]
    return {"type": "static_select", "action_id": "pick", "options": options, **more}


def field(block_id: str, element: Json | None = None, **more: Any) -> Json:
    element = element or {"type": "plain_text_input", "action_id": "value"}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element,
            **more}  # fmt: skip


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Save"),
        "blocks": list(blocks) or [field("name")],
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks) or [section("Home")], **more}


def pie(**more: Any) -> Json:
    segments = [{"label": "Hot", "value": 3}, {"label": "Cold", "value": 1}]
    return {"type": "data_visualization", "title": "Leads",
            "chart": {"type": "pie", "segments": segments}, **more}  # fmt: skip


def bars(categories: list[str] | None = None, **more: Any) -> Json:
    categories = categories or ["Mon", "Tue"]
    data = [{"label": label, "value": 1} for label in categories]
    return {
        "type": "data_visualization",
        "title": "Leads",
        "chart": {
            "type": "bar",
            "series": [{"name": "Leads", "data": data, **more}],
            "axis_config": {"categories": categories},
        },
    }


def cell(text: str = "Text") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: int = 2, columns: int = 2, text: str = "Text") -> Json:
    return {"type": "table", "rows": [[cell(text)] * columns for _ in range(rows)]}
