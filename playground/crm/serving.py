"""What the stand-ins of CRMs share: serving, counting, the rate limit, and faults on request.

    with HubSpot() as crm:
        crm.fail(Fault.TOO_FAST)
        httpx.get(f"{crm.url}/crm/v3/owners")

A stand-in answers one call after the other, in the server's event loop, with its lock held; whoever
looks at its state from another thread holds the lock, too. It logs nothing of what it is sent.
"""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from playground.serving import Dropped, Serving

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


class Fault(StrEnum):
    """What can go wrong with a call."""

    TOO_FAST = "too_fast"
    """What this CRM says to who calls too often; nothing is done."""
    DOWN = "down"
    """503; nothing is done."""
    CUT_OFF = "cut_off"
    """The connection breaks after the work is done."""
    TOKEN = "token"  # noqa: S105 - a kind of fault
    """The key is not valid any more; nothing is done."""
    RIGHT = "right"
    """The key lacks a right; nothing is done."""


def machine_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Call:
    """One call of the CRM's API."""

    method: str
    path: str
    """As it was sent, decoded, without the query."""
    params: Mapping[str, str]
    """The query; the last of several with one name."""
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes

    @property
    def token(self) -> str:
        """The bearer's token; empty where there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def json(self) -> Any:
        """The body. Raises ValueError where it is no JSON."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The body as a form sends it."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


class StandInCrm(ABC):
    """A CRM in memory. A vendor's class has its state, and says what it answers.

    `now` is its clock, aware and in UTC; `forward` moves it. `limit` is how many calls it takes in
    how many seconds of that clock; None: any number.
    """

    def __init__(
        self, *, now: Callable[[], datetime] = machine_now, limit: tuple[int, float] | None = None
    ) -> None:
        self._source, self._offset = now, timedelta()
        self.limit = limit
        self.lock = threading.RLock()
        self.calls = 0
        """How many calls there were, refused ones included."""
        self._listeners: list[Callable[[], None]] = []
        self._faults: deque[Fault | None] = deque()
        self._recent: deque[datetime] = deque()
        self._serving: Serving | None = None
        self.asgi = Starlette()
        self.asgi.add_route("/{path:path}", self._serve, methods=_METHODS)

    # ---- what a vendor says ---------------------------------------------------------------------

    @abstractmethod
    def answer(self, call: Call) -> Response:
        """Do what a call asks for; the lock is held."""

    @abstractmethod
    def refusal(self, fault: Fault) -> Response:
        """How this CRM says TOO_FAST, DOWN, TOKEN or RIGHT."""

    # ---- who looks on ---------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call this, in any thread, after whatever may have changed something."""
        self._listeners.append(listener)

    def changed(self) -> None:
        """Tell who looks on."""
        for listener in self._listeners:
            listener()

    # ---- time -----------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The time here."""
        return self._source() + self._offset

    def forward(self, by: timedelta) -> None:
        """Let time pass."""
        with self.lock:
            self._offset += by

    # ---- faults and the limit -------------------------------------------------------------------

    def fail(self, fault: Fault, times: int = 1, *, after: int = 0) -> None:
        """Let the next calls go wrong, after those that were asked for before, and after so many
        that go well."""
        with self.lock:
            self._faults.extend([None] * after + [fault] * times)

    def _is_too_fast(self) -> bool:
        if self.limit is None:
            return False
        most, seconds = self.limit
        now = self.now()
        while self._recent and self._recent[0] <= now - timedelta(seconds=seconds):
            self._recent.popleft()
        if len(self._recent) >= most:
            return True
        self._recent.append(now)
        return False

    # ---- serving --------------------------------------------------------------------------------

    async def _serve(self, request: Request) -> Response:
        call = Call(
            method=request.method,
            path=request.scope["path"],
            params=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.body(),
        )
        with self.lock:
            response = self._with_faults(call)
        if call.method != "GET":
            self.changed()
        return response

    def _with_faults(self, call: Call) -> Response:
        self.calls += 1
        fault = self._faults.popleft() if self._faults else None
        if fault is Fault.CUT_OFF:
            self.answer(call)
            return Dropped()
        if fault is not None:
            return self.refusal(fault)
        if self._is_too_fast():
            return self.refusal(Fault.TOO_FAST)
        return self.answer(call)

    @property
    def url(self) -> str:
        """Where it is served, without a slash at the end."""
        return f"http://127.0.0.1:{self._serving.port if self._serving else 0}"

    def start(self, port: int = 0) -> Self:
        """Serve on 127.0.0.1 in a thread of its own (0: any free port). Raises OSError."""
        self._serving = Serving(self.asgi, port)
        self._serving.start()
        return self

    def stop(self, *, wait: bool = True) -> None:
        """Stop serving; the state stays readable. `wait` until connections are closed."""
        if self._serving:
            self._serving.stop(wait=wait)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop()
