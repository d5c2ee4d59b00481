"""The figures of a week beside those of the week before and the usual ones, and what moved by more
than chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from statistics import median
from zoneinfo import ZoneInfo

from bot.digests.report import PastWeek, Report
from bot.digests.significance import count_moved, share_moved
from bot.formats import duration, share
from bot.metrics import Figures
from bot.rounding import rounded

# After so many days a lead seldom changes any more, so weeks of any age can be compared.
_MATURE_AFTER = timedelta(days=28)

NONE = "–"
"""Reads a value that is not there, or cannot be compared."""

Weeks = Sequence[Figures]

CountParts = Callable[[Figures], tuple[int, int]]
"""How many, of how many; a figure that only counts is of none."""


@dataclass(frozen=True)
class ComparedFigure:
    """A figure that is compared with the weeks before."""

    label: str
    read: Callable[[Weeks], str]
    """The value of some weeks together, as people read it."""
    matures: bool
    """Whether it goes on changing after the week; then only weeks of the same age are compared."""
    counted: CountParts | None = None
    """By what it is judged whether it moved; None: that is not judged."""
    is_share: bool = True


class Verdict(StrEnum):
    """Whether a figure went up or down, by more than chance."""

    UP = "up"
    DOWN = "down"
    CHANCE = "chance"
    UNKNOWN = "unknown"
    """There is nothing to compare with."""


@dataclass(frozen=True)
class Change:
    """A figure beside that of the week before and the usual one, each as people read it."""

    figure: ComparedFigure
    now: str
    before: str
    usual: str
    verdict: Verdict


def _counts(label: str, metric: str, *, matures: bool) -> ComparedFigure:
    def counted(figures: Figures) -> tuple[int, int]:
        return figures.count(metric), 0

    def mean(weeks: Weeks) -> str:
        of_a_week = rounded(Fraction(_sum(counted, weeks)[0], len(weeks)), 1)
        return f"{of_a_week:,}".removesuffix(".0")

    return ComparedFigure(label, mean, matures, counted, is_share=False)


def _shares(label: str, part: str, *whole: str, matures: bool) -> ComparedFigure:
    def counted(figures: Figures) -> tuple[int, int]:
        return figures.count(part), sum(map(figures.count, whole))

    def read(weeks: Weeks) -> str:
        some, of = _sum(counted, weeks)
        return share(some, of) if of else NONE

    return ComparedFigure(label, read, matures, counted)


def _reply(weeks: Weeks) -> str:
    waits = [wait for each in weeks if (wait := each.number("response_median")) is not None]
    return duration(float(median(waits))) if waits else NONE


def _quality(weeks: Weeks) -> str:
    """The mean of all ratings of these weeks."""
    ratings = [
        sum(each.count(name) for each in weeks) for name in ("junk", "weak", "good", "great")
    ]
    points = sum(score * count for score, count in enumerate(ratings))
    return str(rounded(Fraction(points, sum(ratings)), 1)) if any(ratings) else NONE


def _good_of_rated(figures: Figures) -> tuple[int, int]:
    return figures.count("great") + figures.count("good"), figures.count("rated")


IN_HEADLINE = (
    _counts("Leads", "received", matures=False),
    _counts("Won", "won", matures=True),
)
"""The figures of the headline."""
IN_TABLE = (
    _shares("Claimed", "claimed", "received", matures=True),
    ComparedFigure("First reply", _reply, matures=True),
    _shares("Hot leads on time", "response_on_time", "response_on_time", "response_late",
            matures=False),
    ComparedFigure("Quality (max. 3)", _quality, matures=False, counted=_good_of_rated),
)  # fmt: skip
"""Those of the table: the medians of times are not judged, since a few leads can move them."""


def changes(report: Report) -> list[Change]:
    """Each compared figure; a running week is compared with nothing."""
    return [_change(report, figure) for figure in (*IN_HEADLINE, *IN_TABLE)]


def _change(report: Report, figure: ComparedFigure) -> Change:
    weeks = [each for each in report.weeks if _is_comparable(report, figure, each)]
    totals = [each.total for each in weeks]
    last = [each.total for each in weeks if each.monday == report.week.before.monday]
    return Change(
        figure=figure,
        now=figure.read([report.total]),
        before=figure.read(last) if last else NONE,
        usual=figure.read(totals) if len(totals) > 1 else NONE,
        verdict=_verdict(figure, report.total, totals),
    )


def _is_comparable(report: Report, figure: ComparedFigure, week: PastWeek) -> bool:
    today = report.as_of.astimezone(ZoneInfo(report.zone)).date()
    is_mature = today - report.week.end > _MATURE_AFTER
    return not report.is_running and (week.same_age or is_mature or not figure.matures)


def _verdict(figure: ComparedFigure, now: Figures, weeks: Weeks) -> Verdict:
    """Compared with all these weeks together: the more there are, the smaller chance's part."""
    if figure.counted is None:
        return Verdict.UNKNOWN
    (part, whole), (parts, wholes) = figure.counted(now), _sum(figure.counted, weeks)
    if figure.is_share:
        is_known = bool(whole and wholes)
        is_more = part * wholes > parts * whole
        moved = is_known and share_moved(part, whole, parts, wholes)
    else:
        is_known = bool(weeks and (part or parts))
        is_more = part * len(weeks) > parts
        moved = is_known and count_moved(part, parts, len(weeks))
    if not is_known:
        return Verdict.UNKNOWN
    if not moved:
        return Verdict.CHANCE
    return Verdict.UP if is_more else Verdict.DOWN


def _sum(counted: CountParts, weeks: Weeks) -> tuple[int, int]:
    parts = [counted(each) for each in weeks]
    return sum(part for part, _ in parts), sum(whole for _, whole in parts)
