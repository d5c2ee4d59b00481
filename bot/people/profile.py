"""What Slack says of a user: name, zone and state, and whether they belong to the workspace."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import HandoffError
from bot.slack.text import clean

# Slack's object of a user (docs, objects/user-object): guests, people of a connected organization.
_NOT_MEMBERS = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")


class NotAMember(HandoffError):
    """The first admin has to be a full member of this workspace, not a guest or bot. Ask whoever
    installed Handoff to set it up first."""


def facts_of(user: Mapping[str, Any]) -> dict[str, Any]:
    """Name, zone, state and email address of a person, from Slack's own object of a user; the
    address is there with the scope users:read.email."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"]
    return {
        "name": clean(str(name), 80),
        "timezone": _zone(user.get("tz")),
        "active": not user.get("deleted", False),
        "email": str(profile.get("email") or "").strip().lower() or None,
    }


def is_full_member(user: Mapping[str, Any], team_id: str) -> bool:
    """Whether a user is a full member of the workspace: no guest, no bot, nobody who has left."""
    return not any(user.get(name) for name in _NOT_MEMBERS) and team_id in _teams_of(user)


def see_full_member(user: Mapping[str, Any], team_id: str) -> None:
    """See that a user is a full member of the workspace. Raises NotAMember."""
    if not is_full_member(user, team_id):
        raise NotAMember


def _teams_of(user: Mapping[str, Any]) -> set[str]:
    """The user's workspaces: with Enterprise Grid, one user can be in several."""
    enterprise = user.get("enterprise_user") or {}
    return {str(user.get("team_id")), *enterprise.get("teams", ())}


def _zone(name: object) -> str:
    """Somebody's zone; UTC where it is none that we know, so that every clock can be read."""
    try:
        return ZoneInfo(str(name)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
