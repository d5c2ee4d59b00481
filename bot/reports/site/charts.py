"""Where things stand in a chart: plain numbers, which the templates write as inline SVG.

Widths are shares of the chart in percent and heights are pixels, so that a chart fills the width it
gets while its words keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 190
"""Of the columns, in pixels; the words below them come on top of it."""

_TICKS = 4
_MOST_LABELS = 8


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart."""

    name: str
    value: int
    words: str
    width: float
    """In percent of the widest."""


@dataclass(frozen=True)
class Column:
    """A column that shows a part of a whole: the whole behind, the part before it."""

    name: str
    middle: float
    left: float
    width: float
    whole: int
    part: int
    whole_height: float
    part_height: float
    has_label: bool
    is_spare: bool
    """Whether its label can go where there is little room."""


@dataclass(frozen=True)
class Columns:
    """A column chart with its lines."""

    columns: Sequence[Column]
    lines: Sequence[tuple[int, float]]
    """What a line stands for, and its height."""


def bars(rows: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Rows of (name, value, words beside it)."""
    most = max((value for _, value, _ in rows), default=0)
    return [Bar(name, value, words, _share(value, most, 100)) for name, value, words in rows]


def columns(points: Sequence[tuple[str, int, int]]) -> Columns:
    """Points of (name, whole, part)."""
    most = max((whole for _, whole, _ in points), default=0)
    step = _step(most)
    top = max(step * -(-most // step), 1)
    slot = 100 / max(len(points), 1)
    every = -(-len(points) // _MOST_LABELS)
    drawn = [
        Column(
            name=name,
            middle=round((number + 0.5) * slot, 3),
            left=round((number + 0.14) * slot, 3),
            width=round(0.72 * slot, 3),
            whole=whole,
            part=part,
            whole_height=_share(whole, top, HEIGHT),
            part_height=_share(part, top, HEIGHT),
            has_label=number % every == 0,
            is_spare=number % (2 * every) != 0,
        )
        for number, (name, whole, part) in enumerate(points)
    ]
    lines = [(value, _share(value, top, HEIGHT)) for value in range(step, top + 1, step)]
    return Columns(drawn, lines)


def _share(value: int, most: int, of: float) -> float:
    return round(of * value / most, 2) if most else 0.0


def _step(most: int) -> int:
    """A round distance between two lines: 1, 2 or 5 times a power of ten."""
    rough = max(most / _TICKS, 1)
    power = 10 ** (len(str(int(rough))) - 1)
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= rough))
