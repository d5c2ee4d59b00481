"""What senders put into JSON, read without trust: anything may be missing, or of another type."""

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from bot.sources.contract import Reference
from bot.sources.lead_payload import Unreadable, is_day
from bot.sources.values import encodable
from bot.spend import days

# Unix time above this is in milliseconds: in seconds it would be the year 5138.
_MILLISECONDS = 100_000_000_000

# Several times as deep as any sender nests, and far from the end of Python's stack.
_DEEPEST = 64

# `20.11.2026, 09:00`; with slashes it could be two days.
_DAY_FIRST = re.compile(r"^(\d\d)\.(\d\d)\.(\d{4}),? ")

# `Nov 28, 2026 2:05 PM`, `28/11/2026 14:05`, `Sat, 28 Nov 2026 14:05:00 +0100`.
_CLOCK = re.compile(
    r"(?P<day>.{6,40}?),?(?: at)? "
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r" ?(?P<half>[AP]\.?M\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)

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
            at = _time_in_text(value.strip())
        else:
            seconds = float(str(value))
            seconds = seconds / 1000 if seconds >= _MILLISECONDS else seconds
            at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if 2000 <= at.year < 2100 and not is_day(at) else None


def _time_in_text(text: str) -> datetime:
    """ISO 8601, or a day as people and spreadsheets write it with a clock. Raises ValueError, also
    for a day that could be two."""
    text = _DAY_FIRST.sub(r"\3-\2-\1 ", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        match = _CLOCK.fullmatch(" ".join(text.split()))
        if match is None:
            raise
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    clock = time(hour, int(match["minute"]), int(match["second"] or 0), tzinfo=_zone(match["zone"]))
    return datetime.combine(_only_day(match["day"]), clock)


def _only_day(text: str) -> date:
    """The day that a text names. Raises ValueError where it could be two, or is none."""
    periods = set(days.readings(text).values())
    period = periods.pop() if len(periods) == 1 else None
    if period is None or period.first != period.last:
        raise ValueError("is no day")
    return period.first


def _zone(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    is_utc = written.upper() in ("Z", "UTC", "GMT")
    return UTC if is_utc else datetime.strptime(written, "%z").tzinfo


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
