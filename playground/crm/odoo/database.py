"""The stand-in's records: found, read, made, changed and loaded as Odoo does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from playground.crm.odoo.domains import Record, compiled
from playground.crm.odoo.errors import OdooError, invalid, missing, value_error
from playground.crm.odoo.fields import MODELS, NAMED_BY, UNIQUE, Field, checked, text_of

Rule = Callable[[str, Record], str | None]
"""Takes a model and the values that are written; what is wrong with them."""
_FEW = 10


class Database:
    """Tables, external ids, and the rules that an administrator made."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.tables: dict[str, dict[int, Record]] = {model: {} for model in MODELS}
        self.external_ids: dict[str, tuple[str, int]] = {}
        self.removed: set[tuple[str, str]] = set()
        """Fields that are not there any more."""
        self.rules: list[Rule] = []
        self._newest = dict.fromkeys(MODELS, 0)
        self._last = now()

    def _tick(self) -> datetime:
        """The time of a change; no two are the same."""
        self._last = max(self._now(), self._last + timedelta(microseconds=1))
        return self._last

    def fields(self, model: str) -> dict[str, Field]:
        """The fields of a model that are there."""
        return {
            name: field
            for name, field in MODELS[model].items()
            if (model, name) not in self.removed
        }

    # ---- reading --------------------------------------------------------------------------------

    def search(
        self, model: str, domain: Sequence[Any], order: str = "", *, archived: bool = False
    ) -> list[Record]:
        """The records that match; archived ones only where they are asked for."""
        test = compiled(model, domain)
        named = any(each[0] == "active" for each in domain if isinstance(each, list))
        records = [
            each
            for each in self.tables[model].values()
            if test(each) and (archived or named or each.get("active", True))
        ]
        for term in reversed(order.split(",") if order else ["id"]):
            name, _, direction = term.strip().partition(" ")
            if name != "id" and name not in self.fields(model):
                raise value_error(f"Invalid field {name!r} on model {model!r}")
            records.sort(key=lambda each: each[name] or 0, reverse=direction.lower() == "desc")
        return records

    def of(self, model: str, ids: Iterable[int]) -> list[Record]:
        """These records. Raises OdooError where one is gone."""
        records = []
        for each in ids:
            if each not in self.tables[model]:
                raise missing(model, each)
            records.append(self.tables[model][each])
        return records

    def require_fields(self, model: str, names: Sequence[str]) -> None:
        """Raises OdooError for a field that there is not."""
        for name in names:
            if name != "id" and name not in self.fields(model):
                raise value_error(f"Invalid field {name!r} on {model!r}")

    def read_record(self, model: str, record: Record, names: Sequence[str]) -> Record:
        """A record as `read` answers it."""
        self.require_fields(model, names)
        fields = self.fields(model)
        wanted = names or list(fields)
        return {"id": record["id"]} | {
            name: self._read_value(fields[name], record[name]) for name in wanted if name != "id"
        }

    def _read_value(self, field: Field, value: Any) -> Any:
        if field.type == "many2one" and value:
            record = self.tables[field.of][value]
            return [value, record[NAMED_BY.get(field.of, "name")]]
        if isinstance(value, datetime):
            return text_of(value)
        return list(value) if field.type == "many2many" else value

    # ---- writing --------------------------------------------------------------------------------

    def create(self, model: str, values: Mapping[str, Any], now: datetime | None = None) -> Record:
        """A new record. Raises OdooError."""
        taken = self.checked(model, values)
        self._newest[model] += 1
        at = now or self._tick()
        record: Record = {"id": self._newest[model], "create_date": at, "write_date": at}
        for name, field in MODELS[model].items():
            if field.type == "many2many":
                record[name] = _linked(field.default, taken.get(name))
            else:
                record.setdefault(name, taken.get(name, field.default))
        self.tables[model][record["id"]] = record
        return record

    def checked(self, model: str, values: Mapping[str, Any]) -> Record:
        """The values of a new record as they are kept. Raises OdooError."""
        taken = self.taken(model, values)
        for name, field in self.fields(model).items():
            if field.required and not taken.get(name):
                raise invalid(f"Missing required value for the field '{name}' ({name}).")
        self._require_unique(model, taken, 0)
        return taken

    def write(
        self, model: str, ids: Iterable[int], values: Mapping[str, Any], now: datetime | None = None
    ) -> None:
        """Change records. Raises OdooError, and has done nothing then."""
        records = self.of(model, ids)
        taken = self.taken(model, values)
        for each in records:
            self._require_unique(model, taken, each["id"])
        if model == "utm.campaign" and taken.get("title"):
            taken.setdefault("name", taken["title"])  # Odoo computes it anew
        at = now or self._tick()
        for each in records:
            links = {
                name: _linked(each[name], taken[name])
                for name in taken
                if MODELS[model][name].type == "many2many"
            }
            each.update(taken | links | {"write_date": at})

    def taken(self, model: str, values: Mapping[str, Any]) -> Record:
        """Values that are written as they are kept. Raises OdooError."""
        fields, taken = self.fields(model), {}
        for name, value in values.items():
            if name not in fields:
                raise value_error(f"Invalid field {name!r} in {model!r}")
            taken[name] = checked(model, name, fields[name], value)
            if fields[name].type == "many2one" and taken[name]:
                self.of(fields[name].of, [taken[name]])
        for rule in self.rules:
            if why := rule(model, taken):
                raise invalid(why)
        return taken

    def _require_unique(self, model: str, values: Record, own_id: int) -> None:
        name = values.get("name")
        if model in UNIQUE and name and any(
            each["name"] == name and each["id"] != own_id for each in self.tables[model].values()
        ):  # fmt: skip
            raise invalid("The name must be unique")

    def delete(self, model: str, ids: Iterable[int]) -> None:
        """Delete records with their external ids."""
        for each in self.of(model, ids):
            del self.tables[model][each["id"]]
            self.external_ids = {
                name: (of, record_id)
                for name, (of, record_id) in self.external_ids.items()
                if (of, record_id) != (model, each["id"])
            }


def _linked(linked: Sequence[int], commands: Any) -> list[int]:
    """A many2many after Odoo's commands: 4 adds, 3 takes away, 6 sets."""
    ids = list(linked)
    for command, record_id, *more in commands or []:
        if command == 4 and record_id not in ids:
            ids.append(record_id)
        elif command == 3:
            ids = [each for each in ids if each != record_id]
        elif command == 6:
            ids = list(more[0])
    return ids


class Loading:
    """One call of `load`: all rows or none. `make` and `change` are what a model does for a row."""

    def __init__(
        self,
        database: Database,
        model: str,
        make: Callable[[Record], int],
        change: Callable[[int, Record], None],
        check: Callable[[Record, int | None], None],
        *,
        archived: bool,
    ) -> None:
        self._database, self._model, self._archived = database, model, archived
        self._make, self._change, self._check = make, change, check
        self._messages: list[Record] = []

    def run(self, columns: Sequence[str], data: Sequence[Sequence[str]]) -> Record:
        """Load the rows, and tell their ids or what is wrong with them."""
        for column in columns:
            name = column.partition("/")[0]
            if name not in ("id", ".id") and name not in self._database.fields(self._model):
                raise value_error(f"Invalid field name {name!r}")
        rows = [self._row(number, dict(zip(columns, row, strict=True)))
                for number, row in enumerate(data)]  # fmt: skip
        if not any(each["type"] == "error" for each in self._messages):
            self._try(rows)
        if self._messages:
            return {"ids": False, "messages": self._messages, "nextrow": 0}
        return {"ids": [self._put(*row) for row in rows], "messages": [], "nextrow": 0}

    def _row(self, number: int, cells: Mapping[str, Any]) -> tuple[str, int | None, Record]:
        values: Record = {}
        for column, cell in cells.items():
            name, _, kind = column.partition("/")
            if name not in ("id", ".id"):
                values[name] = self._value(number, name, kind, cell)
        external_id = str(cells.get("id", ""))
        record_id = self._record_id(number, external_id, cells.get(".id"))
        return external_id, record_id, values

    def _record_id(self, number: int, external_id: str, cell: Any) -> int | None:
        if cell is not None:
            record = self._database.tables[self._model].get(int(cell))
            if record is None or not (self._archived or record.get("active", True)):
                self._error(number, f"Unknown database identifier '{cell}'", ".id")
                self._error(number, "Missing required value for the field 'Name' (name).\n", "name")
            return int(cell)
        if "." not in external_id or any(map(str.isspace, external_id)):
            self._error(number, f"Invalid external id {external_id!r}", "id")
        known = self._database.external_ids.get(external_id)
        return known[1] if known else None

    def _value(self, number: int, name: str, kind: str, cell: Any) -> Any:
        field = self._database.fields(self._model)[name]
        if field.type == "selection" and cell and cell not in field.of.split("|"):
            self._error(number, f"Value '{cell}' not found in selection field '{name}'", name)
        if field.type == "many2many" and kind == ".id":
            return [[6, 0, [int(each) for each in str(cell).split(",") if each]]]
        if kind == ".id" and cell:
            if not str(cell).isdecimal() or int(cell) not in self._database.tables[field.of]:
                words = f"No matching record found for database id '{cell}' in field '{name}'"
                self._error(number, words, name)
            return int(cell) if str(cell).isdecimal() else False
        if kind == "id":
            return self._database.external_ids[cell][1]
        return cell

    def _try(self, rows: Sequence[tuple[str, int | None, Record]]) -> None:
        """Ask for each row whether it could be written."""
        failed = 0
        for number, (_, record_id, values) in enumerate(rows):
            try:
                self._check(values, record_id)
            except OdooError as error:
                failed += 1
                required = "name" if "Missing required" in error.message else ""
                self._error(number, error.message, required)
                if failed >= _FEW:
                    break
        # Odoo tells what failed in the batch as if its first row had.
        if self._messages and self._messages[0]["record"] != 0 and rows:
            self._messages.insert(0, self._messages[0] | {"record": 0})

    def _put(self, external_id: str, record_id: int | None, values: Record) -> int:
        known = self._database.external_ids.get(external_id)
        if record_id is None and known:  # a row before it made the record
            record_id = known[1]
        if record_id is None:
            record_id = self._make(values)
            self._database.external_ids[external_id] = (self._model, record_id)
        else:
            self._change(record_id, values)
        return record_id

    def _error(self, number: int, message: str, name: str = "") -> None:
        at = {"rows": {"from": number, "to": number}, "record": number, "type": "error"}
        self._messages.append(at | {"message": message} | ({"field": name} if name else {}))
