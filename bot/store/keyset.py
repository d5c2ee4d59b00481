"""Pages by a key: what comes behind the last row of the page before, whatever was added meanwhile.

A key is what rows are ordered by, upwards, unique among them and never null. A cursor is a key as a
word, which a reader hands back untouched.
"""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from bot.errors import HandoffError

Key = tuple[Any, ...]
Columns = Sequence[InstrumentedAttribute[Any]]

_LONGEST = 400


class BadCursor(HandoffError):
    """This is no cursor of ours. Leave it out to begin anew."""


class Keyed(Protocol):
    """A row that knows its key."""

    @property
    def key(self) -> Key:
        """What the rows are ordered by."""
        ...


R = TypeVar("R", bound=Keyed)


def after(columns: Columns, key: Key | None) -> ColumnElement[bool]:
    """The rows whose `columns`, by which they are ordered, come after this key; all for None."""
    if key is None:
        return true()
    # The first condition lets an index on the first column begin there; the second one is exact.
    return and_(columns[0] >= key[0], tuple_(*columns) > tuple_(*key))


def page(records: Sequence[R], size: int) -> tuple[Sequence[R], str | None]:
    """What a page of this size shows of the records, one more of which were read if there are, and
    the cursor of the page after it; None for the last one."""
    shown = records[:size]
    return shown, written(shown[-1].key) if len(records) > size else None


def written(key: Key) -> str:
    """The cursor of a row: what comes next stands behind it."""
    parts = [part.isoformat() if isinstance(part, date) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read(cursor: str | None, kinds: Sequence[type]) -> Key | None:
    """The key that a cursor stands for; None for none. Raises BadCursor."""
    if not cursor:
        return None
    try:
        padded = cursor[:_LONGEST] + "=" * (-len(cursor[:_LONGEST]) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, TypeError, OverflowError):
        raise BadCursor from None


def _part(part: object, kind: type) -> object:
    if issubclass(kind, date):
        moment = kind.fromisoformat(str(part))
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise ValueError("a moment has a zone")
        return moment
    if type(part) is not kind:
        raise TypeError(f"{part!r} is no {kind}")
    if isinstance(part, int) and not -(2**63) <= part < 2**63:
        raise ValueError("no row has this number")
    return part
