"""Calls to a CRM's API: paced, with a time-out, and every answer either read or told as an error.

What is logged and told of an answer never repeats the values that were sent.
"""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from bot.crm.port import Blocked, Busy, Trouble
from bot.retry_after import retry_after

TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 30.0
# Too slow, too early, too often (RFC 9110, 15.5); 423 is HubSpot's lock.
_MOMENTARY = {408, 423, 425, 429}

Pace = Callable[[], None]
"""Waits until the next call is within the rate limit of all workers; may raise Busy."""


def no_pace() -> None:
    """For those who call alone."""


class Answer:
    """What a CRM answered: a status, and JSON."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.json: Any = _json(response)

    @property
    def ok(self) -> bool:
        """Whether the call did what it was to do."""
        return 200 <= self.status < 300


class Api:
    """One CRM's API over HTTP."""

    def __init__(
        self, address: str, headers: Mapping[str, str], pace: Pace = no_pace,
        *, name: str = "The CRM", is_final: Callable[[Answer], bool] = lambda _answer: False,
    ) -> None:  # fmt: skip
        """`headers` go with every call; the key is one of them, and never part of an address.

        `is_final` tells answers that would be the same again, although their status is 5xx or 429.
        """
        self._client = httpx.Client(
            base_url=address.rstrip("/"), headers=dict(headers), timeout=TIMEOUT_SECONDS
        )
        self._pace = pace
        self._name = name
        self._is_final = is_final

    def call(
        self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, data: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Call the API and return its answer, also one that refuses: the adapter knows its words.

        Raises Busy for what goes away by itself (429, 408, 423, 425, 5xx, no connection, a
        time-out, an answer that is cut off or no JSON), Blocked where the address leads elsewhere.
        """
        self._pace()
        try:
            response = self._client.request(
                method, path, json=json, params=params, headers=headers, data=data
            )
            answer = Answer(response)
        except (httpx.HTTPError, ValueError) as error:  # its words may repeat the address
            raise Busy(PAUSE_SECONDS, f"{self._name} cannot be reached ({_kind(error)})") from None
        is_momentary = answer.status in _MOMENTARY or answer.status >= 500
        if is_momentary and not self._is_final(answer):
            raise self.busy(answer)
        if 300 <= answer.status < 400 and answer.status != 300:
            raise Blocked(Trouble.ADDRESS, f"{self._name}'s address leads elsewhere")
        return answer

    def busy(self, answer: Answer, detail: str = "") -> Busy:
        """The error of an answer that asks us to wait."""
        wait = retry_after(answer.headers, PAUSE_SECONDS)
        return Busy(wait, detail or f"{self._name} answered with HTTP {answer.status}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _json(response: httpx.Response) -> Any:
    """The JSON of an answer; None where there is none. Raises ValueError for half of one that is
    ok."""
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        if response.is_success:
            raise
        return None


def _kind(error: Exception) -> str:
    return type(error).__name__
