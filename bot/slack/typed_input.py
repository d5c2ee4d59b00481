"""What somebody typed into a form that cannot be taken: they get it back, to copy it from there."""

from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import Block, PlainTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.slack.text import clean, mention, moment, safe

_LONGEST = 3000  # Slack's documents, section
_MOST = 45
"""Fields: each takes two of the hundred blocks of a view."""


def typed_input(sentence: str, modal: dict[str, Any]) -> View:
    """The sentence, and below it each field of the submitted modal that says something."""
    blocks: list[Block] = [SectionBlock(text=sentence)]
    state = (modal.get("state") or {}).get("values") or {}
    inputs = [block for block in modal.get("blocks") or [] if block.get("type") == "input"]
    answers = [(block, _typed(state.get(block.get("block_id")) or {})) for block in inputs]
    if any(text for _, text in answers):
        blocks.append(SectionBlock(text="This is what you wrote, to copy it from here:"))
    for block, text in answers[:_MOST]:
        if text is not None:
            label = str((block.get("label") or {}).get("text") or "")
            blocks += [SectionBlock(text=f"*{safe(label, 150)}*"), SectionBlock(text=text)]
    return View(type="modal", title="Not saved", close="Close", blocks=blocks)


def _typed(by_action: dict[str, Any]) -> str | PlainTextObject | None:
    """What one field says, as it was typed or chosen."""
    for element in by_action.values():
        for key, value in element.items():
            if key != "type" and value not in (None, "", []):
                return _words(key, value if isinstance(value, list) else [value])
    return None


def _words(key: str, values: list[Any]) -> str | PlainTextObject:
    if key.startswith("selected_user"):
        return ", ".join(mention(safe(str(each), 20)) for each in values)
    if key.startswith(("selected_conversation", "selected_channel")):
        return ", ".join(f"<#{safe(str(each), 20)}>" for each in values)
    if key == "selected_date_time":
        return moment(datetime.fromtimestamp(int(values[0]), UTC))
    words = ", ".join(_option(each) for each in values)
    return PlainTextObject(text=clean(words, _LONGEST), emoji=False)


def _option(value: Any) -> str:
    return (
        str((value.get("text") or {}).get("text") or "") if isinstance(value, dict) else str(value)
    )
