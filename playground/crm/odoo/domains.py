"""Odoo's domains: conditions in Polish notation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from playground.crm.odoo.errors import value_error
from playground.crm.odoo.fields import MODELS, Field, moment_of

Record = dict[str, Any]
Test = Callable[[Record], bool]


def compiled(model: str, domain: Sequence[Any]) -> Test:
    """A domain as a test of records. Raises OdooError for a field that there is not."""
    rest = list(domain)
    tests: list[Test] = []
    while rest:
        tests.append(_next(model, rest))
    return lambda record: all(test(record) for test in tests)


def _next(model: str, rest: list[Any]) -> Test:
    first = rest.pop(0)
    if first in ("|", "&"):
        one, other = _next(model, rest), _next(model, rest)
        if first == "|":
            return lambda record: one(record) or other(record)
        return lambda record: one(record) and other(record)
    if not (isinstance(first, list) and len(first) == 3):
        raise value_error("Invalid domain")
    name, operator, value = first
    fields = MODELS[model] | {"id": Field("integer")}
    if name not in fields:
        raise value_error(f"Invalid field {model}.{name} in condition ({name!r}, {operator!r})")
    if isinstance(fields[name].default, tuple) or operator not in _OPERATORS:
        raise value_error("Invalid condition")
    return _condition(name, _OPERATORS[operator], value, fields[name])


def _condition(
    name: str, operator: Callable[[Any, Any], bool], value: Any, field: Field
) -> Test:  # fmt: skip
    wanted = moment_of(value) if field.type == "datetime" and value else value

    def test(record: Record) -> bool:
        current = record[name]
        # An equal second is equal, although Odoo keeps microseconds.
        if isinstance(current, datetime) and operator is _same:
            current = current.replace(microsecond=0)
        return operator(current, wanted)

    return test


def _same(value: Any, wanted: Any) -> bool:
    return bool(value == wanted or (not value and wanted is False))


def _like(pattern: str, *, whole: bool) -> re.Pattern[str]:
    parts = re.findall(r"\\.|%|_|[^\\%_]+", pattern)
    regex = "".join(
        {"%": ".*", "_": "."}.get(each) or re.escape(each.removeprefix("\\")) for each in parts
    )
    return re.compile(regex if whole else f".*{regex}.*", re.DOTALL)


def _matches(value: Any, pattern: str, *, whole: bool = False, any_case: bool = True) -> bool:
    text = str(value or "")
    if any_case:
        text, pattern = text.lower(), pattern.lower()
    return bool(_like(pattern, whole=whole).fullmatch(text))


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": _same,
    "!=": lambda value, wanted: not _same(value, wanted),
    "in": lambda value, wanted: value in wanted,
    ">=": lambda value, wanted: bool(value) and value >= wanted,
    ">": lambda value, wanted: bool(value) and value > wanted,
    "=ilike": lambda value, wanted: _matches(value, wanted, whole=True),
    "ilike": _matches,
    "like": lambda value, wanted: _matches(value, wanted, any_case=False),
}
