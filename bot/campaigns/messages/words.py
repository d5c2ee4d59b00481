"""Small parts that every message of campaigns is made of."""

from datetime import date

from slack_sdk.models.blocks import (
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.slack import Message
from bot.slack.text import clean


def sentence_case(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def day_in_words(day: date) -> str:
    """`1 June 2026`."""
    return f"{day.day} {day:%B} {day.year}"


def small(text: str) -> ContextBlock:
    """A line in small print; mrkdwn."""
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def only(text: str) -> Message:
    """A message of one sentence."""
    return Message(text, [SectionBlock(text=text)])


def plain(text: str, limit: int) -> PlainTextObject:
    """Text in which nothing is parsed, cut to the limit."""
    return PlainTextObject(text=clean(text, limit), emoji=False)
