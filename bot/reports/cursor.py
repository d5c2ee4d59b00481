"""Cursors: where the next page begins, as a word that a reader hands back untouched."""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot.errors import HandoffError

Key = tuple[Any, ...]

_LONGEST = 400


class BadCursor(HandoffError):
    """This is no cursor of ours. Leave it out to begin anew."""


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
