"""The parts of which home tabs are made."""

from slack_sdk.models.blocks import (
    ContextBlock,
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
