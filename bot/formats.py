"""How numbers, shares, lengths of time, days and hours are written, wherever people read them."""

from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from fractions import Fraction

from bot.rounding import rounded, whole

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_FEW, _MANY = 10, 1000  # leads: below, a share is a count; from then on it has a decimal


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 lead`, `2 leads`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: int, of: int) -> str:
    """A share no more precise than its leads are many: `3 of 4` below ten, `43%` below a thousand,
    else `42.9%`; of none `n/a`."""
    if not of:
        return "n/a"
    if of < _FEW:
        return f"{part} of {of}"
    return f"{rounded(Fraction(100 * part, of), int(of >= _MANY)):,}%".replace(".0%", "%")


def duration(seconds: float | None) -> str:
    """A length of time, short enough for a card: `42 s`, `3 h`, `3 h 05 min`, `2 d 4 h`."""
    if seconds is None:
        return "n/a"
    if (short := whole(seconds)) < 60:
        return f"{short} s"
    minutes = whole(Fraction(seconds) / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
    days, rest = divmod(whole(Fraction(seconds) / 3600), 24)
    return f"{days} d {rest} h" if rest else f"{days} d"


def day(day: date, today: date | None = None) -> str:
    """A day as `22 Nov 2026`; where today is known, without the year if it is this one."""
    return f"{day.day} {day:%b}" + _year(day, today)


def month(first: date, today: date) -> str:
    """A month by its first day as `Dec`; with its year if that is not clear: `Dec 2027`."""
    months = 12 * (first.year - today.year) + first.month - today.month
    return f"{first:%b}" if 0 <= months < 12 else f"{first:%b %Y}"


def days(first: date, last: date) -> str:
    """Days from the first to the last: `16–22 Nov 2026`, `30 Nov – 6 Dec 2026`, `1 Nov 2026`."""
    if first == last:
        return day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first, today=last)} – {day(last)}"


def clock(at: time) -> str:
    """A time of day that somebody set, as `09:30`; moments are told by `bot.slack.text.moment`."""
    return f"{at:%H:%M}"


def weekdays(numbers: Iterable[int]) -> str:
    """Days of the week, 0 is Monday: `Monday to Friday`, `Every day`, `Monday, Wednesday`."""
    chosen = sorted(numbers)
    if len(chosen) == len(WEEKDAYS):
        return "Every day"
    if len(chosen) > 2 and chosen[-1] - chosen[0] == len(chosen) - 1:
        return f"{WEEKDAYS[chosen[0]]} to {WEEKDAYS[chosen[-1]]}"
    return ", ".join(WEEKDAYS[number] for number in chosen)


def _year(day: date, today: date | None) -> str:
    return "" if today and day.year == today.year else f" {day.year}"


def in_words(code: str) -> str:
    """A code as people read it: `no_answer` as `No answer`."""
    return code.replace("_", " ").capitalize()


class InWords(StrEnum):
    """Codes whose labels are their words."""

    @property
    def label(self) -> str:
        """The code in words."""
        return in_words(self.value)
