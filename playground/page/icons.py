"""The page's icons: drawn for it, as small SVG strokes that take the colour of their text."""

from __future__ import annotations

from importlib.resources import files


def _icon(paths: str, size: int = 18, stroke: float = 1.7) -> str:
    return (
        f'<svg width="{size}" height="{size}" viewBox="0 0 20 20" fill="none" '
        f'stroke="currentColor" stroke-width="{stroke}" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true" focusable="false">{paths}</svg>'
    )


HASH = _icon('<path d="M4 7.3h13M3 12.7h13M8.2 3 6.4 17M13.6 3l-1.8 14"/>', 15)
LOCK = _icon(
    '<rect x="4" y="9" width="12" height="8" rx="2"/><path d="M7 9V6a3 3 0 0 1 6 0v3"/>', 15
)
HOME = _icon('<path d="m3 9.5 7-6 7 6V16a1 1 0 0 1-1 1h-3.5v-4.5h-5V17H4a1 1 0 0 1-1-1z"/>')
CONTACTS = _icon(
    '<rect x="3" y="4" width="14" height="12" rx="2"/><circle cx="7.6" cy="8.9" r="1.6"/>'
    '<path d="M5.2 13.2c.3-1.3 1.1-2 2.4-2s2.1.7 2.4 2M12.2 8.4h2.6M12.2 11.6h2.6"/>'
)
CHEVRON = _icon('<path d="m5.5 8 4.5 4.5L14.5 8"/>', 16)
BACK = _icon('<path d="M12.5 4.5 7 10l5.5 5.5"/>')
CLOSE = _icon('<path d="m5 5 10 10M15 5 5 15"/>')
MENU = _icon('<path d="M3.5 5.5h13M3.5 10h13M3.5 14.5h13"/>')
MORE = _icon(
    '<g fill="currentColor" stroke="none"><circle cx="10" cy="4.5" r="1.5"/>'
    '<circle cx="10" cy="10" r="1.5"/><circle cx="10" cy="15.5" r="1.5"/></g>'
)
DOTS = _icon(
    '<g fill="currentColor" stroke="none"><circle cx="4.5" cy="10" r="1.5"/>'
    '<circle cx="10" cy="10" r="1.5"/><circle cx="15.5" cy="10" r="1.5"/></g>'
)
REPLY = _icon(
    '<path d="M3.5 5.5A1.5 1.5 0 0 1 5 4h10a1.5 1.5 0 0 1 1.5 1.5v6A1.5 1.5 0 0 1 15 13H9'
    'l-3.8 3.2V13H5a1.5 1.5 0 0 1-1.5-1.5z"/><path d="M7 7.4h6M7 9.8h3.5"/>'
)
SEND = _icon(
    '<path fill="currentColor" stroke="none" d="M3 3.2 17.5 10 3 16.8l1.7-5.6L11 10 4.7 8.8z"/>'
)
BOLT = _icon('<path d="M11 2.8 4.5 11h4.3L8.3 17.2 15.5 8.6H11z"/>')
SLASH = _icon('<rect x="3" y="3" width="14" height="14" rx="3.5"/><path d="M11.8 6.2 8.2 13.8"/>')
ATTACH = _icon(
    '<path d="m15.8 9.3-5.6 5.6a3.4 3.4 0 0 1-4.8-4.8l6-6a2.2 2.2 0 0 1 3.2 3.2l-6 6'
    'a1 1 0 0 1-1.5-1.5l5.2-5.2"/>'
)
EYE = _icon(
    '<path d="M2.2 10S5 4.8 10 4.8 17.8 10 17.8 10 15 15.2 10 15.2 2.2 10 2.2 10z"/>'
    '<circle cx="10" cy="10" r="2.3"/>',
    14,
)
CLOCK = _icon('<circle cx="10" cy="10" r="7.2"/><path d="M10 5.8V10l2.8 1.8"/>')
SPARK = _icon(
    '<path d="M10 2.8 11.7 8 17 10l-5.3 2L10 17.2 8.3 12 3 10l5.3-2z"/>',
)
CHECK = _icon('<path d="m4 10.5 4 4 8-9"/>')
WARN = _icon('<path d="M10 3 2.5 16.5h15z"/><path d="M10 8.2v3.6M10 14.2v.1"/>', 16)
FILE = _icon('<path d="M5 2.8h6.5L15.5 7v10.2H5z"/><path d="M11.2 3v4.2h4.2"/>')
DOWN = _icon('<path d="M10 4v12M5 11l5 5 5-5"/>', 16)
LINK_OUT = _icon('<path d="M8 5H4.5v10.5H15V12M11 4.5h4.5V9M15.2 4.8 9 11"/>', 14)
PEOPLE = _icon(
    '<circle cx="7.5" cy="7" r="2.8"/><path d="M2.5 16c.4-3 2.3-4.6 5-4.6s4.6 1.6 5 4.6"/>'
    '<path d="M13 4.6a2.6 2.6 0 0 1 0 5M14.6 11.9c1.7.6 2.7 2 2.9 4.1"/>',
    16,
)
WIRE = _icon('<path d="M3.5 7h12M12.5 4l3 3-3 3M16.5 13h-12M7.5 10l-3 3 3 3"/>', 16)

# The app's own mark is one, here and on its report page.
FAVICON = files("bot.reports.site").joinpath("icon.svg").read_text(encoding="utf-8")
APP_MARK = FAVICON.replace("<svg ", '<svg class="app-mark" aria-hidden="true" ')
