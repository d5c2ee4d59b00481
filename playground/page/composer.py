"""The field to write in: messages, slash commands with suggestions, people's names, files.

Typing is told to the server as it happens, so what Enter sends is what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from nicegui import events, ui

from playground.manifest import Shortcut
from playground.page import dom, icons
from playground.page.avatars import avatar_html, display_name
from playground.page.inputs import picker
from playground.page.mrkdwn import plain_html
from playground.page.popups import Heading, Line, Lines, drop_down, text_line
from playground.page.session import Session

_KEYS = """(e) => {
  const open = e.target.closest('.composer').querySelector('.cmds:not(.hidden)');
  if (e.isComposing) return;
  if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); emit('enter'); }
  else if (open && ['ArrowUp', 'ArrowDown', 'Tab', 'Escape'].includes(e.key)) {
    e.preventDefault(); e.stopPropagation(); emit(e.key);
  }
}"""
_NAME_AT_END = re.compile(r"(?:^|\s)@([\w .'-]{0,30})$")
_MOST = 8


class Composer:
    """Writes into the open conversation, or into the open thread."""

    def __init__(self, session: Session, *, in_thread: bool = False) -> None:
        self.session = session
        self._in_thread = in_thread
        self._lines: list[Suggestion] = []
        self._active = 0
        self._shown = ""
        name = "thread-composer" if in_thread else "composer"
        self._silent = dom.leaf("", "composer-silent")
        with dom.tag("div", "composer", data_testid=name) as self._box:
            self._popup = dom.tag("div", "cmds hidden", role="listbox", data_testid="suggestions")
            with dom.tag("div", "composer-box"):
                self._field = ui.textarea(on_change=self._typed).props("borderless dense autogrow")
                self._field.classes("composer-field")
                self._field.props["data-testid"] = f"{name}-input"
                self._field.on("keydown", self._key, js_handler=_KEYS)
                self._draw_bar(name)

    def _draw_bar(self, name: str) -> None:
        with dom.tag("div", "composer-bar"):
            if not self._in_thread:
                self._draw_shortcuts()
                with dom.tag("span", "composer-attach"):
                    picker(self._picked, {}, many=True, label="")
            dom.leaf("<kbd>Enter</kbd> sends · <kbd>Shift</kbd>+<kbd>Enter</kbd> new line"
                    + ("" if self._in_thread else " · <kbd>/</kbd> commands"),
                    "composer-hint")  # fmt: skip
            self._send = dom.button("send-btn", icon=icons.SEND, aria_label="Send",
                                    data_testid=f"{name}-send")  # fmt: skip
            self._send.on("click", self.send, args=[])

    def _draw_shortcuts(self) -> None:
        shortcuts = [s for s in self.session.slack.app.manifest.shortcuts.values()
                     if s.kind == "global"]  # fmt: skip
        if not shortcuts:
            return
        more = dom.button("icon-btn", icon=icons.BOLT, aria_label="Shortcuts",
                          title="Shortcuts", data_testid="shortcuts")  # fmt: skip
        lines: Lines = [Heading("Shortcuts"), *(self._shortcut(s) for s in shortcuts)]
        drop_down(more, lambda: lines)

    def _shortcut(self, shortcut: Shortcut) -> Line:
        async def chosen() -> None:
            await self.session.act(lambda hand: hand.shortcut(shortcut.callback_id))

        html = text_line(shortcut.name, shortcut.description)
        return Line(html, chosen, f"shortcut:{shortcut.callback_id}")

    # ---- drawing ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Say where the text goes, or why none can."""
        why = self.session.why_silent()
        self._box.set_visibility(why is None)
        self._silent.set_visibility(why is not None)
        if why and self._silent.content != plain_html(why):
            self._silent.content = plain_html(why)
        place = self._placeholder()
        if place != self._shown:
            self._shown = place
            self._field.props["placeholder"] = place
            self._field.props["aria-label"] = place
            self._field.value = ""

    def focus(self) -> None:
        """Put the cursor into the field, where no on-screen keyboard would jump up."""
        wide = "if (innerWidth > 760 && !document.querySelector('.modal'))"
        find = f"getHtmlElement({self._field.id})?.focus()"
        ui.run_javascript(f"setTimeout(() => {{ {wide} {find} }}, 50)")

    def _placeholder(self) -> str:
        if self._in_thread:
            return "Reply…"
        channel = self.session.channel()
        if channel is None:
            return "Message"
        name = self.session.app_name if channel.kind == "im" else f"#{channel.name}"
        return f"Message {name}"

    def _draw_lines(self) -> None:
        self._popup.classes(add="" if self._lines else "hidden",
                            remove="hidden" if self._lines else "")  # fmt: skip
        self._popup.clear()
        with self._popup:
            for place, line in enumerate(self._lines):
                css = "cmd is-active" if place == self._active else "cmd"
                drawn = dom.leaf(line.html(), css, "button", type="button", role="option",
                                 tabindex=-1, data_testid="suggestion",
                                 data_value=line.key)  # fmt: skip
                drawn.on("mousedown.prevent", self._chooser(line), args=[])

    def _chooser(self, line: Suggestion) -> Callable[[], None]:
        return lambda: self._complete(line)

    # ---- suggestions ------------------------------------------------------------------------

    def _typed(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        lines = suggest(self.session, str(event.value or ""), commands=not self._in_thread)
        if lines != self._lines:
            self._lines, self._active = lines, 0
            self._draw_lines()

    def _complete(self, line: Suggestion) -> None:
        text = str(self._field.value or "")
        if text.startswith("/"):
            self._field.value = line.insert
        else:
            self._field.value = text[: text.rindex("@")] + line.insert
        self._lines = []
        self._draw_lines()
        self._field.run_method("focus")

    async def _key(self, event: events.GenericEventArguments) -> None:
        match event.args:
            case "enter":
                await self._enter()
            case "ArrowDown" | "ArrowUp" if self._lines:
                step = 1 if event.args == "ArrowDown" else -1
                self._active = (self._active + step) % len(self._lines)
                self._draw_lines()
            case "Tab" if self._lines:
                self._complete(self._lines[self._active])
            case "Escape":
                self._lines = []
                self._draw_lines()

    async def _enter(self) -> None:
        text = str(self._field.value or "")
        exact = text in self.session.slack.app.manifest.commands
        if self._lines and not exact:
            self._complete(self._lines[self._active])
        else:
            await self.send()

    # ---- sending ----------------------------------------------------------------------------

    async def send(self) -> None:
        """Send what stands there: a command or a message."""
        text = str(self._field.value or "").strip()
        if not text or not self.session.channel_id:
            return
        self._field.value = ""
        self._lines = []
        self._draw_lines()
        channel_id = self.session.channel_id
        if text.startswith("/"):
            await self._command(text, channel_id)
        else:
            await self._say(text, channel_id)

    async def _command(self, text: str, channel_id: str) -> None:
        name, _, rest = text.partition(" ")
        if self._in_thread:
            self.session.say("Slash commands do not work in threads.", bad=True)
        elif name not in self.session.slack.app.manifest.commands:
            self.session.say(f"{name} is not a command of this workspace.", bad=True)
        else:
            await self.session.act(lambda hand: hand.command(name, rest.strip(), channel_id))

    async def _say(self, text: str, channel_id: str) -> None:
        written = self._with_mentions(text)
        workspace = self.session.slack.workspace
        ts = self.session.thread_ts if self._in_thread else None
        thread = workspace.message(channel_id, ts) if ts else None
        await self.session.act(lambda hand: hand.say(channel_id, written, thread))

    def _with_mentions(self, text: str) -> str:
        """What Slack's client sends for typed text: three characters escaped, names as ids."""
        sent = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        users = self.session.slack.workspace.users.values()
        for user in sorted(users, key=lambda u: -len(display_name(u))):
            sent = sent.replace(f"@{display_name(user)}", f"<@{user.id}>")
        return sent

    async def _picked(self, event: events.UploadEventArguments) -> None:
        name, data = event.file.name, await event.file.read()
        channel_id = self.session.channel_id
        await self.session.act(lambda hand: hand.upload(channel_id, name, data))


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
    if match := _NAME_AT_END.search(text):
        return _people(session, match[1].lower())
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
