"""The contract of a source: how it proves itself, what it sends, and how that is read."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.errors import HandoffError
from bot.sources.lead_payload import LeadPayload

# How far a signed stamp may be from our clock, where the vendor does not say less.
TOLERANCE = timedelta(minutes=5)


class Unproven(HandoffError):
    """The sender could not be proven: check the secret that both sides hold."""


class Ignored(HandoffError):
    """There is nothing to do: {why}"""

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


@dataclass(frozen=True)
class Request:
    """What a sender brought, before anything of it was read."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""
    url: str = ""
    """As the sender called it, with scheme, host and query."""
    key: str = ""
    """The last part of a secret address, for senders that can do no more."""

    @property
    def content_type(self) -> str:
        """The media type and its parameters, or nothing."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True)
class Reference:
    """A lead that the sender only names; what it says is fetched afterwards."""

    external_id: str


@dataclass(frozen=True)
class Cancellation:
    """A meeting that will not take place as it was booked."""

    external_id: str
    """The sender's id of it, as in its booking."""
    is_moved: bool = False
    """Whether it was moved: what it is now comes as a booking of its own."""


@dataclass(frozen=True)
class Refused:
    """Leads that a vendor would not name, when it was asked for all."""

    what: str
    """Which part of what it has, for example a form; empty: all."""
    why: str


@dataclass(frozen=True)
class Answer:
    """What a handshake is answered with."""

    body: str
    content_type: str = "text/plain"


class Vendor(Protocol):
    """A vendor's API, spoken to by durable work."""

    def get(self, path: str, holds: str, **parameters: str) -> dict[str, Any]:
        """The JSON object under this path, which has the key `holds`.

        Raises Postpone while the vendor cannot answer, or somebody else does in its place; GiveUp
        where it never will.
        """


@dataclass(frozen=True)
class Fetching:
    """How a source that only names its leads is read back."""

    get: Callable[[Vendor, str], bytes]
    """The raw lead of this external id."""
    parse: Callable[[bytes], LeadPayload]
    """That raw lead, read; raises Unreadable, and Ignored for what is no lead after all."""
    missed: Callable[[Vendor, datetime], Iterable[Reference | Refused]]
    """All leads that the vendor has had since then, for what its hooks missed, and what it refuses
    to tell; raises as `Vendor.get` does where nothing more can be told."""
    api: str
    """The address of the vendor's API."""


@dataclass(frozen=True)
class Source:
    """A kind of sender: one file, and one line in the registry.

    `verify(request, secret, now)` raises Unproven, before anything is read of the body that the
    proof does not need; None where the address itself proves the sender. `parse(body,
    content_type)` gives the leads, raises Unreadable for what does not fit and Ignored for what is
    no lead. `greet(request, secret)` answers a handshake, or is None for what is none; it is asked
    after `verify`. `setup` are the steps in the vendor's product, with `{url}` for our address.
    """

    slug: str
    name: str
    example: bytes
    content_type: str
    parse: Callable[[bytes, str], Sequence[LeadPayload | Reference | Cancellation]]
    verify: Callable[[Request, str, datetime], None] | None = None
    greet: Callable[[Request, str], Answer | None] | None = None
    fetching: Fetching | None = None
    setup: tuple[str, ...] = ()
    secret_in_path: bool = False
    """The address ends with the secret, since this sender can neither sign nor set a header."""
    by_hand: bool = False
    """A person brings it, so it has no address."""

    @property
    def path(self) -> str:
        """Its address below `/leads`."""
        return f"/{self.slug}/{{key}}" if self.secret_in_path else f"/{self.slug}"


def sign(secret: str, signed: bytes) -> bytes:
    """The HMAC-SHA256 that most vendors sign with."""
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def require_same(given: str, expected: str) -> None:
    """Compare a proof in constant time. Raises Unproven."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise Unproven


def require_fresh(
    stamp: str, now: datetime, tolerance: timedelta = TOLERANCE, *, milliseconds: bool = False
) -> None:
    """Check a signed stamp, in Unix time, on both sides of our clock. Raises Unproven."""
    try:
        skew = abs(now.timestamp() - float(stamp) / (1000 if milliseconds else 1))
    except (ValueError, OverflowError):
        raise Unproven from None
    if not skew <= tolerance.total_seconds():  # `not <=`, because NaN is never fresh
        raise Unproven
