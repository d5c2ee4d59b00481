"""The middle of the page: the conversation's head, its messages, the Home tab or the CRM, the
composer; and at its right the pane of a thread."""

from __future__ import annotations

from nicegui import background_tasks, ui

from playground.page import dom, icons
from playground.page.blocks import BlockRun
from playground.page.composer import Composer
from playground.page.crm import CrmPane
from playground.page.live_surfaces import HomeSurface
from playground.page.messages import MessageRun
from playground.page.session import Session
from playground.state import Channel, Message

# Laid out upside down, the newest message is at 0, and older ones are above it.
_WATCH_SCROLL = "(e) => e.target.parentElement.classList.toggle('is-up', e.target.scrollTop < -400)"


class Conversation:
    """What the acting person looks at."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._head_shown = ""
        self._place = ""
        with dom.tag("main", "main", aria_label="Conversation"):
            self._head = dom.tag("div", "head", data_testid="conversation-head")
            self._scroll = dom.tag("div", "feed", tabindex=0, data_testid="messages")
            with self._scroll, dom.tag("div", "feed-in"):
                self._intro = dom.tag("div", "intro")
                self._run = MessageRun(session, self._messages, in_thread=False)
            latest = dom.button("latest", "Latest messages", icon=icons.DOWN, data_testid="latest")
            latest.on(
                "click", js_handler=f"() => getHtmlElement({self._scroll.id}).scrollTo(0, 1e9)"
            )
            self._scroll.on("scroll", js_handler=_WATCH_SCROLL)
            self._home = HomePane(session)
            self._crm = CrmPane(session, session.crm) if session.crm is not None else None
            self._foot = dom.tag("div", "foot")
            with self._foot:
                self._composer = Composer(session)

    def _messages(self) -> list[Message]:
        """The conversation's own messages: replies stay in their threads unless broadcast."""
        seen = self.session.slack.workspace.visible(self.session.channel_id, self.session.user_id)
        return [m for m in seen if not m.is_reply or m.broadcast]

    def refresh(self) -> None:
        """Draw what changed."""
        channel = self.session.channel()
        if channel is None:
            return
        self._refresh_head(channel)
        talk = self.session.tab == "messages"
        self._scroll.set_visibility(talk)
        self._foot.set_visibility(talk)
        self._home.refresh()
        if self._crm is not None:
            self._crm.refresh()
        if not talk:
            return
        place = f"{self.session.user_id}:{channel.id}"
        if place != self._place:
            self._place = place
            self._run.reset()
            self._arrive()
        count = self._run.refresh()
        self._refresh_intro(channel, count)
        self._composer.refresh()

    def _arrive(self) -> None:
        """Another conversation: its newest message in sight, and the cursor where one writes."""
        ui.run_javascript(f"getHtmlElement({self._scroll.id})?.scrollTo(0, 1e9)")
        self._composer.focus()

    # ---- the head ---------------------------------------------------------------------------

    def _refresh_head(self, channel: Channel) -> None:
        shown = repr((channel.id, channel.name, channel.topic, len(channel.members),
                      channel.is_archived, channel.is_ext_shared, self.session.tab))  # fmt: skip
        if shown == self._head_shown:
            return
        self._head_shown = shown
        self._head.clear()
        with self._head:
            if self.session.tab == "crm":
                self._draw_crm_head()
            elif channel.kind == "im":
                self._draw_app_head(channel)
            else:
                self._draw_channel_head(channel)

    def _draw_channel_head(self, channel: Channel) -> None:
        icon = icons.LOCK if channel.kind == "private" else icons.HASH
        with dom.tag("h1", "head-name"):
            dom.leaf(icon, "ic", "span")
            dom.words("span", "", channel.name)
        if channel.is_ext_shared:
            dom.words("span", "head-mark", "Shared with another organisation")
        if channel.is_archived:
            dom.words("span", "head-mark", "Archived")
        dom.words("span", "head-topic", channel.topic)
        people = len(channel.members)
        with dom.tag("span", "head-people", title=f"{people} members"):
            dom.leaf(icons.PEOPLE, "ic", "span")
            dom.words("span", "", str(people))

    def _draw_crm_head(self) -> None:
        assert self.session.crm is not None
        with dom.tag("h1", "head-name"):
            dom.leaf(icons.CONTACTS, "ic", "span")
            dom.words("span", "", self.session.crm.name)
        dom.words("span", "head-mark", "Stand-in")
        dom.words("span", "head-topic", f"{self.session.app_name} keeps these contacts up to date; "
                  "what people do here comes back to Slack")  # fmt: skip

    def _draw_app_head(self, channel: Channel) -> None:
        with dom.tag("h1", "head-name"):
            dom.leaf(icons.APP_MARK, "head-mark-app", "span")
            dom.words("span", "", self.session.app_name)
            dom.words("span", "badge-app", "APP")
        with dom.tag("div", "tabs", role="tablist"):
            manifest = self.session.slack.app.manifest
            if manifest.home_tab:
                self._draw_tab(channel, "home", "Home")
            if manifest.messages_tab:
                self._draw_tab(channel, "messages", "Messages")

    def _draw_tab(self, channel: Channel, tab: str, label: str) -> None:
        active = self.session.tab == tab
        drawn = dom.button("tab is-active" if active else "tab", label, role="tab",
                           aria_selected="true" if active else "false",
                           data_testid=f"tab:{tab}")  # fmt: skip

        drawn.on("click", lambda: self.session.look(channel.id, tab=tab), args=[])

    def _refresh_intro(self, channel: Channel, count: int) -> None:
        name = self.session.app_name if channel.kind == "im" else f"#{channel.name}"
        text = (
            f"This is your conversation with {name}. What concerns only you arrives here."
            if channel.kind == "im"
            else f"This is the beginning of {name}."
        )
        shown = f"{name}|{text}|{count == 0}"
        if getattr(self, "_intro_shown", None) == shown:
            return
        self._intro_shown = shown
        self._intro.clear()
        with self._intro:
            icon = icons.APP_MARK if channel.kind == "im" else icons.HASH
            dom.leaf(icon, "intro-mark", "span")
            dom.words("h2", "", name)
            dom.words("p", "", text if count else f"{text} No messages yet.")


class HomePane:
    """The blocks of the Home tab; an invitation where the app has published none yet."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._box = dom.tag("div", "home", data_testid="home")
        self._for = ""
        self._visitor = ""
        self._run: BlockRun | None = None

    def refresh(self) -> None:
        """Draw the Home tab if it is open."""
        open_ = self.session.tab == "home"
        self._box.set_visibility(open_)
        if not open_:
            self._visitor = ""
            return
        self._arrive()
        view = self.session.slack.home(self.session.user_id)
        state = f"{self.session.user_id}:{'blocks' if view else 'empty'}"
        if state != self._for:
            self._for = state
            self._box.clear()
            with self._box, dom.tag("div", "home-in"):
                self._run = BlockRun(HomeSurface(self.session)) if view else None
                if view is None:
                    self._draw_empty()
        if view and self._run:
            self._run.refresh(view.blocks)

    def _arrive(self) -> None:
        """Tell the app, once per visit, that this person opened their Home tab."""
        if self._visitor == self.session.user_id:
            return
        self._visitor = self.session.user_id
        arrival = self.session.act(lambda hand: hand.open_home())
        background_tasks.create(arrival, name="open the Home tab")

    def _draw_empty(self) -> None:
        with dom.tag("div", "empty"):
            dom.leaf(icons.APP_MARK, "empty-mark")
            dom.words("h3", "", "Nothing here yet")
            dom.words("p", "", f"{self.session.app_name} fills this page when you open it.")


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
