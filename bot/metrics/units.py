"""What a figure is: its unit, its value, how it reads, and why there is none."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.money import Money
from bot.slack.text import duration

Value = int | Decimal | dict[str, int] | None
"""What a metric's unit says, or None where there is none."""


class Unit(StrEnum):
    """What a value is."""

    COUNT = "count"
    """An integer."""
    PERCENT = "percent"
    """A Decimal with one digit behind the point."""
    DURATION = "duration"
    """Whole seconds."""
    SCORE = "score"
    """A Decimal with two digits behind the point."""
    RATIO = "ratio"
    """A Decimal with two digits behind the point: so many times."""
    MONEY = "money"
    """Minor units by currency; amounts of two currencies are never added up."""


class Better(StrEnum):
    """Which way a figure should go."""

    MORE = "more"
    LESS = "less"


class Group(StrEnum):
    """What a figure is about."""

    FUNNEL = "funnel"
    SPEED = "speed"
    PROMISE = "promise"
    QUALITY = "quality"
    MONEY = "money"
    COMPLETENESS = "completeness"

    @property
    def label(self) -> str:
        """The group as headings write it."""
        return "Service levels" if self is Group.PROMISE else self.value.capitalize()


class Attribution(StrEnum):
    """The rule that credits a lead and its revenue to a campaign; every report names it."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"

    @property
    def label(self) -> str:
        """The rule in words: `first touch`."""
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class Missing:
    """There is no value; `why` is a sentence that says what to do, where something can be done."""

    why: str


def shown(unit: Unit, value: Value) -> str:
    """A value as people read it: `1,234`, `42.9%`, `12 min`, `2.25`, `1,200 EUR`, or `n/a`."""
    if value is None:
        return "n/a"
    if isinstance(value, dict):
        sums = [str(Money(minor, currency)) for currency, minor in sorted(value.items())]
        return ", ".join(sums) or "none"
    if unit is Unit.PERCENT:
        return f"{value:,.1f}".removesuffix(".0") + "%"
    return duration(int(value)) if unit is Unit.DURATION else f"{value:,}"
