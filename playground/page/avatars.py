"""Faces: initials on a colour of one's own, and the app's mark for the app."""

from __future__ import annotations

from html import escape
from zlib import crc32

from playground.page.icons import APP_MARK
from playground.state import User

_COLORS = (
    "#3e6fd9",
    "#12806f",
    "#b4532a",
    "#8b45b5",
    "#b8346c",
    "#2f7f3d",
    "#8a6d00",
    "#50639a",
    "#0f7f9c",
    "#a2403e",
)


def display_name(user: User | None, fallback: str = "Someone") -> str:
    """The name that stands above a message."""
    if user is None:
        return fallback
    return user.real_name or user.name or fallback


def initials(name: str) -> str:
    """One or two letters of a name: `Ann-Sophie Baker` gives `AB`."""
    words = [word for word in name.replace("-", " ").split() if word[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def avatar_html(user: User | None, size: int = 36) -> str:
    """A square face of `size` pixels; decoration only, since the name stands beside it."""
    if user is not None and user.is_bot:
        return f'<span class="av" style="--s:{size}px">{APP_MARK}</span>'
    return face_html(display_name(user), size)


def face_html(name: str, size: int) -> str:
    """The face of somebody who is no member: initials on a colour."""
    color = _COLORS[crc32(name.encode()) % len(_COLORS)]
    return (
        f'<span class="av" aria-hidden="true" style="--s:{size}px;background:{color}">'
        f"{escape(initials(name))}</span>"
    )
