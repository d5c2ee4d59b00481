"""The parts of which the cards of planning are made."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.people.models import Person
from bot.slack.text import clean, safe

_MOST_NAMES = 6


def header(text: str) -> HeaderBlock:
    """A card's title."""
    return HeaderBlock(text=plain(text, 150))


def small(text: str) -> ContextBlock:
    """A line of what is good to know."""
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def plain(text: str, limit: int) -> PlainTextObject:
    """Text as somebody wrote it, in one line."""
    return PlainTextObject(text=clean(" ".join(text.split()), limit), emoji=False)


def titled(title: str, text: str) -> RichTextBlock:
    """Rich text shows what people wrote as it is: nothing in it is parsed, and it can be copied."""
    bold = RichTextElementParts.TextStyle(bold=True)
    parts: list[RichTextElement] = [
        RichTextElementParts.Text(text=title, style=bold),
        RichTextElementParts.Text(text=f"\n{text}"),
    ]
    return RichTextBlock(elements=[RichTextSectionElement(elements=parts)])


def quoted(text: str) -> RichTextBlock:
    """Somebody's words, set off from ours."""
    words = RichTextElementParts.Text(text=text)
    return RichTextBlock(elements=[RichTextQuoteElement(elements=[words])])


def listed(lines: Sequence[str]) -> RichTextBlock:
    """Lines as they were written, as a list."""
    items = [
        RichTextSectionElement(elements=[RichTextElementParts.Text(text=line)]) for line in lines
    ]
    return RichTextBlock(elements=[RichTextListElement(style="bullet", elements=items)])


def names(people: Sequence[Person]) -> str:
    """`Ana, Ben and 3 more`: plain names, because a mention would call them each time."""
    shown = [safe(person.name, 100) for person in people[:_MOST_NAMES]]
    left = len(people) - _MOST_NAMES
    *others, last = [*shown, f"{left:,} more"] if left > 0 else shown
    return f"{', '.join(others)} and {last}" if others else last
