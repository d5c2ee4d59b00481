"""A form as somebody fills it in, without a Slack around it."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from slack_sdk.models.views import View

from bot.slack import Incoming
from bot.slack.forms import Form

F = TypeVar("F", bound=Form)


def filled(form: type[F], modal: View, typed: Mapping[str, Any]) -> F:
    """What the form reads when this was typed into its modal, and nothing into the other fields.

    Raises what `Form.read` raises.
    """
    view = modal.to_dict()
    values = {
        block["block_id"]: {block["element"]["action_id"]: {"value": typed.get(block["block_id"])}}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    body = {"type": "view_submission", "view": view | {"state": {"values": values}}}
    return form.read(Incoming(body, cast(Any, None), cast(Any, None)))
