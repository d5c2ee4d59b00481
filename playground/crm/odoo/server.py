"""The stand-in's JSON-2 API.

    with Odoo() as odoo:
        httpx.post(f"{odoo.url}/json/2/crm.lead/search_read", json={"domain": []}, headers=…)

It is as strict as a real one: what it does not know it refuses, with Odoo's words. `do` is what
people do in Odoo's own pages, as an administrator.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from babel import Locale
from starlette.responses import HTMLResponse, JSONResponse, Response

from playground.crm.odoo.database import Database, Loading
from playground.crm.odoo.domains import Record
from playground.crm.odoo.errors import (
    OdooError,
    forbidden,
    invalid,
    not_found,
    unprocessable,
    value_error,
)
from playground.crm.odoo.fields import MODELS
from playground.crm.odoo.leads import Leads
from playground.crm.serving import Call, Fault, StandInCrm, machine_now

DATABASE = "handoff"
KEY, OWN_KEY, NOBODY_KEY = "odoo-key", "odoo-key-own", "odoo-key-nobody"
ADMIN = 2
_ALL_LEADS, _OWN_LEADS = (
    "sales_team.group_sale_salesman_all_leads", "sales_team.group_sale_salesman"
)  # fmt: skip
# What each right may make and change; everybody reads the rest.
_SALES = {"crm.lead", "crm.tag", "mail.message", "utm.campaign", "utm.source", "utm.medium"}
_ANYBODY = {"mail.message", "utm.campaign", "utm.source", "utm.medium"}
_MODEL_METHODS = {"search", "search_read", "create", "load", "default_get", "fields_get",
                  "context_get", "has_access"}  # fmt: skip
_OF_LEADS = {"action_set_won", "action_set_lost", "action_unarchive", "convert_opportunity",
             "merge_opportunity", "message_post"}  # fmt: skip


class Odoo(StandInCrm):
    """An Odoo 19 with the CRM app, a key with the right to all leads, and two keys with less."""

    def __init__(
        self, *, now: Callable[[], datetime] = machine_now, limit: tuple[int, float] | None = None
    ) -> None:
        super().__init__(now=now, limit=limit)
        self.database = Database(self.now)
        self.leads = Leads(self.database)
        self.version: list[Any] = [19, 0, 0, "final", 0, ""]
        self.keys: dict[str, int] = {}
        """The ids of `res.users.apikeys` by the keys themselves."""
        self.groups: dict[int, str] = {}
        self._conflicts = 0
        _fill(self)

    # ---- what happens in Odoo's own pages -------------------------------------------------------

    def do(self, model: str, method: str, **arguments: Any) -> Any:
        """What an administrator does. Raises OdooError."""
        with self.lock:
            return _Session(self, ADMIN).call(model, method, arguments)

    def conflict(self, times: int = 1) -> None:
        """Let others write to the first record of the next loads at the same moment."""
        with self.lock:
            self._conflicts += times

    def take_conflict(self) -> bool:
        """Whether a load meets somebody else's."""
        self._conflicts -= bool(conflicts := self._conflicts > 0)
        return conflicts

    # ---- the API --------------------------------------------------------------------------------

    def answer(self, call: Call) -> Response:
        """See StandInCrm."""
        if (call.method, call.path) == ("GET", "/web/version"):
            return JSONResponse({"version_info": self.version, "version": "19.0"})
        is_here = call.headers.get("x-odoo-database", DATABASE) == DATABASE
        if not is_here or not f"{call.path}/".startswith("/json/2/"):
            return HTMLResponse("<h1>Not Found</h1>", 404)
        try:
            return JSONResponse(self._rpc(call))
        except OdooError as error:
            return _failure(error)

    def _rpc(self, call: Call) -> Any:
        parts = call.path.strip("/").split("/")
        if call.method != "POST" or len(parts) != 4:
            raise not_found("Did you mean POST /json/2/<model>/<method>?")
        user_id = self._user(call.token)
        try:
            arguments = call.json()
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            raise OdooError(
                400, "werkzeug.exceptions.BadRequest", "could not parse the body as json"
            )
        return _Session(self, user_id).call(parts[2], parts[3], arguments)

    def _user(self, token: str) -> int:
        key = self.database.tables["res.users.apikeys"].get(self.keys.get(token, 0))
        if key is None or (key["expiration_date"] and key["expiration_date"] < self.now()):
            raise OdooError(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
        return int(key["user_id"])

    def refusal(self, fault: Fault) -> Response:
        """See StandInCrm. Odoo itself never says 429; proxies before it do."""
        if fault is Fault.TOO_FAST:
            return HTMLResponse("<h1>Too Many Requests</h1>", 429, {"Retry-After": "2"})
        if fault is Fault.DOWN:
            return HTMLResponse("<h1>Service Unavailable</h1>", 503)
        if fault is Fault.TOKEN:
            return _failure(OdooError(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey"))
        return _failure(forbidden("access", "crm.lead"))


class _Session:
    """One call: who makes it, and what it asks for."""

    def __init__(self, odoo: Odoo, user_id: int) -> None:
        self._odoo, self._user_id = odoo, user_id
        self._database, self._leads = odoo.database, odoo.leads
        self._group = odoo.groups.get(user_id, "")
        self._archived = False

    def call(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        """Call a method of a model, as Odoo's controller does it."""
        if model not in MODELS:
            raise not_found(f"the model {model!r} does not exist")
        handler = getattr(self, f"_do_{method}", None)
        if handler is None or (method in _OF_LEADS and model != "crm.lead"):
            raise not_found(f"The method '{model}.{method}' does not exist")
        given = dict(arguments)
        context, ids = given.pop("context", {}), given.pop("ids", [])
        self._archived = context.get("active_test") is False
        if method in _MODEL_METHODS and ids:
            raise unprocessable(f"cannot call {model}.{method} with ids")
        try:
            inspect.signature(handler).bind(model, ids, **given)
        except TypeError as error:
            raise unprocessable(str(error)) from None
        return handler(model, ids, **given)

    # ---- rights ---------------------------------------------------------------------------------

    def _may(self, operation: str, model: str) -> bool:
        if self._group == "admin":
            return True
        if operation == "unlink" or (operation != "read" and model not in _SALES):
            return False
        return self._group in ("all", "own") or (model != "crm.lead" and (
            operation == "read" or model in _ANYBODY
        ))  # fmt: skip

    def _require(self, operation: str, model: str) -> None:
        if not self._may(operation, model):
            raise forbidden(operation if operation != "read" else "access", model)

    def _sees(self, model: str, record: Record) -> bool:
        is_foreign = record.get("user_id") not in (False, self._user_id)
        return not (model == "crm.lead" and self._group == "own" and is_foreign)

    def _do_has_access(self, model: str, _ids: list[int], operation: str) -> bool:
        return self._may(operation, model)

    def _do_has_group(self, _model: str, ids: list[int], group_ext_id: str) -> bool:
        group = self._odoo.groups.get(ids[0], "")
        names = {"admin": {_ALL_LEADS, _OWN_LEADS}, "all": {_ALL_LEADS, _OWN_LEADS},
                 "own": {_OWN_LEADS}}  # fmt: skip
        return group_ext_id in names.get(group, set())

    def _do_context_get(self, _model: str, _ids: list[int]) -> Record:
        return {"lang": "en_US", "tz": False, "uid": self._user_id}

    # ---- reading --------------------------------------------------------------------------------

    def _do_search_read(
        self, model: str, _ids: list[int], domain: Sequence[Any] = (), fields: Sequence[str] = (),
        offset: int = 0, limit: int | None = None, order: str = "", **read_kwargs: Any,
    ) -> list[Record]:  # fmt: skip
        if read_kwargs:
            raise OdooError(500, "builtins.TypeError", "got an unexpected keyword argument")
        self._require("read", model)
        records = self._database.search(model, domain, order, archived=self._archived)
        records = [each for each in records if self._sees(model, each)]
        end = None if limit is None else offset + limit
        return [self._database.read_record(model, each, fields) for each in records[offset:end]]

    def _do_search(
        self, model: str, ids: list[int], domain: Sequence[Any] = (), offset: int = 0,
        limit: int | None = None, order: str = "",
    ) -> list[int]:  # fmt: skip
        records = self._do_search_read(model, ids, domain, ["id"], offset, limit, order)
        return [each["id"] for each in records]

    def _do_read(self, model: str, ids: list[int], fields: Sequence[str] = ()) -> list[Record]:
        self._require("read", model)
        self._database.require_fields(model, fields)
        records = [self._database.tables[model].get(each) for each in ids]
        seen = [each for each in records if each and self._sees(model, each)]
        return [self._database.read_record(model, each, fields) for each in seen]

    def _do_get_metadata(self, model: str, ids: list[int]) -> list[Record]:
        names: dict[int, list[Record]] = {}
        for name, (of, record_id) in self._database.external_ids.items():
            if of == model:
                names.setdefault(record_id, []).append({"xmlid": name, "noupdate": False})
        return [each | {"xmlids": names.get(each["id"], [])}
                for each in self._do_read(model, ids, ["write_date"])]  # fmt: skip

    def _do_fields_get(self, model: str, _ids: list[int], attributes: Sequence[str]) -> Record:
        self._require("read", model)
        if set(attributes) - {"type"}:
            raise value_error("the stand-in knows the types of fields only")
        return {name: {"type": each.type} for name, each in self._database.fields(model).items()}

    def _do_default_get(self, model: str, _ids: list[int], fields: Sequence[str]) -> Record:
        self._require("create", model)
        defaults = {"type": self._leads.kind(), "user_id": self._user_id, "priority": "0"}
        return {name: defaults[name] for name in fields if model == "crm.lead" and name in defaults}

    # ---- writing --------------------------------------------------------------------------------

    def _do_create(
        self, model: str, _ids: list[int], vals_list: Sequence[Record]
    ) -> list[int]:  # fmt: skip
        self._require("create", model)
        for values in vals_list:
            self._check(model, values, None)
        return [self._make(model, dict(values)) for values in vals_list]

    def _check(self, model: str, values: Record, record_id: int | None) -> None:
        """Whether values could be written. Raises OdooError."""
        self._require("create" if record_id is None else "write", model)
        if model == "mail.message" and record_id is None:
            self._leads.require_lead(values)
        elif model == "mail.message" and {"model", "res_id"} & set(values):
            raise invalid("Only administrators can modify 'model' and 'res_id' fields.")
        if record_id is None:
            defaults = {"type": "lead"} if model == "crm.lead" else {}
            if model == "utm.campaign" and values.get("name"):
                defaults = {"title": values["name"]}
            self._database.checked(model, defaults | values)
        else:
            self._database.taken(model, values)

    def _make(self, model: str, values: Record) -> int:
        if model == "crm.lead":
            return int(self._leads.create(values, self._user_id)["id"])
        if model == "utm.campaign":
            values.setdefault("title", values["name"])
        made = int(self._database.create(model, values)["id"])
        if model == "res.users":
            self._odoo.groups[made] = "own"
        return made

    def _change(self, model: str, record_id: int, values: Record) -> None:
        if model == "crm.lead":
            self._leads.write([record_id], values)
        else:
            self._database.write(model, [record_id], values)

    def _do_write(self, model: str, ids: list[int], vals: Record) -> bool:
        self._require("write", model)
        self._database.of(model, ids)
        if model == "crm.lead":
            self._leads.write(ids, vals)
        else:
            self._database.write(model, ids, vals)
        return True

    def _do_unlink(self, model: str, ids: list[int]) -> bool:
        self._require("unlink", model)
        if model == "crm.lead":
            self._leads.delete(ids)
        else:
            self._database.delete(model, ids)
        return True

    def _do_load(
        self, model: str, _ids: list[int], fields: Sequence[str], data: Sequence[Sequence[str]]
    ) -> Record:
        if any(not isinstance(cell, str) for row in data for cell in row):
            raise value_error("load takes texts")
        if self._odoo.take_conflict():
            where = {"rows": {"from": 0, "to": 0}, "record": 0, "type": "error"}
            words = "could not serialize access due to concurrent update\n"
            return {"ids": False, "messages": [where | {"message": words}], "nextrow": 0}
        return Loading(
            self._database, model,
            lambda values: self._make(model, values),
            lambda record_id, values: self._change(model, record_id, values),
            archived=self._archived,
            check=lambda values, record_id: self._check(model, values, record_id),
        ).run(fields, data)  # fmt: skip

    # ---- leads ----------------------------------------------------------------------------------

    def _do_action_set_won(self, _model: str, ids: list[int]) -> bool:
        self._require("write", "crm.lead")
        self._leads.win(ids)
        return True

    def _do_action_set_lost(self, _model: str, ids: list[int], **additional_values: Any) -> None:
        self._require("write", "crm.lead")
        self._leads.lose(ids, additional_values)

    def _do_action_unarchive(self, _model: str, ids: list[int]) -> None:
        self._require("write", "crm.lead")
        self._leads.unarchive(ids)

    def _do_convert_opportunity(self, _model: str, ids: list[int], partner: Any) -> bool:
        self._require("write", "crm.lead")
        self._leads.convert(ids, partner)
        return True

    def _do_merge_opportunity(self, _model: str, ids: list[int]) -> list[int]:
        self._require("write", "crm.lead")
        return [self._leads.merge(ids)]

    def _do_message_post(
        self, _model: str, ids: list[int], *, body: str = "", body_is_html: bool = False,
        subtype_xmlid: str = "", message_id: str = "",
    ) -> list[int]:  # fmt: skip
        self._require("write", "crm.lead")
        named = {"message_id": message_id} if message_id else {}
        subtype = self._database.external_ids.get(subtype_xmlid, ("", False))[1]
        return [
            self._leads.post(
                each, self._user_id, body, is_html=body_is_html, subtype_id=subtype, **named
            )
            for each in ids
        ]


def _failure(error: OdooError) -> Response:
    details = {"name": error.name, "message": error.message, "arguments": [error.message]}
    return JSONResponse(details | {"context": {}, "debug": "Traceback"}, error.status)


def _fill(odoo: Odoo) -> None:
    """What a new Odoo has."""
    make = odoo.database.create
    euro = make("res.currency", {"name": "EUR"})["id"]
    make("res.company", {"name": "My Company", "currency_id": euro})
    for code, name in Locale("en").territories.items():
        if code.isalpha() and len(code) == 2:
            make("res.country", {"name": name, "code": code})
    for sequence, name in ((1, "New"), (2, "Qualified"), (3, "Proposition"), (70, "Won")):
        make("crm.stage", {"name": name, "sequence": sequence, "is_won": name == "Won"})
    for name in ("Too expensive", "We don't have people/skills", "Not enough stock"):
        make("crm.lost.reason", {"name": name})
    note = make("mail.message.subtype", {"name": "Note"})["id"]
    odoo.database.external_ids["mail.mt_note"] = ("mail.message.subtype", note)
    for login, name, group, key in (
        ("__system__", "OdooBot", "admin", ""), ("admin@example.com", "Administrator", "admin", ""),
        ("handoff@example.com", "Handoff", "all", KEY), ("own@example.com", "Own", "own", OWN_KEY),
        ("nobody@example.com", "Nobody", "nobody", NOBODY_KEY),
    ):  # fmt: skip
        user = make("res.users", {"login": login, "name": name, "email": login,
                                  "active": login != "__system__"})["id"]  # fmt: skip
        odoo.groups[user] = group
        if key:
            made = make("res.users.apikeys", {"name": "handoff", "user_id": user, "scope": "rpc"})
            odoo.keys[key] = made["id"]
