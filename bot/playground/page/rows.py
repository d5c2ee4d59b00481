"""One message, drawn: face, name, time, text or blocks, attachments, files, and its replies."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nicegui import ui

from bot.playground.page import dom, icons
from bot.playground.page.acting import MessageSurface
from bot.playground.page.avatars import avatar_html, display_name
from bot.playground.page.blocks import draw_blocks
from bot.playground.page.links import link
from bot.playground.page.mrkdwn import mrkdwn_html
from bot.playground.page.reader import Reader, clock_time, day_and_time, full_moment
from bot.playground.page.session import Session
from bot.playground.page.values import text_of
from bot.playground.state import Message

if TYPE_CHECKING:
    from bot.playground.page.messages import Line

Json = dict[str, Any]
_BROADCAST_NOTE = "replied to a thread"


def draw_message(session: Session, line: Line, *, in_thread: bool) -> None:
    """Draw a message with what stands above it (a day, the line of new messages)."""
    message = line.message
    if line.day:
        dom.raw(f"<span>{escape(line.day)}</span>", "day")
    if line.is_first_new:
        dom.raw("<span>New</span>", "new-line")
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
        _draw_side(session, line)
        with dom.tag("div", "msg-main"):
            if message.ephemeral_to:
                _draw_ephemeral_note(session, message)
            if not line.continues:
                _draw_head(session, message)
            draw_body(session, message)
            if line.replies:
                _draw_replies(session, message, line.replies)
        _draw_tools(session, message, in_thread=in_thread)


def _draw_side(session: Session, line: Line) -> None:
    """The left edge: a face, or the time of a message that follows its author's last one."""
    reader = session.reader()
    moment = reader.local(float(line.message.ts))
    if line.continues:
        dom.raw(f"<time>{clock_time(moment).split(' ')[0]}</time>", "msg-side")
    else:
        dom.raw(avatar_html(session.user(line.message.user)), "msg-side")


def _draw_head(session: Session, message: Message) -> None:
    reader = session.reader()
    user = session.user(message.user)
    moment = reader.local(float(message.ts))
    badge = '<span class="badge-app">APP</span>' if message.bot_id else ""
    note = f'<span class="msg-note">{_BROADCAST_NOTE}</span>' if message.broadcast else ""
    dom.raw(
        f'<b class="msg-author">{escape(display_name(user, session.app_name))}</b>{badge}'
        f'<time datetime="{moment.isoformat()}" title="{full_moment(reader, float(message.ts))}">'
        f"{clock_time(moment)}</time>{note}",
        "msg-head",
    )


def _draw_ephemeral_note(session: Session, message: Message) -> None:
    with dom.tag("div", "msg-only"):
        dom.raw(f"{icons.EYE}<span>Only visible to you</span>", "", "span")
        dismiss = dom.button("link-btn", "Dismiss", data_testid="dismiss")

    def dismissed() -> None:
        session.marks.dismissed.add(message.ts)
        session.refresh()

    dismiss.on("click", dismissed, args=[])


def draw_body(session: Session, message: Message) -> None:
    """Blocks, or the text where there are none; then attachments and files."""
    reader = session.reader()
    if message.blocks:
        draw_blocks(message.blocks, MessageSurface(session, message))
    elif message.text:
        edited = ' <span class="msg-edited">(edited)</span>' if message.edited else ""
        dom.raw(mrkdwn_html(message.text, reader) + edited, "msg-text")
    for attachment in message.attachments:
        _draw_attachment(session, message, attachment, reader)
    for file_id in message.files:
        _draw_file(session, file_id)


def _draw_attachment(session: Session, message: Message, attachment: Json, reader: Reader) -> None:
    """A secondary attachment: a coloured bar beside its blocks or its old-style fields."""
    if attachment.get("pretext"):
        dom.raw(mrkdwn_html(str(attachment["pretext"]), reader), "msg-text")
    color = str(attachment.get("color") or "")
    bar = {"good": "#12806f", "warning": "#d99a1c", "danger": "#c8324a"}.get(color, color)
    if not (bar.startswith("#") and bar[1:].isalnum()):
        bar = f"#{color}" if color.isalnum() and len(color) in (3, 6) else "#ddd6e2"
    box = dom.tag("div", "attachment")
    box.style(f"--bar:{bar}")
    with box:
        if blocks := attachment.get("blocks"):
            draw_blocks(blocks, MessageSurface(session, message))
        else:
            dom.raw(_attachment_html(attachment, reader))


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


def _draw_file(session: Session, file_id: str) -> None:
    file = session.slack.workspace.files.get(file_id)
    if file is None:
        return
    url = session.reader().file_url(file_id)
    name = escape(file.title or file.name)
    if url and file.mimetype.startswith("image/"):
        dom.raw(f'<img class="bk-picture" src="{url}" alt="{name}" loading="lazy">', "msg-file")
        return
    size = f"{max(len(file.data) // 1024, 1)} KB"
    link_ = f'<a href="{url}" download="{escape(file.name)}">{name}</a>' if url else name
    dom.raw(f"{icons.FILE}<span>{link_}<small>{size}</small></span>", "file-card")


def _draw_replies(
    session: Session, message: Message, replies: tuple[int, str, tuple[str, ...]]
) -> None:
    count, last, authors = replies
    faces = "".join(avatar_html(session.user(author), 22) for author in authors)
    when = day_and_time(session.reader(), float(last))
    button = dom.tag("button", "replies", type="button", data_testid="replies")
    with button:
        dom.raw(
            f'<span class="faces">{faces}</span><b>{count} {"reply" if count == 1 else "replies"}'
            f"</b><small>Last reply {escape(when)}</small>",
            "replies-in",
            "span",
        )
    button.on("click", lambda: session.open_thread(message.ts), args=[])


def _draw_tools(session: Session, message: Message, *, in_thread: bool) -> None:
    """The small bar that appears over a message: reply, and the app's message shortcuts."""
    shortcuts = [s for s in session.slack.manifest.shortcuts.values() if s.kind == "message"]
    if message.ephemeral_to or (in_thread and not shortcuts):
        return
    with dom.tag("div", "tools", role="toolbar", aria_label="Message actions"):
        if not in_thread:
            root = message.thread_ts or message.ts
            reply = dom.button("icon-btn", icon=icons.REPLY, aria_label="Reply in thread",
                               title="Reply in thread", data_testid="reply-in-thread")  # fmt: skip
            reply.on("click", lambda: session.open_thread(root), args=[])
        if shortcuts:
            more = dom.button("icon-btn", icon=icons.MORE, aria_label="More actions",
                              title="More actions", data_testid="message-menu")  # fmt: skip
            with more, ui.menu().props("auto-close").classes("menu"):
                dom.tag("div", "menu-title", session.app_name)
                for shortcut in shortcuts:
                    _shortcut_line(session, message, shortcut.callback_id, shortcut.name)


def _shortcut_line(session: Session, message: Message, callback_id: str, name: str) -> None:
    line = dom.tag("button", "menu-line", name, type="button", role="menuitem",
                   data_testid=f"shortcut:{callback_id}")  # fmt: skip

    async def chosen() -> None:
        await session.act(lambda hand: hand.message_shortcut(callback_id, message))

    line.on("click", chosen, args=[])
