"""The page's own look: its style sheets, read from the package and put into the page's head.

Fonts are the reader's own (Roboto, which NiceGUI brings in its wheel, where there is none).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nicegui import ui

_SHEETS = ("base", "frame", "messages", "blocks", "inputs", "modal", "crm")


@cache
def style_sheet() -> str:
    """All of the page's CSS."""
    folder = Path(__file__).with_name("styles")
    return "\n".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in _SHEETS)


def apply() -> None:
    """Dress the page that is being built."""
    ui.add_head_html(f"<style>{style_sheet()}</style>")
    ui.colors(primary="#5b3fa6", secondary="#12806f", accent="#5b3fa6")
