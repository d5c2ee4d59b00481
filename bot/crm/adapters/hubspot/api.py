"""HubSpot's CRM API: its paths, and the answers that stop or delay all work."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from bot.crm.adapters.contract import Access
from bot.crm.http import Answer, Api, Pace
from bot.crm.port import Blocked, Busy, Trouble
from bot.sources.hubspot import CRM_KEY

T = TypeVar("T")

ADDRESS = "https://api.hubapi.com"
VERSION = "2026-09"
"""HubSpot keeps a version of its API for 18 months."""
BATCH = 100
"""The most records of one call that reads or writes a batch."""
PAGE = 200
"""The most results of one page of a search."""
KEY = CRM_KEY
"""The unique property, of contacts and of deals, that holds our key."""

# An account has five searches a second, whoever makes them.
_SEARCH_SECONDS = 0.25
# The daily limit ends at midnight in the account's time zone.
_DAILY_SECONDS = 3600.0
_DISABLED = 477
_SCOPE = re.compile(r"[a-z0-9_.-]{1,80}")


class Spacing:
    """Keeps calls apart by so many seconds; by default as HubSpot wants its searches."""

    def __init__(
        self, seconds: float = _SEARCH_SECONDS, clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._seconds, self._clock, self._sleep = seconds, clock, sleep
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next call may go."""
        ahead = self._next - self._clock()
        if ahead > 0:
            self._sleep(ahead)
        self._next = self._clock() + self._seconds


class HubSpotApi:
    """Calls of HubSpot's API. All raise Busy and Blocked."""

    def __init__(self, access: Access, pace: Pace, searches: Spacing) -> None:
        headers = {"Authorization": f"Bearer {access.key.get_secret_value()}"}
        address = access.address or ADDRESS
        self._http = Api(address, headers, pace, name="HubSpot", is_final=_is_daily)
        self._searches = searches

    def call(
        self, method: str, path: str, json: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        """An answer, also one that refuses what was sent."""
        answer = self._http.call(method, path, json=json, params=params)
        if answer.status == 401:
            detail = "HubSpot does not take the key: it is wrong, expired or revoked"
            raise Blocked(Trouble.TOKEN, detail)
        if answer.status == 403:
            raise Blocked(Trouble.RIGHT, f"HubSpot's key lacks a right{_scopes(answer)}")
        if answer.status == 429:
            raise Busy(_DAILY_SECONDS, "HubSpot's calls of the day are used up until midnight")
        if answer.status == _DISABLED:
            raise self._http.busy(answer, "HubSpot is moving this account to another data centre")
        return answer

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """What is at a path."""
        return self.require(self.call("GET", path, params=params))

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """The answer to a call that has to be taken."""
        return self.require(self.call("POST", path, body))

    def require(self, answer: Answer) -> dict[str, Any]:
        """What an answer holds that has to be one. Raises Blocked where it is a refusal."""
        return _read(answer)

    def pages(self, path: str, **params: str) -> Iterator[dict[str, Any]]:
        """All that a list holds."""
        while True:
            page = self.get(path, **params)
            yield from results(page)
            after = ((page.get("paging") or {}).get("next") or {}).get("after")
            if not after or str(after) == params.get("after"):
                return
            params["after"] = str(after)

    def read(
        self, kind: str, ids: Iterable[str], properties: Sequence[str], *, by: str = ""
    ) -> Iterator[dict[str, Any]]:
        """The records of these ids, or values of the unique property `by`, that exist."""
        for some in chunks(ids, BATCH):
            body: dict[str, Any] = {"inputs": [{"id": one} for one in some]}
            body |= {"properties": list(properties)} | ({"idProperty": by} if by else {})
            yield from results(self.post(objects(kind, "batch/read"), body))

    def search(self, kind: str, filters: list[dict[str, Any]], sort: str,
               properties: Sequence[str] = ()) -> list[dict[str, Any]]:  # fmt: skip
        """The first page of what matches all filters, in ascending order."""
        self._searches.wait()
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": PAGE,
        }
        return results(self.post(objects(kind, "search"), body))

    def associated(self, kind: str, to: str, ids: Iterable[str]) -> dict[str, list[str]]:
        """The ids of the records of `to` that each record has."""
        ids_by_record: dict[str, list[str]] = {}
        for some in chunks(ids, BATCH):
            body = {"inputs": [{"id": one} for one in some]}
            path = f"/crm/associations/{VERSION}/{kind}/{to}/batch/read"
            for each in results(self.post(path, body)):
                ends = [str(end["toObjectId"]) for end in each.get("to") or ()]
                ids_by_record.setdefault(str(each["from"]["id"]), []).extend(ends)
        return ids_by_record

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def objects(kind: str, rest: str = "") -> str:
    """A path of the records of a kind: contacts, deals, notes, companies."""
    return f"/crm/objects/{VERSION}/{kind}" + (f"/{rest}" if rest else "")


def chunks(items: Iterable[T], most: int) -> Iterator[list[T]]:
    """These, by so many."""
    left = iter(items)
    while some := list(islice(left, most)):
        yield some


def results(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a page or a batch."""
    return [each for each in page.get("results") or () if isinstance(each, dict)]


def _read(answer: Answer) -> dict[str, Any]:
    if answer.ok and (answer.json is None or isinstance(answer.json, dict)):
        return answer.json or {}
    if answer.ok or answer.status == 404:
        raise Blocked(Trouble.ADDRESS, "What is at this address is not HubSpot's API")
    raise Blocked(Trouble.PLAN, f"HubSpot refuses what Handoff asks ({refusal(answer)})")


def refusal(answer: Answer) -> str:
    """HubSpot's word for why it refuses."""
    category = body_of(answer).get("category")
    is_word = isinstance(category, str) and category.isupper()
    return str(category if is_word else answer.status)


def _is_daily(answer: Answer) -> bool:
    return answer.status == 429 and body_of(answer).get("policyName") == "DAILY"


def body_of(answer: Answer) -> dict[str, Any]:
    """What an error says; all of it may be missing."""
    return answer.json if isinstance(answer.json, dict) else {}


def errors(answer: Answer) -> list[dict[str, Any]]:
    """The single errors of an error."""
    listed = body_of(answer).get("errors")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _scopes(answer: Answer) -> str:
    """The scopes that HubSpot says are missing."""
    contexts = [body_of(answer).get("context"), *(each.get("context") for each in errors(answer))]
    scopes = {
        scope
        for context in contexts
        if isinstance(context, dict)
        for name in ("requiredGranularScopes", "requiredScopes", "missingScopes")
        for scope in context.get(name) or ()
        if isinstance(scope, str) and _SCOPE.fullmatch(scope)
    }
    return f": {', '.join(sorted(scopes))}" if scopes else ""
