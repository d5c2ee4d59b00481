"""What senders put into JSON, read without trust: anything may be missing, or of another type."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from bot.leads.inquiry import Unreadable

# Unix time above this is in milliseconds: in seconds it would be the year 5138.
_MILLISECONDS = 100_000_000_000


def json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; numbers keep all their digits. Raises Unreadable."""
    found = json_value(body)
    if not isinstance(found, dict):
        raise Unreadable({"body": "must be a JSON object"})
    return found


def json_value(body: bytes) -> Any:
    """The body as JSON. Raises Unreadable."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable({"body": "is not JSON"}) from None


def plain(value: object) -> str:
    """A value of JSON as a person would write it; lists with commas, objects by their values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(plain, value)))
    if isinstance(value, dict):
        return " ".join(filter(None, map(plain, value.values())))
    return str(value).strip()


def moment(value: object) -> datetime | None:
    """A time as ISO 8601 or Unix time (seconds or milliseconds); None where it says nothing sure.

    A time without an offset is none: whose clock it is cannot be known.
    """
    try:
        if isinstance(value, str) and not re.fullmatch(r"\d{9,14}", value.strip()):
            found = datetime.fromisoformat(value.strip())
        else:
            seconds = float(str(value))
            seconds = seconds / 1000 if seconds >= _MILLISECONDS else seconds
            found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    usual = found.tzinfo is not None and 2000 <= found.year < 2100
    return found if usual else None


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
