"""Calls of Salesforce's REST API: the token, queries, rows by the hundred, and what errors mean."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.crm.adapters.contract import Access
from bot.crm.http import Answer, Api, Pace
from bot.crm.port import Blocked, Busy, Trouble

Json: TypeAlias = dict[str, Any]

DATA = "/services/data/v67.0"
MOST_ROWS = 200
"""sObject Collections: so many rows in a call."""
_TOKEN = "/services/oauth2/token"  # noqa: S105 - a path
# An address and its headers together may have 16,384 bytes; a value of a list has this share.
_LONGEST_LIST = 9_000
# The limit of a day counts the last 24 hours at any time, so that it ends little by little.
_LIMIT_SECONDS = 900.0
_HEADERS = {
    "Accept": "application/json",
    "Sforce-Auto-Assign": "FALSE",  # else assignment rules replace our owner
    "Sforce-Duplicate-Rule-Header": "allowSave=true",  # passes alerts, not blocks
}
_OVER_LIMIT = {"REQUEST_LIMIT_EXCEEDED", "TXN_SECURITY_METERING_ERROR"}
_NO_API = {"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "FUNCTIONALITY_NOT_ENABLED"}


class CallRefused(Blocked):
    """Salesforce did not do a whole call; an adapter that knows what to do catches it."""

    def __init__(self, status: int, errors: Sequence[Json]) -> None:
        self.status = status
        self.code: str = str(errors[0].get("errorCode", "")) if errors else ""
        trouble = Trouble.PLAN
        if status == 404 and not errors:
            trouble = Trouble.ADDRESS
        elif self.code == "INVALID_TYPE":
            trouble = Trouble.RIGHT
        super().__init__(trouble, f"Salesforce refused a call: {self.code or f'HTTP {status}'}")


class Session:
    """Calls with a token of client credentials, fetched when it is needed, once for all threads."""

    def __init__(self, access: Access, pace: Pace) -> None:
        self._access = access
        self._api = Api(access.address, _HEADERS, pace, name="Salesforce")
        self._token: str | None = None
        self._lock = threading.Lock()
        self.user_id = ""
        """The user as whom the app acts; known after the first call."""

    def call(
        self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None
    ) -> Any:
        """Call and return the answer's JSON. `path` begins with / (with the version or not).

        Raises CallRefused for what Salesforce does not do, beside Busy and Blocked.
        """
        path = path if path.startswith("/services/") else DATA + path
        token = self._valid_token()
        answer = self._send(token, method, path, json, params)
        if answer.status == 401:  # a token may end at any time; nobody says when
            token = self._valid_token(instead_of=token)
            answer = self._send(token, method, path, json, params)
        if not answer.ok:
            raise _refusal(self._api, answer)
        return answer.json

    def _send(
        self, token: str, method: str, path: str, json: Any, params: Mapping[str, str] | None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        return self._api.call(method, path, json=json, params=params, headers=headers)

    def _valid_token(self, *, instead_of: str | None = None) -> str:
        """A token that is not `instead_of`. Those who come meanwhile wait for the same one."""
        with self._lock:
            if self._token is None or self._token == instead_of:
                self._token = None
                self._token = self._fetch_token()
            return self._token

    def _fetch_token(self) -> str:
        answer = self._api.call(
            "POST",
            _TOKEN,
            data={
                "grant_type": "client_credentials",
                "client_id": self._access.client_id,
                "client_secret": self._access.key.get_secret_value(),
            },
        )
        given = answer.json if isinstance(answer.json, dict) else {}
        if answer.ok and given.get("access_token"):
            self.user_id = str(given.get("id", "")).rpartition("/")[2]
            return str(given["access_token"])
        if answer.status == 403:
            raise _refusal(self._api, answer)
        if answer.status == 404 or (answer.ok and not given):
            raise Blocked(Trouble.ADDRESS, "This is not the address of a Salesforce organization")
        raise Blocked(Trouble.TOKEN, _why_no_token(str(given.get("error", ""))))

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[list[Json]]:
        """The rows of a query, page after page; `deleted`: also those in the recycle bin."""
        path = "/queryAll" if deleted else "/query"
        page = self.call("GET", path, params={"q": soql})
        yield page["records"]
        while not page["done"]:
            page = self.call("GET", page["nextRecordsUrl"])
            yield page["records"]

    def rows(self, soql: str, *, deleted: bool = False) -> list[Json]:
        """All rows of a query."""
        return [row for page in self.query(soql, deleted=deleted) for row in page]

    def rows_of(self, soql: str, values: Iterable[str], *, deleted: bool = False) -> list[Json]:
        """All rows of a query in which `{}` stands for a list of these values, as they are."""
        return [
            row
            for part in parts(sorted({quoted(each) for each in values}))
            for row in self.rows(soql.replace("{}", f"({', '.join(part)})"), deleted=deleted)
        ]

    def save_rows(self, method: str, path: str, rows: Sequence[Json]) -> list[Json]:
        """Write rows, each with `attributes`; what became of each, in their order.

        One that fails stops no other (`success`, `id`, `created`, `errors` with `statusCode`).
        """
        results: list[Json] = []
        for start in range(0, len(rows), MOST_ROWS):
            part = list(rows[start : start + MOST_ROWS])
            results += self.call(method, path, json={"allOrNone": False, "records": part})
        return results

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def _refusal(api: Api, answer: Answer) -> Exception:
    """The error of an answer that refuses a whole call."""
    errors = errors_of(answer)
    code = str(errors[0].get("errorCode", "")) if errors else ""
    if code in _OVER_LIMIT:
        return Busy(_LIMIT_SECONDS, "Salesforce's limit of calls in 24 hours is used up")
    if code in {"INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT", "UNABLE_TO_LOCK_ROW"}:
        return api.busy(answer, f"Salesforce answered {code}")
    if answer.status == 401:
        return Blocked(Trouble.TOKEN, "Salesforce does not accept the token that it gave")
    if code in _NO_API:
        return Blocked(Trouble.PLAN, "Salesforce says that this edition has no API, or it is off")
    if answer.status == 403:
        return Blocked(Trouble.RIGHT, f"The app's user in Salesforce lacks a right ({code})")
    return CallRefused(answer.status, errors)


def errors_of(answer: Answer) -> list[Json]:
    """The errors of an answer, each with `errorCode`, `message` and perhaps `fields`."""
    errors = answer.json if isinstance(answer.json, list) else []
    return [each for each in errors if isinstance(each, dict)]


def _why_no_token(code: str) -> str:
    if code == "invalid_grant":
        return "Salesforce gives no token: the app has no user to run as, or may not be used"
    if code in {"invalid_client", "invalid_client_id"}:
        return "Salesforce does not know this client id and secret"
    return f"Salesforce gives no token ({code or 'no reason given'})"


# ---- SOQL ---------------------------------------------------------------------------------------

_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """A text as a query writes it, whatever it contains."""
    safe = (_ESCAPES.get(letter, letter) for letter in text if letter >= " " or letter in _ESCAPES)
    return f"'{''.join(safe)}'"


def quoted_like(before: str, text: str, after: str) -> str:
    """A pattern for LIKE in which only `before` and `after` have wildcards."""
    plain = quoted(text)[1:-1].replace("%", "\\%").replace("_", "\\_")
    return f"'{before}{plain}{after}'"


def soql_time(at: datetime) -> str:
    """A moment as a query writes it; SystemModstamp has whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str | None) -> datetime | None:
    """A moment as Salesforce writes it (`2026-06-01T09:00:00.000+0000`)."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def parts(values: Sequence[str]) -> Iterator[list[str]]:
    """The values in lists that fit into the address of a query."""
    part: list[str] = []
    length = 0
    for value in values:
        size = len(value.encode()) + 12  # quotes, a comma and a space, each as %27
        if part and length + size > _LONGEST_LIST:
            yield part
            part, length = [], 0
        part.append(value)
        length += size
    if part:
        yield part
