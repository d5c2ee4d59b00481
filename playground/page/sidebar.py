"""The sidebar: the workspace, the app's Home, channels and direct messages, what is unread; and the
CRM beside it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from nicegui import ui

from playground.page import dom, icons
from playground.page.avatars import avatar_html
from playground.page.session import Session
from playground.state import Channel, Message


@dataclass(frozen=True)
class Entry:
    """One line of the sidebar."""

    channel_id: str
    name: str
    icon: str
    tab: str
    active: bool
    unread: bool
    badge: int
    testid: str
    hint: str = ""


class Sidebar:
    """Its lines stay the same elements, so that no click and no focus is lost while one changes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lines: dict[str, ui.html] = {}
        self._entries: dict[str, Entry] = {}
        self._box = dom.tag("nav", "side", aria_label="Conversations", data_testid="sidebar")

    def refresh(self) -> None:
        """Draw the lines as they are now."""
        self._mark_seen()
        self._box.classes(replace="side is-open" if self.session.sidebar_open else "side")
        groups = self._groups()
        entries = {entry.testid: entry for _, group in groups for entry in group}
        if list(entries) != list(self._lines):
            self._draw(groups)
        for testid, entry in entries.items():
            if entry != self._entries.get(testid):
                _show(self._lines[testid], entry)
        self._entries = entries

    # ---- what is in it ----------------------------------------------------------------------

    def _groups(self) -> list[tuple[str, list[Entry]]]:
        channels = [self._channel_entry(c) for c in self.session.channels()]
        manifest = self.session.slack.app.manifest
        groups = [("", [self._home_entry()])] if manifest.home_tab else []
        apps = [self._app_entry()] if manifest.messages_tab else []
        crm = [("Other products", [self._crm_entry()])] if self.session.crm is not None else []
        return [*groups, ("Channels", channels), ("Apps", apps), *crm]

    def _app_dm(self) -> Channel:
        return self.session.slack.im(self.session.user_id)

    def _home_entry(self) -> Entry:
        active = self.session.is_app_dm() and self.session.tab == "home"
        return Entry(self._app_dm().id, "Home", icons.HOME, "home", active, False, 0, "open-home")

    def _app_entry(self) -> Entry:
        dm = self._app_dm()
        fresh = self._fresh(dm)
        active = self.session.is_app_dm() and self.session.tab == "messages"
        mark = avatar_html(self.session.user(self.session.slack.bot_user_id), 20)
        return Entry(dm.id, self.session.app_name, mark, "messages", active, bool(fresh),
                     len(fresh), "open-app")  # fmt: skip

    def _crm_entry(self) -> Entry:
        assert self.session.crm is not None
        name, active = f"{self.session.crm.name} (stand-in)", self.session.tab == "crm"
        return Entry("", name, icons.CONTACTS, "crm", active, False, 0, "open-crm",
                     "What Handoff writes into the CRM, and what people do there")  # fmt: skip

    def _channel_entry(self, channel: Channel) -> Entry:
        fresh = self._fresh(channel)
        calls = sum(f"<@{self.session.user_id}>" in f"{m.text}{m.blocks}" for m in fresh)
        hint = dict(self.session.links).get(channel.id, "")
        icon = icons.LOCK if channel.kind == "private" else icons.HASH
        return Entry(channel.id, channel.name, icon, "messages",
                     channel.id == self.session.channel_id and self.session.tab != "crm",
                     bool(fresh), calls,
                     f"channel:{channel.name}", hint)  # fmt: skip

    def _fresh(self, channel: Channel) -> list[Message]:
        """Messages that this person has not seen: those of the channel itself, not of threads."""
        since = self.session.marks.last_seen(self.session.user_id, channel.id)
        return [
            m
            for m in self.session.slack.workspace.visible(channel.id, self.session.user_id)
            if m.ts > since and not m.is_reply and m.user != self.session.user_id
        ]

    def _mark_seen(self) -> None:
        if self.session.tab != "messages" or not self.session.channel_id:
            return
        key = (self.session.user_id, self.session.channel_id)
        shown = self.session.slack.workspace.visible(key[1], key[0])
        if shown:
            self.session.marks.seen[key] = max(m.ts for m in shown)

    # ---- drawing ----------------------------------------------------------------------------

    def _draw(self, groups: list[tuple[str, list[Entry]]]) -> None:
        self._lines, self._entries = {}, {}
        self._box.clear()
        with self._box:
            with dom.tag("div", "side-top"):
                team = self.session.slack.workspace.team
                dom.words("div", "side-team", team.name)
                dom.words("div", "side-sub", "Local workspace")
            for name, entries in groups:
                with dom.tag("section", "side-group", aria_label=name or "Home"):
                    if name:
                        dom.words("h2", "side-name", name)
                    for entry in entries:
                        self._lines[entry.testid] = self._line(entry.testid)

    def _line(self, testid: str) -> ui.html:
        async def opened() -> None:
            entry = self._entries[testid]
            if entry.tab == "crm":
                self.session.look_at_crm()
                return
            self.session.look(entry.channel_id, tab=entry.tab)
            if testid == "open-app":
                await self.session.act(lambda hand: hand.open_messages())

        return dom.leaf("", "", "button", type="button", data_testid=testid).on(
            "click", opened, args=[]
        )


def _show(line: ui.html, entry: Entry) -> None:
    css = "side-line"
    css += " is-active" if entry.active else ""
    css += " is-unread" if entry.unread and not entry.active else ""
    html = f'<span class="ic">{entry.icon}</span>'
    html += f'<span class="side-label">{escape(entry.name)}</span>'
    if entry.badge and not entry.active:
        html += f'<span class="side-badge" title="{entry.badge} new">{entry.badge}</span>'
    line.classes(replace=css)
    line.content = html
    dom.set_attribute(line, "title", entry.hint or None)
    dom.set_attribute(line, "aria-current", "page" if entry.active else None)
