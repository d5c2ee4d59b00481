"""What is beside records in HubSpot's API: associations, owners, properties, pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.crm.hubspot.calls import as_object, completed, inputs_of, kind_of, not_found, paging
from playground.crm.hubspot.schema import SCOPES_OF, TYPES, Property, Refused, invalid
from playground.crm.hubspot.state import State
from playground.crm.serving import Call


class Settings:
    """The parts of the API below /crm/associations, owners, properties and pipelines."""

    def __init__(self, state: State) -> None:
        self._state = state

    def associations(self, call: Call, rest: Sequence[str]) -> tuple[int, Any]:
        """Associations."""
        if len(rest) < 3 or call.method != "POST":
            raise not_found()
        kind, to, what = kind_of(rest[0]), kind_of(rest[1]), "/".join(rest[2:])
        body = as_object(call.json())
        if what == "batch/read":
            self._state.require(f"{SCOPES_OF[kind]}.read")
            return self._read_links(kind, to, inputs_of(body, 1000))
        if what != "batch/associate/default":
            raise not_found()
        self._state.require(f"{SCOPES_OF[kind]}.write")
        inputs = inputs_of(body, 2000)
        pairs = [((kind, str(e["from"]["id"])), (to, str(e["to"]["id"]))) for e in inputs]
        for one, other in pairs:
            self._state.link(one, other)
        number = TYPES.get((kind, to), 1)
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}
        results = [
            {"from": {"id": one[1]}, "to": {"id": other[1]}, "associationSpec": spec}
            for one, other in pairs
        ]
        return 200, completed(results, self._state.now())

    def _read_links(
        self, kind: str, to: str, inputs: list[dict[str, Any]]
    ) -> tuple[int, dict[str, Any]]:
        """207 where some have none."""
        spec = [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": None}]
        ends_by_id = {str(each["id"]): self._ends(kind, str(each["id"]), to) for each in inputs}
        results = [
            {
                "from": {"id": one},
                "to": [{"toObjectId": int(end), "associationTypes": spec} for end in ends],
            }
            for one, ends in ends_by_id.items()
            if ends
        ]
        done = completed(results, self._state.now())
        if len(results) == len(ends_by_id):
            return 200, done
        error = {
            "status": "error", "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND", "links": {}, "errors": [],
            "message": "No associations found", "context": {"fromObjectId": []},
        }  # fmt: skip
        return 207, done | {"numErrors": 1, "errors": [error]}

    def _ends(self, kind: str, record_id: str, to: str) -> list[str]:
        item = self._state.get(kind, record_id)
        return self._state.linked(kind, item.id, to) if item else []

    def owners(self, call: Call, rest: Sequence[str]) -> tuple[int, Any]:
        """Owners."""
        self._state.require("crm.objects.owners.read")
        if call.method != "GET" or len(rest) > 1:
            raise not_found()
        is_archived = call.params.get("archived") == "true"
        email, limit = call.params.get("email", "").lower(), int(call.params.get("limit", "100"))
        if not 1 <= limit <= 500:
            raise invalid("limit must be between 1 and 500")
        after = int(call.params.get("after", "0"))
        listed = [
            each for each in sorted(self._state.owners.values(), key=lambda one: int(one.id))
            if each.is_archived == is_archived and email in ("", each.email.lower())
        ]  # fmt: skip
        if rest:
            one = next((each for each in listed if each.id == rest[0]), None)
            if one is None:
                raise Refused(404, "OBJECT_NOT_FOUND", "Owner not found.")
            return 200, one.as_json(self._state.now())
        left = [each for each in listed if int(each.id) > after]
        page = [each.as_json(self._state.now()) for each in left[:limit]]
        return 200, {"results": page} | paging(page[-1]["id"] if len(left) > limit else None)

    def properties(self, call: Call, rest: Sequence[str]) -> tuple[int, Any]:
        """Properties."""
        kind = kind_of(rest[0] if rest else "")
        known = self._state.properties[kind]
        if call.method == "GET" and len(rest) == 1:
            return 200, {"results": [each.as_json() for each in known.values()]}
        if call.method == "GET" and len(rest) == 2 and rest[1] in known:
            return 200, known[rest[1]].as_json()
        self._state.require(f"crm.schemas.{kind}.write")
        if call.method == "POST" and len(rest) == 1:
            return 201, self._make_property(kind, as_object(call.json())).as_json()
        if call.method == "POST" and rest[1:] == ["batch", "create"]:
            made = [self._make_property(kind, each) for each in inputs_of(as_object(call.json()))]
            return 201, completed([each.as_json() for each in made], self._state.now())
        raise not_found()

    def _make_property(self, kind: str, sent: dict[str, Any]) -> Property:
        needed = ("name", "label", "type", "fieldType", "groupName")
        if lacking := [name for name in needed if not sent.get(name)]:
            raise invalid(f"Some required fields were not set: {lacking}")
        if sent["name"] in self._state.properties[kind]:
            raise Refused(409, "OBJECT_ALREADY_EXISTS", "A property with this name exists.")
        options = tuple(each["value"] for each in sent.get("options") or ())
        if sent["type"] in ("enumeration", "bool") and not options:
            raise invalid("An enumeration needs options")
        made = Property(
            sent["name"], sent["label"], sent["type"], sent["fieldType"], options,
            is_unique=bool(sent.get("hasUniqueValue")), group=sent["groupName"], is_hubspots=False,
        )  # fmt: skip
        self._state.properties[kind][made.name] = made
        return made

    def pipelines(self, call: Call, rest: Sequence[str]) -> tuple[int, Any]:
        """Pipelines."""
        if call.method != "GET" or list(rest) != ["deals"]:
            raise not_found()
        self._state.require("crm.objects.deals.read")
        pipelines = [
            each.as_json(n, self._state.now()) for n, each in enumerate(self._state.pipelines)
        ]
        return 200, {"results": pipelines[::-1]}
