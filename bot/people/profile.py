"""What Slack says of a user: name, zone and state."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.slack.text import clean


def facts_of(user: Mapping[str, Any]) -> dict[str, Any]:
    """Name, zone and state of a person, from Slack's own object of a user."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"]
    return {
        "name": clean(str(name), 80),
        "timezone": _zone(user.get("tz")),
        "active": not user.get("deleted", False),
    }


def _zone(name: object) -> str:
    """Somebody's zone; UTC where it is none that we know, so that every clock can be read."""
    try:
        return ZoneInfo(str(name)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
