"""What senders put into JSON, read without trust: anything may be missing, or of another type."""

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bot.sources.contract import Reference
from bot.sources.lead_payload import Unreadable, is_day
from bot.sources.values import encodable

# Unix time above this is in milliseconds: in seconds it would be the year 5138.
_MILLISECONDS = 100_000_000_000

# Several times as deep as any sender nests, and far from the end of Python's stack.
_DEEPEST = 64

# `20.11.2026, 09:00`; with slashes it could be two days.
_DAY_FIRST = re.compile(r"^(\d\d)\.(\d\d)\.(\d{4}),? ")

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,200}")


def json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; numbers keep all their digits. Raises Unreadable."""
    parsed = json_value(body)
    if not isinstance(parsed, dict):
        raise Unreadable({"body": "must be a JSON object"})
    return parsed


def json_value(body: bytes) -> Any:
    """The body as JSON that can be stored: its texts are, and no number is infinite or NaN.

    Raises Unreadable, also for what is nested too deeply.
    """
    return _cleaned(decoded(body), _DEEPEST)


def decoded(body: bytes) -> Any:
    """The body as JSON just as it is, to look for a proof in it. Raises Unreadable."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable({"body": "is not JSON"}) from None


def _cleaned(value: Any, deepest: int) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None  # how programs write that there is none
    if not isinstance(value, dict | list):
        return value
    if deepest == 0:
        raise Unreadable({"body": "is nested too deeply"})
    if isinstance(value, list):
        return [_cleaned(each, deepest - 1) for each in value]
    return {encodable(name): _cleaned(each, deepest - 1) for name, each in value.items()}


def plain(value: object) -> str:
    """A value of JSON as a person would write it; lists with commas, objects by their values, and a
    moment on the clock of its zone and in UTC."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, datetime):
        utc = f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return utc if value.tzinfo is UTC else f"{value:%Y-%m-%d %H:%M} {value.tzinfo} ({utc})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(plain, value)))
    if isinstance(value, dict):
        return " ".join(filter(None, map(plain, value.values())))
    return str(value).strip()


def moment(value: object) -> datetime | None:
    """A vendor's stamp: ISO 8601 or Unix time (seconds or milliseconds), in UTC where it names no
    offset, as all their documents say; None where it says nothing sure."""
    written = written_time(value)
    return written.replace(tzinfo=UTC) if written and written.tzinfo is None else written


def written_time(value: object) -> datetime | None:
    """A time as somebody or their program wrote it, without an offset where it names none; a day
    alone is no time."""
    try:
        if isinstance(value, str) and not re.fullmatch(r"\d{9,14}", value.strip()):
            at = datetime.fromisoformat(_DAY_FIRST.sub(r"\3-\2-\1 ", value.strip()))
        else:
            seconds = float(str(value))
            seconds = seconds / 1000 if seconds >= _MILLISECONDS else seconds
            at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if 2000 <= at.year < 2100 and not is_day(at) else None


def dig(value: object, *path: str) -> Any:
    """What stands under a path of keys in JSON, or None where anything on the way is missing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def objects(value: object) -> list[dict[str, Any]]:
    """The JSON objects of a list; none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def identifier(value: object) -> str | None:
    """An id that came as text or as a number."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def references(ids: Iterable[str | None]) -> list[Reference]:
    """The leads that a vendor names, each once. Raises Unreadable for what cannot be an id."""
    named = [each for each in dict.fromkeys(ids) if each]
    if not all(_ID.fullmatch(each) for each in named):
        raise Unreadable({"id": "can't be a lead's id"})
    return [Reference(each) for each in named]
