"""What all charts are drawn with: colours, numbers, text, the legend, the table of the data."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

PALETTE = ("#5b5bd6", "#12a594", "#f0a020", "#e5526d", "#2f8fe0", "#8e6bbf")
WIDTH, HEIGHT = 560, 250
_THOUSAND, _MILLION = 1_000, 1_000_000


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
