"""Writing many records at once, where one bad value fails the whole call.

What the error names is left out and the rest is sent again; where it does not say whose value is
bad, the batch is halved until it is found. A value that was found bad is left out of every record
that has it, without asking again.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.crm.adapters.hubspot.api import KEY, HubSpotApi, body_of, errors, objects, results
from bot.crm.http import Answer
from bot.crm.port import Blocked, Refusal, Trouble

_MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids")
# What is wrong with the property itself, whatever its value.
_OF_PROPERTY = {"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"}
# An amount whose currency is refused would be read in another one.
_NEEDS = {"amount": "deal_currency_code"}
NAMING = {"email", "firstname", "lastname"}
"""HubSpot makes no contact that has none of these."""
_EXISTING = re.compile(r"Existing ID: (\d+)")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_CODE = re.compile(r"[A-Z][A-Z_]{1,60}")


@dataclass(frozen=True)
class Row:
    """A record as it is to be written."""

    key: str
    properties: Mapping[str, str]
    record_id: str | None = None
    """None: it is found or made by its key."""


@dataclass(frozen=True)
class Written:
    """A record that was written."""

    record_id: str
    is_new: bool = False
    dropped: Mapping[str, str] | None = None
    """The properties that HubSpot refused, and why."""


@dataclass(frozen=True)
class NotWritten:
    """A record that was refused."""

    why: Refusal
    detail: str
    record_id: str | None = None


Outcome = Written | NotWritten


class Batches:
    """The records of one kind that one save writes."""

    def __init__(self, api: HubSpotApi, kind: str) -> None:
        self._api, self._kind = api, kind
        self._bad: dict[str, str] = {}
        self._bad_values: dict[tuple[str, str], str] = {}
        self._dropped: dict[str, dict[str, str]] = defaultdict(dict)

    def write(self, rows: Iterable[Row]) -> dict[str, Outcome]:
        """What became of each, by its key."""
        outcomes: dict[str, Outcome] = {}
        for group in _rounds(rows):
            known = [row for row in group if row.record_id is not None]
            unknown = [row for row in group if row.record_id is None]
            outcomes |= self._write(known, self._update) | self._write(unknown, self._upsert)
        return outcomes

    def _write(
        self, rows: list[Row], send: Callable[[list[Row]], dict[str, Outcome] | Answer]
    ) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        waiting = [rows]
        while waiting:
            group = [self._strip(row) for row in waiting.pop()]
            outcomes |= {row.key: self._done(row, row.record_id) for row in _nothing_left(group)}
            group = [row for row in group if row.key not in outcomes]
            if not group:
                continue
            answer = send(group)
            if isinstance(answer, dict):
                outcomes |= answer
            elif self._learn(answer, group):
                waiting.append(group)
            elif len(group) > 1:
                middle = len(group) // 2
                waiting += [group[middle:], group[:middle]]
            else:
                outcomes[group[0].key] = self._refused(group[0], answer)
        return outcomes

    # ---- what was found bad ---------------------------------------------------------------------

    def _strip(self, row: Row) -> Row:
        """The record without what HubSpot does not take."""
        bad = {
            name: why
            for name, value in row.properties.items()
            if (why := self._bad.get(name) or self._bad_values.get((name, value)))
        }
        bad |= {
            name: bad[needed]
            for name, needed in _NEEDS.items()
            if name in row.properties and needed in bad
        }
        self._dropped[row.key] |= bad
        kept = {name: value for name, value in row.properties.items() if name not in bad}
        return replace(row, properties=kept)

    def _learn(self, answer: Answer, rows: list[Row]) -> bool:
        """Whether the answer names something to leave out of these records."""
        codes = complaints(answer)
        sent = {name for row in rows for name in row.properties}
        everywhere = {n: c for n, c in codes.items() if c in _OF_PROPERTY and n in sent}
        self._bad |= {name: f"HubSpot refuses it ({code})" for name, code in everywhere.items()}
        if everywhere or len(rows) > 1:
            return bool(everywhere)
        [row] = rows
        if answer.status == 409 and "email" in row.properties and row.record_id is not None:
            self._bad_values["email", row.properties["email"]] = "Another contact has it"
            return True
        mine = {name: code for name, code in codes.items() if name in row.properties}
        self._bad_values |= {
            (name, row.properties[name]): f"HubSpot refuses this value ({code})"
            for name, code in mine.items()
        }
        return bool(mine)

    def _done(self, row: Row, record_id: str | None, *, is_new: bool = False) -> Outcome:
        if record_id is None:
            names = ", ".join(sorted(self._dropped[row.key]))
            return NotWritten(Refusal.INVALID, names)
        return Written(record_id, is_new, dict(self._dropped[row.key]))

    def _refused(self, row: Row, answer: Answer) -> Outcome:
        is_nobody = row.record_id is None and not NAMING & row.properties.keys()
        if self._kind == "contacts" and is_nobody and not complaints(answer):
            return _refused(answer, "it needs a name or an email address")
        return _refused(answer, _why(answer))

    # ---- calls ----------------------------------------------------------------------------------

    def _update(self, rows: list[Row]) -> dict[str, Outcome] | Answer:
        inputs = [{"id": row.record_id, "properties": row.properties} for row in rows]
        answer = self._send("batch/update", inputs)
        if len(rows) == 1 and self._is_gone(answer, rows[0]):
            return {rows[0].key: _gone(rows[0])}
        if not answer.ok:
            return answer
        updated = {str(each["id"]) for each in results(answer.json)}
        outcomes: dict[str, Outcome] = {
            row.key: self._done(row, row.record_id) for row in rows if row.record_id in updated
        }
        lacking = [row for row in rows if row.key not in outcomes]
        survivors = resolve(self._api, self._kind, [row.record_id or "" for row in lacking])
        for row in lacking:
            survivor = survivors.get(row.record_id or "")
            is_written = survivor is not None and survivor in updated
            outcomes[row.key] = self._done(row, survivor) if is_written else _gone(row, survivor)
        return outcomes

    def _is_gone(self, answer: Answer, row: Row) -> bool:
        """Whether it is refused because it is not there; HubSpot does not say that in one way."""
        if answer.status == 404:
            return True
        is_unclear = answer.status == 400 and not complaints(answer)
        return is_unclear and not resolve(self._api, self._kind, [row.record_id or ""])

    def _upsert(self, rows: list[Row]) -> dict[str, Outcome] | Answer:
        inputs = [
            {"idProperty": KEY, "id": row.key, "properties": {**row.properties, KEY: row.key}}
            for row in rows
        ]
        answer = self._send("batch/upsert", inputs)
        if answer.status == 409:
            return self._apart(rows, answer)
        if answer.status == 404:
            raise Blocked(Trouble.ADDRESS, "What is at this address is not HubSpot's API")
        if not answer.ok and KEY in {*complaints(answer), *_message(answer).split()}:
            raise Blocked(Trouble.PLAN, f"HubSpot has no unique property {KEY} of {self._kind}")
        if not answer.ok:
            return answer
        by_key = {key: each for each in results(answer.json) if (key := key_of(each))}
        lacking = [row.key for row in rows if row.key not in by_key]
        read = self._api.read(self._kind, lacking, [KEY], by=KEY)
        by_key |= {key_of(each): each for each in read}
        return {
            row.key: self._done(row, str(each["id"]), is_new=each.get("new") is True)
            if (each := by_key.get(row.key))
            else NotWritten(Refusal.BUSY, "HubSpot did not say what became of it")
            for row in rows
        }

    def _apart(self, rows: list[Row], answer: Answer) -> dict[str, Outcome] | Answer:
        """Some addresses are other contacts' already: those are updated, the others made."""
        emails = {row.properties["email"].lower() for row in rows if "email" in row.properties}
        held = holders(self._api, emails)
        existing = _EXISTING.search(_message(answer))
        if not held and existing and len(rows) == 1 and "email" in rows[0].properties:
            held = {rows[0].properties["email"].lower(): {"id": existing[1]}}
        mine = {row.key: held.get(row.properties.get("email", "").lower()) for row in rows}
        theirs = [_as_update(row, each) for row in rows if (each := mine[row.key])]
        if not theirs:
            return answer
        return self.write([*theirs, *(row for row in rows if not mine[row.key])])

    def _send(self, what: str, inputs: list[dict[str, Any]]) -> Answer:
        return self._api.call("POST", objects(self._kind, what), {"inputs": inputs})


def holders(api: HubSpotApi, emails: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The contacts that have these email addresses (lower case), by the address."""
    wanted = set(emails)
    by_email: dict[str, dict[str, Any]] = {}
    for each in api.read("contacts", wanted, ["email", "hs_additional_emails", KEY], by="email"):
        properties = each.get("properties") or {}
        theirs = [
            properties.get("email"),
            *(properties.get("hs_additional_emails") or "").split(";"),
        ]
        by_email |= {one.lower(): each for one in theirs if one and one.lower() in wanted}
    return by_email


def resolve(api: HubSpotApi, kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Where these ids lead now: to themselves, or to the record into which theirs was merged."""
    wanted = set(ids)
    current: dict[str, str] = {}
    for each in api.read(kind, wanted, _MERGED):
        current |= {one: str(each["id"]) for one in wanted & {str(each["id"]), *merged_from(each)}}
    return current


def merged_from(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the records that were merged into this one."""
    properties = record.get("properties") or {}
    ended = properties.get("hs_merged_object_ids") or ""
    older = properties.get("hs_calculated_merged_vids") or ""  # id:milliseconds
    ids = [one.split(":")[0].strip() for one in f"{ended};{older}".split(";")]
    return tuple(dict.fromkeys(one for one in ids if one and one != str(record.get("id"))))


def key_of(record: Mapping[str, Any]) -> str:
    """Our key, where the record has it."""
    return str((record.get("properties") or {}).get(KEY) or "")


def complaints(answer: Answer) -> dict[str, str]:
    """The properties that an error names, with its code; HubSpot tells them in two ways."""
    codes: dict[str, str] = {}
    for each in errors(answer):
        context = each.get("context")
        named = context.get("propertyName") if isinstance(context, dict) else None
        names = named if isinstance(named, list) else [named or each.get("in")]
        codes |= {str(name): _code(each.get("code")) for name in names if _is_name(name)}
    _, bracket, listed = _message(answer).partition("[")
    try:
        parsed = json.loads(bracket + listed) if bracket else []
    except ValueError:
        parsed = []
    invalid = [each for each in parsed if isinstance(each, dict) and _is_name(each.get("name"))]
    return {each["name"]: _code(each.get("error")) for each in invalid} | codes


def _as_update(row: Row, contact: Mapping[str, Any]) -> Row:
    """The record as a change of the contact that has its address, which is this lead's from now
    on: a person has one open lead, and this is their newest."""
    properties = {name: value for name, value in row.properties.items() if name != "email"}
    return Row(row.key, properties | {KEY: row.key}, str(contact["id"]))


def _rounds(rows: Iterable[Row]) -> list[list[Row]]:
    """These so that no call writes one person or one record twice."""
    groups: list[list[Row]] = []
    taken: list[set[Hashable]] = []
    for row in rows:
        marks = {("id", row.record_id), ("email", row.properties.get("email", "").lower())}
        marks -= {("id", None), ("email", "")}
        free = next((n for n, each in enumerate(taken) if not marks & each), len(groups))
        if free == len(groups):
            groups.append([])
            taken.append(set())
        groups[free].append(row)
        taken[free] |= marks
    return groups


def _nothing_left(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.properties]


def _why(answer: Answer) -> str:
    """What HubSpot complains of; that it refuses the record is said by whoever shows this."""
    codes = complaints(answer)
    named = ", ".join(f"{name} ({code})" for name, code in sorted(codes.items()))
    return named or _code(body_of(answer).get("category"))


def _refused(answer: Answer, detail: str) -> NotWritten:
    if answer.status != 409:
        return NotWritten(Refusal.INVALID, detail)
    existing = _EXISTING.search(_message(answer))
    return NotWritten(Refusal.DUPLICATE, detail, existing[1] if existing else None)


def _gone(row: Row, survivor: str | None = None) -> NotWritten:
    if survivor is None:
        return NotWritten(Refusal.GONE, "It was deleted in HubSpot", row.record_id)
    return NotWritten(Refusal.BUSY, "It was merged while it was written", survivor)


def _message(answer: Answer) -> str:
    return str(body_of(answer).get("message") or "")


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _code(code: object) -> str:
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "INVALID"
