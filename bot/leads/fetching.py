"""A vendor's API, for leads whose hook only named them. Spoken to by durable work, and never while
a transaction is open."""

from typing import Any

import httpx

from bot.jobs import GiveUp, Postpone

_TIMEOUT_SECONDS = 20.0
_PAUSE_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 3600.0


class Api:
    """One vendor's API. The token goes into a header, never into an address, which is logged."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **parameters: str) -> Any:
        """The JSON under this path.

        Raises Postpone while the vendor cannot answer, GiveUp where it never will.
        """
        try:
            answer = httpx.get(
                self._address + path,
                params=parameters,
                headers=self._headers,
                timeout=_TIMEOUT_SECONDS,
            )
        except httpx.TransportError as error:
            raise Postpone(_PAUSE_SECONDS, f"{path}: {type(error).__name__}") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Postpone(_pause(answer), f"{path}: HTTP {answer.status_code}")
        if answer.status_code >= 300:
            raise GiveUp(f"the product refused {path} (HTTP {answer.status_code})")
        try:
            return answer.json()
        except ValueError:
            raise Postpone(_PAUSE_SECONDS, f"{path}: the answer is no JSON") from None


def _pause(answer: httpx.Response) -> float:
    """Seconds until the vendor wants to be asked again."""
    told = answer.headers.get("retry-after", "")
    return min(float(told), _LONGEST_PAUSE_SECONDS) if told.isdecimal() else _PAUSE_SECONDS
