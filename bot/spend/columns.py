"""A column that can be read in two ways: all its cells decide which one it is, not each by itself.

`45.123` is thousands beside `1.234,50`, and has three decimals beside `10.5`; `05/11/2026` is in
November beside `25/11/2026`, and in May beside `11/25/2026`.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Generic, TypeVar

Way = TypeVar("Way")
Value = TypeVar("Value")


class TwoReadings(Exception):
    """Two ways give two values, and nothing in the column says which way is meant."""


class NoReading(Exception):
    """The cell says nothing that we understand."""


class Column(Generic[Way, Value]):
    """Reads each cell in the way that the others show."""

    def __init__(
        self,
        readings: Callable[[str], Mapping[Way, Value]],
        cells: Iterable[str],
        *,
        chosen: Way | None = None,
        usual: Way | None = None,
    ) -> None:
        """Take what a cell says in each way in which it can be read.

        `chosen` is the way that somebody has said; `usual` the one where no cell shows any.
        """
        self._readings = cache(readings)
        self._chosen = chosen
        shown = {way for cell in cells if (way := self._only_way(cell)) is not None}
        self._way = shown.pop() if len(shown) == 1 else None if shown else usual

    def read(self, cell: str) -> Value:
        """What the cell says. Raises TwoReadings, NoReading."""
        readings = self._readings(cell)
        if self._chosen is not None:
            if self._chosen not in readings:
                raise NoReading
            return readings[self._chosen]
        values = list(readings.values())
        if not values:
            raise NoReading
        if all(value == values[0] for value in values):
            return values[0]
        if self._way is None:
            raise TwoReadings
        return readings[self._way]

    def _only_way(self, cell: str) -> Way | None:
        readings = self._readings(cell)
        return next(iter(readings)) if len(readings) == 1 else None
