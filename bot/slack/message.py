"""A message: the whole sentence that a screen reader reads, and the blocks that others see."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

_CHART = "data_visualization"

AnyBlock = Block | dict[str, Any]


@cache
def limits_of(kind: type[JsonObject]) -> tuple[str, ...]:
    """The methods of a kind of block that hold it against Slack's limits, in the SDK's order."""
    return tuple(name for name in dir(kind) if hasattr(getattr(kind, name, None), "validator"))


def _validate(self: JsonObject) -> None:
    """What the SDK's own method does; that looks for the validators anew in each object, which was
    two thirds of drawing a card."""
    for name in limits_of(type(self)):
        getattr(self, name)()


JsonObject.validate_json = _validate  # type: ignore[method-assign]


def as_json(blocks: Sequence[AnyBlock]) -> list[dict[str, Any]]:
    """Blocks as Slack takes them; raises SlackObjectFormationError where one breaks a limit."""
    return [_verbatim(block if isinstance(block, dict) else block.to_dict()) for block in blocks]


def view_json(view: View | dict[str, Any]) -> dict[str, Any]:
    """A modal as Slack takes it; raises SlackObjectFormationError where it breaks a limit."""
    shown: dict[str, Any] = _verbatim(view if isinstance(view, dict) else view.to_dict())
    return shown


def _verbatim(part: Any) -> Any:
    """Tell Slack to parse no links, names or mentions on its own: they may be a stranger's words.

    Slack's documents, text object: without `verbatim`, URLs, channel names and some mentions are
    found by Slack itself; those that we write, in angle brackets, work either way.
    """
    if isinstance(part, list):
        return [_verbatim(each) for each in part]
    if not isinstance(part, dict):
        return part
    parts = {key: _verbatim(value) for key, value in part.items()}
    return {**parts, "verbatim": True} if part.get("type") == "mrkdwn" else parts


@dataclass(frozen=True)
class Message:
    """What a card, a direct message or an answer says."""

    text: str
    content: Sequence[AnyBlock] = ()
    too_late: bool = False
    """It only changes what was posted; nobody needs to hear it anew."""

    @cached_property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks as JSON."""
        return as_json(self.content)

    @property
    def has_charts(self) -> bool:
        """Whether a native chart is among the blocks."""
        return any(block["type"] == _CHART for block in self.blocks)

    @property
    def without_charts(self) -> list[dict[str, Any]]:
        """The blocks for a workspace that does not know charts; the tables say the same."""
        return [block for block in self.blocks if block["type"] != _CHART]
