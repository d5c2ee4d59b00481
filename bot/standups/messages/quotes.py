"""People's words in a summary: quoted, cut, and with no mention in them."""

from slack_sdk.models.blocks import MarkdownTextObject

from bot.slack.text import safe

_MOST_LINES = 12
_NAME = 80


def quoted(text: str, longest: int) -> list[str]:
    """The text as the lines of a quote; what is beyond the last line runs on in it."""
    written = [line.strip() for line in text.splitlines() if line.strip()]
    head, tail = written[: _MOST_LINES - 1], written[_MOST_LINES - 1 :]
    lines = [*head, " ".join(tail)] if tail else head
    return [f">{line}" for line in safe("\n".join(lines), longest).split("\n")]


def as_written(text: str) -> MarkdownTextObject:
    """People's words: verbatim, or Slack would make a mention of a bare `@here`."""
    return MarkdownTextObject(text=text, verbatim=True)


def name(written: str) -> str:
    """Somebody's name on one line."""
    return safe(" ".join(written.split()), _NAME)
