"""Odoo's JSON-2 API: calls, what its errors mean, and loading many records by keys of ours."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.crm.http import Answer, Api, Pace, no_pace
from bot.crm.port import Blocked, Refusal, Refused, Trouble

MODULE = "handoff"
"""The namespace of our external ids: Odoo makes one record of one id, whoever asks how often."""
# Errors are told in English; nobody is emailed, and the API's user follows no lead.
CONTEXT = {
    "lang": "en_US",
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nosubscribe": True,
}
ARCHIVED_TOO = {"active_test": False}
# PostgreSQL's words, which Odoo hands on with status 200.
_RACES = ("could not serialize access", "deadlock detected")


class Invalid(Blocked):
    """Odoo refuses the call: the same call would be refused again.

    Where nothing can be left out of the call, an admin has to mend it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(Trouble.PLAN, f"Odoo refuses a call: {without_values(message)}")
        self.message = message
        """As Odoo says it; it may repeat what a lead holds."""

    def without_private(self, private: Iterable[str]) -> str:
        """The message without what people wrote of themselves."""
        return without_values(self.message, private)


class Missing(Exception):
    """One of the records does not exist any more."""


@dataclass
class Row:
    """A record to load: what it is called, and its cells by column. Loading adds the rest."""

    name: tuple[str, str]
    """Column and cell: `id` is our external id, `.id` the id in Odoo."""
    cells: dict[str, str]
    is_archived: bool = False
    private: Sequence[str] = ()
    """What Odoo's messages about the row may repeat, and nobody is told."""
    record_id: int | None = None
    refused: Refused | None = None
    dropped: dict[str, str] = field(default_factory=dict)
    """The columns that Odoo does not take, and why."""

    @property
    def is_done(self) -> bool:
        """Whether it need not be sent again."""
        return self.refused is not None or self.record_id is not None

    def drop(self, column: str, why: str) -> None:
        """Leave a column out."""
        del self.cells[column]
        self.dropped[column] = why


class OdooApi:
    """Calls of methods of Odoo's models."""

    def __init__(self, address: str, key: str, database: str = "", pace: Pace = no_pace) -> None:
        headers = {"Authorization": f"bearer {key}"}
        if database:
            headers["X-Odoo-Database"] = database
        self._api = Api(address, headers, pace, name="Odoo", is_final=_is_final)

    def call(self, model: str, method: str, *, archived: bool = False, **arguments: Any) -> Any:
        """Call a method and return what it returns; `ids` are the records that it is called on.

        `archived` ones are looked at, too. Raises Invalid, Missing, Busy and Blocked.
        """
        context = CONTEXT | (ARCHIVED_TOO if archived else {})
        body = {"context": context, **arguments}
        answer = self._api.call("POST", f"/json/2/{model}/{method}", json=body)
        if answer.ok:
            return answer.json
        raise _error(answer, model, method)

    def search(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], *, archived: bool = True,
        order: str = "id", **arguments: Any,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The records that match, archived ones included."""
        records: list[dict[str, Any]] = self.call(
            model, "search_read", archived=archived,
            domain=list(domain), fields=list(fields), order=order, **arguments,
        )  # fmt: skip
        return records

    def read(
        self, model: str, ids: Iterable[int], fields: Sequence[str]
    ) -> dict[int, dict[str, Any]]:
        """These records by their ids; those that are gone are left out."""
        records = self.call(model, "read", archived=True, ids=list(ids), fields=list(fields))
        return {each["id"]: each for each in records}

    def version(self) -> int | None:
        """Odoo's version, where it says one."""
        answer = self._api.call("GET", "/web/version")
        try:
            return int(answer.json["version_info"][0])
        except (TypeError, KeyError, IndexError, ValueError):
            return None

    def load(self, model: str, rows: Sequence[Row]) -> None:
        """Make or change records, and say in each row what became of it.

        Odoo undoes a whole call for one bad row, and an empty cell clears a field: rows with the
        same columns go together, a bad row or cell is left out, and the rest is sent again.
        """
        while waiting := [row for row in rows if not row.is_done]:
            shape = _shape(waiting[0])
            self._load_alike(model, [row for row in waiting if _shape(row) == shape])

    def _load_alike(self, model: str, rows: Sequence[Row]) -> None:
        column, columns = rows[0].name[0], list(rows[0].cells)
        if not columns:  # nothing is left to be written
            for row in rows:
                row.record_id = int(row.name[1])
            return
        data = [[row.name[1], *(row.cells[each] for each in columns)] for row in rows]
        try:
            result = self.call(
                model, "load", archived=rows[0].is_archived, fields=[column, *columns], data=data
            )
        except Invalid as error:
            _drop_unknown(model, rows, error)
            return
        if result["ids"]:
            for row, record_id in zip(rows, result["ids"], strict=True):
                row.record_id = record_id
        else:
            _judge(rows, result["messages"])

    def find_or_make(
        self, model: str, records: Mapping[str, Mapping[str, str]], *, by: Sequence[str] = ("name",)
    ) -> dict[str, int]:
        """The ids of the records by the keys of `records`, whose values are their fields.

        One that matches any of the fields `by` is taken as it is; one that is nowhere is made. Left
        out is what Odoo lets us neither find nor make.
        """
        found = self._find(model, records, by)
        for key in records.keys() - found.keys():
            try:
                [found[key]] = self.call(model, "create", vals_list=[dict(records[key])])
            except Invalid:  # its name has to be unique, and somebody was faster
                found |= self._find(model, {key: records[key]}, by)
            except Blocked as error:
                if error.trouble is not Trouble.RIGHT:
                    raise
        return found

    def _find(
        self, model: str, records: Mapping[str, Mapping[str, str]], by: Sequence[str]
    ) -> dict[str, int]:
        if not records:
            return {}
        conditions = [
            [column, "=ilike", escaped(each[column])] for each in records.values() for column in by
        ]
        rows = self.search(model, any_of(conditions), by)
        by_key: dict[str, int] = {}
        for key, each in records.items():
            for column in by:
                wanted = each[column].casefold()
                ids = [one["id"] for one in rows if (one[column] or "").casefold() == wanted]
                if ids:
                    by_key[key] = ids[0]
                    break
        return by_key

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def any_of(conditions: Sequence[Sequence[Any]]) -> list[Any]:
    """A domain that matches where one of these conditions does; not empty."""
    return ["|"] * (len(conditions) - 1) + [list(each) for each in conditions]


def escaped(text: str) -> str:
    """Text as `ilike` takes it literally."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def without_values(message: str, values: Iterable[str] = ()) -> str:
    """What Odoo says, in one line, without what it repeats of a lead."""
    line = " ".join(message.split())
    for value in sorted(filter(None, values), key=len, reverse=True):
        words = re.escape(" ".join(value.split()))
        line = re.sub(rf"(?i)(?<!\w){words}(?!\w)", "…", line)
    return re.sub(r"[^\s<>()'\"]+@[^\s<>()'\"]+", "…", line)[:200]


def _shape(row: Row) -> tuple[str, bool, frozenset[str]]:
    return row.name[0], row.is_archived, frozenset(row.cells)


def _is_final(answer: Answer) -> bool:
    """A mistake in the call is Odoo's 500, too; what goes away by itself is PostgreSQL's."""
    name = answer.json.get("name") if isinstance(answer.json, dict) else None
    return answer.status == 500 and str(name).startswith("builtins.")


def _error(answer: Answer, model: str, method: str) -> Exception:
    error = answer.json if isinstance(answer.json, dict) else {}
    name, message = str(error.get("name", "")), str(error.get("message", ""))
    if answer.status == 401:
        return Blocked(Trouble.TOKEN, "Odoo does not know this key, or it has expired")
    if answer.status == 403:
        return Blocked(Trouble.RIGHT, f"Odoo does not let this key call {model}.{method}")
    if name.endswith("MissingError"):
        return Missing(model)
    if answer.status == 404 and error and "model" in message:
        return Blocked(Trouble.PLAN, f"Odoo has no {model}: its app is not installed")
    if error and answer.status != 404:
        return Invalid(message)
    return Blocked(
        Trouble.ADDRESS,
        "No Odoo 19 with the JSON-2 API answers at this address, or it has no such database",
    )


def _drop_unknown(model: str, rows: Sequence[Row], error: Invalid) -> None:
    """Leave out the column that Odoo does not know."""
    unknown = re.match(r"Invalid field name '(\w+)'", error.message)
    columns = [each for each in rows[0].cells if unknown and _field(each) == unknown[1]]
    if not columns:
        for row in rows:
            row.refused = Refused(Refusal.INVALID, error.without_private(row.private))
    for column in columns:
        for row in rows:
            row.drop(column, f"Odoo has no field {_field(column)} in {model}")


def _judge(rows: Sequence[Row], messages: Sequence[Mapping[str, Any]]) -> None:
    """Find out from Odoo's messages which rows or cells are bad."""
    errors = [each for each in messages if each.get("type") == "error" and "record" in each]
    blamed = {each["record"] for each in errors}
    # What failed in the batch is blamed on its first row as well, before rows are tried one by one.
    if len(blamed) > 1 and errors[0]["record"] == 0:
        errors = [each for each in errors if each["record"] != 0]
    for each in errors:
        row = rows[each["record"]]
        if row.refused is None:
            _judge_row(row, str(each.get("field", "")), str(each["message"]))
    if not errors:
        text = " ".join(str(each.get("message")) for each in messages)
        for row in rows:
            row.refused = Refused(Refusal.INVALID, without_values(text, row.private))


def _judge_row(row: Row, name: str, message: str) -> None:
    column = next((each for each in row.cells if _field(each) == name), None)
    detail = without_values(message, [*row.private, *row.cells.values()])
    if any(each in message for each in _RACES):
        row.refused = Refused(Refusal.BUSY, "Others are writing to this record")
    elif name == ".id" or "does not exist or has been deleted" in message:
        row.refused = Refused(Refusal.GONE, "The record was deleted in Odoo")
    elif message.startswith("You are not allowed to"):
        raise Blocked(Trouble.RIGHT, "Odoo does not let this key write leads")
    elif column and column != "name":
        row.drop(column, detail)
    elif name and name in row.dropped:
        pass  # told twice
    else:
        row.refused = Refused(Refusal.INVALID, detail)


def _field(column: str) -> str:
    return column.partition("/")[0]
