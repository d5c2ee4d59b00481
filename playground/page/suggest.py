"""What the composer offers while one types: slash commands after "/", people after "@"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from playground.page import icons
from playground.page.avatars import avatar_html, display_name
from playground.page.session import Session

_NAME_AT_END = re.compile(r"(?:^|\s)@([\w .'-]{0,30})$")
_MOST = 8


@dataclass(frozen=True)
class Suggestion:
    """One line above the composer: what is put in when it is chosen."""

    key: str
    insert: str
    face: str
    name: str
    hint: str = ""
    note: str = ""

    def html(self) -> str:
        """The line as it is shown."""
        return (
            f'<span class="ic">{self.face}</span><b>{escape(self.name)}</b>'
            f'<span class="cmd-hint">{escape(self.hint)}</span>'
            f'<span class="cmd-note">{escape(self.note)}</span>'
        )


def suggest(session: Session, text: str, *, commands: bool) -> list[Suggestion]:
    """The lines for this text; none where there is nothing to complete."""
    if text.startswith("/") and " " not in text and commands:
        return _commands(session, text)
    if found := _NAME_AT_END.search(text):
        return _people(session, found[1].lower())
    return []


def _commands(session: Session, text: str) -> list[Suggestion]:
    commands = sorted(session.slack.app.manifest.commands.values(), key=lambda c: c.name)
    return [
        Suggestion(c.name, f"{c.name} ", icons.SLASH, c.name, c.usage_hint, c.description)
        for c in commands
        if c.name.startswith(text)
    ]


def _people(session: Session, typed: str) -> list[Suggestion]:
    """People whose name has a word that starts so; none once the name stands there whole."""
    users = [u for u in session.slack.workspace.users.values() if not u.deleted]
    named = [(display_name(u), u) for u in users]
    return [
        Suggestion(user.id, f"@{name} ", avatar_html(user, 20), name, user.name)
        for name, user in sorted(named, key=lambda pair: pair[0])
        if f" {name}".lower().find(f" {typed}") >= 0 and name.lower() != typed.strip()
    ][:_MOST]
