"""What a form may say of a standup: each field is read into its own type, or told what it needs."""

from collections.abc import Callable, Mapping
from datetime import time
from difflib import get_close_matches
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from bot.errors import FieldErrors
from bot.slack.text import clean
from bot.standups.models import DAYS, LONGEST_NAME, Closing, crontab_days

# Shorter than a day, so that a round is closed before the next one opens.
_LONGEST_MINUTES = 23 * 60


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The settings in their own types; FieldErrors names every field that does not fit."""
    settings: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, check in _CHECKS.items():
        try:
            settings[name] = check(fields.get(name))
        except ValueError as error:
            errors[name] = str(error)
    if not errors and settings["remind_after_minutes"] >= settings["close_after_minutes"]:
        errors["remind_after_minutes"] = (
            f"The standup closes after {settings['close_after_minutes']} minutes; "
            "the reminder has to come before that."
        )
    if errors:
        raise FieldErrors(errors)
    return settings


def _name(value: str | None) -> str:
    name = " ".join(clean(value or "", LONGEST_NAME).split())
    if not name:
        raise ValueError("Give it a name, such as “Sales standup”.")
    return name


def _days(value: list[str] | None) -> str:
    days = crontab_days([day for day in value or [] if day in DAYS])
    if not days:
        raise ValueError("Choose at least one day. To stop for a while, pause the standup.")
    return days


def _time(value: str | None) -> time:
    try:
        return time.fromisoformat(value or "").replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise ValueError("Choose a time of day, such as 09:30.") from error


def _zone(value: str | None) -> str | None:
    written = (value or "").strip().replace(" ", "_").casefold()
    if not written:
        return None
    found = _zones().get(written)
    if found is not None:
        return found
    near = get_close_matches(written, _zones(), n=1)
    example = f"Did you mean {_zones()[near[0]]}?" if near else "Write one such as Europe/Berlin."
    raise ValueError(f"I do not know this time zone. {example}")


@cache
def _zones() -> dict[str, str]:
    """The names of all time zones, by their casefolded form."""
    return {zone.casefold(): zone for zone in available_timezones()}


def _minutes(value: str | None) -> int:
    written = (value or "").strip()
    minutes = int(written) if written.isdecimal() and len(written) < 6 else 0
    if not 1 <= minutes <= _LONGEST_MINUTES:
        raise ValueError(f"Write a whole number of minutes, from 1 to {_LONGEST_MINUTES}.")
    return minutes


def _closing(value: str | None) -> str:
    return Closing.LAST if value == Closing.LAST else Closing.EACH


def _channel(value: str | None) -> str:
    if not value:
        raise ValueError("Choose the channel that gets the summary.")
    return value


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "days": _days,
    "at": _time,
    "zone": _zone,
    "remind_after_minutes": _minutes,
    "close_after_minutes": _minutes,
    "closing": _closing,
    "channel": _channel,
    "readers": lambda value: value or None,
    "readers_in_thread": bool,
}
