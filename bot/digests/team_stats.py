"""What else tells how the departments work together, beside the leads of a week."""

from dataclasses import dataclass

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
