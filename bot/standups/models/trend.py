"""How many of those who were asked answered, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True)
class Week:
    """A week of a standup: whole numbers of prompts, never of people by name."""

    monday: date
    asked: int
    answered: int
    skipped: int

    @property
    def share(self) -> Fraction | None:
        """Answered of asked, from 0 to 1; None where nobody was asked."""
        return Fraction(self.answered, self.asked) if self.asked else None


@dataclass(frozen=True)
class Trend:
    """The weeks of one standup, this one first."""

    standup_id: int
    weeks: Sequence[Week]

    @property
    def shares(self) -> list[Fraction | None]:
        """The weeks' shares, this one first."""
        return [week.share for week in self.weeks]
