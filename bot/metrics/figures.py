"""The figures of one group of leads, and those of a cohort: as values, as people read them, and as
a snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from bot.formats import share
from bot.metrics.definitions import BY_NAME
from bot.metrics.metric import Attribution, Unit, Value, shown
from bot.metrics.scope import Period
from bot.rounding import whole

Key = int | str | date | None
"""What a group has in common: a campaign's id, a source, a day; None where there is nothing."""

_REASONS, _MODEL = "reasons", "attribution"


@dataclass(frozen=True)
class Figures:
    """The metrics of one group of leads, by name: `figures["claim_median"]` reads `12 min`."""

    values: Mapping[str, Value]
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why there is no value, where it is not simply that there are no such leads."""
    attribution: Attribution = Attribution.FIRST_TOUCH

    def __getitem__(self, name: str) -> str:
        """The value as people read it; a share of few leads as a count of them."""
        metric, value = BY_NAME[name], self.values.get(name)
        size = sum(map(self.count, metric.of))
        if isinstance(value, Decimal) and size:
            return share(whole(value * size / 100), size)
        return shown(metric.unit, value)

    def has(self, name: str) -> bool:
        """Whether the metric has a value."""
        return self.values.get(name) is not None

    def why(self, name: str) -> str | None:
        """Why the metric has no value; None where it has one."""
        return None if self.has(name) else self.reasons.get(name, BY_NAME[name].missing)

    def count(self, name: str) -> int:
        """The value of a metric that counts; 0 where an old snapshot does not know it yet."""
        assert BY_NAME[name].unit is Unit.COUNT, name
        value = self.values.get(name)
        return value if isinstance(value, int) else 0

    def number(self, name: str) -> Decimal | None:
        """The value of a metric that is one number, for comparing; None for money and for n/a."""
        value = self.values.get(name)
        return None if value is None or isinstance(value, dict) else Decimal(value)

    def amounts(self, name: str) -> Mapping[str, int]:
        """The minor units by currency of a metric that is money; empty for n/a."""
        value = self.values.get(name)
        return value if isinstance(value, dict) else {}

    @property
    def maturing(self) -> str:
        """`7 of 11 still open; figures may change.`; empty where no lead is open."""
        still = self.count("open")
        received = self.count("received")
        return f"{still:,} of {received:,} still open; figures may change." if still else ""

    def as_json(self) -> dict[str, Any]:
        """A snapshot of integers and strings."""
        written: dict[str, Any] = {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in self.values.items()
        }
        return written | {_REASONS: dict(self.reasons), _MODEL: self.attribution.value}

    @classmethod
    def from_json(cls, snapshot: Mapping[str, Any]) -> "Figures":
        """Read a snapshot, also an older one; what is no metric any more is left out."""
        kept = {name: raw for name, raw in snapshot.items() if name in BY_NAME}
        return cls(
            # A string is a percentage, a ratio or a score.
            {name: Decimal(raw) if isinstance(raw, str) else raw for name, raw in kept.items()},
            {name: why for name, why in snapshot.get(_REASONS, {}).items() if name in BY_NAME},
            Attribution(snapshot.get(_MODEL, Attribution.FIRST_TOUCH)),
        )


KeptFigures = Annotated[
    Figures,
    PlainValidator(lambda kept: kept if isinstance(kept, Figures) else Figures.from_json(kept)),
    PlainSerializer(Figures.as_json),
]
"""Figures in a model of pydantic's, written and read as a snapshot."""


@dataclass(frozen=True)
class Cohort:
    """A period's figures: in total, and by what was asked for."""

    total: Figures
    by: Mapping[Key, Figures]
    """By campaign, source, day and so on; under None what has none. Empty where it was not asked
    for."""
    period: Period
    attribution: Attribution
    as_of: datetime
    nothing: Figures = field(default_factory=lambda: Figures({}))
    """Those of a group without leads and money."""

    def of(self, key: Key) -> Figures:
        """The figures of one group."""
        return self.by.get(key, self.nothing)

    @property
    def by_campaign(self) -> Mapping[int | None, Figures]:
        """The groups by the campaign's id."""
        return {
            key: figures for key, figures in self.by.items() if key is None or isinstance(key, int)
        }
