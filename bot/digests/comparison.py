"""A week compared with the week before and with the mean of four weeks, and whether a difference
is more than chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.digests.report import PastWeek, Report
from bot.digests.significance import count_moved, share_moved
from bot.metrics import Figures, Unit, shown
from bot.rounding import percent, rounded

# After so many days a lead seldom changes any more, so weeks of any age can be compared.
_MATURE_AFTER = timedelta(days=28)

CountParts = Callable[[Figures], tuple[int, int]]
"""How many, of how many; a figure that only counts is of none."""


@dataclass(frozen=True)
class ComparedFigure:
    """A figure that is compared with the weeks before."""

    label: str
    counted: CountParts
    matures: bool
    """Whether it goes on changing after the week; then only weeks of the same age are compared."""
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
    """A figure beside those of the weeks before, each as people read it."""

    figure: ComparedFigure
    now: str
    before: str
    mean: str
    verdict: Verdict


def _count(part: Sequence[str], whole: Sequence[str] = ()) -> CountParts:
    def counted(figures: Figures) -> tuple[int, int]:
        return sum(map(figures.count, part)), sum(map(figures.count, whole))

    return counted


def _rated_of_claimed(figures: Figures) -> tuple[int, int]:
    claimed = figures.count("claimed")
    return claimed - figures.count("unrated"), claimed


COMPARED = (
    ComparedFigure("Leads received", _count(["received"]), matures=False, is_share=False),
    ComparedFigure("Claimed", _count(["claimed"], ["received"]), matures=True),
    ComparedFigure("Hot leads answered on time",
             _count(["response_on_time"], ["response_on_time", "response_late"]),
             matures=False),
    ComparedFigure("Claimed leads with a rating", _rated_of_claimed, matures=True),
    ComparedFigure("Rated great or good", _count(["hot", "good"], ["rated"]),
             matures=False),
    ComparedFigure("Qualified", _count(["qualified"], ["received"]), matures=True),
    ComparedFigure("Won", _count(["won"]), matures=True, is_share=False),
)  # fmt: skip


def changes(report: Report) -> list[Change]:
    """Each compared figure; of a running week nothing can be compared."""
    return [] if report.is_running else [_change(report, figure) for figure in COMPARED]


def lead_count_verdict(report: Report) -> Verdict:
    """Whether the leads of the week differ from those of the week before."""
    if report.before is None or report.is_running:
        return Verdict.UNKNOWN
    return _verdict(COMPARED[0], report.total, [report.before])


def _change(report: Report, figure: ComparedFigure) -> Change:
    weeks = [each for each in report.weeks if _is_comparable(report, figure, each)]
    totals = [each.total for each in weeks]
    last = [each.total for each in weeks if each.monday == report.week.before.monday]
    return Change(
        figure=figure,
        now=_shown(figure, [report.total]),
        before=_shown(figure, last),
        mean=_shown(figure, totals) if len(totals) > 1 else "n/a",
        verdict=_verdict(figure, report.total, totals),
    )


def _is_comparable(report: Report, figure: ComparedFigure, week: PastWeek) -> bool:
    today = report.as_of.astimezone(ZoneInfo(report.zone)).date()
    is_mature = today - report.week.end > _MATURE_AFTER
    return week.same_age or is_mature or not figure.matures


def _verdict(figure: ComparedFigure, now: Figures, weeks: Sequence[Figures]) -> Verdict:
    """Compared with all these weeks together: the more there are, the smaller chance's part."""
    (part, whole), (parts, wholes) = figure.counted(now), _sum(figure, weeks)
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


def _sum(figure: ComparedFigure, weeks: Sequence[Figures]) -> tuple[int, int]:
    counted = [figure.counted(each) for each in weeks]
    return sum(part for part, _ in counted), sum(whole for _, whole in counted)


def _shown(figure: ComparedFigure, weeks: Sequence[Figures]) -> str:
    """A share of all these weeks, or how many on average."""
    if not weeks:
        return "n/a"
    part, whole = _sum(figure, weeks)
    if figure.is_share:
        return shown(Unit.PERCENT, percent(part, whole))
    mean = rounded(Fraction(part, len(weeks)), 1)
    return shown(Unit.COUNT, mean if mean % 1 else int(mean))
