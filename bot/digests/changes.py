"""What changed: a week's figures against the week before and the mean of four weeks, and whether it
is more than chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.digests.noise import count_moved, share_moved
from bot.digests.report import PastWeek, Report
from bot.metrics import Figures, Unit, shown
from bot.rounding import percent, rounded

# After so many days little becomes of a lead any more, so weeks of any age can be compared.
_RIPE = timedelta(days=28)

Counted = Callable[[Figures], tuple[int, int]]
"""How many, of how many; a figure that only counts is of none."""


@dataclass(frozen=True)
class Compared:
    """A figure that is held against the weeks before."""

    label: str
    counted: Counted
    ripens: bool
    """Whether it goes on changing after the week: then only weeks of the same age compare."""
    is_share: bool = True


class Verdict(StrEnum):
    """What to think of a difference."""

    UP = "up"
    DOWN = "down"
    CHANCE = "chance"
    UNKNOWN = "unknown"
    """There is nothing to compare with."""


@dataclass(frozen=True)
class Change:
    """A figure beside those of before, each as people read it."""

    what: Compared
    now: str
    before: str
    mean: str
    verdict: Verdict


def _part(part: Sequence[str], whole: Sequence[str] = ()) -> Counted:
    def counted(figures: Figures) -> tuple[int, int]:
        return sum(map(figures.count, part)), sum(map(figures.count, whole))

    return counted


def _rated_of_claimed(figures: Figures) -> tuple[int, int]:
    claimed = figures.count("claimed")
    return claimed - figures.count("unrated"), claimed


COMPARED = (
    Compared("Leads received", _part(["received"]), ripens=False, is_share=False),
    Compared("Claimed", _part(["claimed"], ["received"]), ripens=True),
    Compared("Hot leads answered on time",
             _part(["response_on_time"], ["response_on_time", "response_late"]),
             ripens=False),
    Compared("Claimed leads with a rating", _rated_of_claimed, ripens=True),
    Compared("Rated hot or good", _part(["hot", "good"], ["rated"]),
             ripens=False),
    Compared("Qualified", _part(["qualified"], ["received"]), ripens=True),
    Compared("Won", _part(["won"]), ripens=True, is_share=False),
)  # fmt: skip


def changes(report: Report) -> list[Change]:
    """Each compared figure; of a running week nothing can be compared."""
    return [] if report.is_running else [_change(report, what) for what in COMPARED]


def received(report: Report) -> Verdict:
    """Whether the leads of the week differ from those of the week before."""
    if report.before is None or report.is_running:
        return Verdict.UNKNOWN
    return _judged(COMPARED[0], report.total, [report.before])


def _change(report: Report, what: Compared) -> Change:
    weeks = [each for each in report.weeks if _is_comparable(report, what, each)]
    totals = [each.total for each in weeks]
    last = [each.total for each in weeks if each.monday == report.week.before.monday]
    return Change(
        what=what,
        now=_read(what, [report.total]),
        before=_read(what, last),
        mean=_read(what, totals) if len(totals) > 1 else "n/a",
        verdict=_judged(what, report.total, totals),
    )


def _is_comparable(report: Report, what: Compared, week: PastWeek) -> bool:
    today = report.as_of.astimezone(ZoneInfo(report.zone)).date()
    is_ripe = today - report.week.end > _RIPE
    return week.same_age or is_ripe or not what.ripens


def _judged(what: Compared, now: Figures, weeks: Sequence[Figures]) -> Verdict:
    """Against all these weeks together: the more there are, the less chance has its way."""
    (part, whole), (parts, wholes) = what.counted(now), _together(what, weeks)
    if what.is_share:
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


def _together(what: Compared, weeks: Sequence[Figures]) -> tuple[int, int]:
    counted = [what.counted(each) for each in weeks]
    return sum(part for part, _ in counted), sum(whole for _, whole in counted)


def _read(what: Compared, weeks: Sequence[Figures]) -> str:
    """A share of all these weeks, or how many on average."""
    if not weeks:
        return "n/a"
    part, whole = _together(what, weeks)
    if what.is_share:
        return shown(Unit.PERCENT, percent(part, whole))
    mean = rounded(Fraction(part, len(weeks)), 1)
    return shown(Unit.COUNT, mean if mean % 1 else int(mean))
