"""Reports that took long are kept for a minute; quick ones are always of this moment."""

from datetime import timedelta

import pytest

from bot import clock
from bot.reports import figures
from bot.reports.figures import Recent
from tests.reports.house import NOW


class Kitchen:
    """Computes, and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    def compute(self) -> int:
        self.count += 1
        return self.count


@pytest.fixture
def kitchen() -> Kitchen:
    clock.use(lambda: NOW)
    return Kitchen()


def test_what_is_quick_is_computed_each_time(kitchen: Kitchen) -> None:
    kept = Recent()
    for _ in range(3):
        kept.get(("week",), kitchen.compute)
    assert kitchen.count == 3


def test_what_is_slow_is_kept_for_a_minute(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "SLOW_SECONDS", 0)
    kept = Recent()
    assert kept.get(("week",), kitchen.compute) == kept.get(("week",), kitchen.compute) == (1, NOW)
    clock.use(lambda: NOW + timedelta(seconds=59))
    kept.get(("week",), kitchen.compute)
    assert kitchen.count == 1
    clock.use(lambda: NOW + timedelta(seconds=61))
    kept.get(("week",), kitchen.compute)
    kept.get(("month",), kitchen.compute)
    assert kitchen.count == 3


def test_only_so_many_are_kept(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "SLOW_SECONDS", 0)
    monkeypatch.setattr(figures, "_MOST", 2)
    kept = Recent()
    for week in range(3):
        kept.get((week,), kitchen.compute)
    kept.get((2,), kitchen.compute)
    assert kitchen.count == 3
    kept.get((0,), kitchen.compute)
    assert kitchen.count == 4
