"""Figures for a person to read: medians of several rounds, their spread, and the target beside."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Row:
    """One figure: a value a round."""

    what: str
    unit: str
    values: list[float]
    most: float | None
    least: float | None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def target(self) -> str:
        """What it should be, and whether it is."""
        if self.most is not None:
            return f"≤ {self.most:g}  {'met' if self.median <= self.most else 'MISSED'}"
        if self.least is not None:
            return f"≥ {self.least:g}  {'met' if self.median >= self.least else 'MISSED'}"
        return ""


@dataclass
class Table:
    """A short table, printed at the end."""

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _before: float = field(default_factory=lambda: os.getloadavg()[0])

    def row(
        self,
        what: str,
        unit: str,
        values: Sequence[float],
        *,
        most: float | None = None,
        least: float | None = None,
    ) -> None:
        """Add a figure with the values of its rounds; `most` or `least` is the target."""
        self.rows.append(Row(what, unit, list(values), most, least))

    def note(self, sentence: str) -> None:
        """Add a sentence below the table."""
        self.notes.append(sentence)

    def print(self) -> None:
        """Print it all."""
        print(f"\n{self.title}")
        after = os.getloadavg()[0]
        print(f"{os.cpu_count()} cores; load {self._before:.1f} before, {after:.1f} after\n")
        width = max(len(row.what) for row in self.rows)
        print(f"{'':{width}}  {'median':>8}  {'min – max':>17}  {'':8}  target")
        for row in self.rows:
            several = len(row.values) > 1
            spread = f"{_short(min(row.values))} – {_short(max(row.values))}" if several else ""
            print(
                f"{row.what:{width}}  {_short(row.median):>8}  {spread:>17}  {row.unit:8}  "
                f"{row.target}".rstrip()
            )
        print("".join(f"\n{note}" for note in self.notes))


def _short(value: float) -> str:
    """Three figures that matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
