"""How things stand, in counts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """What somebody holds."""

    open: int
    overdue: int
    """Open, and past the promised answer."""
    unrated: int
    """Closed without a rating."""


@dataclass(frozen=True)
class Arrivals:
    """What came in for a campaign."""

    received: int
    claimed: int
    rated: int
    liked: int
    """Rated hot or good."""
