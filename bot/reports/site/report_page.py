"""What the report's page shows: the figures of a report, as far as a reader sees them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot import formats
from bot.formats import plural, share
from bot.metrics import BY_NAME, Better, By, Figures, Key, Pipeline, Unit, shown
from bot.metrics.pipeline import PipelineMonth
from bot.reports.figures import Part, Report, Totals, shows, visible_parts
from bot.reports.permissions import DataClass, Permissions
from bot.reports.site.charts import Bar, Columns, bars, columns
from bot.rounding import whole

KEY_FIGURES = ("received", "acceptance_rate", "response_median", "quality_index", "qualified",
               "won", "revenue", "romi")  # fmt: skip

_FUNNEL = ("received", "claimed", "qualified", "won")
_HOLES = ("unclaimed", "unanswered", "unrated", "unattributed", "uncosted", "undisposed")

PART_COLUMNS = ("received", "acceptance_rate", "response_median", "claim_sla",
                "quality_index", "qualified", "won", "revenue", "spend", "cpl", "romi")  # fmt: skip
"""The metrics by which campaigns, sources and people are set side by side."""

MOST_PARTS = 40
_MOST_BARS = 8

Address = Callable[[str], str]
"""The address of the leads behind a metric."""


@dataclass(frozen=True)
class Fact:
    """One figure: how it reads, how it read before, and the leads behind it."""

    name: str
    label: str
    value: str
    before: str
    change: str
    """`12 more`, empty where nothing can be compared."""
    tone: str
    """`better`, `worse`, or empty."""
    why: str
    """Why there is no value; empty where there is one."""
    unit: Unit


@dataclass(frozen=True)
class Cell:
    """A figure in a table; `address` leads to the leads behind it."""

    text: str
    address: str


@dataclass(frozen=True)
class Row:
    """A campaign, source or salesperson in the table."""

    part: Part
    cells: Sequence[Cell]


SHOWN = {*KEY_FIGURES, *_FUNNEL, *PART_COLUMNS, *_HOLES, *(f"{name}_share" for name in _HOLES),
         "open", "rated"}  # fmt: skip
"""The metrics that the page shows at all."""


def fact(totals: Totals, name: str) -> Fact:
    """A figure beside that of the period before."""
    now, before = totals.now, totals.before
    change, tone = _change(now, before, name)
    metric, why = BY_NAME[name], now.why(name) or ""
    return Fact(name, metric.label, now[name], before[name], change, tone, why, metric.unit)


def key_facts(report: Report, permissions: Permissions) -> list[Fact]:
    """The figures that stand on top."""
    return [fact(report.totals, name) for name in KEY_FIGURES if shows(permissions, name)]


def funnel(report: Report) -> list[Bar]:
    """How far the leads came."""
    received = report.total.count("received")

    def words(count: int) -> str:
        return f"{count:,} · {share(count, received)}" if received else f"{count:,}"

    steps = [(BY_NAME[name].label, report.total.count(name)) for name in _FUNNEL]
    return bars([(label, count, words(count)) for label, count in steps])


def part_bars(parts: Sequence[Part]) -> list[Bar]:
    """The groups with the most leads."""
    return bars(
        [(part.name, count, f"{count:,}") for part in parts[:_MOST_BARS]
         if (count := part.figures.count("received"))]
    )  # fmt: skip


def course(report: Report) -> Columns:
    """Leads and claimed leads, day by day or week by week."""
    return columns(
        [
            (_short(point.day), point.counts["received"], point.counts["claimed"])
            for point in report.course
        ]
    )


def _short(day: date) -> str:
    """Without its year: a chart has no room for it."""
    return formats.day(day, today=day)


def missing_data(report: Report) -> list[Fact]:
    """What is missing in the figures."""
    return [fact(report.totals, name) for name in _HOLES if report.total.count(name)]


@dataclass(frozen=True)
class PipelineTable:
    """What open leads are expected to bring."""

    rows: Sequence[tuple[str, str, str]]
    """A month, its leads, and what they add up to."""
    total: tuple[str, str, str]
    without_amount: str
    """`3 without an amount`, or empty."""


def pipeline(expected: Pipeline, permissions: Permissions) -> PipelineTable | None:
    """The pipeline by month; None without leads, or for a reader who sees no money."""
    if not expected.rows or not permissions.may_see(DataClass.MONEY):
        return None
    rows = [_expected(each) for each in expected.months]
    return PipelineTable(rows, _expected(expected.total), expected.without_amount)


def _expected(month: PipelineMonth) -> tuple[str, str, str]:
    amounts = shown(Unit.MONEY, month.amounts or None)
    return month.label, f"{month.leads:,}", amounts


def part_columns(permissions: Permissions) -> list[str]:
    """The metrics of the table that this reader sees."""
    return [name for name in PART_COLUMNS if shows(permissions, name)]


def rows(
    report: Report, permissions: Permissions, address: Callable[[Part, str], str]
) -> list[Row]:
    """The table's rows, each figure with the address of its leads."""
    names = part_columns(permissions)
    return [
        Row(part, [Cell(_read(part.figures, name), address(part, name)) for name in names])
        for part in visible_parts(report.parts, report.by, permissions)
    ]


def _read(figures: Figures, name: str) -> str:
    if name == "quality_index" and figures.has(name):
        return f"{figures[name]} ({figures['rated']})"
    return figures[name]


def hidden_colleagues(report: Report, permissions: Permissions) -> bool:
    """Whether there are colleagues whose rows this reader does not see."""
    is_by_people = report.by is By.SALESPERSON
    return is_by_people and len(visible_parts(report.parts, report.by, permissions)) < len(
        report.parts
    )


def _change(now: Figures, before: Figures, name: str) -> tuple[str, str]:
    """How a figure changed, in words, and whether that is good."""
    difference = _difference(now, before, name)
    if difference is None:
        return "", ""
    amount, words = difference
    if not amount:
        return "as before", ""
    grew = amount > 0
    tones = {
        Better.MORE: "better" if grew else "worse", Better.LESS: "worse" if grew else "better",
        None: "",
    }  # fmt: skip
    return f"{words} {'more' if grew else 'less'}", tones[BY_NAME[name].better]


def _difference(now: Figures, before: Figures, name: str) -> tuple[Decimal, str] | None:
    """By how much, with its sign and in words; None where the two cannot be compared."""
    unit = BY_NAME[name].unit
    if unit is Unit.MONEY:
        return _of_money(now, before, name)
    one, other = now.number(name), before.number(name)
    if one is None or other is None:
        return None
    if unit is Unit.PERCENT:
        points = whole(one - other)
        return Decimal(points), plural(abs(points), "point")
    words = shown(unit, abs(one - other) if unit is not Unit.COUNT else int(abs(one - other)))
    return one - other, words


def _of_money(now: Figures, before: Figures, name: str) -> tuple[Decimal, str] | None:
    """Amounts are compared in one currency alone."""
    one, other = now.amounts(name), before.amounts(name)
    if len({*one, *other}) != 1 or not one or not other:
        return None
    [currency] = {*one, *other}
    minor = one[currency] - other[currency]
    return Decimal(minor), shown(Unit.MONEY, {currency: abs(minor)})


def best(parts: Sequence[Part], metric: str) -> set[Key]:
    """Whose figure is the best, where they differ and one way is better."""
    better = BY_NAME[metric].better
    if BY_NAME[metric].unit is Unit.COUNT:  # the larger campaign has more of everything
        return set()
    known = {part.key: value for part in parts if (value := _comparable(part, metric)) is not None}
    if better is None or len(set(known.values())) < 2:
        return set()
    top = max(known.values()) if better is Better.MORE else min(known.values())
    return {key for key, value in known.items() if value == top}


def _comparable(part: Part, metric: str) -> Decimal | None:
    amounts = part.figures.amounts(metric)
    if len(amounts) > 1:
        return None
    [minor] = amounts.values() or [None]
    return Decimal(minor) if minor is not None else part.figures.number(metric)
