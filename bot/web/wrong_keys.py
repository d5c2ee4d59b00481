"""Who comes with a wrong key, or with none, waits longer for each answer, and is logged.

Only the refusal waits: a right key is never slowed, whoever else shares its address.
"""

import logging
import time
from asyncio import sleep
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

FREE = 3
"""So many wrong keys in a row are mistakes, and wait for nothing."""
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 4.0
"""Seconds; shorter than what a server gives its requests to end."""
_FORGET_SECONDS = 600.0
_MOST_ADDRESSES = 4_096
_MOST_WAITING = 64
_LOG_SECONDS = 1.0


class _Failures(NamedTuple):
    """The wrong keys of one client: how many in a row, and when the last one came."""

    total: int
    last_at: float


class FailureCounter:
    """Wrong keys by address; the least recent are forgotten beyond some thousand addresses."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Take a clock in seconds."""
        self._now = now
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._logged_at = float("-inf")

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._failures)

    def add(self, address: str, route: str) -> float:
        """Count a wrong key, and log the first ones; the seconds for which its answer waits."""
        client, now = _network(address, 32, 64), self._now()
        last = self._failures.pop(client, None)
        is_burst = last is not None and now - last.last_at <= _FORGET_SECONDS
        count = last.total + 1 if last and is_burst else 1
        self._failures[client] = _Failures(count, now)
        if len(self._failures) > _MOST_ADDRESSES:
            self._failures.popitem(last=False)
        self._log(address, route, count)
        return _pause(count)

    def _log(self, address: str, route: str, count: int) -> None:
        """A line for the first of a burst, the tenth, the hundredth …; at most one a second.

        It names the network, since whose address it is would be personal data.
        """
        if str(count).rstrip("0") != "1" or self._now() - self._logged_at < _LOG_SECONDS:
            return
        self._logged_at = self._now()
        network = _network(address, 24, 48)
        logger.warning("%s: %d without a valid key, from %s", route, count, network)


def _pause(count: int) -> float:
    if count <= FREE:
        return 0.0
    return min(FIRST_PAUSE * 2.0 ** min(count - FREE - 1, 10), LONGEST_PAUSE)


def _network(address: str, bits_of_4: int, bits_of_6: int) -> str:
    """The network of an address; a single client of IPv6 commonly has a /64."""
    try:
        ip = ip_address(address)
    except ValueError:  # a proxy that names its clients otherwise
        return "an unknown address"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    bits = bits_of_4 if ip.version == 4 else bits_of_6
    return str(ip_network((ip, bits), strict=False))


_TOO_MANY = JSONResponse(
    {"detail": "Too many requests without a valid key."}, 429, {"Retry-After": "60"}
)


class SlowWrongKeys:
    """Around the application: holds back the answers that refuse a key."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._failures = FailureCounter()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or take the refusal and give it later, when the request is out of memory."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal: list[Message] = []

        async def send_or_hold(message: Message) -> None:
            if refusal or _refuses_key(scope, message):
                refusal.append(message)
            else:
                await send(message)

        await self._app(scope, receive, send_or_hold)
        if refusal:
            await self._refuse(scope, receive, send, refusal)

    async def _refuse(
        self, scope: Scope, receive: Receive, send: Send, refusal: list[Message]
    ) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        seconds = self._failures.add(address, scope["route"].path)
        if seconds and self._waiting >= _MOST_WAITING:
            await _TOO_MANY(scope, receive, send)
            return
        await self._wait(seconds)
        for message in refusal:
            await send(message)

    async def _wait(self, seconds: float) -> None:
        self._waiting += 1
        try:
            await sleep(seconds)
        finally:
            self._waiting -= 1


def _refuses_key(scope: Scope, message: Message) -> bool:
    """401, or 404 where the key stands in the address; other 404s have no route."""
    if message["type"] != "http.response.start" or "route" not in scope:
        return False
    in_path = "key" in scope.get("path_params", {})
    return message["status"] == 401 or (message["status"] == 404 and in_path)
