"""Records over HubSpot's API: one, a batch, a list, a search within the documented limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from playground.crm.hubspot.calls import (
    BATCH,
    as_object,
    completed,
    inputs_of,
    kind_of,
    names_of,
    not_found,
    paging,
    properties_of,
    require_once,
)
from playground.crm.hubspot.schema import (
    KINDS,
    SCOPES_OF,
    STAMPS,
    TYPES,
    Item,
    Property,
    Refused,
    invalid,
    iso,
    moment,
)
from playground.crm.hubspot.state import State
from playground.crm.serving import Call

_READS = ("search", "batch/read")
_MOST_RESULTS = 10_000
_MOST_A_PAGE = 200
_MOST_GROUPS, _MOST_FILTERS = 5, 6
_COMPARING = {"GT", "GTE", "LT", "LTE", "EQ", "NEQ"}


class Records:
    """The part of the API below /crm/objects."""

    def __init__(self, state: State) -> None:
        self._state = state

    def answer(self, call: Call, rest: Sequence[str]) -> tuple[int, Any]:
        """A call of a kind of records."""
        kind = kind_of(rest[0] if rest else "")
        what = "/".join(rest[1:])
        is_read = call.method == "GET" or what in _READS
        self._state.require(f"{SCOPES_OF[kind]}.{'read' if is_read else 'write'}")
        if call.method == "POST":
            act = {
                "": self._create, "batch/create": self._batch_create,
                "batch/read": self._batch_read, "batch/update": self._batch_update,
                "batch/upsert": self._batch_upsert, "batch/archive": self._batch_archive,
                "search": self._search, "merge": self._merge,
            }.get(what)  # fmt: skip
            if act is not None:
                return act(kind, as_object(call.json()))
        if call.method == "PUT" and len(rest) == 6 and rest[2:4] == ["associations", "default"]:
            self._state.link((kind, rest[1]), (kind_of(rest[4]), rest[5]))
            return 200, {"status": "COMPLETE", "results": []}
        if len(rest) == 1 and call.method == "GET":
            return 200, self._list(kind, call.params)
        if len(rest) == 2:
            return self._one(kind, rest[1], call)
        raise not_found()

    def _one(self, kind: str, record_id: str, call: Call) -> tuple[int, Any]:
        if call.method == "DELETE":
            self._state.archive(kind, record_id)
            return 204, None
        item = self._state.by(kind, call.params.get("idProperty", ""), record_id)
        if item is None:
            raise Refused(404, "OBJECT_NOT_FOUND", "Object not found.")
        if call.method == "PATCH":
            properties = properties_of(as_object(call.json()))
            self._state.validate(kind, properties, item)
            self._state.change(kind, item, properties)
            return 200, _written(kind, item, properties)
        if call.method == "GET":
            return 200, self._as_json(kind, item, names_of(call.params.get("properties", "")))
        raise not_found()

    def _list(self, kind: str, params: Mapping[str, str]) -> dict[str, Any]:
        limit, after = int(params.get("limit", "10")), int(params.get("after", "0"))
        if not 1 <= limit <= BATCH:
            raise invalid(f"limit must be between 1 and {BATCH}")
        held = self._state.archived if params.get("archived") == "true" else self._state.items
        ordered = sorted(held[kind].values(), key=lambda item: int(item.id))
        left = [item for item in ordered if int(item.id) > after]
        names = names_of(params.get("properties", ""))
        page = [self._as_json(kind, item, names) for item in left[:limit]]
        return {"results": page} | paging(page[-1]["id"] if len(left) > limit else None)

    def _create(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        properties = properties_of(body)
        self._state.validate(kind, properties, None)
        ends = [
            (_end_kind(kind, each), str(each["to"]["id"])) for each in body.get("associations", [])
        ]
        for end_kind, record_id in ends:
            if self._state.get(end_kind, record_id) is None:
                raise invalid(f"Object {record_id} does not exist or is archived")
        item = self._state.make(kind, properties)
        for end in ends:
            self._state.link((kind, item.id), end)
        return 201, _written(kind, item, properties)

    def _batch_create(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        inputs = inputs_of(body)
        for each in inputs:
            self._state.validate(kind, properties_of(each), None)
        require_once(properties_of(each).get("email", "").lower() for each in inputs)
        return 201, completed([self._create(kind, each)[1] for each in inputs], self._state.now())

    def _batch_read(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        ids = [str(each.get("id", "")) for each in inputs_of(body)]
        by, names = str(body.get("idProperty") or ""), body.get("properties") or []
        items = {one: self._state.by(kind, by, one) for one in ids}
        by_id = {item.id: item for item in items.values() if item is not None}
        results = [self._as_json(kind, item, names) for item in reversed(by_id.values())]
        return self._partly(results, [one for one, item in items.items() if item is None])

    def _batch_update(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        inputs = inputs_of(body)
        require_once(str(each.get("id")) for each in inputs)
        items = [
            self._state.by(kind, str(each.get("idProperty") or ""), str(each["id"]))
            for each in inputs
        ]
        pairs = list(zip(inputs, items, strict=True))
        for each, item in pairs:
            if item is not None:
                self._state.validate(kind, properties_of(each), item)
        results = []
        for each, item in pairs:
            if item is not None:
                self._state.change(kind, item, properties_of(each))
                results.append(_written(kind, item, properties_of(each)))
        missing = [str(each["id"]) for each, item in pairs if item is None]
        return self._partly(results[::-1], missing)

    def _batch_upsert(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        inputs = inputs_of(body)
        require_once(str(each.get("id")) for each in inputs)
        emails = [properties_of(each).get("email", "").lower() for each in inputs]
        pairs = []
        for each in inputs:
            by = str(each.get("idProperty") or "")
            if by in ("", "hs_object_id"):
                raise invalid("idProperty is required")
            if by not in self._state.properties[kind]:
                raise invalid(f"Property {by} does not exist")
            properties = {by: str(each["id"])} | properties_of(each)
            item = self._state.by(kind, by, str(each["id"]))
            self._state.validate(kind, properties, item)
            pairs.append((properties, item))
        require_once(emails)
        results = []
        for properties, item in pairs:
            if item is not None:
                self._state.change(kind, item, properties)
            saved = item or self._state.make(kind, properties)
            results.append(_written(kind, saved, properties) | {"new": item is None})
        return 200, completed(results[::-1], self._state.now())

    def _batch_archive(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        for each in inputs_of(body):
            self._state.archive(kind, str(each.get("id")))
        return 204, None

    def _merge(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        item = self._state.merge(kind, str(body["primaryObjectId"]), str(body["objectIdToMerge"]))
        return 200, self._as_json(kind, item, ["hs_merged_object_ids"])

    def _search(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        visible_at = self._state.begin_search()
        items = self._state.items[kind].values()
        seen = [item for item in items if item.changed_at <= visible_at]
        total, page, after = search(self._state.properties[kind], seen, body)
        names = body.get("properties") or []
        results = [self._as_json(kind, item, names) for item in page]
        return 200, {"total": total, "results": results} | paging(after)

    def _as_json(self, kind: str, item: Item, names: Sequence[str]) -> dict[str, Any]:
        known = [name for name in names if name in self._state.properties[kind]]
        usual = ["createdate", STAMPS[kind], "hs_object_id"]
        properties = {name: item.properties.get(name) for name in [*usual, *known]}
        is_archived = item.id in self._state.archived[kind]
        return _shell(kind, item) | {"properties": properties, "archived": is_archived}

    def _partly(self, results: list[Any], missing: list[str]) -> tuple[int, Any]:
        """207 where some do not exist."""
        done = completed(results, self._state.now())
        if not missing:
            return 200, done
        error = {
            "status": "error", "category": "OBJECT_NOT_FOUND", "context": {"ids": missing},
            "message": "Could not get some objects, they may be deleted or not exist.",
            "links": {}, "errors": [],
        }  # fmt: skip
        return 207, done | {"numErrors": 1, "errors": [error]}


def _end_kind(kind: str, association: Mapping[str, Any]) -> str:
    numbers = [each.get("associationTypeId") for each in association.get("types") or ()]
    for (from_kind, to), number in TYPES.items():
        if from_kind == kind and number in numbers:
            return to
    raise invalid("No such type of association")


def _shell(kind: str, item: Item) -> dict[str, Any]:
    return {
        "id": item.id, "createdAt": item.properties["createdate"],
        "updatedAt": iso(item.changed_at), "archived": False,
        "url": f"https://app-eu1.hubspot.com/contacts/62515/record/{KINDS[kind]}/{item.id}",
    }  # fmt: skip


def _written(kind: str, item: Item, sent: Mapping[str, str]) -> dict[str, Any]:
    """The answer to a write: what was sent, beside what every record has."""
    names = {*sent, "createdate", STAMPS[kind], "hs_object_id"}
    held = {name: item.properties[name] for name in sorted(names) if name in item.properties}
    return _shell(kind, item) | {"properties": held}


def search(
    known: Mapping[str, Property], items: Iterable[Item], body: Mapping[str, Any]
) -> tuple[int, list[Item], int | None]:
    """How many match, one page of them, and where the next one starts. Raises Refused."""
    limit, after = int(body.get("limit") or 10), int(body.get("after") or 0)
    if not 1 <= limit <= _MOST_A_PAGE:
        raise invalid(f"limit must be between 1 and {_MOST_A_PAGE}")
    if after + limit > _MOST_RESULTS:
        raise invalid(f"A search ends after {_MOST_RESULTS} results")
    groups = [each.get("filters") or [] for each in body.get("filterGroups") or []]
    if len(groups) > _MOST_GROUPS or any(len(each) > _MOST_FILTERS for each in groups):
        raise invalid("Too many filters")
    matches = [
        item
        for item in items
        if not groups or any(all(_matches(known, item, f) for f in each) for each in groups)
    ]
    ordered = _sorted(known, matches, body.get("sorts") or [])
    end = after + limit
    return len(matches), ordered[after:end], end if end < len(matches) else None


def _sorted(known: Mapping[str, Property], items: list[Item], sorts: list[Any]) -> list[Item]:
    if len(sorts) > 1:
        raise invalid("Only one sort is taken")
    if not sorts:
        return sorted(items, key=lambda item: int(item.id))
    name, is_down = _sort(sorts[0])
    if name not in known:
        raise invalid(f"Property {name} does not exist")
    # Which of equals comes first is not promised.
    return sorted(
        sorted(items, key=lambda item: int(item.id) * 7919 % 1009),
        key=lambda item: _value(known[name], item.properties.get(name, "")),
        reverse=is_down,
    )


def _sort(sort: Any) -> tuple[str, bool]:
    """What to sort by, and whether downwards; HubSpot takes both forms."""
    if isinstance(sort, str):
        return sort.removeprefix("-"), sort.startswith("-")
    return str(sort.get("propertyName")), sort.get("direction") == "DESCENDING"


def _matches(known: Mapping[str, Property], item: Item, condition: Mapping[str, Any]) -> bool:
    name, operator = str(condition.get("propertyName")), str(condition.get("operator"))
    if name not in known:
        raise invalid(f"Property {name} does not exist")
    held = item.properties.get(name, "")
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return (held != "") is (operator == "HAS_PROPERTY")
    if operator in ("IN", "NOT_IN"):
        values = condition.get("values")
        if not isinstance(values, list) or not values:
            raise invalid(f"{operator} needs values")
        return (held.lower() in set(values)) is (operator == "IN")
    if operator not in _COMPARING or not isinstance(condition.get("value"), str):
        raise invalid("Not a filter")
    if not held:
        return False
    one, other = _value(known[name], held), _value(known[name], condition["value"])
    return {
        "GT": one > other, "GTE": one >= other, "LT": one < other, "LTE": one <= other,
        "EQ": one == other, "NEQ": one != other,
    }[operator]  # fmt: skip


def _value(known: Property, text: str) -> tuple[float, str]:
    """What is compared: numbers and times by their value."""
    is_time = known.name in ("createdate", "lastmodifieddate", "hs_lastmodifieddate")
    if is_time or known.type in ("datetime", "date"):
        at = moment(text)
        return (at.timestamp() if at else 0.0, "")
    if known.name == "hs_object_id" or known.type == "number":
        return (float(text or 0), "")
    return (0.0, text.lower())
