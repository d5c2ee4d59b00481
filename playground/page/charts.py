"""data_visualization blocks drawn as inline SVG: pie, bar, line and area, six series at most.

Drawn in Python, so a chart is there with the message, needs no script, prints, and can be read in
a test. Each mark carries a `<title>` (the browser's tooltip) and the numbers stand in a table that
opens below the chart, because nobody should need colour or a mouse to read them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any

Json = dict[str, Any]
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 16, 34
_MAX_LABELLED_BARS = 12
_CROWDED = 8
_LONG_LABEL = 11
PALETTE = ("#5b5bd6", "#12a594", "#f0a020", "#e5526d", "#2f8fe0", "#8e6bbf")
WIDTH, HEIGHT = 560, 250
_THOUSAND, _MILLION = 1_000, 1_000_000


def chart_html(block: Json) -> str:
    """The figure of one data_visualization block; a plain note when its data cannot be drawn."""
    chart = block.get("chart") or {}
    title = str(block.get("title") or "")
    try:
        drawing, legend, table = _pie(chart) if chart.get("type") == "pie" else draw_plane(chart)
    except (TypeError, ValueError, KeyError, AttributeError):
        return f'<div class="bk-unknown">Chart “{escape(title)}” cannot be drawn.</div>'
    kind = escape(str(chart.get("type") or "chart"))
    return (
        f'<figure class="bk-chart bk-chart-{kind}" data-testid="chart" data-chart="{kind}">'
        f"<figcaption>{escape(title)}</figcaption>"
        f'<div class="bk-chart-body">{drawing}{legend}</div>'
        f'<details class="bk-chart-data"><summary>Show data</summary>{table}</details></figure>'
    )


def _pie(chart: Json) -> tuple[str, str, str]:
    segments = [(str(s.get("label", "")), finite(s.get("value")) or 0.0) for s in chart["segments"]]
    total = sum(value for _, value in segments)
    if total <= 0:
        raise ValueError("a pie needs a value above zero")
    shares = [(label, value, value / total) for label, value in segments]
    start, out = 0.0, []
    for index, (label, value, share) in enumerate(shares):
        out.append(_slice(start, share, index, f"{label}: {number(value)} ({share:.0%})"))
        start += share
    out.append(text(100, 98, number(total), "pie-total") + text(100, 116, "total", "ax-text"))
    names = [f"{label} {share:.0%}" for label, _, share in shares]
    series = [Series("Value", [value for _, value in segments])]
    drawing = svg("".join(out), "pie chart: " + ", ".join(names), 200, 200)
    return drawing, _pie_legend(shares), data_table([label for label, _ in segments], series)


def _slice(start: float, share: float, index: int, title: str) -> str:
    """One piece of the ring: a dash of a circle, which draws a whole circle right, too."""
    radius = 70.0
    around = 2 * math.pi * radius
    gap = 2.0 if share < 1 else 0.0
    dash = max(share * around - gap, 0.5)
    return (
        f'<circle class="mark" cx="100" cy="100" r="{radius}" fill="none" stroke-width="36" '
        f'stroke="{color(index)}" stroke-dasharray="{dash:.2f} {around - dash:.2f}" '
        f'stroke-dashoffset="{-start * around:.2f}" transform="rotate(-90 100 100)">'
        f"<title>{escape(title)}</title></circle>"
    )


def _pie_legend(shares: list[tuple[str, float, float]]) -> str:
    items = "".join(
        f'<li><i style="background:{color(index)}"></i><span>{escape(label)}</span>'
        f"<b>{number(value)}</b><em>{share:.0%}</em></li>"
        for index, (label, value, share) in enumerate(shares)
    )
    return f'<ul class="bk-legend bk-legend-pie">{items}</ul>'


@dataclass(frozen=True)
class Scale:
    """The vertical axis: from `low` to `high` by `step`, in the chart's own units."""

    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        """The height on the drawing, in pixels from its top."""
        span = self.high - self.low or 1
        return TOP + (self.high - value) / span * (HEIGHT - TOP - BOTTOM)

    def ticks(self) -> list[float]:
        """The values that have a grid line."""
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * number for number in range(count + 1)]


def scale_for(values: list[float]) -> Scale:
    """An axis that holds every value and zero, with about five round steps."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        return Scale(0, 1, 1)
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough - 1e-9)
    if step < 1 and all(float(v).is_integer() for v in values):
        step = 1.0
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step, step)


def _series(chart: Json) -> tuple[list[str], list[Series]]:
    raw = chart.get("series") or []
    config = chart.get("axis_config") or {}
    labels = [str(c) for c in config.get("categories") or []]
    if not labels and raw:
        labels = [str(point.get("label", "")) for point in raw[0].get("data") or []]
    series = []
    for item in raw:
        points = {str(p.get("label")): finite(p.get("value")) for p in item.get("data") or []}
        series.append(Series(str(item.get("name") or ""), [points.get(c) for c in labels]))
    return labels, series


def finite(raw: object) -> float | None:
    """A value of the data as a number. Raises ValueError where it is none."""
    if raw is None:
        return None
    value = float(str(raw))
    if not math.isfinite(value):
        raise ValueError(raw)
    return value


def draw_plane(chart: Json) -> tuple[str, str, str]:
    """The drawing, the legend and the table of a bar, line or area chart.

    Raises KeyError for a chart of another type, ValueError for values that are no numbers.
    """
    labels, series = _series(chart)
    config = chart.get("axis_config") or {}
    scale = scale_for([v for s in series for v in s.values if v is not None])
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    draw = {"bar": _bars, "line": _lines, "area": _areas}[str(chart["type"])]
    body = _grid(scale) + draw(labels, series, scale, slot) + _categories(labels, slot)
    label = f"{chart['type']} chart: " + ", ".join(s.name for s in series)
    y_label = str(config.get("y_label") or "")
    above = f'<div class="bk-chart-y">{escape(y_label)}</div>' if y_label else ""
    below = legend([s.name for s in series]) if len(series) > 1 else ""
    if x_label := str(config.get("x_label") or ""):
        below = f'<div class="bk-chart-x">{escape(x_label)}</div>' + below
    return above + svg(body, label), below, data_table(labels, series)


def _grid(scale: Scale) -> str:
    out = []
    for tick in scale.ticks():
        y = scale.y(tick)
        css = "ax-zero" if abs(tick) < scale.step / 1e6 else "ax-line"
        out.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="{css}"/>'
        )
        out.append(text(LEFT - 8, y + 4, short_number(tick), "ax-text", "end"))
    return "".join(out)


def _categories(labels: list[str], slot: float) -> str:
    longest = max((len(label) for label in labels), default=0)
    slanted = (len(labels) > _CROWDED and longest > 5) or (slot < longest * 5.6 and slot < 60)
    out = []
    for number_, label in enumerate(labels):
        x, y = LEFT + slot * (number_ + 0.5), HEIGHT - BOTTOM + 17
        if slanted:
            turn = f' transform="rotate(-28 {x:.1f} {y - 4:.1f})"'
            out.append(text(x + 3, y - 4, cut(label, _LONG_LABEL), "ax-text", "end", turn))
        else:
            out.append(text(x, y, cut(label, max(int(slot / 5.8), 4)), "ax-text"))
    return "".join(out)


def _bars(labels: list[str], series: list[Series], scale: Scale, slot: float) -> str:
    group = min(slot * 0.68, 46.0 * len(series))
    width = group / max(len(series), 1)
    labelled = len(labels) * len(series) <= _MAX_LABELLED_BARS
    out = []
    for index, one in enumerate(series):
        for number_, value in enumerate(one.values):
            if value is None:
                continue
            x = LEFT + slot * (number_ + 0.5) - group / 2 + width * index
            out.append(_bar(x, width, value, scale, index, f"{labels[number_]} · {one.name}"))
            if labelled:
                above = scale.y(max(value, 0)) - 5
                out.append(text(x + width / 2, above, short_number(value), "ax-value"))
    return "".join(out)


def _bar(x: float, width: float, value: float, scale: Scale, index: int, name: str) -> str:
    top, foot = scale.y(max(value, 0)), scale.y(min(value, 0))
    gap = min(2.0, width * 0.08)
    radius = min(4.0, (width - gap) / 2, (foot - top) / 2)
    return (
        f'<rect class="mark" x="{x + gap / 2:.1f}" y="{top:.1f}" width="{width - gap:.1f}" '
        f'height="{max(foot - top, 0.8):.1f}" rx="{max(radius, 0):.1f}" fill="{color(index)}">'
        f"<title>{escape(name)}: {number(value)}</title></rect>"
    )


def _points(one: Series, scale: Scale, slot: float) -> list[tuple[float, float, float, int]]:
    return [
        (LEFT + slot * (place + 0.5), scale.y(value), value, place)
        for place, value in enumerate(one.values)
        if value is not None
    ]


def _lines(labels: list[str], series: list[Series], scale: Scale, slot: float) -> str:
    out = []
    for index, one in enumerate(series):
        points = _points(one, scale, slot)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
        out.append(f'<polyline class="ln" points="{path}" stroke="{color(index)}"/>')
        out.extend(
            f'<circle class="mark dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color(index)}">'
            f"<title>{escape(f'{labels[place]} · {one.name}')}: {number(value)}</title></circle>"
            for x, y, value, place in points
        )
    return "".join(out)


def _areas(labels: list[str], series: list[Series], scale: Scale, slot: float) -> str:
    out = []
    for index, one in enumerate(series):
        if points := _points(one, scale, slot):
            foot = scale.y(max(scale.low, 0))
            edge = " ".join(f"L{x:.1f} {y:.1f}" for x, y, _, _ in points)
            path = f"M{points[0][0]:.1f} {foot:.1f} {edge} L{points[-1][0]:.1f} {foot:.1f} Z"
            out.append(f'<path class="fillarea" d="{path}" fill="{color(index)}"/>')
    return "".join(out) + _lines(labels, series, scale, slot)


@dataclass(frozen=True)
class Series:
    """One line, one set of bars: its name and a value for each category (None: no value)."""

    name: str
    values: list[float | None]


def number(value: float) -> str:
    """`1,234`, `3.5`: as a person writes it."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")


def short_number(value: float) -> str:
    """`1.2k`, `3M`: for an axis."""
    for size, unit in ((_MILLION, "M"), (_THOUSAND, "k")):
        if abs(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return number(round(value, 2))


def svg(body: str, label: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The drawing; `label` is what a screen reader says of it."""
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{body}</svg>'
    )


def text(x: float, y: float, words: str, css: str, anchor: str = "middle", extra: str = "") -> str:
    """Words at a place; `anchor` says which end of them stands there."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}"{extra}>'
        f"{escape(words)}</text>"
    )


def cut(words: str, size: int) -> str:
    """The words, or their beginning where there is no room."""
    return words if len(words) <= size else words[: size - 1] + "…"


def color(index: int) -> str:
    """The colour of the series or segment with this number."""
    return PALETTE[index % len(PALETTE)]


def legend(names: list[str]) -> str:
    """Which colour is whose."""
    items = "".join(
        f'<li><i style="background:{color(index)}"></i>{escape(name)}</li>'
        for index, name in enumerate(names)
    )
    return f'<ul class="bk-legend">{items}</ul>'


def data_table(labels: list[str], series: list[Series]) -> str:
    """The numbers themselves: nobody should need colour or a mouse to read a chart."""
    head = "".join(f"<th>{escape(one.name)}</th>" for one in series)
    rows = "".join(
        f"<tr><th>{escape(label)}</th>"
        + "".join(
            f"<td>{'n/a' if (v := one.values[i]) is None else number(v)}</td>" for one in series
        )
        + "</tr>"
        for i, label in enumerate(labels)
    )
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>"
