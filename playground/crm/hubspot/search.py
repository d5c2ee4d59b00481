"""HubSpot's search, with the limits that its documents name."""

from collections.abc import Iterable, Mapping
from typing import Any

from playground.crm.hubspot.schema import Item, Property, invalid, moment

_MOST_RESULTS = 10_000
_MOST_A_PAGE = 200
_MOST_GROUPS, _MOST_FILTERS = 5, 6
_COMPARING = {"GT", "GTE", "LT", "LTE", "EQ", "NEQ"}


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
    found = [
        item
        for item in items
        if not groups or any(all(_matches(known, item, f) for f in each) for each in groups)
    ]
    ordered = _sorted(known, found, body.get("sorts") or [])
    end = after + limit
    return len(found), ordered[after:end], end if end < len(found) else None


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
