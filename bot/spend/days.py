"""Days and periods as ad platforms write them, in the languages of their accounts."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from babel import Locale

from bot.spend.columns import Column


class Order(StrEnum):
    """What stands first in `05/11/2026`."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date

    def month(self) -> "Period":
        """All of the month that it begins in."""
        return _month(self.first.year, self.first.month)

    def week(self) -> "Period":
        """The seven days from its first one."""
        return Period(self.first, self.first + timedelta(days=6))

    def holds(self, other: "Period") -> bool:
        """Whether the other one lies within it."""
        return self.first <= other.first and other.last <= self.last


# Their names of months are never two months: that is why not all languages are here.
_LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "ru", "sv", "da", "nb", "tr", "uk")
# What stands beside a day and means nothing: `1st`, `1er`, `1 de noviembre de 2026`, `2026 г.`
_FILLERS = {"st", "nd", "rd", "th", "of", "the", "er", "de", "del", "den", "di", "г", "р", "года",
            "r", "roku", "º"}  # fmt: skip
_SHORTEST = 3  # letters of a month's name, where it is cut

_TIME = re.compile(
    r"[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:[AP]\.?M\.?)?\s?(?:Z|UTC|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{1,2})\.?")
_BARE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d\d)\.?")
_MONTH_OF_YEAR = re.compile(r"(?:(\d{4})[-/.](\d\d)|(\d{1,2})[-/.](\d{4}))")
_EASTERN = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(?:(\d{1,2}) ?[日일])?")
_DOTTED = re.compile(r"\d{1,2}\. ?\d{1,2}\. ?\d")
_BETWEEN = re.compile(r" - | ?~ ?| to | bis | au | al | до | t/m ")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_ONE_FORM = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u200b\u200e\u200f\u202a\u202b\u202c\ufeff"),
    }
)

Readings = Mapping[Order, Period]


def column(cells: Iterable[str], chosen: Order | None) -> Column[Order, Period]:
    """The column of days with these cells.

    Where none of them shows an order, days with points have theirs first: nobody writes otherwise.
    """
    kept = list(cells)
    open_ones = [cell for cell in set(kept) if len(set(readings(cell).values())) == 2]
    dotted = all(_DOTTED.search(cell) for cell in open_ones)
    return Column(readings, kept, chosen=chosen, usual=Order.DAY_FIRST if dotted else None)


def readings(cell: str) -> Readings:
    """The period that a cell names, by the order of its numbers; empty where it names none."""
    text = " ".join(cell.translate(_ONE_FORM).split())
    if periods := _one(text):
        return periods
    halves = [(text[: gap.start()], text[gap.end() :]) for gap in _BETWEEN.finditer(text)]
    if text.count("-") == 1:
        halves.append((text.partition("-")[0], text.partition("-")[2]))
    return next(filter(None, (_range(*each) for each in halves)), {})


def _range(first: str, last: str) -> Readings:
    begins, ends = _one(first.strip()), _one(last.strip())
    return {
        order: Period(begins[order].first, ends[order].last)
        for order in begins.keys() & ends.keys()
        if begins[order].first <= ends[order].last
    }


def _one(text: str) -> dict[Order, Period]:
    text = _without_weekday(_TIME.sub("", text))
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(text):
            return dict(read(match))
    return dict(_in_words(text))


def _without_weekday(text: str) -> str:
    """`Mon, 2.11.2026`; a month may be called so too, so what is in words stays."""
    first, _, rest = text.partition(" ")
    is_weekday = _plain(first.strip(".,")) in _weekdays()
    return rest if is_weekday and re.fullmatch(r"[\d ./-]+", rest) else text


def _year_first(match: re.Match[str]) -> Iterator[tuple[Order, Period]]:
    year, month, day = (int(part) for part in match.groups() if part.isdecimal())
    yield from _both(_day(year, month, day))


def _year_last(match: re.Match[str]) -> Iterator[tuple[Order, Period]]:
    one, two, year = int(match[1]), int(match[3]), _full_year(match[4])
    for order, period in (
        (Order.DAY_FIRST, _day(year, two, one)),
        (Order.MONTH_FIRST, _day(year, one, two)),
    ):
        if period is not None:
            yield order, period


def _of_a_month(match: re.Match[str]) -> Iterator[tuple[Order, Period]]:
    year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
    yield from _both(_month_of(int(year), int(month)))


def _eastern(match: re.Match[str]) -> Iterator[tuple[Order, Period]]:
    year, month = int(match[1]), int(match[2])
    yield from _both(_day(year, month, int(match[3])) if match[3] else _month_of(year, month))


_FORMS: tuple[
    tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[tuple[Order, Period]]]], ...
] = (
    (_YEAR_FIRST, _year_first),
    (_BARE, _year_first),
    (_YEAR_LAST, _year_last),
    (_MONTH_OF_YEAR, _of_a_month),
    (_EASTERN, _eastern),
)


def _in_words(text: str) -> Iterator[tuple[Order, Period]]:
    """`Mon, Nov 2, 2026`, `1. Nov. 2026`, `1 de nov. de 2026`, `01-Nov-26`, `November 2026`."""
    parts = _WORD.findall(text)
    words = [_plain(part) for part in parts if not part.isdecimal()]
    numbers = [part for part in parts if part.isdecimal()]
    months = {
        month
        for place, word in enumerate(words)
        if (month := _month_named(word)) and _mean_nothing(words[:place] + words[place + 1 :])
    }
    if len(months) != 1:
        return
    [month] = months
    years = [number for number in numbers if len(number) == 4]
    if len(numbers) == 1 and years:
        yield from _both(_month_of(int(years[0]), month))
    elif len(numbers) == 2:
        year = years[0] if years else numbers[1]
        rest = [*numbers]
        rest.remove(year)
        if len(rest[0]) <= 2 and len(year) in (2, 4):
            yield from _both(_day(_full_year(year), month, int(rest[0])))


def _mean_nothing(words: list[str]) -> bool:
    return all(word in _FILLERS or word in _weekdays() for word in words)


def _both(period: Period | None) -> Iterator[tuple[Order, Period]]:
    """What is the same whichever stands first."""
    if period is not None:
        yield from ((order, period) for order in Order)


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        day_date = date(year, month, day)
    except ValueError:
        return None
    return Period(day_date, day_date) if 1990 <= year < 2100 else None


def _month_of(year: int, month: int) -> Period | None:
    return _month(year, month) if 1990 <= year < 2100 and 1 <= month <= 12 else None


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(first, after - timedelta(days=1))


def _full_year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)


@cache
def _month_named(word: str) -> int | None:
    """The month with this name, or whose name begins so."""
    months = {
        month
        for name, month in _months()
        if name == word or (len(word) >= _SHORTEST and name.startswith(word))
    }
    return months.pop() if len(months) == 1 else None


@cache
def _months() -> frozenset[tuple[str, int]]:
    return frozenset(
        (_plain(name), month)
        for language in _LANGUAGES
        for forms in Locale.parse(language).months.values()
        for width in ("wide", "abbreviated")
        for month, name in forms[width].items()
    )


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(
        _plain(name)
        for language in _LANGUAGES
        for forms in Locale.parse(language).days.values()
        for width in ("wide", "abbreviated", "short")
        for name in forms[width].values()
    )


def _plain(word: str) -> str:
    """A word without its accents, since some tools lose them."""
    letters = unicodedata.normalize("NFKD", word.casefold().strip("."))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
