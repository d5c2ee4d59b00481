"""A modal as Slack sends it when somebody submits it."""

from typing import Any, cast

from slack_bolt import Ack
from slack_sdk.models.views import View

from bot.slack import Incoming, Slack
from bot.slack.message import view_json
from playground.forms import state_values


def sent(view: View, *, without: str = "", metadata: str | None = None, **typed: Any) -> Incoming:
    """The modal as Slack sends it, with what was typed by field; `without` one of its blocks."""
    shown = view_json(view)
    shown["blocks"] = [each for each in shown["blocks"] if each.get("block_id") != without]
    state = state_values([each for each in shown["blocks"] if each["type"] == "input"], {})
    for name, value in typed.items():
        [entry] = state[name].values()
        [held] = entry.keys() - {"type"}
        entry[held] = _chosen(held, value)
    if metadata is not None:
        shown["private_metadata"] = metadata
    body = {"type": "view_submission", "view": {**shown, "state": {"values": state}}}
    return Incoming(body, cast(Ack, None), cast(Slack, None))


def _chosen(held: str, value: Any) -> Any:
    """Options are said by their value alone."""
    if held == "selected_option":
        return {"value": value}
    return [{"value": each} for each in value] if held == "selected_options" else value
