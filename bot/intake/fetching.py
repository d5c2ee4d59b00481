"""A vendor's API, for leads whose hook only named them. Spoken to by durable work, and never while
a transaction is open."""

from typing import Any

import httpx

from bot.retry_after import retry_after
from bot.sources.lead_payload import Unreadable
from bot.sources.payload import json_value
from bot.tasks import GiveUp, Postpone

_TIMEOUT_SECONDS = 20.0
_PAUSE_SECONDS = 30.0
# No refusals (RFC 9110, 15): led elsewhere for the moment, too slow, too early, too often.
_MOMENTARY = {302, 303, 307, 408, 425, 429}


class Api:
    """One vendor's API. The token goes into a header, never into an address, which is logged."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, holds: str, **parameters: str) -> dict[str, Any]:
        """The JSON object under this path, which has the key `holds`; see `Vendor.get`."""
        try:
            answer = httpx.get(
                self._address + path,
                params=parameters,
                headers=self._headers,
                timeout=_TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as error:  # its words repeat the address
            raise Postpone(_PAUSE_SECONDS, f"{path}: {type(error).__name__}") from None
        if answer.status_code in _MOMENTARY or answer.status_code >= 500:
            pause = retry_after(answer.headers, _PAUSE_SECONDS)
            raise Postpone(pause, f"{path}: HTTP {answer.status_code}")
        if answer.status_code >= 300:
            raise GiveUp(f"the product refused {path} (HTTP {answer.status_code})")
        content = _json(answer.content)
        if not isinstance(content, dict) or holds not in content:
            raise Postpone(_PAUSE_SECONDS, f"{path}: the answer is no JSON object with {holds}")
        return content


def _json(answer: bytes) -> object:
    """What an answer says; None where it is no JSON."""
    try:
        return json_value(answer)
    except Unreadable:
        return None
