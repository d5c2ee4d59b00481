"""data_visualization blocks drawn as inline SVG: pie, bar, line and area, six series at most.

Drawn in Python, so a chart is there with the message, needs no script, prints, and can be read in
a test. Each mark carries a `<title>` (the browser's tooltip) and the numbers stand in a table that
opens below the chart, because nobody should need colour or a mouse to read them.
"""

from __future__ import annotations

import math
from html import escape
from typing import Any

from playground.page.plane import draw_plane, finite
from playground.page.svg import Series, color, data_table, number, svg, text

Json = dict[str, Any]


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
