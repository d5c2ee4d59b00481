"""Days and periods as ad platforms write them, decided by their whole column."""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spend import days
from bot.spend.columns import NoReading, TwoReadings
from bot.spend.days import Order, Period


def read(*cells: str, chosen: Order | None = None) -> Period:
    """What the first of these cells says beside the others."""
    return days.column(cells, chosen).read(cells[0])


def day(text: str) -> Period:
    found = date.fromisoformat(text)
    return Period(found, found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-05", "2026-11-05"),
        ("20261105", "2026-11-05"),
        ("2026/11/05", "2026-11-05"),
        ("2026-11-05 00:00:00", "2026-11-05"),
        ("5.11.2026", "2026-11-05"),
        ("25/11/2026", "2026-11-25"),
        ("11/25/2026 12:00:00 AM", "2026-11-25"),
        ("5/5/26", "2026-05-05"),
        ("Nov 1, 2026", "2026-11-01"),
        ("Mon, Nov 2, 2026", "2026-11-02"),
        ("3 Nov 2026", "2026-11-03"),
        ("01-Nov-26", "2026-11-01"),
        ("1st of November 2026", "2026-11-01"),
        ("Sept 3, 2026", "2026-09-03"),
        ("So., 1. Nov. 2026", "2026-11-01"),
        ("So, 01.11.2026", "2026-11-01"),
        ("1. März 2026", "2026-03-01"),
        ("mié, 4 nov 2026", "2026-11-04"),
        ("mar. 3 mars 2026", "2026-03-03"),
        ("1er août 2026", "2026-08-01"),
        ("1 aout 2026", "2026-08-01"),
        ("mar 3 nov 2026", "2026-11-03"),
        ("dom., 1 de nov. de 2026", "2026-11-01"),
        ("vr 6 nov 2026", "2026-11-06"),
        ("1 lis 2026", "2026-11-01"),
        ("12 grudnia 2026", "2026-12-12"),
        ("пн, 2 нояб. 2026\u00a0г.", "2026-11-02"),
        ("2026年11月1日", "2026-11-01"),
    ],
)
def test_a_day_is_read(text: str, expected: str) -> None:
    assert read(text) == day(expected)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("November 2026", "2026-11-01", "2026-11-30"),
        ("févr. 2028", "2028-02-01", "2028-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("11/2026", "2026-11-01", "2026-11-30"),
        ("2026-11-01 - 2026-11-07", "2026-11-01", "2026-11-07"),
        ("2026-11-01 ~ 2026-11-07", "2026-11-01", "2026-11-07"),
        ("Nov 1, 2026 – Nov 7, 2026", "2026-11-01", "2026-11-07"),
        ("01.11.2026–07.11.2026", "2026-11-01", "2026-11-07"),
    ],
)
def test_a_period_is_read(text: str, first: str, last: str) -> None:
    assert read(text) == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-02-30", "31.02.2026", "Nov 2", "Nov-26", "46327", "1 1 2026"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NoReading):
        read(text)


def test_the_whole_column_says_what_stands_first() -> None:
    assert read("05/11/2026", "25/11/2026") == day("2026-11-05")
    assert read("05/11/2026", "11/25/2026") == day("2026-05-11")
    assert read("05.11.2026", "11.25.2026") == day("2026-05-11")
    assert read("05/11/2026", chosen=Order.MONTH_FIRST) == day("2026-05-11")
    with pytest.raises(NoReading):
        read("25/11/2026", chosen=Order.MONTH_FIRST)


@pytest.mark.parametrize(
    "beside", [[], ["06/11/2026"], ["25/11/2026", "11/25/2026"], ["06.11.2026"]]
)
def test_what_nothing_shows_is_not_guessed(beside: list[str]) -> None:
    with pytest.raises(TwoReadings):
        read("05/11/2026", *beside)


def test_no_word_is_two_months() -> None:
    named = defaultdict(set)
    for name, month in days._months():
        named[name].add(month)
    assert [name for name, months in named.items() if len(months) > 1] == []


@given(st.text(alphabet="0123456789./-: ,NovembrDtau年月", max_size=24))
def test_any_cell_is_a_period_or_none(text: str) -> None:
    assert all(period.first <= period.last for period in days.readings(text).values())
