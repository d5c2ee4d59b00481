"""Blocks of which home tabs are made: titles, paragraphs, remarks, and parts of these."""

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
    """Something said by the way."""
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def part(title: str, blocks: Sequence[Block]) -> list[Block]:
    """A title, what stands below it, and a line."""
    return [header(title), *blocks, DividerBlock()]
