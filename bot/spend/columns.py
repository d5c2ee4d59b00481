"""A column whose format is ambiguous: all its cells decide which format it is, not each by itself.

`45.123` is thousands beside `1.234,50`, and has three decimals beside `10.5`; `05/11/2026` is in
November beside `25/11/2026`, and in May beside `11/25/2026`.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Generic, TypeVar

Format = TypeVar("Format")
Value = TypeVar("Value")


class TwoReadings(Exception):
    """Two formats give two values, and nothing in the column says which one is meant."""


class NoReading(Exception):
    """The cell says nothing that we understand."""


class Column(Generic[Format, Value]):
    """Reads each cell in the format that the others show."""

    def __init__(
        self,
        readings: Callable[[str], Mapping[Format, Value]],
        cells: Iterable[str],
        *,
        chosen: Format | None = None,
        usual: Format | None = None,
    ) -> None:
        """`readings` gives what a cell says in each format in which it can be read.

        `chosen` is the format that somebody has chosen; `usual` the one where no cell shows any.
        """
        self._readings = cache(readings)
        self._chosen = chosen
        shown = {known for cell in cells if (known := self._only_format(cell)) is not None}
        self._format = shown.pop() if len(shown) == 1 else None if shown else usual

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
        if self._format is None:
            raise TwoReadings
        return readings[self._format]

    def _only_format(self, cell: str) -> Format | None:
        readings = self._readings(cell)
        return next(iter(readings)) if len(readings) == 1 else None
