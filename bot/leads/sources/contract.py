"""The contract of a source: its name, an example of what it sends, and how that is read."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.leads.inquiry import Inquiry


@dataclass(frozen=True)
class Source:
    """A kind of sender.

    `parse` takes the raw body and its content type, and raises Unreadable for what does not fit.
    """

    slug: str
    example: bytes
    content_type: str
    parse: Callable[[bytes, str], Inquiry]
