"""How each vendor signs, written from its side: what a request of theirs looks like."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.sources import Request, Source

SECRET = "a-secret-of-the-tests"
URL = "https://handoff.example.com/leads/hook"

Signer = Callable[[Source, bytes, str, datetime, str], Request]
"""Source, body, secret, time and address make a request."""


@dataclass(frozen=True)
class Vendor:
    """How a vendor proves itself; `stamped` where the signature has a time."""

    sign: Signer
    stamped: bool = False
    proof: str = ""
    """The header that carries the proof; empty: it stands elsewhere."""
    test_lead: dict[str, object] | None = None
    """What makes the example a test lead."""


def _mac(secret: str, text: bytes) -> hmac.HMAC:
    return hmac.new(secret.encode(), text, hashlib.sha256)


def _google(source: Source, body: bytes, secret: str, _now: datetime, url: str) -> Request:
    with suppress(ValueError):  # a broken body stays broken
        body = json.dumps(json.loads(body) | {"google_key": secret}).encode()
    return Request(body, {"content-type": source.content_type}, url)


def _header(name: str, value: Callable[[str, bytes], str]) -> Signer:
    def sign(source: Source, body: bytes, secret: str, _now: datetime, url: str) -> Request:
        headers = {"content-type": source.content_type, name: value(secret, body)}
        return Request(body, headers, url)

    return sign


def _webflow(source: Source, body: bytes, secret: str, now: datetime, url: str) -> Request:
    stamp = str(int(now.timestamp() * 1000))
    signature = _mac(secret, f"{stamp}:".encode() + body).hexdigest()
    headers = {"x-webflow-timestamp": stamp, "x-webflow-signature": signature}
    return Request(body, headers | {"content-type": source.content_type}, url)


def _calendly(source: Source, body: bytes, secret: str, now: datetime, url: str) -> Request:
    stamp = str(int(now.timestamp()))
    signature = _mac(secret, f"{stamp}.".encode() + body).hexdigest()
    headers = {"calendly-webhook-signature": f"t={stamp},v1={signature}"}
    return Request(body, headers | {"content-type": source.content_type}, url)


def _hubspot(source: Source, body: bytes, secret: str, now: datetime, url: str) -> Request:
    stamp = str(int(now.timestamp() * 1000))
    digest = _mac(secret, b"POST" + url.encode() + body + stamp.encode()).digest()
    headers = {
        "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature-v3": b64encode(digest).decode(),
    }
    return Request(body, headers | {"content-type": source.content_type}, url)


def _zoom(source: Source, body: bytes, secret: str, now: datetime, url: str) -> Request:
    stamp = str(int(now.timestamp()))
    signature = "v0=" + _mac(secret, f"v0:{stamp}:".encode() + body).hexdigest()
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature}
    return Request(body, headers | {"content-type": source.content_type}, url)


def _jotform(source: Source, body: bytes, secret: str, _now: datetime, url: str) -> Request:
    return Request(body, {"content-type": source.content_type}, url, key=secret)


VENDORS: dict[str, Vendor] = {
    "google_ads": Vendor(_google, test_lead={"is_test": True}),
    "meta": Vendor(
        _header("x-hub-signature-256", lambda key, body: "sha256=" + _mac(key, body).hexdigest()),
        proof="x-hub-signature-256",
    ),
    "typeform": Vendor(
        _header(
            "typeform-signature",
            lambda key, body: "sha256=" + b64encode(_mac(key, body).digest()).decode(),
        ),
        proof="typeform-signature",
    ),
    "tally": Vendor(
        _header("tally-signature", lambda key, body: b64encode(_mac(key, body).digest()).decode()),
        proof="tally-signature",
    ),
    "webflow": Vendor(_webflow, stamped=True, proof="x-webflow-signature"),
    "calendly": Vendor(_calendly, stamped=True, proof="calendly-webhook-signature"),
    "hubspot": Vendor(_hubspot, stamped=True, proof="x-hubspot-signature-v3"),
    "jotform": Vendor(_jotform),
    "zoom": Vendor(_zoom, stamped=True, proof="x-zm-signature"),
}

# What a secret address or a bearer key proves is the web's to check.
UNSIGNED = {"api", "form", "csv"}
