"""The blocks of which most messages, modals and home tabs are made."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)


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
