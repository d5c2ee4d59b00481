"""What Slack hands out for a short while: trigger ids (3 s, once), response_urls (5 in 30 min), and
addresses of sockets (once).

Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS, RESPONSE_USES = 30 * 60.0, 5
REMEMBERED = 10_000


class BadTicket(Exception):
    """The ticket is refused; the message is Slack's error string."""


@dataclass(slots=True)
class Trigger:
    """The right to open one modal for one person; `view_id` is the modal it came from."""

    user: str
    issued: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer where an interaction took place; `message_ts` is its message."""

    channel: str
    user: str
    issued: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Tickets:
    """All kinds, by their keys; safe to use from any thread. The oldest are forgotten."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._triggers: OrderedDict[str, Trigger] = OrderedDict()
        self._responses: OrderedDict[str, ResponseUrl] = OrderedDict()
        self._sockets: set[str] = set()

    def clear(self) -> None:
        """Let trigger ids and response_urls be worth nothing."""
        with self._lock:
            self._triggers.clear()
            self._responses.clear()

    def new_socket(self) -> str:
        """The path of a one-time address for Socket Mode, below the stand-in's address."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._sockets.add(key)
        return f"/socket/{key}"

    def use_socket(self, key: str) -> bool:
        """Whether the address was handed out, and not used yet."""
        with self._lock:
            if key not in self._sockets:
                return False
            self._sockets.remove(key)
            return True

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """A trigger id for what this person just did."""
        key = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        with self._lock:
            self._triggers[key] = Trigger(user, self.now(), view_id)
            while len(self._triggers) > REMEMBERED:
                self._triggers.popitem(last=False)
        return key

    def exchange(self, key: str) -> Trigger:
        """Use a trigger. Raises BadTicket: invalid, exchanged or expired."""
        with self._lock:
            trigger = self._triggers.get(key)
            if trigger is None:
                raise BadTicket("invalid_trigger_id")
            if trigger.used:
                raise BadTicket("exchanged_trigger_id")
            if self.now() - trigger.issued > TRIGGER_SECONDS:
                raise BadTicket("expired_trigger_id")
            trigger.used = True
            return trigger

    def new_response(
        self,
        channel: str,
        user: str,
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """The path of a response_url below the stand-in's address."""
        key = secrets.token_urlsafe(18)
        with self._lock:
            self._responses[key] = ResponseUrl(channel, user, self.now(), message_ts, thread_ts)
            while len(self._responses) > REMEMBERED:
                self._responses.popitem(last=False)
        return f"/respond/{key}"

    def use_response(self, key: str) -> ResponseUrl:
        """Count one use. Raises BadTicket: unknown, expired or used up."""
        with self._lock:
            response_url = self._responses.get(key)
            if response_url is None:
                raise BadTicket("no_such_url")
            if self.now() - response_url.issued > RESPONSE_SECONDS:
                raise BadTicket("expired_url")
            if response_url.uses >= RESPONSE_USES:
                raise BadTicket("used_url")
            response_url.uses += 1
            return response_url
