"""Reports of ad platforms: recognised by their columns, and read row by row without trust.

The names are those that Google Ads, Meta Ads Manager and LinkedIn Campaign Manager write into their
CSV exports in English; any other file is read once somebody has said what its columns mean.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.errors import HandoffError
from bot.money import Money, NotAnAmount, parse
from bot.sheet import rearmed


class Platform(StrEnum):
    """Whose export it is."""

    GOOGLE_ADS = "google_ads"
    META = "meta"
    LINKEDIN = "linkedin"
    OTHER = "csv"

    @property
    def label(self) -> str:
        """The platform by its name, and the line that its spend is of."""
        return _LABELS[self]


_LABELS = {
    Platform.GOOGLE_ADS: "Google Ads",
    Platform.META: "Meta",
    Platform.LINKEDIN: "LinkedIn",
    Platform.OTHER: "Other",
}

SKIP = "skip"

MEANINGS: Mapping[str, str] = {
    SKIP: "Leave out",
    "campaign": "Campaign",
    "day": "Day",
    "month_first": "Day, month first",
    "last_day": "Last day",
    "line": "Line of the budget",
    "amount": "Amount",
    "currency": "Currency",
}
"""What a column can mean, in words."""

# By platform: the columns that must be there, and what those and others mean.
_COLUMNS: Mapping[Platform, tuple[set[str], Mapping[str, str]]] = {
    Platform.GOOGLE_ADS: (
        {"day", "campaign", "cost"},
        {"day": "day", "campaign": "campaign", "cost": "amount", "currency code": "currency"},
    ),
    Platform.META: (
        {"campaign name", "amount spent", "reporting starts"},
        {"campaign name": "campaign", "amount spent": "amount", "day": "day",
         "reporting starts": "day", "reporting ends": "last_day", "currency": "currency"},
    ),
    Platform.LINKEDIN: (
        {"campaign name", "total spent", "start date"},
        {"campaign name": "campaign", "total spent": "amount", "start date": "month_first",
         "currency": "currency"},
    ),
}  # fmt: skip
_OTHERS = {
    "date": "day", "spend": "amount", "cost": "amount", "amount": "amount", "channel": "line",
    "line": "line", "campaign": "campaign", "campaign name": "campaign", "day": "day",
    "currency": "currency", "total spent": "amount",
}  # fmt: skip
_NEEDED = ("campaign", "day", "amount")
_TOTAL = re.compile(r"(total|gesamt|summe)\b", re.IGNORECASE)
# What a header adds in brackets: a currency, or the zone of the day.
_ADDED = re.compile(r"\s*\((?:([A-Z]{3})|in utc)\)$", re.IGNORECASE)


class ColumnMissing(HandoffError):
    """No column is the {meaning}. Say which one is it."""


class TwoColumns(HandoffError):
    """The columns “{first}” and “{second}” cannot both be the {meaning}: leave one of them out."""


class BadRow(HandoffError):
    """{why}"""


@dataclass(frozen=True)
class Spent:
    """What a row says was spent, from one day to another."""

    campaign: str
    first: date
    last: date
    line: str
    amount: str
    """As it is written."""
    currency: str | None


def is_known(name: str) -> bool:
    """Whether an ad platform calls a column so."""
    return any(_name(name) in meanings for _, meanings in _COLUMNS.values())


def recognise(header: Sequence[str]) -> Platform | None:
    """Whose export has this header; None for any other file."""
    names = {_name(each) for each in header}
    return next((each for each, (needed, _) in _COLUMNS.items() if needed <= names), None)


def guess(header: Sequence[str], platform: Platform) -> list[str]:
    """What each column means; the first of a meaning has it."""
    known = _OTHERS if platform is Platform.OTHER else _COLUMNS[platform][1]
    meanings: list[str] = []
    for name in header:
        meaning = known.get(_name(name), SKIP)
        meanings.append(SKIP if meaning in meanings else meaning)
    return meanings


def currency_of(header: Sequence[str], meanings: Sequence[str]) -> str | None:
    """The currency that the amount's column names in brackets, as Meta does."""
    found = [_ADDED.search(name) for name, each in zip(header, meanings, strict=True)
             if each == "amount"]  # fmt: skip
    return found[0][1].upper() if found and found[0] and found[0][1] else None


def check(header: Sequence[str], meanings: Sequence[str], *, one_campaign: bool) -> None:
    """See that rows can be read by these meanings. Raises ColumnMissing, TwoColumns."""
    seen: dict[str, str] = {}
    for name, meaning in zip(header, meanings, strict=True):
        kind = "day" if meaning == "month_first" else meaning
        if kind != SKIP and kind in seen:
            raise TwoColumns(first=seen[kind], second=name, meaning=MEANINGS[kind].lower())
        seen[kind] = name
    for each in _NEEDED:
        if each not in seen and not (each == "campaign" and one_campaign):
            raise ColumnMissing(meaning=MEANINGS[each].lower())


def is_readable(header: Sequence[str], meanings: Sequence[str], *, one_campaign: bool) -> bool:
    """Whether `check` finds nothing wrong."""
    try:
        check(header, meanings, one_campaign=one_campaign)
    except HandoffError:
        return False
    return True


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row sums up the others, as platforms add below."""
    first = next((cell for cell in cells if cell), "")
    return bool(_TOTAL.match(first))


def read_row(meanings: Sequence[str], cells: Sequence[str], platform: Platform) -> Spent:
    """What a row says. Raises BadRow with the reason."""
    said = {each: rearmed(cell) for each, cell in zip(meanings, cells, strict=True) if each != SKIP}
    month_first = "month_first" in said
    first = _day(said.get("month_first") or said.get("day") or "", month_first=month_first)
    last = _day(said["last_day"], month_first=month_first) if said.get("last_day") else first
    if last < first:
        raise BadRow(why="Its last day is before its first one.")
    return Spent(
        campaign=" ".join(said.get("campaign", "").split()),
        first=first,
        last=last,
        line=" ".join(said.get("line", "").split())[:80] or platform.label,
        amount=said.get("amount", ""),
        currency=said.get("currency", "").upper() or None,
    )


def amount(text: str, currency: str) -> Money:
    """An amount as it is written. Raises BadRow."""
    try:
        return parse(text, currency)
    except NotAnAmount as error:
        raise BadRow(why=error.message) from None


def _name(column: str) -> str:
    return _ADDED.sub("", column.strip()).casefold()


def _day(text: str, *, month_first: bool) -> date:
    """`2026-11-25`, `25.11.2026`, `11/25/2026`. Raises BadRow, also for what can be two days."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
        parts = re.fullmatch(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", text)
        if parts is None:
            raise BadRow(why=f"“{text[:40]}” is no day. Write it as 2026-11-25.")
        one, two, year = int(parts[1]), int(parts[3]), int(parts[4])
        slashed = parts[2] == "/"
        if slashed and not month_first and one <= 12 and two <= 12 and one != two:
            raise BadRow(
                why=f"“{text}” can be two days. Choose “Day, month first”, or write 2026-11-25."
            )
        return (
            date(year, one, two) if month_first or (slashed and two > 12) else date(year, two, one)
        )
    except ValueError:
        raise BadRow(why=f"“{text[:40]}” is no day.") from None
