"""Snapshots: what a digest's row keeps of a report, written and read by the types of its fields.

A field that came later has a default, with which an older snapshot is read; what a snapshot has and
no field wants any more is left out. `version` says by which fields it was written.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

VERSION = 2
"""Of the snapshots that are written. Those before the second do not name theirs."""

T = TypeVar("T")


def write(report: object) -> dict[str, Any]:
    """A report, an instance of a dataclass, in JSON."""
    kind: Any = type(report)
    kept: dict[str, Any] = _adapter(kind).dump_python(report, mode="json", by_alias=True)
    return {"version": VERSION} | kept


def read(kind: type[T], kept: Mapping[str, Any], **row: Any) -> T:
    """A report from its snapshot and from what its row says besides."""
    of: Any = kind
    report: T = _adapter(of).validate_python({**kept, **row})
    return report


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
