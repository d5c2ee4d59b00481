"""What else tells how the departments work together, beside the leads of a week."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.shadowing.models import Quarter


@dataclass(frozen=True)
class TeamStats:
    """Standups, requests and shadowing, as they were when the week was summed up."""

    asked: int = 0
    """How often somebody was asked in a standup of the week."""
    answered: int = 0
    overdue: int = 0
    """Requests that wait longer than marketing promised."""
    quarter: Quarter | None = None
    """Shadowing in the quarter of the week's last day."""

    def as_json(self) -> dict[str, Any]:
        """As a snapshot keeps it."""
        quarter = self.quarter
        kept = None if quarter is None else asdict(quarter) | {"first": quarter.first.isoformat()}
        return {
            "asked": self.asked,
            "answered": self.answered,
            "overdue": self.overdue,
            "quarter": kept,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "TeamStats":
        """Read it back; an older snapshot has nothing of it."""
        quarter = kept.get("quarter")
        if quarter is not None:
            quarter = Quarter(**quarter | {"first": date.fromisoformat(quarter["first"])})
        return cls(kept.get("asked", 0), kept.get("answered", 0), kept.get("overdue", 0), quarter)
