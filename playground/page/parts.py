"""What a page is made of besides its session: regions, people to act as, what they have seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from playground.state import User


class Part(Protocol):
    """A region of the page."""

    def refresh(self) -> None:
        """Draw what changed, and nothing else."""


@dataclass
class Marks:
    """What each person has seen, kept for all open pages: (user, channel) → time stamp."""

    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    dismissed: set[str] = field(default_factory=set)
    start: str | None = None

    def last_seen(self, user: str, channel: str) -> str:
        """The newest time stamp that this person saw there."""
        return self.seen.get((user, channel), self.start or "0")


@dataclass(frozen=True)
class Person:
    """Somebody that one can act as."""

    user: User
    role: str
