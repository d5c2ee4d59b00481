"""What Slack sends to the app: signed HTTP requests, or envelopes over a socket.

The app has three seconds to acknowledge. Events are retried three times (at once, after a minute,
after five); commands and interactions never are. Every attempt is kept in `Deliveries.log`.
Sources: https://docs.slack.dev/apis/events-api (retries),
https://docs.slack.dev/authentication/verifying-requests-from-slack (signatures).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode, urlsplit

from playground.faults import Faults
from playground.payloads import event_envelope
from playground.sockets import NoConnection, Sockets
from playground.state import Change, Json
from playground.workspace import Workspace

DeliveryKind: TypeAlias = Literal["command", "interaction", "event", "options"]
ENVELOPES: dict[DeliveryKind, str] = {
    "command": "slash_commands",
    "interaction": "interactive",
    "options": "interactive",
    "event": "events_api",
}
ACK_SECONDS = 3.0
RETRY_SECONDS = (0.0, 60.0, 300.0)
REMEMBERED = 10_000


@dataclass(slots=True)
class Delivery:
    """One attempt to deliver something.

    `name` is the command, action_id, callback_id or event type; `seconds` how long the app took
    to acknowledge; `response` what it answered (parsed JSON, or text); `failure` why the attempt
    failed: "http_timeout", "http_error", "connection_failed", or None.
    """

    number: int
    kind: DeliveryKind
    name: str
    body: Json
    mode: Literal["http", "socket"]
    attempt: int = 0
    sent_at: float = 0.0
    seconds: float | None = None
    status: int | None = None
    response: Any = None
    failure: str | None = None
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged in time."""
        return self.failure is None and self.seconds is not None


class Deliveries:
    """Sends to the app and remembers what came of it; safe to use from any thread."""

    def __init__(self, workspace: Workspace, faults: Faults, sockets: Sockets) -> None:
        self._workspace, self._faults, self._sockets = workspace, faults, sockets
        self.url: str | None = None
        self.ack_seconds = ACK_SECONDS
        self.retry_scale = 0.001
        self.stamp: Callable[[], float] = time.time
        self.log: deque[Delivery] = deque(maxlen=REMEMBERED)
        self._numbers = count(1)
        self._pool = ThreadPoolExecutor(32, thread_name_prefix="slack-events")
        self._stopped = threading.Event()

    def send(self, kind: DeliveryKind, name: str, body: Json) -> Delivery:
        """Deliver a command or an interaction once and wait for the acknowledgement."""
        fault = self._faults.take(kind)
        if self._faults.down or (fault and fault.kind == "drop_before"):
            return self._lost(kind, name, body)
        if fault and fault.kind == "late":
            self._stopped.wait(fault.seconds)
        delivery = self._attempt(kind, name, body, 0, None)
        if fault and fault.kind == "duplicate":
            self._attempt(kind, name, body, 0, None)
        return delivery

    def event(self, event: Json, *, wait: bool = False) -> Delivery | None:
        """Deliver an event that the manifest subscribes to, in the background or (`wait`) now.

        None if it is not subscribed to, or not waited for. Retries go on in the background.
        """
        if not self._subscribed(event):
            return None
        event.setdefault("event_ts", self._workspace.new_ts())
        body = event_envelope(self._workspace, event, f"Ev{secrets.token_hex(5).upper()}")
        if not wait:
            self._background(self._first_event, event["type"], body)
            return None
        return self._first_event(event["type"], body)

    def stop(self) -> None:
        """Give up what is still to be retried."""
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def named(self, name: str, kind: DeliveryKind | None = None) -> list[Delivery]:
        """The attempts for a command, action_id, callback_id or event type, oldest first."""
        return [d for d in list(self.log) if d.name == name and kind in (None, d.kind)]

    # ---- events -----------------------------------------------------------------------------

    def _subscribed(self, event: Json) -> bool:
        name = event["type"]
        if name == "message":
            name = {"channel": "message.channels", "group": "message.groups"}.get(
                event["channel_type"], "message.im"
            )
        return name in self._workspace.app.manifest.events

    def _first_event(self, name: str, body: Json) -> Delivery:
        fault = self._faults.take("event")
        if self._faults.down or (fault and fault.kind == "drop_before"):
            delivery = self._lost("event", name, body)
        else:
            if fault and fault.kind == "late":
                self._stopped.wait(fault.seconds)
            delivery = self._attempt("event", name, body, 0, None)
            if fault and fault.kind == "duplicate":
                self._attempt("event", name, body, 0, None)
        if delivery.failure and not delivery.no_retry:
            self._background(self._retry, name, body, delivery.failure)
        return delivery

    def _retry(self, name: str, body: Json, reason: str) -> None:
        for attempt, seconds in enumerate(RETRY_SECONDS, start=1):
            if self._stopped.wait(seconds * self.retry_scale):
                return
            delivery = self._attempt("event", name, body, attempt, reason)
            if delivery.ok or delivery.no_retry:
                return
            reason = delivery.failure or reason

    def _background(self, call: Callable[..., Any], *args: Any) -> None:
        if not self._stopped.is_set():
            self._pool.submit(call, *args)

    # ---- one attempt ------------------------------------------------------------------------

    def _record(self, kind: DeliveryKind, name: str, body: Json, attempt: int) -> Delivery:
        mode: Literal["http", "socket"] = "http" if self.url else "socket"
        delivery = Delivery(
            next(self._numbers), kind, name, body, mode, attempt, sent_at=self._workspace.now()
        )
        self.log.append(delivery)
        return delivery

    def _lost(self, kind: DeliveryKind, name: str, body: Json) -> Delivery:
        delivery = self._record(kind, name, body, 0)
        delivery.failure = "connection_failed"
        self._workspace.announce(Change("delivery"))
        return delivery

    def _attempt(
        self, kind: DeliveryKind, name: str, body: Json, attempt: int, reason: str | None
    ) -> Delivery:
        delivery = self._record(kind, name, body, attempt)
        started = time.monotonic()
        if self.url:
            self._over_http(self.url, delivery, reason)
        else:
            self._over_socket(delivery, reason)
        if delivery.failure is None:
            delivery.seconds = time.monotonic() - started
        self._workspace.announce(Change("delivery"))
        return delivery

    def _over_http(self, url: str, delivery: Delivery, reason: str | None) -> None:
        data, kind = _encoded(delivery.kind, delivery.body)
        headers = {"Content-Type": kind, "Accept": "application/json,*/*",
                   "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
                   **signature(self._workspace.app.signing_secret, self.stamp(), data)}  # fmt: skip
        if delivery.attempt:
            headers["X-Slack-Retry-Num"] = str(delivery.attempt)
            headers["X-Slack-Retry-Reason"] = reason or "unknown_error"
        try:
            answered = _post(url, data, headers, self.ack_seconds)
        except TimeoutError:
            delivery.failure = "http_timeout"
        except (OSError, http.client.HTTPException):
            delivery.failure = "connection_failed"
        else:
            delivery.status, answer, sent = answered
            delivery.response = _parsed(answer, sent.get("content-type", ""))
            delivery.no_retry = sent.get("x-slack-no-retry") == "1"
            if not 200 <= delivery.status < 300:
                delivery.failure = "http_error"

    def _over_socket(self, delivery: Delivery, reason: str | None) -> None:
        envelope: Json = {
            "envelope_id": _uuid(),
            "type": ENVELOPES[delivery.kind],
            "accepts_response_payload": delivery.kind != "event",
            "payload": delivery.body,
        }
        if delivery.kind == "event":
            timeout = reason == "http_timeout"
            envelope |= {
                "retry_attempt": delivery.attempt,
                "retry_reason": "timeout" if timeout else reason or "",
            }
        try:
            waiting: Future[Any] = self._sockets.send(envelope)
            delivery.response = waiting.result(self.ack_seconds)
            delivery.status = 200
        except FutureTimeout:
            delivery.failure = "http_timeout"
        except NoConnection:
            delivery.failure = "connection_failed"


def _uuid() -> str:
    digits = secrets.token_hex(16)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# ---- an HTTP request as Slack sends it -----------------------------------------------------------


def signature(secret: str, stamp: float, data: bytes) -> dict[str, str]:
    """The headers that prove a request to come from Slack, version v0; `stamp` is Unix seconds."""
    seconds = str(int(stamp))
    base = b"v0:" + seconds.encode() + b":" + data
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": seconds, "X-Slack-Signature": f"v0={digest}"}


def _encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    """The body and content type of a delivery: events as JSON, the others as a form."""
    if kind == "event":
        return json.dumps(payload).encode(), "application/json"
    form = "application/x-www-form-urlencoded"
    if kind == "command":
        return urlencode(payload).encode(), form
    return urlencode({"payload": json.dumps(payload)}).encode(), form


def _post(
    url: str, data: bytes, headers: dict[str, str], timeout: float
) -> tuple[int, bytes, dict[str, str]]:
    """POST and read the whole answer within `timeout` seconds. Raises TimeoutError and others."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    deadline = time.monotonic() + timeout
    try:
        connection.request("POST", parts.path or "/", data, headers)
        _limit(connection.sock, deadline)
        answer = connection.getresponse()
        _limit(connection.sock, deadline)
        body = answer.read()
        return answer.status, body, {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def _limit(sock: socket.socket | None, deadline: float) -> None:
    """Let the next wait end at the deadline, not `timeout` after the last byte."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if sock is not None:  # None once the answer is read to its end
        sock.settimeout(left)


def _parsed(body: bytes, kind: str) -> Any:
    """What an app answered: parsed JSON, else text, else None."""
    text = body.decode("utf-8", "replace")
    if kind.startswith("application/json") and text:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text or None
