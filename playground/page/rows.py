"""One message, drawn: face, name, time, text or blocks, attachments, files, and its replies."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from playground.manifest import Shortcut
from playground.page import dom, icons
from playground.page.avatars import avatar_html, display_name
from playground.page.blocks import draw_blocks
from playground.page.links import link
from playground.page.live_surfaces import MessageSurface
from playground.page.mrkdwn import mrkdwn_html
from playground.page.popups import Heading, Line, Lines, open_menu, text_line
from playground.page.reader import Reader, clock_time, day_and_time, full_moment
from playground.page.session import Session
from playground.page.surface import Surface
from playground.page.values import text_of
from playground.state import Message

Json = dict[str, Any]
_BROADCAST_NOTE = "replied to a thread"
_BARS = {"good": "#12806f", "warning": "#d99a1c", "danger": "#c8324a"}
_HEX = re.compile(r"#?(?:[0-9a-fA-F]{3}){1,2}")


@dataclass(frozen=True)
class Placed:
    """One message as it is to be shown: under which day, below which author, with which replies."""

    message: Message
    day: str | None
    is_first_new: bool
    continues: bool
    replies: tuple[int, str, tuple[str, ...]] | None

    def print(self, reader: Reader) -> str:
        """Everything that its drawing depends on, to tell whether it must be drawn again."""
        m = self.message
        shown: tuple[Any, ...] = (
            m.text, m.blocks, m.attachments, m.edited, m.files, self.day, self.is_first_new,
            self.continues, self.replies, reader.user, reader.today(), str(reader.tz),
        )  # fmt: skip
        return repr(shown)


def draw_message(session: Session, line: Placed, *, in_thread: bool) -> MessageSurface:
    """Draw a message with what stands above it; returns its surface, whose presses are heard."""
    message = line.message
    surface = MessageSurface(session, message)
    if above := _above_html(line):
        dom.leaf(above)
    css = "msg" + (" msg-follows" if line.continues else "")
    css += " msg-ephemeral" if message.ephemeral_to else ""
    with dom.tag(
        "article",
        css,
        data_testid="message",
        data_ts=message.ts,
        data_channel=message.channel,
        data_ephemeral="true" if message.ephemeral_to else None,
    ):
        flow = dom.Flow()
        flow.add(_side_html(session, line) + tools_html(session, message, surface, in_thread))
        flow.add(_ephemeral_html(session, message, surface))
        flow.add("" if line.continues else _head_html(session, message))
        draw_body(session, message, surface, flow)
        flow.add(_replies_html(session, line, surface))
        flow.flush()
    return surface


def _above_html(line: Placed) -> str:
    """The day, where it is the first message of one, and the line above what is new."""
    day = f'<div class="day"><span>{escape(line.day)}</span></div>' if line.day else ""
    return day + ('<div class="new-line"><span>New</span></div>' if line.is_first_new else "")


def _side_html(session: Session, line: Placed) -> str:
    """The left edge: a face, or the time of a message that follows its author's last one."""
    if line.continues:
        moment = session.reader().local(float(line.message.ts))
        shown = f"<time>{clock_time(moment).split(' ')[0]}</time>"
    else:
        shown = avatar_html(session.user(line.message.user))
    return f'<div class="msg-side">{shown}</div>'


def _head_html(session: Session, message: Message) -> str:
    reader = session.reader()
    moment = reader.local(float(message.ts))
    name = escape(display_name(session.user(message.user), session.app_name))
    badge = '<span class="badge-app">APP</span>' if message.bot_id else ""
    note = f'<span class="msg-note">{_BROADCAST_NOTE}</span>' if message.broadcast else ""
    return (
        f'<div class="msg-head"><b class="msg-author">{name}</b>{badge}'
        f'<time datetime="{moment.isoformat()}" title="{full_moment(reader, float(message.ts))}">'
        f"{clock_time(moment)}</time>{note}</div>"
    )


def _ephemeral_html(session: Session, message: Message, surface: Surface) -> str:
    if not message.ephemeral_to:
        return ""

    def dismissed(_button_id: str) -> None:
        session.marks.dismissed.add(message.ts)
        session.refresh()

    press = surface.presses.add(dismissed)
    return (
        f'<div class="msg-only"><span>{icons.EYE}<span>Only visible to you</span></span>'
        f'<button class="link-btn" {press} data-testid="dismiss">Dismiss</button></div>'
    )


def draw_body(session: Session, message: Message, surface: Surface, flow: dom.Flow) -> None:
    """Blocks, or the text where there are none; then attachments and files."""
    reader = surface.reader
    if message.blocks:
        draw_blocks(message.blocks, surface, flow)
    elif message.text:
        edited = ' <span class="msg-edited">(edited)</span>' if message.edited else ""
        flow.add(f'<div class="msg-text">{mrkdwn_html(message.text, reader)}{edited}</div>')
    for attachment in message.attachments:
        _draw_attachment(attachment, surface, flow)
    for file_id in message.files:
        flow.add(_file_html(session, file_id))


def _draw_attachment(attachment: Json, surface: Surface, flow: dom.Flow) -> None:
    """A secondary attachment: a coloured bar beside its blocks or its old-style fields."""
    if attachment.get("pretext"):
        pretext = mrkdwn_html(str(attachment["pretext"]), surface.reader)
        flow.add(f'<div class="msg-text">{pretext}</div>')
    flow.flush()
    with dom.tag("div", "attachment").style(f"--bar:{_bar_color(attachment)}"):
        inner = dom.Flow()
        if blocks := attachment.get("blocks"):
            draw_blocks(blocks, surface, inner)
        else:
            inner.add(_attachment_html(attachment, surface.reader))
        inner.flush()


def _bar_color(attachment: Json) -> str:
    """One of Slack's three names, or a hex colour; anything else is grey."""
    color = str(attachment.get("color") or "")
    if color in _BARS:
        return _BARS[color]
    return f"#{color.removeprefix('#')}" if _HEX.fullmatch(color) else "#ddd6e2"


def _attachment_html(attachment: Json, reader: Reader) -> str:
    out = ""
    if title := str(attachment.get("title") or ""):
        shown = f"<b>{escape(title)}</b>"
        out += f"<div>{link(str(attachment.get('title_link') or ''), shown)}</div>"
    out += mrkdwn_html(text_of(attachment.get("text") or attachment.get("fallback")), reader)
    fields = "".join(
        f"<div><b>{escape(str(f.get('title') or ''))}</b><br>"
        f"{mrkdwn_html(str(f.get('value') or ''), reader)}</div>"
        for f in attachment.get("fields") or []
    )
    out += f'<div class="bk-fields">{fields}</div>' if fields else ""
    footer = str(attachment.get("footer") or "")
    return out + (f'<div class="bk-context">{escape(footer)}</div>' if footer else "")


def _file_html(session: Session, file_id: str) -> str:
    file = session.slack.workspace.files.get(file_id)
    if file is None:
        return ""
    url = session.reader().file_url(file_id)
    name = escape(file.title or file.name)
    kind = file.mimetype or mimetypes.guess_type(file.name)[0] or ""
    if url and kind.startswith("image/"):
        return f'<img class="bk-picture" src="{escape(url)}" alt="{name}" loading="lazy">'
    size = f"{max(len(file.data) // 1024, 1)} KB"
    shown = f'<a href="{escape(url)}" download="{escape(file.name)}">{name}</a>' if url else name
    return f'<div class="file-card">{icons.FILE}<span>{shown}<small>{size}</small></span></div>'


def _replies_html(session: Session, line: Placed, surface: Surface) -> str:
    if not line.replies:
        return ""
    count, last, authors = line.replies
    faces = "".join(avatar_html(session.user(author), 22) for author in authors)
    when = escape(day_and_time(session.reader(), float(last)))
    press = surface.presses.add(lambda _id: session.open_thread(line.message.ts))
    words = f"{count} {'reply' if count == 1 else 'replies'}"
    return (
        f'<button class="replies" {press} data-testid="replies"><span class="faces">{faces}</span>'
        f"<b>{words}</b><small>Last reply {when}</small></button>"
    )


def tools_html(session: Session, message: Message, surface: Surface, in_thread: bool) -> str:
    """The small bar that appears over a message: reply, and the app's message shortcuts."""
    shortcuts = [s for s in session.slack.app.manifest.shortcuts.values() if s.kind == "message"]
    if message.ephemeral_to or (in_thread and not shortcuts):
        return ""
    out = ""
    if not in_thread:
        root = message.thread_ts or message.ts
        press = surface.presses.add(lambda _id: session.open_thread(root))
        out += _tool_html(press, "Reply in thread", "reply-in-thread", icons.REPLY)
    if shortcuts:
        entries = [_shortcut_line(session, message, s) for s in shortcuts]
        lines: Lines = [Heading(session.app_name), *entries]
        press = surface.presses.add(lambda button: open_menu(button, lines, at_end=True))
        out += _tool_html(press, "More actions", "message-menu", icons.MORE)
    return f'<div class="tools" role="toolbar" aria-label="Message actions">{out}</div>'


def _tool_html(press: str, label: str, testid: str, icon: str) -> str:
    return (
        f'<button class="icon-btn" {press} aria-label="{label}" title="{label}" '
        f'data-testid="{testid}"><span class="ic">{icon}</span></button>'
    )


def _shortcut_line(session: Session, message: Message, shortcut: Shortcut) -> Line:
    async def chosen() -> None:
        await session.act(lambda hand: hand.message_shortcut(shortcut.callback_id, message))

    return Line(text_line(shortcut.name), chosen, f"shortcut:{shortcut.callback_id}")
