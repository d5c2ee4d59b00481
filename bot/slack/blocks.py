"""The blocks of which most messages, modals and home tabs are made, and menus of buttons."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)

MENU = ".menu"
"""How the action id of a menu of buttons ends."""


def header(text: str) -> HeaderBlock:
    """The title of a part."""
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))


def words(text: str) -> SectionBlock:
    """A paragraph."""
    return SectionBlock(text=MarkdownTextObject(text=text))


def note(text: str) -> ContextBlock:
    """A line in small print."""
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def part(title: str, blocks: Sequence[Block]) -> list[Block]:
    """A title, what stands below it, and a line."""
    return [header(title), *blocks, DividerBlock()]


def menu(action_id: str, buttons: Sequence[ButtonElement]) -> OverflowMenuElement:
    """A menu of one to five buttons: choosing one is a click on it (`Incoming.action_id`).

    `action_id` ends with `MENU`. What a button asks before it is pressed is not asked.
    """
    assert action_id.endswith(MENU), action_id
    options = []
    for button in buttons:
        assert button.text is not None
        options.append(Option(text=button.text.text, value=f"{button.action_id} {button.value}"))
    return OverflowMenuElement(action_id=action_id, options=options)


def characters(blocks: Sequence[Block]) -> int:
    """How many characters all texts of the blocks have; Slack refuses more than 12,000 of them."""
    return sum(_characters(block.to_dict()) for block in blocks)


def _characters(part: Any) -> int:
    if isinstance(part, list):
        return sum(map(_characters, part))
    if not isinstance(part, dict):
        return 0
    text = part.get("text")
    return (len(text) if isinstance(text, str) else 0) + _characters(list(part.values()))
