"""One open page: who acts, what they look at, and how what they do reaches the stand-in.

Clicks run in a worker thread, since the app may take its three seconds; what they change comes
back as a change of the workspace, like everything else, and the parts draw themselves anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import quote

from nicegui import Client, run, ui

from playground.actor import Actor
from playground.crm.hubspot.people import People
from playground.page.avatars import display_name
from playground.page.controls import Controls
from playground.page.reader import Reader, zone
from playground.person import NotPossible, Outcome
from playground.standin import StandIn
from playground.state import Change, Channel, User

T = TypeVar("T")
_NOTE_MS = 5000
_TROUBLE = {
    "operation_timeout": "{app} did not answer within 3 seconds (operation_timeout).",
    "dispatch_failed": "{app} could not be reached (dispatch_failed).",
    "http_client_error": "{app} refused the request (http_client_error).",
    "http_service_error": "{app} ran into an error (http_service_error).",
    "invalid_command_response": "{app} answered with something Slack does not understand.",
}


class Part(Protocol):
    """A region of the page."""

    def refresh(self) -> None:
        """Draw what changed, and nothing else."""


@dataclass
class Marks:
    """What each person has seen, kept for all open pages: (user, channel) → time stamp."""

    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    dismissed: set[str] = field(default_factory=set)
    start: str | None = None

    def last_seen(self, user: str, channel: str) -> str:
        """The newest time stamp that this person saw there."""
        return self.seen.get((user, channel), self.start or "0")


@dataclass(frozen=True)
class Person:
    """Somebody that one can act as."""

    user: User
    role: str


class Session:
    """The state of one open page, and the way from it to the stand-in."""

    def __init__(
        self, slack: StandIn, controls: Controls, marks: Marks, client: Client,
        crm: People | None = None,
    ) -> None:  # fmt: skip
        self.slack = slack
        self.crm = crm
        self.controls = controls
        self.marks = marks
        self.client = client
        self.parts: list[Part] = []
        self.people: list[Person] = []
        self.links: list[tuple[str, str]] = []
        self.user_id = ""
        self.channel_id = ""
        self.tab = "messages"
        self.thread_ts: str | None = None
        self.record_id = ""
        self.new_since: str | None = None
        self.sidebar_open = False
        self.wire_open = False

    # ---- who and where ----------------------------------------------------------------------

    @property
    def app_name(self) -> str:
        """The app's name, as its manifest gives it."""
        return self.slack.app.manifest.name

    def user(self, user_id: str | None = None) -> User | None:
        """A member by id; the acting person by default."""
        user: User | None = self.slack.workspace.users.get(user_id or self.user_id)
        return user

    def channel(self) -> Channel | None:
        """The conversation that is open."""
        channel: Channel | None = self.slack.workspace.channels.get(self.channel_id)
        return channel

    def reader(self) -> Reader:
        """The acting person as the reader of texts."""
        user = self.user()
        return Reader(
            user=self.user_id,
            tz=zone(user.tz if user else ""),
            now=self.slack.workspace.now,
            user_name=self._user_name,
            channel_name=self._channel_name,
            file_url=self._file_url,
        )

    def _user_name(self, user_id: str) -> str | None:
        user = self.user(user_id)
        return display_name(user) if user else None

    def _channel_name(self, channel_id: str) -> str | None:
        channel = self.slack.workspace.channels.get(channel_id)
        return channel.name if channel else None

    def _file_url(self, file_id: str) -> str | None:
        file = self.slack.workspace.files.get(file_id)
        return f"/files/{file_id}/{quote(file.name)}" if file and file.complete else None

    def is_app_dm(self) -> bool:
        """Whether the direct message with the app is open."""
        channel = self.channel()
        return channel is not None and channel.kind == "im"

    # ---- looking ----------------------------------------------------------------------------

    def look(self, channel_id: str, *, tab: str = "messages", thread: str | None = None) -> None:
        """Open a conversation (and a thread in it)."""
        channel = self.slack.workspace.channels.get(channel_id)
        if channel is None or not self.may_see(channel):
            self.say("You cannot see that conversation.", bad=True)
            return
        if (channel_id, tab) != (self.channel_id, self.tab):
            self.channel_id, self.tab, self.thread_ts = channel_id, tab, None
            self.mark_new()
        if thread:
            self.thread_ts, self.wire_open = thread, False
        self.sidebar_open = False
        self.refresh()

    def look_at_crm(self, record_id: str = "") -> None:
        """Open the CRM: a record's page, or the list."""
        if self.crm is None:
            self.say("There is no CRM here.", bad=True)
            return
        if record_id and self.crm.contact(record_id) is None:
            self.say("This contact was deleted.", bad=True)
        self.tab, self.record_id, self.sidebar_open = "crm", record_id, False
        self.refresh()

    def mark_new(self) -> None:
        """Remember from where on the open conversation was unread when it was opened."""
        since = self.marks.last_seen(self.user_id, self.channel_id)
        seen = self.slack.workspace.visible(self.channel_id, self.user_id)
        unread = any(m.ts > since and m.user != self.user_id and not m.is_reply for m in seen)
        self.new_since = since if unread else None

    def open_thread(self, ts: str | None) -> None:
        """Open a message's thread beside the conversation; None closes it."""
        self.thread_ts = ts
        self.wire_open = self.wire_open and ts is None
        self.refresh()

    def toggle_wire(self) -> None:
        """Show or hide what Slack and the app say to each other; it takes the thread's place."""
        self.wire_open = not self.wire_open
        self.refresh()

    def act_as(self, user_id: str) -> None:
        """Become somebody else; what is open stays open if they may see it."""
        if user_id not in self.slack.workspace.users:
            return
        was_app = self.is_app_dm()
        self.user_id = user_id
        channel = self.channel()
        if was_app:
            self.channel_id = self.slack.im(user_id).id
            self.thread_ts = None
        elif channel is None or not self.may_see(channel):
            self.channel_id = next((c.id for c in self.channels()), "")
            self.thread_ts = None
        self.mark_new()
        self.refresh()

    def may_see(self, channel: Channel) -> bool:
        """Whether the acting person finds this conversation in their client."""
        if channel.kind == "channel":
            return not channel.is_archived or self.user_id in channel.members
        return self.user_id in channel.members

    def why_silent(self) -> str | None:
        """Why the acting person cannot write here, or None."""
        channel = self.channel()
        if channel is None:
            return "There is no conversation to write in."
        if channel.kind == "im" and self.slack.app.manifest.messages_tab_read_only:
            return "Sending messages to this app has been turned off."
        if channel.is_archived:
            return f"#{channel.name} is archived."
        if self.user_id not in channel.members:
            return f"You are looking at #{channel.name}. Only its members write here."
        return None

    def channels(self) -> list[Channel]:
        """The acting person's channels: the links first, then by name."""
        wished = [channel_id for channel_id, _ in self.links]
        channels = [
            c for c in self.slack.workspace.channels.values()
            if c.kind != "im" and self.may_see(c)
        ]  # fmt: skip
        rank = {channel_id: place for place, channel_id in enumerate(wished)}
        return sorted(channels, key=lambda c: (rank.get(c.id, len(rank)), c.name))

    # ---- drawing ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Let every part draw what changed; called in the UI's loop."""
        if self.client.is_deleted:
            return
        with self.client:
            for part in self.parts:
                part.refresh()

    def on_changes(self, changes: frozenset[Change]) -> None:
        """The workspace changed, here and there."""
        if any(self._concerns_me(change) for change in changes):
            self.refresh()

    def _concerns_me(self, change: Change) -> bool:
        if self.wire_open:
            return True
        if change.kind == "delivery":
            return False
        if change.kind == "crm":
            return self.tab == "crm"
        if change.kind in ("modal", "home"):
            return change.user == self.user_id
        return change.user in (None, self.user_id) or change.kind == "user"

    # ---- acting -----------------------------------------------------------------------------

    def hand(self) -> Actor:
        """The acting person's hand."""
        return self.slack.hand(self.user_id)

    async def act(self, do: Callable[[Actor], T]) -> T | None:
        """Do something with the acting person's hand, in a worker thread; None if it failed."""
        hand = self.hand()
        try:
            result = await run.io_bound(do, hand)
        except NotPossible as refused:
            self.say(str(refused) or "That cannot be done here.", bad=True)
            return None
        if isinstance(result, Outcome):
            self._report(result)
        self.refresh()
        return result

    def _report(self, outcome: Outcome) -> None:
        if outcome.error and not (outcome.modal and outcome.modal.notice):
            text = _TROUBLE.get(outcome.error, outcome.error)
            self.say(text.format(app=self.app_name), bad=True)

    def say(self, text: str, *, bad: bool = False) -> None:
        """A short note at the bottom of the page."""
        if self.client.is_deleted:
            return
        with self.client:
            css = "note is-bad" if bad else "note"
            ui.notify(text, position="top", timeout=_NOTE_MS, classes=css, progress=False)
