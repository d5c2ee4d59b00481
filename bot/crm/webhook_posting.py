"""What a webhook posts: a lead event as a message, signed, to an address that is looked at first.

A body says what happened and how the lead is at that moment. Nothing blank is in it, and it stays
below 20 kB: long texts are cut. It is one message of Standard Webhooks 1.0.

An address may lead into the network that Handoff runs in, at once or by a name that changes. So
the name is resolved here, each of its addresses is checked, and one of those is connected to.
Nothing is followed, and no proxy is used.
"""

import base64
import json
import secrets
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, NamedTuple

import httpcore
import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from bot import __version__, clock
from bot.campaigns.models import Campaign
from bot.contacts.queries import last_consent
from bot.leads import external_changes
from bot.leads.models import EventType as LeadEventType
from bot.leads.models import Lead, LeadEvent, LeadNote, Touch
from bot.money import Money
from bot.people.models import Person
from bot.retry_after import retry_after
from bot.sources import source_name
from bot.sources.lead_payload import CLICK_IDS, UTM

MOST_BYTES = 20_000
"""Standard Webhooks 1.0 asks for less."""
_LENGTHS = (4_000, 1_000, 250, 60)
"""Characters of a text, tried one after the other until the body is short enough."""
_MOST_ANSWERS = 20
_MOMENT = timedelta(seconds=1)
"""A note is written in the transaction of its step, just before."""


class EventType(NamedTuple):
    """A kind of event."""

    name: str
    meaning: str


TYPES = {
    LeadEventType.RECEIVED: EventType("lead.received", "A lead came in."),
    LeadEventType.RETURNED: EventType("lead.returned", "Somebody whose lead is open wrote again."),
    LeadEventType.CLAIMED: EventType("lead.claimed", "A salesperson claimed the lead."),
    LeadEventType.RELEASED: EventType("lead.released", "The lead went back to the channel."),
    LeadEventType.TAKEN_BACK: EventType("lead.released", "The lead went back to the channel."),
    LeadEventType.REASSIGNED: EventType("lead.reassigned", "The lead was given to somebody else."),
    LeadEventType.CALLED: EventType("lead.called", "Somebody logged a call."),
    LeadEventType.CONTACTED: EventType("lead.contacted", "The first contact was made."),
    LeadEventType.QUALIFIED: EventType("lead.qualified", "Sales verified need, budget and fit."),
    LeadEventType.RATED: EventType("lead.rated", "The salesperson judged the lead's quality."),
    LeadEventType.WON: EventType("lead.won", "The deal was won."),
    LeadEventType.CORRECTED: EventType("lead.corrected", "The amount of a won deal was corrected."),
    LeadEventType.LOST: EventType("lead.lost", "The lead was lost."),
    LeadEventType.RECYCLED: EventType("lead.recycled", "The lead is paused until a later day."),
    LeadEventType.WOKEN: EventType("lead.resumed", "A pause is over."),
    LeadEventType.REOPENED: EventType("lead.reopened", "A closed lead is open again."),
    LeadEventType.EDITED: EventType("lead.edited", "Its details were edited."),
    LeadEventType.UNDONE: EventType("lead.undone", "The last step was undone."),
    LeadEventType.NOTED: EventType("lead.noted", "Somebody wrote a note."),
    LeadEventType.MERGED: EventType(
        "lead.merged", "Two leads were merged; there is one event for each."
    ),
    LeadEventType.UNMERGED: EventType("lead.unmerged", "A merge was undone."),
}
"""What is told of a lead, by event type; the others (an offer, a snooze) matter only here."""

TEST = EventType("webhook.test", "Somebody tested the webhook.")


def compose(session: Session, event: LeadEvent) -> bytes:
    """The body of an event."""
    lead = session.get_one(Lead, event.lead_id)
    data = {"event": _event(session, event), "lead": _lead(session, lead)}
    return written(TYPES[LeadEventType(event.event_type)], event.at, data)


def written(kind: EventType, at: datetime, data: Mapping[str, Any]) -> bytes:
    """A body as it is sent, with its texts cut as far as needed."""
    body = b""
    for length in _LENGTHS:
        whole = {"type": kind.name, "timestamp": at, "data": data}
        body = json.dumps(
            _readable(whole, length), ensure_ascii=False, separators=(",", ":")
        ).encode()
        if len(body) < MOST_BYTES:
            break
    return body


def _readable(value: Any, length: int) -> Any:
    """A value for JSON: texts cut, times in UTC, and nothing blank."""
    if isinstance(value, Mapping):
        read = {key: _readable(each, length) for key, each in value.items()}
        return {key: each for key, each in read.items() if each not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_readable(each, length) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        return value if len(value) <= length else value[: length - 1] + "…"
    return value


def _lead(session: Session, lead: Lead) -> dict[str, Any]:
    campaign = session.get(Campaign, lead.campaign_id) if lead.campaign_id else None
    consent = last_consent(session, lead.contact_id)
    answers = [
        {"question": each["question"], "answer": each["answer"]}
        for each in lead.unplaced[:_MOST_ANSWERS]
    ]
    plain = (
        "id", "first_name", "last_name", "email", "company", "job_title", "country", "message",
        "landing_url", *UTM, *CLICK_IDS, "is_hot", "received_at", "claimed_at", "first_response_at",
        "qualified_at", "closed_at", "wake_at", "merged_into",
    )  # fmt: skip
    return {name: getattr(lead, name) for name in plain} | {
        "phone": lead.phone_e164 or lead.phone_raw,
        "answers": answers,
        "source": lead.source,
        "source_name": source_name(lead.source),
        "campaign": {"name": campaign.name, "code": campaign.utm_campaign} if campaign else None,
        "score": lead.score,
        "consent": {
            "granted": consent.granted, "wording": consent.wording, "purposes": consent.purposes,
            "given_at": consent.given_at,
        } if consent else None,
        "owner": _person(session, lead.claimed_by),
        "stage": external_changes.stage_of(lead),
        "quality": lead.rating,
        "quality_reason": lead.rating_reason,
        "lost_reason": lead.disposition,
        "lost_note": lead.disposition_note,
        "expected_amount": lead.expected_amount.amount if lead.expected_amount else None,
        "expected_currency": lead.expected_currency,
        "expected_on": lead.expected_on.isoformat() if lead.expected_on else None,
        **_money(lead.won_minor, lead.won_currency),
    }  # fmt: skip


def _event(session: Session, event: LeadEvent) -> dict[str, Any]:
    """What happened: who did it, and what is only known of this event."""
    facts = event.facts
    return {
        "id": event.id,
        "by": _person(session, event.person_id),
        "via": facts.get("via"),
        "from": _person(session, facts.get("from_id") or facts.get("owner_id")),
        "to": _person(session, facts.get("to_id")),
        "quality": facts.get("rating"),
        "reason": facts.get("disposition") or facts.get("reason") or facts.get("why"),
        "note": facts.get("note") or _note(session, event),
        "outcome": facts.get("outcome"),
        "attempts": facts.get("attempts"),
        "pause_until": facts.get("wake_on"),
        "was": facts.get("was"),
        "message": _message(session, facts.get("touch_id")),
        "into": facts.get("into"),
        "merged": facts.get("merged"),
        **_money(facts.get("minor"), facts.get("currency")),
    }


def _person(session: Session, person_id: int | None) -> dict[str, str | None] | None:
    person = session.get(Person, person_id) if person_id else None
    return (
        {"name": person.name, "slack_id": person.slack_id, "email": person.email}
        if person
        else None
    )


def _money(minor: int | None, currency: str | None) -> dict[str, Any]:
    if minor is None or currency is None:
        return {}
    return {"amount": Money(minor, currency).amount, "currency": currency}


def _note(session: Session, event: LeadEvent) -> str | None:
    """What was written at this step."""
    if event.event_type not in (LeadEventType.NOTED, LeadEventType.REASSIGNED):
        return None
    same_moment = LeadNote.at.between(event.at - _MOMENT, event.at)
    return session.scalar(
        select(LeadNote.text)
        .where(
            LeadNote.lead_id == event.lead_id, LeadNote.event_type == event.event_type, same_moment
        )
        .order_by(LeadNote.id.desc())
        .limit(1)
    )


def _message(session: Session, touch_id: int | None) -> Any:
    touch = session.get(Touch, touch_id) if touch_id else None
    return touch.facts.get("message") if touch else None


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
        return Answer(None, f"it didn't answer within {SECONDS:.0f} seconds")
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError):
        return Answer(None, "the connection failed")
    except (httpx.InvalidURL, ValueError, KeyError):
        return Answer(None, "its address is not valid")
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
        "user-agent": f"Handoff/{__version__}",
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
        infos = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, OverflowError):
        raise _Failed("the name in its address is unknown") from None
    return list(dict.fromkeys(str(each[4][0]) for each in infos))


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
