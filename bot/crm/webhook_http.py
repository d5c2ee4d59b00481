"""One message of Standard Webhooks 1.0: signed, and sent to an address that is looked at first.

An address may lead into the network that Handoff runs in, at once or by a name that changes. So
the name is resolved here, each of its addresses is checked, and one of those is connected to.
Nothing is followed, and no proxy is used.
"""

import base64
import secrets
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx
from standardwebhooks import Webhook

from bot import clock
from bot.retry_after import retry_after

SECONDS = 20.0
"""For everything from the connection to the answer's head."""
# RFC 6052: what a network without IPv4 translates.
_NAT64 = IPv6Network("64:ff9b::/96")
_KEY_BYTES = 32


@dataclass(frozen=True)
class Receiver:
    """Where messages go, and what they are signed with."""

    address: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    """One, or several while the receiver changes over."""
    is_private: bool = False
    """Whether it may be in a network of ours."""


@dataclass(frozen=True)
class Answer:
    """What came of an attempt."""

    status: int | None
    """None: there was no answer."""
    problem: str = ""
    """In words, without the address and what was answered."""
    wait: float | None = None
    """Seconds that the receiver asks us to wait."""

    @property
    def is_success(self) -> bool:
        """Whether the receiver has the message."""
        return self.status is not None and 200 <= self.status < 300


class _Failed(Exception):
    """No answer, for this reason."""


def new_secret() -> str:
    """A secret to sign with."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def post(receiver: Receiver, message_id: str, body: bytes) -> Answer:
    """Send a message; whatever goes wrong is an answer too."""
    try:
        url = httpx.URL(receiver.address)
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port,
                              target=url.raw_path)  # fmt: skip
        status, headers = _send(receiver, target, _headers(receiver, message_id, body), body)
    except _Failed as error:
        return Answer(None, str(error))
    except httpcore.TimeoutException:
        return Answer(None, f"it did not answer within {SECONDS:.0f} seconds")
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError):
        return Answer(None, "the connection failed")
    except (httpx.InvalidURL, ValueError, KeyError):
        return Answer(None, "its address is none")
    if 200 <= status < 300:
        return Answer(status)
    wait = retry_after(headers, 0.0) if "retry-after" in headers else None
    return Answer(status, f"it answered with HTTP {status}", wait)


def _headers(receiver: Receiver, message_id: str, body: bytes) -> dict[str, str]:
    """Signed with each secret over these very bytes; the time is that of the attempt."""
    at = clock.database_now()
    signed = [Webhook(each).sign(message_id, at, body.decode()) for each in receiver.secrets]
    return {
        "content-type": "application/json",
        "user-agent": f"Handoff/{version('handoff')}",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def _send(
    receiver: Receiver, url: httpcore.URL, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, str]]:
    """A connection of its own for each message, whose address is checked when it is opened."""
    backend = _Checked(time.monotonic() + SECONDS, is_private=receiver.is_private)
    limits = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
    with (
        httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=backend) as pool,
        pool.stream(
            "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": limits}
        ) as response,
    ):
        answered = {
            name.decode("ascii", "replace").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        return response.status, answered


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _Checked(httpcore.NetworkBackend):
    """Connects to addresses that may be connected to, until a moment of the monotonic clock."""

    def __init__(self, until: float, *, is_private: bool) -> None:
        self._until = until
        self._is_private = is_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None, socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """Resolve the name, check what it stands for, and connect. Raises _Failed."""
        addresses = _resolved(host, port)
        if not self._is_private and not all(map(is_public, addresses)):
            raise _Failed("its address is in a private network (HANDOFF_WEBHOOKS_PRIVATE)")
        problem: Exception = httpcore.ConnectError()
        for address in addresses:
            left = _left(self._until, timeout)
            try:
                stream = self._sockets.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                problem = error
            else:
                return _Hurried(stream, self._until)
        raise problem


class _Hurried(httpcore.NetworkStream):
    """A connection that ends at a moment, however slowly it goes on."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        left = _left(self._until, timeout)
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, left), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return min(left, timeout or left)


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, OverflowError):
        raise _Failed("the name in its address is unknown") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(text: str) -> bool:
    """Whether an IP address is one of the internet, also where it stands within another."""
    address: IPv4Address | IPv6Address | None = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    assert address is not None
    return address.is_global and not address.is_multicast
