"""The rows of an export, read without trust: each column as a whole, and sums told apart from what
they sum up.

Each row is read, left out as a sum, left out because it says nothing, or refused with a reason.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

from bot.money import COMMA, POINT, NotAnAmount, take_apart
from bot.sheet import rearmed
from bot.spend.columns import Column, NoReading, TwoReadings
from bot.spend.days import Order, Period
from bot.spend.days import column as days_column
from bot.spend.exports import SKIP, kind_of

LONGEST_LINE = 80

# What platforms call the rows that sum up others, alone or before what they are the sum of.
_TOTAL = re.compile(
    r"(?:(?:grand|overall|sub|report|account|campaign|sous|общий)[\s-]?)?"
    r"(?:totals?|gesamt(?:summe|wert|ergebnis|betrag)?|summe|zwischensumme|insgesamt|totale|totali|"
    r"totaal|eindtotaal|subtotaal|totais|totales|suma|sum|razem|łącznie|ogółem|итого?|всего)"
    r"(?: (?:general|général|geral|complessivo|generale|całkowita|końcowa))?"
    r"(?:\s*[:：(].*|\s*[-–—]?\s*(?:of|von|de|di|van|z)?\s*\d.*)?",
    re.IGNORECASE,
)
# Each part of a sum is rounded when it is written, and so is the sum.
_ROUNDED = Decimal("0.005")

NO_CAMPAIGN = "It has no campaign, like a total, but isn't the total of the other rows."
TWO_AMOUNTS = (
    "Its amount can be read in two ways. Choose “Amount, as 1,234.50” or “Amount, as 1.234,50” "
    "under Columns…."
)
TWO_DAYS = (
    "Its day can be read in two ways. Choose “Day, day first” or “Day, month first” under "
    "Columns…, or write 2026-11-25."
)
_MARKS = {"decimal_point": POINT, "decimal_comma": COMMA}


@dataclass
class Row:
    """What a row says was spent."""

    cells: list[str]
    campaign: str
    line: str
    period: Period | None
    amount: Decimal
    currencies: tuple[str, ...]
    """The codes and signs that stand beside the amount or in a column of their own."""
    problem: str | None
    """Why it cannot be read."""
    label: str
    """The campaign, or the first that it says."""
    reads_like_a_sum: bool
    """Whether it is called what platforms call sums, and no campaign of ours is called so."""
    is_undated: bool = False


@dataclass
class Table:
    """What became of each row of an export."""

    rows: list[Row] = field(default_factory=list)
    """Those that say what was spent, and those with a problem."""
    sums: list[Row] = field(default_factory=list)
    """Left out, since they sum up others."""
    empty: int = 0
    """How many rows say neither an amount nor a day."""


def read_rows(
    meanings: Sequence[str], rows: Iterable[Sequence[str]], is_campaign: Callable[[str], bool]
) -> Table:
    """What the rows of an export say, by the meanings of its columns.

    `is_campaign` tells whether a campaign of ours is called so.
    """
    reader = _Reader(meanings, [list(map(rearmed, cells)) for cells in rows], is_campaign)
    table = Table()
    left = []
    for row in reader.rows:
        if row.is_undated and not row.amount and not row.problem:
            table.empty += 1
        else:
            left.append(row)
    sums, unnamed = _sums(left, meanings)
    for place, row in enumerate(left):
        if place in sums:
            table.sums.append(row)
        elif place in unnamed and not row.amount and not row.problem:
            table.empty += 1
        else:
            row.problem = row.problem or (NO_CAMPAIGN if place in unnamed else _without_day(row))
            table.rows.append(row)
    return table


def is_blank(cell: str) -> bool:
    """Whether nothing stands there: Google writes ` --`."""
    return not cell.strip("-\u2013\u2014\u2212 \u00a0")


def _without_day(row: Row) -> str | None:
    return "It has no day." if row.period is None else None


class _Reader:
    """Reads rows after a look at their columns."""

    def __init__(
        self,
        meanings: Sequence[str],
        rows: list[list[str]],
        is_campaign: Callable[[str], bool],
    ) -> None:
        self._is_campaign = is_campaign
        self._places = {kind_of(each): place for place, each in enumerate(meanings) if each != SKIP}
        self._day_means = next((each for each in meanings if kind_of(each) == "day"), "day")
        mark = next((_MARKS[each] for each in meanings if each in _MARKS), None)
        order = Order(self._day_means) if self._day_means in set(Order) else None
        self._amounts = Column(_amounts, self._column(rows, "amount"), chosen=mark)
        days = [*self._column(rows, "day"), *self._column(rows, "last_day")]
        self._days = days_column(days, order)
        self.rows = [self._row(cells) for cells in rows]

    def _column(self, rows: Iterable[list[str]], kind: str) -> list[str]:
        return [self._cell(cells, kind) for cells in rows]

    def _cell(self, cells: list[str], kind: str) -> str:
        """What a row says; empty where it says nothing."""
        cell = cells[self._places[kind]] if kind in self._places else ""
        return "" if is_blank(cell) else " ".join(cell.split())

    def _row(self, cells: list[str]) -> Row:
        campaign = self._cell(cells, "campaign")
        label = campaign or next((cell for cell in cells if not is_blank(cell)), "")
        row = Row(
            cells, campaign, self._cell(cells, "line")[:LONGEST_LINE], None, Decimal(0), (), None,
            label, bool(_TOTAL.fullmatch(label)) and not self._is_campaign(campaign),
        )  # fmt: skip
        self._read_amount(row)
        self._read_days(row)
        return row

    def _read_amount(self, row: Row) -> None:
        cell = self._cell(row.cells, "amount")
        named = self._cell(row.cells, "currency")
        row.currencies = (named,) if named else ()
        if not cell:
            return
        try:
            row.amount, marks = self._amounts.read(cell)
            row.currencies += marks
        except TwoReadings:
            row.problem = TWO_AMOUNTS
        except NoReading:
            row.problem = NotAnAmount(text=cell[:40]).message

    def _read_days(self, row: Row) -> None:
        first, last = (self._cell(row.cells, kind) for kind in ("day", "last_day"))
        row.is_undated = not first or (row.reads_like_a_sum and first == row.label)
        if row.is_undated:
            return
        try:
            begins = self._days.read(first)
            ends = self._days.read(last) if last else begins
            row.period = Period(begins.first, ends.last) if begins.first <= ends.last else None
            if row.period is None:
                row.problem = row.problem or "Its last day is before its first day."
            elif self._day_means in ("week", "month"):
                row.period = begins.week() if self._day_means == "week" else begins.month()
        except TwoReadings:
            row.problem = row.problem or TWO_DAYS
        except NoReading:
            row.problem = row.problem or f"“{first[:40]}” isn't a day. Write it as 2026-11-25."


def _amounts(cell: str) -> Mapping[str, tuple[Decimal, tuple[str, ...]]]:
    try:
        written = take_apart(cell)
    except NotAnAmount:
        return {}
    return {mark: (value, written.marks) for mark, value in written.readings.items()}


def _sums(rows: Sequence[Row], meanings: Sequence[str]) -> tuple[set[int], set[int]]:
    """The rows that sum up others; and those that name no campaign though others do."""
    names = any(row.campaign and not row.reads_like_a_sum for row in rows)
    unnamed = {place for place, row in enumerate(rows) if names and not row.campaign}
    parts = {
        place: row for place, row in enumerate(rows)
        if row.period and not row.problem and place not in unnamed and not row.reads_like_a_sum
    }  # fmt: skip
    sums = _of_breakdowns(parts, meanings)
    sums |= _of_periods({place: row for place, row in parts.items() if place not in sums})
    totals = _Totals(row for place, row in parts.items() if place not in sums)
    for place, row in enumerate(rows):
        is_open = place not in parts and not row.problem
        if (row.is_undated and row.reads_like_a_sum) or (is_open and totals.are(row)):
            sums.add(place)
    return sums, unnamed - sums


class _Totals:
    """What the rows that are no sums come to, by campaign, line and period."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._amounts: dict[tuple[str, str], dict[Period, list[Decimal]]] = defaultdict(dict)
        for row in rows:
            if row.period is not None:
                for of in product({_key(row.campaign), ""}, {row.line, ""}):
                    self._amounts[of].setdefault(row.period, []).append(row.amount)
        self._known: dict[tuple[str, str, Period | None], tuple[Decimal, int]] = {}

    def are(self, row: Row) -> bool:
        """Whether a row is their sum: of its campaign, line and period, where it names them."""
        of = ("" if row.reads_like_a_sum else _key(row.campaign), row.line)
        key = (*of, row.period)
        if key not in self._known:
            amounts = [
                amount for period, within in self._amounts[of].items()
                if row.period is None or row.period.holds(period)
                for amount in within
            ]  # fmt: skip
            self._known[key] = (sum(amounts, Decimal(0)), len(amounts))
        total, count = self._known[key]
        return count > 0 and _is_sum(row.amount, total, count)


def _of_periods(parts: Mapping[int, Row]) -> set[int]:
    """Rows of several days, beside the rows of each of these days."""
    days = _Totals(
        row for row in parts.values() if row.period and row.period.first == row.period.last
    )
    return {
        place for place, row in parts.items()
        if row.period and row.period.first < row.period.last and row.amount and days.are(row)
    }  # fmt: skip


def _of_breakdowns(parts: Mapping[int, Row], meanings: Sequence[str]) -> set[int]:
    """Rows that say nothing in a column where others of their campaign and day say of what they
    are a part: an age, a device."""
    groups: dict[tuple[str, str, Period | None], list[int]] = defaultdict(list)
    for place, row in parts.items():
        groups[_key(row.campaign), row.line, row.period].append(place)
    columns = [place for place, meaning in enumerate(meanings) if meaning == SKIP]
    sums = set()
    for places in groups.values():
        total = sum((parts[place].amount for place in places), Decimal(0))
        for place in places if len(places) > 2 else ():
            amount = parts[place].amount
            if amount and _is_sum(amount, total - amount, len(places) - 1):
                others = [parts[each].cells for each in places if each != place]
                mine = parts[place].cells
                if any(is_blank(mine[column]) and not any(is_blank(cells[column])
                       for cells in others) for column in columns):  # fmt: skip
                    sums.add(place)
                    break
    return sums


def _key(campaign: str) -> str:
    return campaign.casefold()


def _is_sum(amount: Decimal, total: Decimal, parts: int) -> bool:
    return abs(amount - total) <= _ROUNDED * (parts + 1)
