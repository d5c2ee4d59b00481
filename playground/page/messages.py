"""A run of messages: in a channel, in a direct message, or in a thread.

Rows are kept by time stamp and compared by what they show, so that a redrawn card touches its own
row only, and what somebody has open or selected elsewhere stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from nicegui import events, ui

from playground.page import dom
from playground.page.live_surfaces import MessageSurface
from playground.page.reader import Reader, day_heading
from playground.page.rows import Placed, draw_message
from playground.page.session import Session
from playground.page.surface import LISTEN
from playground.state import Message

PAGE = 50
_GROUP_SECONDS = 300


@dataclass
class Row:
    """A drawn message."""

    box: ui.element
    shown: str = ""
    surfaces: tuple[MessageSurface, ...] = ()

    async def pressed(self, event: events.GenericEventArguments) -> None:
        """A button was pressed, of the message as it is now or as it just was."""
        for surface in self.surfaces:
            await surface.presses.pressed(event)


class MessageRun:
    """Messages in the element that is open; `read` says which, `refresh` draws what changed."""

    def __init__(
        self, session: Session, read: Callable[[], list[Message]], *, in_thread: bool
    ) -> None:
        self.session = session
        self._read = read
        self._in_thread = in_thread
        self._rows: dict[str, Row] = {}
        self._limit = PAGE
        self._earlier = dom.button("btn btn-quiet earlier", "Show earlier messages",
                                   data_testid="earlier")  # fmt: skip
        self._earlier.on("click", self._show_earlier, args=[])
        self._box = dom.tag("div", "run", role="log", aria_live="polite")

    def _show_earlier(self) -> None:
        self._limit += PAGE
        self.refresh()

    def __len__(self) -> int:
        return len(self._rows)

    def reset(self) -> None:
        """Forget the rows: another conversation is shown."""
        self._rows.clear()
        self._box.clear()
        self._limit = PAGE

    def refresh(self) -> int:
        """Draw what changed; returns how many messages are shown."""
        with self.session.slack.workspace.lock:
            messages = [m for m in self._read() if m.ts not in self.session.marks.dismissed]
            reader = self.session.reader()
            lines = self._placed(messages[-self._limit - 1 :], reader)[-self._limit :]
            prints = [line.print(reader) for line in lines]
        self._earlier.set_visibility(len(messages) > self._limit)
        self._drop({line.message.ts for line in lines})
        for place, (line, shown) in enumerate(zip(lines, prints, strict=True)):
            self._put(place, line, shown)
        return len(lines)

    def _drop(self, kept: set[str]) -> None:
        for ts in [ts for ts in self._rows if ts not in kept]:
            self._rows.pop(ts).box.delete()

    def _put(self, place: int, line: Placed, shown: str) -> None:
        ts = line.message.ts
        row = self._rows.get(ts)
        if row is None:
            with self._box:
                row = Row(dom.tag("div", "msg-row"))
            row.box.on("click", row.pressed, js_handler=LISTEN)
            if place < len(self._rows):
                row.box.move(target_index=place)
            self._rows[ts] = row
        if row.shown != shown:
            row.shown = shown
            row.box.clear()
            with row.box:
                drawn = draw_message(self.session, line, in_thread=self._in_thread)
            row.surfaces = (drawn, *row.surfaces[:1])

    # ---- what is to be shown ----------------------------------------------------------------

    def _placed(self, messages: list[Message], reader: Reader) -> list[Placed]:
        lines: list[Placed] = []
        before: Message | None = None
        found_new = False
        for message in messages:
            day = self._day_of(message, before, reader)
            is_new = not found_new and self._is_new(message)
            found_new = found_new or is_new
            follows = day is None and not is_new and _continues(message, before)
            lines.append(Placed(message, day, is_new, follows, self._replies(message)))
            before = message
        return lines

    def _day_of(self, message: Message, before: Message | None, reader: Reader) -> str | None:
        if self._in_thread:
            return None
        day = _day(message, reader)
        if before is not None and _day(before, reader) == day:
            return None
        return day_heading(day, reader.today())

    def _is_new(self, message: Message) -> bool:
        since = self.session.new_since
        mine = message.user == self.session.user_id
        return not self._in_thread and since is not None and not mine and message.ts > since

    def _replies(self, message: Message) -> tuple[int, str, tuple[str, ...]] | None:
        if self._in_thread or message.is_reply:
            return None
        replies = [
            m
            for m in self.session.slack.workspace.thread(message.channel, message.ts)
            if m.ephemeral_to in (None, self.session.user_id)
        ]
        if not replies:
            return None
        authors = tuple(dict.fromkeys(m.user for m in replies))
        return len(replies), replies[-1].ts, authors[:3]


def _day(message: Message, reader: Reader) -> date:
    return reader.local(float(message.ts)).date()


def _continues(message: Message, before: Message | None) -> bool:
    """Whether it stands below the message before it without a face and a name of its own."""
    if before is None or before.user != message.user or before.bot_id != message.bot_id:
        return False
    if before.ephemeral_to != message.ephemeral_to or message.broadcast or before.blocks:
        return False
    return not message.blocks and float(message.ts) - float(before.ts) < _GROUP_SECONDS
