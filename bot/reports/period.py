"""Which days a report is about: a week, a month, a quarter, a year, or any days."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot import formats, metrics
from bot.errors import HandoffError

LONGEST_DAYS = 731
"""Two years, one of them a leap year: more makes no report that somebody reads."""

_DAY = timedelta(days=1)


class NotAPeriod(HandoffError):
    """{what} Write days like 2026-11-25, the first before the last."""


class Span(StrEnum):
    """The periods that have a name."""

    THIS_WEEK = "this-week"
    LAST_WEEK = "last-week"
    MONTH = "month"
    LAST_MONTH = "last-month"
    QUARTER = "quarter"
    LAST_QUARTER = "last-quarter"
    YEAR = "year"
    DAYS = "days"

    @property
    def label(self) -> str:
        """The span as the page writes it."""
        return _LABELS[self]


_LABELS = {
    Span.THIS_WEEK: "This week",
    Span.LAST_WEEK: "Last week",
    Span.MONTH: "This month",
    Span.LAST_MONTH: "Last month",
    Span.QUARTER: "This quarter",
    Span.LAST_QUARTER: "Last quarter",
    Span.YEAR: "This year",
    Span.DAYS: "From–to",
}


@dataclass(frozen=True)
class Period:
    """Days, both ends included, in the workspace's zone."""

    span: Span
    first: date
    last: date

    @property
    def before(self) -> "Period":
        """The one to compare with: the month before a month, the same days of the week before a
        week, as many days before some days."""
        end = self.first - timedelta(days=1)
        if self.span is Span.THIS_WEEK:
            return Period(self.span, self.first - _DAY * 7, self.last - _DAY * 7)
        if self.span in (Span.MONTH, Span.LAST_MONTH):
            return Period(self.span, end.replace(day=1), end)
        if self.span in (Span.QUARTER, Span.LAST_QUARTER):
            return Period(self.span, _quarter(end), end)
        if self.span is Span.YEAR:
            return Period(self.span, end.replace(month=1, day=1), end)
        length = self.last - self.first
        return Period(self.span, end - length, end)

    @property
    def words(self) -> str:
        """`16–22 Nov 2026`, `30 Nov – 6 Dec 2026`, `1 Nov 2026`."""
        return formats.days(self.first, self.last)

    @property
    def of_metrics(self) -> metrics.Period:
        """The same as the metrics say it: the day after its last is not included."""
        return metrics.Period(self.first, self.last + timedelta(days=1))

    def is_over(self, today: date) -> bool:
        """Whether its last day is behind us."""
        return self.last < today

    @property
    def whole_weeks(self) -> "Period":
        """The weeks that it touches, from Monday to Sunday."""
        mondays = self.weeks()
        return Period(Span.DAYS, mondays[0], mondays[-1] + timedelta(days=6))

    def days(self) -> list[date]:
        """Its days."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(count)]

    def weeks(self) -> list[date]:
        """The Mondays of the weeks (ISO 8601) that it touches."""
        monday = self.first - timedelta(days=self.first.weekday())
        count = (self.last - monday).days // 7 + 1
        return [monday + timedelta(weeks=number) for number in range(count)]


def named(span: Span, today: date) -> Period:
    """The period of this name, seen from `today`: one that runs ends today; `DAYS` is the last
    thirty."""
    monday, month, quarter = (
        today - _DAY * today.weekday(), today.replace(day=1), _quarter(today)
    )  # fmt: skip
    before_month, before_quarter = month - _DAY, quarter - _DAY
    first, last = {
        Span.THIS_WEEK: (monday, today),
        Span.LAST_WEEK: (monday - _DAY * 7, monday - _DAY),
        Span.MONTH: (month, today),
        Span.LAST_MONTH: (before_month.replace(day=1), before_month),
        Span.QUARTER: (quarter, today),
        Span.LAST_QUARTER: (_quarter(before_quarter), before_quarter),
        Span.YEAR: (today.replace(month=1, day=1), today),
        Span.DAYS: (today - _DAY * 29, today),
    }[span]
    return Period(span, first, last)


def days(first: str | None, last: str | None, today: date) -> Period:
    """From one day to another, as somebody typed them; what is not given is the last thirty days.

    Raises NotAPeriod.
    """
    usual = named(Span.DAYS, today)
    end = _day(last) or usual.last
    begin = _day(first) or min(usual.first, end)
    if begin > end:
        raise NotAPeriod(what="The last day is before the first.")
    if (end - begin).days >= LONGEST_DAYS:
        raise NotAPeriod(what="That is more than two years.")
    return Period(Span.DAYS, begin, end)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotAPeriod(what="I can't read this day.") from None
    if not 2000 <= day.year <= 2999:
        raise NotAPeriod(what="This day is too far away.")
    return day


def _quarter(day: date) -> date:
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)
