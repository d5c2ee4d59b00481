"""An HTTP request as Slack sends it to an app: encoded, signed, and answered within a time limit.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from playground.state import Json


def signature(secret: str, stamp: float, data: bytes) -> dict[str, str]:
    """The headers that prove a request to come from Slack, version v0; `stamp` is Unix seconds."""
    seconds = str(int(stamp))
    base = b"v0:" + seconds.encode() + b":" + data
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": seconds, "X-Slack-Signature": f"v0={digest}"}


def encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    """The body and content type of a delivery: events as JSON, the others as a form."""
    if kind == "event":
        return json.dumps(payload).encode(), "application/json"
    form = "application/x-www-form-urlencoded"
    if kind == "command":
        return urlencode(payload).encode(), form
    return urlencode({"payload": json.dumps(payload)}).encode(), form


def post(
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


def parsed(body: bytes, kind: str) -> Any:
    """What an app answered: parsed JSON, else text, else None."""
    text = body.decode("utf-8", "replace")
    if kind.startswith("application/json") and text:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text or None
