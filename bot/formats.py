"""How days are written, in every message, page and file that people read."""

from datetime import date


def day(day: date, today: date | None = None) -> str:
    """A day as `22 Nov 2026`; where today is known, without the year if it is this one."""
    return f"{day.day} {day:%b}" + _year(day, today)


def days(first: date, last: date, today: date | None = None) -> str:
    """Days from the first to the last: `16–22 Nov 2026`, `30 Nov – 6 Dec 2026`, `1 Nov 2026`.

    Where today is known, the year is left out if it is this one.
    """
    if first == last:
        return day(last, today)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, today)}"
    begin = day(first, last if first.year == last.year else None)
    return f"{begin} – {day(last, today if first.year == last.year else None)}"


def _year(day: date, today: date | None) -> str:
    return "" if today and day.year == today.year else f" {day.year}"
