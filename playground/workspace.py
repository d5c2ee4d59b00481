"""The workspace: all that it consists of, under one lock, and the rules that it keeps by itself.

Time stamps that never repeat, stacks of modals, threads. The rest of the stand-in works on this one
object, which knows nothing of HTTP, limits or delivery. Whoever wants to see changes subscribes, or
waits for them.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

from playground.openid import OpenId
from playground.state import App, Change, Channel, File, Json, Message, Team, User, View
from playground.tickets import Tickets

T = TypeVar("T")


class Workspace:
    """All state, under one re-entrant lock; changes are announced after the lock is released.

    `url` is where Slack is served, without a slash at the end. `file_looks` is how often files.info
    shows a new file without its mimetype. `offers` are the options that the app suggested to a
    person in an external select, by the person's id and the action_id.
    """

    def __init__(self, team: Team, app: App, now: Callable[[], float] = time.time) -> None:
        self.team = team
        self.app = app
        self.now = now
        self.url = "http://127.0.0.1:0"
        self.lock = threading.RLock()
        self.tickets = Tickets(now)
        self.openid = OpenId(now)
        self._ids = count(1)
        self._last_stamp = 0
        self._subscribers: list[Callable[[Change], None]] = []
        self._changed = threading.Condition(threading.Lock())
        self._version = 0
        self._depth = 0
        self._pending: list[Change] = []
        self._begin()

    def _begin(self) -> None:
        """Hold nothing but the app's own user."""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.modals: dict[str, list[View]] = defaultdict(list)
        self.homes: dict[str, View] = {}
        self._messages: dict[str, dict[str, Message]] = defaultdict(dict)
        self._threads: dict[tuple[str, str], list[Message]] = defaultdict(list)
        self._ephemerals: dict[str, list[Message]] = defaultdict(list)
        self._ims: dict[str, str] = {}
        self.offers: dict[tuple[str, str], list[Json]] = {}
        self.file_looks = 1
        manifest = self.app.manifest
        self.put_user(User(self.app.bot_user_id, manifest.bot_name, manifest.name, is_bot=True))

    def reset(self) -> None:
        """Begin anew with the app alone; subscribers stay, and no id or stamp is repeated."""
        with self.changing():
            self._begin()
            self.tickets.clear()
            self.app.revoked = None

    # ---- announcing -------------------------------------------------------------------------

    @contextmanager
    def changing(self) -> Iterator[list[Change]]:
        """Hold the lock; changes appended to the list are announced once it is released."""
        due: list[Change] = []
        with self.lock:
            self._depth += 1
            try:
                yield self._pending
            finally:
                self._depth -= 1
                if self._depth == 0:
                    due, self._pending = self._pending, []
        self._announce(due)

    def announce(self, change: Change) -> None:
        """Tell subscribers and waiters of something that is no part of the state (a delivery)."""
        self._announce([change])

    def _announce(self, changes: list[Change]) -> None:
        if not changes:
            return
        with self._changed:
            self._version += 1
            self._changed.notify_all()
        for change in changes:
            for callback in list(self._subscribers):
                callback(change)

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call `callback` after every change, in the thread that made it; returns the undo.

        The lock is not held by then (by that thread), so the callback may read the state. It must
        be quick: calls of the Web API wait for it.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def wait_until(self, predicate: Callable[[], T | None], timeout: float = 60.0) -> T:
        """Wait until `predicate()` is truthy and return its value; no lock is held meanwhile.

        `timeout` is in real seconds. Looks again after each change, and every 50 ms, so that a
        predicate may also ask about other things. Raises TimeoutError, which shows the predicate.
        """
        deadline = time.monotonic() + timeout
        while True:
            version = self._version
            if value := predicate():
                return value
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"not so after {timeout:g} s: {_source_of(predicate)}")
            with self._changed:
                if self._version == version:
                    self._changed.wait(min(left, 0.05))

    # ---- ids and stamps ---------------------------------------------------------------------

    def new_id(self, prefix: str) -> str:
        """An id in Slack's manner: a letter or two, then capitals and digits."""
        with self.lock:
            return f"{prefix}{next(self._ids):08X}"

    def new_ts(self) -> str:
        """A time stamp "seconds.micros" that no other message of this workspace has."""
        with self.lock:
            self._last_stamp = max(int(self.now() * 1_000_000), self._last_stamp + 1)
            return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    # ---- people and channels ----------------------------------------------------------------

    def put_user(self, user: User) -> User:
        """Add or replace a member."""
        with self.changing() as changes:
            user.updated = int(self.now())
            self.users[user.id] = user
            changes.append(Change("user", user=user.id))
        return user

    def put_channel(self, channel: Channel) -> Channel:
        """Add or replace a channel."""
        with self.changing() as changes:
            self.channels[channel.id] = channel
            changes.append(Change("channel", channel=channel.id))
        return channel

    def channel(self, channel: Channel | str) -> Channel:
        """A channel by object, id or name. Raises KeyError."""
        if isinstance(channel, Channel):
            return channel
        if known := self.channel_named(channel):
            return known
        raise KeyError(channel)

    def channel_named(self, name_or_id: str) -> Channel | None:
        """A channel by its id, or by its name with or without "#"."""
        with self.lock:
            if found := self.channels.get(name_or_id):
                return found
            name = name_or_id.removeprefix("#")
            return next((c for c in self.channels.values() if name and c.name == name), None)

    def im_of(self, user_id: str) -> Channel | None:
        """The direct message between the app and this person, if it was opened."""
        with self.lock:
            channel_id = self._ims.get(user_id)
            return self.channels[channel_id] if channel_id else None

    def open_im(self, user_id: str) -> Channel:
        """The direct message between the app and this person; opened if it was not."""
        with self.lock:
            if found := self.im_of(user_id):
                return found
            members = {user_id, self.app.bot_user_id}
            channel = Channel(self.new_id("D"), "", "im", members, created=int(self.now()))
            self._ims[user_id] = channel.id
            return self.put_channel(channel)

    # ---- messages ---------------------------------------------------------------------------

    def put_message(self, message: Message) -> Message:
        """Store a new message (its `ts` comes from `new_ts`)."""
        with self.changing() as changes:
            self._messages[message.channel][message.ts] = message
            if message.is_reply and message.thread_ts:
                self._threads[message.channel, message.thread_ts].append(message)
            if message.ephemeral_to:
                self._ephemerals[message.ephemeral_to].append(message)
            changes.append(Change("message", message.channel, message.ephemeral_to, message.ts))
        return message

    def message(self, channel_id: str, ts: str) -> Message | None:
        """A message that is still there, ephemeral ones included."""
        with self.lock:
            message = self._messages[channel_id].get(ts) if channel_id in self._messages else None
            return message if message and not message.deleted else None

    def delete_message(self, message: Message) -> None:
        """Take a message away; its replies stay."""
        with self.changing() as changes:
            message.deleted = True
            changes.append(
                Change("message_deleted", message.channel, message.ephemeral_to, message.ts)
            )

    def messages(self, channel_id: str) -> list[Message]:
        """Everything in a channel that all its members see, oldest first, replies included."""
        with self.lock:
            return [
                m
                for m in self._messages.get(channel_id, {}).values()
                if not m.deleted and m.ephemeral_to is None
            ]

    def visible(self, channel_id: str, user_id: str) -> list[Message]:
        """What one person sees in a channel, oldest first: ephemeral messages to them included.

        Empty for a channel that they may not look into (private or im, and no member).
        """
        with self.lock:
            channel = self.channels.get(channel_id)
            if channel is None or (channel.kind != "channel" and user_id not in channel.members):
                return []
            return [
                m
                for m in self._messages.get(channel_id, {}).values()
                if not m.deleted and m.ephemeral_to in (None, user_id)
            ]

    def thread(self, channel_id: str, ts: str) -> list[Message]:
        """The replies in a message's thread, oldest first, without the parent."""
        with self.lock:
            return [m for m in self._threads.get((channel_id, ts), []) if not m.deleted]

    def ephemerals(self, user_id: str) -> list[Message]:
        """The ephemeral messages that one person still sees, oldest first."""
        with self.lock:
            return [m for m in self._ephemerals.get(user_id, []) if not m.deleted]

    # ---- views ------------------------------------------------------------------------------

    def top_modal(self, user_id: str) -> View | None:
        """The modal that a person looks at: the top of their stack."""
        with self.lock:
            stack = self.modals.get(user_id)
            return stack[-1] if stack else None

    def put_view(self, view: View) -> View:
        """Show a view: a home tab replaces the last one, a modal goes on top of the stack."""
        with self.changing() as changes:
            self.views[view.id] = view
            if view.type == "home":
                self.homes[view.user] = view
            elif all(v.id != view.id for v in self.modals[view.user]):
                self.modals[view.user].append(view)
            changes.append(self.view_change(view))
        return view

    def drop_modal(self, view: View) -> None:
        """Take one modal from its person's stack."""
        with self.changing() as changes:
            stack = self.modals[view.user]
            self.modals[view.user] = [v for v in stack if v.id != view.id]
            self._forget_view(view)
            changes.append(self.view_change(view))

    def clear_modals(self, user_id: str) -> None:
        """Close a person's whole stack of modals."""
        with self.changing() as changes:
            for view in self.modals.pop(user_id, []):
                self._forget_view(view)
            changes.append(Change("modal", user=user_id))

    def _forget_view(self, view: View) -> None:
        view.closed = True
        self.views.pop(view.id, None)

    @staticmethod
    def view_change(view: View) -> Change:
        """The change to announce after a view was changed in place."""
        return Change("home" if view.type == "home" else "modal", user=view.user)


def _source_of(predicate: Callable[[], object]) -> str:
    """A function as it is written, and the values that it closes over."""
    try:
        source = inspect.getsource(predicate).strip()
    except (OSError, TypeError):
        return repr(predicate)
    values = inspect.getclosurevars(predicate).nonlocals
    return "\n".join([source, *(f"{name} = {value!r:.200}" for name, value in values.items())])
