"""What the library holds: pieces of other capabilities' text. It has no table of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PAGE_SIZE = 6


class Shelf(StrEnum):
    """What sort of text it is."""

    CAMPAIGN = "campaign"
    QUESTION = "question"
    REQUEST = "request"
    LESSON = "lesson"

    @property
    def label(self) -> str:
        """The shelf as rows write it."""
        return _LABELS[self]


_LABELS = {
    Shelf.CAMPAIGN: "campaign",
    Shelf.QUESTION: "question and answer",
    Shelf.REQUEST: "what customers asked for",
    Shelf.LESSON: "what we learned",
}


@dataclass(frozen=True)
class Hit:
    """A piece of text that was found."""

    shelf: Shelf
    id: int
    title: str
    excerpt: str
    at: datetime


@dataclass(frozen=True)
class SearchPage:
    """A page of what was found; `words` is what was looked for."""

    words: str
    hits: Sequence[Hit]
    count: int
    page: int


@dataclass(frozen=True)
class Piece:
    """A whole piece: its parts by their headings, as they were written."""

    title: str
    parts: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]] = ()
    """Titles and addresses of material."""
