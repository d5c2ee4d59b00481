"""A stand-in of Salesforce: its REST API over rows in memory, and what people do there.

    with Salesforce() as crm:
        lead_id = crm.people.type_in(LastName="Hopper", Company="Navy")
        crm.people.convert(lead_id)

It takes client credentials, and speaks what integrations of leads use: queries, describe, single
rows, sObject Collections, limits, and of the Tooling API the making of fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from playground.crm import salesforce_soql as soql
from playground.crm.salesforce_data import CallRefused, Data, RowRefused, Table
from playground.crm.salesforce_organization import People, Rules
from playground.crm.salesforce_soql import Row
from playground.crm.serving import Call, Fault, StandInCrm, machine_now

CLIENT_ID = "3MVG9handoff"
CLIENT_SECRET = "a-client-secret-of-nobody"  # noqa: S105 - opens nothing but this
ORG_ID = "00DHf0000000001EAA"
MOST_ROWS = 200
_LONGEST_ADDRESS = 16_384
_VERSION = re.compile(r"/services/data/v(\d{2})\.0(/.*)?")
_REFUSALS = {
    Fault.TOO_FAST: (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    Fault.DOWN: (503, "SERVER_UNAVAILABLE", "Server too busy"),
    Fault.TOKEN: (401, "INVALID_SESSION_ID", "Session expired or invalid"),
    Fault.RIGHT: (403, "INSUFFICIENT_ACCESS", "insufficient access rights on this object"),
}


class Salesforce(StandInCrm):
    """An organization. `currencies`: the first is the corporate one; one alone means that records
    have no currency of their own."""

    def __init__(
        self, *, now: Callable[[], datetime] = machine_now, limit: tuple[int, float] | None = None,
        currencies: tuple[str, ...] = ("EUR",), page_size: int = 2000,
    ) -> None:  # fmt: skip
        super().__init__(now=now, limit=limit)
        self.data = Data(self.now)
        self.rules = Rules(self.data)
        self.people = People(self.data, self.rules, currencies)
        self.currencies, self.page_size = currencies, page_size
        self.daily_calls = 100_000
        self.can_customize = True
        """Whether the app's user may make fields and grant them."""
        self.tokens: set[str] = set()
        self.tokens_given = 0
        self._pages: dict[str, list[Row]] = {}

    def end_tokens(self) -> None:
        """Every token that was given ends."""
        with self.lock:
            self.tokens.clear()

    # ---- answers --------------------------------------------------------------------------------

    def refusal(self, fault: Fault) -> Response:
        """See `StandInCrm.refusal`."""
        return _error(CallRefused(*_REFUSALS[fault]))

    def answer(self, call: Call) -> Response:
        """See `StandInCrm.answer`."""
        try:
            return self._answer(call)
        except CallRefused as refused:
            return _error(refused)
        except RowRefused as refused:
            return _reply(400, [_row_error(refused, "errorCode")])
        except soql.Malformed as error:
            return _error(CallRefused(400, error.code, str(error)))

    def _answer(self, call: Call) -> Response:
        if call.path == "/services/oauth2/token":
            return self._give_token(call)
        if len(call.path) + sum(len(quote(each)) for each in call.params.values()) > (
            _LONGEST_ADDRESS
        ):
            raise CallRefused(414, "URI_TOO_LONG", "URI too long")
        if call.token not in self.tokens:
            raise CallRefused(*_REFUSALS[Fault.TOKEN])
        version = _VERSION.fullmatch(call.path)
        if version is None or not 40 <= int(version[1]) <= 68:
            raise CallRefused(404, "NOT_FOUND", "The requested resource does not exist")
        return self._route(call, [each for each in (version[2] or "").split("/") if each])

    def _give_token(self, call: Call) -> Response:
        form = call.form()
        if call.method != "POST" or form.get("grant_type") != "client_credentials":
            return _reply(400, {"error": "unsupported_grant_type"})
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            described = "invalid client credentials"
            return _reply(400, {"error": "invalid_client", "error_description": described})
        self.tokens_given += 1
        token = f"{ORG_ID}!{self.tokens_given}"
        self.tokens.add(token)
        who = f"https://login.salesforce.example/id/{ORG_ID}/{self.rules.user_id}"
        return _reply(200, {"access_token": token, "token_type": "Bearer", "id": who,
                            "instance_url": self.url, "scope": "api"})  # fmt: skip

    def _route(self, call: Call, path: list[str]) -> Response:  # noqa: C901, PLR0911
        match call.method, path:
            case "GET", ["query" | "queryAll" as verb]:
                return self._query(call.params.get("q", ""), deleted=verb == "queryAll")
            case "GET", ["query" | "queryAll", locator]:
                return self._page(locator)
            case "GET", ["sobjects", name, "describe"]:
                return _reply(200, self._describe(self.data.table(name)))
            case "POST", ["sobjects", name]:
                return self._create(call, self.data.table(name))
            case "GET" | "PATCH" | "DELETE", ["sobjects", name, row_id]:
                return self._one(call, self.data.table(name), row_id)
            case "GET" | "PATCH", ["sobjects", name, key, value]:
                return self._by_key(call, self.data.table(name), key, value)
            case "POST" | "PATCH", ["composite", "sobjects"]:
                return self._many(call, None, "")
            case "PATCH", ["composite", "sobjects", name, key]:
                return self._many(call, self.data.table(name), key)
            case "GET", ["limits"]:
                left = max(0, self.daily_calls - self.calls)
                limit = {"Max": self.daily_calls, "Remaining": left}
                return _reply(200, {"DailyApiRequests": limit})
            case "GET", ["connect", "organization"]:
                return _reply(200, {"orgId": ORG_ID, "features": self._features()})
            case "POST", ["tooling", "sobjects", "CustomField"]:
                return self._make_field(call)
        raise CallRefused(404, "NOT_FOUND", "The requested resource does not exist")

    def _features(self) -> Row:
        has_many = len(self.currencies) > 1
        return {"multiCurrency": has_many,
                "defaultCurrencyIsoCode": None if has_many else self.currencies[0]}  # fmt: skip

    # ---- queries --------------------------------------------------------------------------------

    def _query(self, text: str, *, deleted: bool) -> Response:
        query = soql.read(text, self.data)
        rows = [
            row for row in self.data.tables[query.table].rows.values()
            if (deleted or not row["IsDeleted"]) and query.test(row)
        ]  # fmt: skip
        for path, descends in reversed(query.order):

            def place(row: Row, path: str = path) -> tuple[bool, Any]:
                value = self.data.value(query.table, row, path)
                return value is not None, value if value is not None else ""

            rows.sort(key=place, reverse=descends)
        rows_selected = [self._selected(query, row) for row in rows[: query.limit]]
        locator = f"0r8Hf{len(self._pages):013d}"
        self._pages[locator] = rows_selected
        return self._page(f"{locator}-0")

    def _page(self, place: str) -> Response:
        locator, _, start = place.partition("-")
        if locator not in self._pages or not start.isdecimal():
            raise CallRefused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        rows, end = self._pages[locator], int(start) + self.page_size
        page: Row = {"totalSize": len(rows), "done": end >= len(rows)}
        if end < len(rows):
            page["nextRecordsUrl"] = f"/services/data/v67.0/query/{locator}-{end}"
        return _reply(200, page | {"records": rows[int(start) : end]})

    def _selected(self, query: soql.Query, row: Row) -> Row:
        selected: Row = {"attributes": self._attributes(query.table, row)}
        for path in query.names:
            first, _, rest = path.partition(".")
            if not rest:
                selected[path] = row[path]
                continue
            table = self.data.tables[query.table]
            other = table.fields[table.relations[first]].refers_to
            referred = self.data.tables[other].rows.get(row[table.relations[first]] or "")
            if referred is None:
                selected[first] = None
                continue
            part = selected.setdefault(first, {"attributes": self._attributes(other, referred)})
            part[rest] = self.data.value(other, referred, rest)
        return selected

    def _attributes(self, table: str, row: Row) -> Row:
        return {"type": table, "url": f"/services/data/v67.0/sobjects/{table}/{row['Id']}"}

    def _describe(self, table: Table) -> Row:
        fields = [each.described() for each in table.fields.values() if each.is_seen]
        return {"name": table.name, "label": table.name, "createable": True, "updateable": True,
                "queryable": True, "keyPrefix": table.prefix, "fields": fields}  # fmt: skip

    # ---- rows -----------------------------------------------------------------------------------

    def _create(self, call: Call, table: Table) -> Response:
        if table.is_setup and not self.can_customize:
            raise CallRefused(*_REFUSALS[Fault.RIGHT])
        row = self.rules.save(table, None, _body(call), call.headers)
        self._grant(table)
        return _reply(201, {"id": row["Id"], "success": True, "errors": []})

    def _one(self, call: Call, table: Table, row_id: str) -> Response:
        row = self.rules.live(table, row_id)
        if call.method == "GET":
            seen = {name: row[name] for name, each in table.fields.items() if each.is_seen}
            return _reply(200, {"attributes": self._attributes(table.name, row), **seen})
        if call.method == "DELETE":
            self.data.change(table.name, row, IsDeleted=True)
        else:
            self.rules.save(table, row, _body(call), call.headers)
            self._grant(table)
        return Response(status_code=204)

    def _by_key(self, call: Call, table: Table, key: str, value: str) -> Response:
        existing = self.rules.by_key(table, key, value)
        if call.method == "GET":
            if existing is None:
                raise CallRefused(404, "NOT_FOUND", "The requested resource does not exist")
            return self._one(call, table, existing["Id"])
        if existing is None and call.params.get("updateOnly") == "true":
            raise CallRefused(404, "NOT_FOUND", "The requested resource does not exist")
        row = self.rules.save(table, existing, {**_body(call), key: value}, call.headers)
        result = {"id": row["Id"], "success": True, "errors": [], "created": existing is None}
        return _reply(201 if existing is None else 200, result)

    def _many(self, call: Call, table: Table | None, key: str) -> Response:
        body = _body(call)
        records = body.get("records")
        if not isinstance(records, list) or not records:
            raise CallRefused(400, "JSON_PARSER_ERROR", "records: a list of records is needed")
        if len(records) > MOST_ROWS:
            message = (
                f"EXCEEDED_ID_LIMIT: record limit reached. cannot submit more than {MOST_ROWS}"
            )
            raise CallRefused(400, "EXCEEDED_ID_LIMIT", message)
        seen: set[str] = set()
        rows = [self._readable(record, table) for record in records]  # nothing is done before
        results = [self._one_of_many(call, kind, key, values, seen) for kind, values in rows]
        return _reply(200, results)

    def _readable(self, record: Row, table: Table | None) -> tuple[Table, Row]:
        """A row of many. Raises CallRefused for what is no field, or not of its type."""
        kind = (record.get("attributes") or {}).get("type")
        if not kind or (table and kind.lower() != table.name.lower()):
            raise CallRefused(400, "INVALID_INPUT", "attributes: a type is needed")
        values = {name: value for name, value in record.items() if name != "attributes"}
        own = table or self.data.table(kind)
        self.rules.readable(own, values)
        return own, values

    def _one_of_many(self, call: Call, table: Table, key: str, values: Row, seen: set[str]) -> Row:
        try:
            existing = self._marked(table, key, values, seen) if call.method == "PATCH" else None
            values = {name: value for name, value in values.items() if name.lower() != "id"}
            row = self.rules.save(table, existing, values, call.headers)
            self._grant(table)
        except RowRefused as refused:
            return {"success": False, "errors": [_row_error(refused, "statusCode")]}
        result = {"id": row["Id"], "success": True, "errors": []}
        return result | ({"created": existing is None} if key else {})

    def _marked(self, table: Table, key: str, values: Row, seen: set[str]) -> Row | None:
        """The row that is meant, by its key or id; each at most once in a call."""
        mark = str(values.get(key or "id") or "")
        if not mark:
            raise RowRefused("MISSING_ARGUMENT", f"{key or 'Id'} not specified")
        if mark in seen:
            raise RowRefused("DUPLICATE_VALUE", f"Duplicate {key or 'id'} specified")
        seen.add(mark)
        return self.rules.by_key(table, key, mark) if key else self.rules.live(table, mark)

    # ---- fields ---------------------------------------------------------------------------------

    def _make_field(self, call: Call) -> Response:
        if not self.can_customize:
            raise CallRefused(*_REFUSALS[Fault.RIGHT])
        body = _body(call)
        table_name, _, name = str(body.get("FullName", "")).partition(".")
        metadata = body.get("Metadata") or {}
        table = self.data.table(table_name)
        if not name.endswith("__c") or "label" not in metadata:
            raise CallRefused(400, "FIELD_INTEGRITY_EXCEPTION", "A custom field needs __c, a label")
        if name in table.fields:
            message = "There is already a field with this Developer Name"
            raise CallRefused(400, "DUPLICATE_DEVELOPER_NAME", message)
        _check_metadata(metadata)
        self.people.make_field(table.name, name, metadata, is_seen=False)
        self.data.numbers += 1
        return _reply(201, {"id": f"00N{self.data.numbers:015d}", "success": True, "errors": []})

    def _grant(self, table: Table) -> None:
        """What the app's user sees by the permission sets that it has."""
        if table.name not in {"FieldPermissions", "PermissionSetAssignment"}:
            return
        assignments = self.data.tables["PermissionSetAssignment"].rows.values()
        held = {
            each["PermissionSetId"]
            for each in assignments
            if each["AssigneeId"] == self.rules.user_id
        }
        for each in self.data.tables["FieldPermissions"].rows.values():
            if each["ParentId"] in held and each["PermissionsRead"]:
                name = str(each["Field"]).partition(".")[2]
                self.data.tables[each["SobjectType"]].fields[name].is_seen = True


def _check_metadata(metadata: Mapping[str, Any]) -> None:
    """What each type of field needs."""
    needs = {"Text": {"length"}, "LongTextArea": {"length", "visibleLines"},
             "Number": {"precision", "scale"}, "Currency": {"precision", "scale"},
             "Checkbox": {"defaultValue"}, "DateTime": set()}  # fmt: skip
    kind = metadata.get("type")
    if kind not in needs or not needs[kind] <= set(metadata):
        raise CallRefused(400, "FIELD_INTEGRITY_EXCEPTION", f"{kind}: {needs.get(str(kind))}")


def _body(call: Call) -> Row:
    try:
        body = call.json()
    except ValueError:
        raise CallRefused(400, "JSON_PARSER_ERROR", "The body is no JSON") from None
    if not isinstance(body, dict):
        raise CallRefused(400, "JSON_PARSER_ERROR", "The body is no object")
    return body


def _row_error(refused: RowRefused, code: str) -> Row:
    return {code: refused.code, "message": refused.message, "fields": refused.fields} | refused.more


def _error(refused: CallRefused) -> Response:
    return _reply(refused.status, [{"message": refused.message, "errorCode": refused.code}])


def _reply(status: int, content: Any) -> Response:
    def written(value: Any) -> str:
        assert isinstance(value, datetime)
        return value.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    body = json.dumps(content, default=written)
    return Response(body, status_code=status, media_type="application/json")
