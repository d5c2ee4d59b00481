"""The pane at the right: one message and its replies."""

from __future__ import annotations

from nicegui import ui

from playground.page import dom, icons
from playground.page.composer import Composer
from playground.page.messages import MessageRun
from playground.page.session import Session
from playground.state import Message


class ThreadPane:
    """Shown while a thread is open."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._open = ""
        self._box = dom.tag("aside", "thread", aria_label="Thread", data_testid="thread")
        with self._box:
            with dom.tag("div", "head"):
                dom.words("h2", "head-name", "Thread")
                self._where = dom.leaf("", "head-topic", "span")
                cross = dom.button("icon-btn", icon=icons.CLOSE, aria_label="Close thread",
                                   data_testid="close-thread")  # fmt: skip
                cross.on("click", lambda: session.open_thread(None), args=[])
            self._scroll = dom.tag("div", "feed feed-thread", tabindex=0)
            with self._scroll, dom.tag("div", "feed-in"):
                self._run = MessageRun(session, self._messages, in_thread=True)
            with dom.tag("div", "foot"):
                self._composer = Composer(session, in_thread=True)
        self._box.set_visibility(False)

    def _messages(self) -> list[Message]:
        """The parent and the replies that the acting person sees."""
        ts = self.session.thread_ts
        if ts is None:
            return []
        workspace = self.session.slack.workspace
        parent = workspace.message(self.session.channel_id, ts)
        replies = workspace.thread(self.session.channel_id, ts)
        mine = [m for m in replies if m.ephemeral_to in (None, self.session.user_id)]
        return [parent, *mine] if parent else mine

    def refresh(self) -> None:
        """Draw what changed."""
        beside = self.session.tab == "messages" and not self.session.wire_open
        ts = self.session.thread_ts if beside else None
        self._box.set_visibility(bool(ts))
        if not ts:
            self._open = ""
            return
        place = f"{self.session.user_id}:{self.session.channel_id}:{ts}"
        if place != self._open:
            self._open = place
            self._run.reset()
            channel = self.session.channel()
            name = f"#{channel.name}" if channel and channel.name else self.session.app_name
            self._where.content = name.replace("&", "&amp;").replace("<", "&lt;")
        before = len(self._run)
        if self._run.refresh() > before:
            ui.run_javascript(
                f"setTimeout(() => getHtmlElement({self._scroll.id})?.scrollTo(0, 1e9), 40)"
            )
        self._composer.refresh()
