"""How calls of HubSpot's API are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from playground.crm.hubspot.schema import KINDS, Refused, invalid, iso

_SINGULAR = {"contact": "contacts", "deal": "deals", "note": "notes", "company": "companies"}
BATCH = 100


def kind_of(part: str) -> str:
    """The kind of records that a part of a path names."""
    by_type = {number: kind for kind, number in KINDS.items()}
    kind = by_type.get(part) or _SINGULAR.get(part) or part
    if kind not in KINDS:
        raise not_found()
    return kind


def as_object(body: Any) -> dict[str, Any]:
    """A body, or a part of it, that has to be an object."""
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON")
    return body


def properties_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The properties that are sent."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise invalid("Some required fields were not set: [properties]")
    return properties


def inputs_of(body: Mapping[str, Any], most: int = BATCH) -> list[dict[str, Any]]:
    """The inputs of a batch."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise invalid("Some required fields were not set: [inputs]")
    if len(inputs) > most:
        raise invalid(f"The maximum number of inputs is {most}")
    return [as_object(each) for each in inputs]


def require_once(values: Any) -> None:
    """Raises Refused where a batch has one of these twice."""
    given = [value for value in values if value]
    if len(set(given)) < len(given):
        raise invalid("Duplicate IDs found in batch input")


def names_of(listed: str) -> list[str]:
    """The names of a list with commas."""
    return [name for name in listed.split(",") if name]


def paging(after: object) -> dict[str, Any]:
    """Where the next page starts."""
    return {"paging": {"next": {"after": str(after)}}} if after else {}


def completed(results: list[Any], at: datetime) -> dict[str, Any]:
    """A batch that is done."""
    return {
        "status": "COMPLETE", "results": results, "startedAt": iso(at), "completedAt": iso(at),
    }  # fmt: skip


def not_found() -> Refused:
    """404 for a path."""
    return Refused(404, "NOT_FOUND", "Unable to find the resource you were looking for")
