"""The app's manifest, as far as Slack acts on it: scopes, commands, shortcuts and events.

What does not stand in the manifest does not exist for the people of the workspace, here as there.
Reference: https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# An event reaches the app only if it also holds the scope. Source: the event types' own pages.
EVENT_SCOPES: dict[str, str | None] = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "channel_archive": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "team_join": "users:read",
    "tokens_revoked": None,
    "user_change": "users:read",
    "user_status_changed": "users:read",
}
MAX_COMMANDS, MAX_SHORTCUTS = 50, 10
MAX_DESCRIPTION, MAX_USAGE_HINT = 2000, 1000  # of a command


class BadManifest(ValueError):
    """Slack would not take this manifest."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, with what the client shows while one types it."""

    name: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut; `kind` is "global" or "message"."""

    name: str
    callback_id: str
    kind: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of a manifest that decide what the app may do and what people may use."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    commands: dict[str, Command] = field(default_factory=dict)
    shortcuts: dict[str, Shortcut] = field(default_factory=dict)
    events: frozenset[str] = frozenset()
    interactive: bool = True
    home_tab: bool = False
    messages_tab: bool = False
    messages_tab_read_only: bool = False


def read(manifest: dict[str, Any]) -> Manifest:
    """Read a manifest (the parsed `manifest.json`). Raises BadManifest where Slack refuses it."""
    features, settings = manifest.get("features", {}), manifest.get("settings", {})
    scopes = frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ()))
    home = features.get("app_home", {})
    read_manifest = Manifest(
        name=manifest.get("display_information", {}).get("name", ""),
        bot_name=features.get("bot_user", {}).get("display_name", "app"),
        scopes=scopes,
        commands={c["command"]: _command(c) for c in features.get("slash_commands", ())},
        shortcuts={s["callback_id"]: _shortcut(s) for s in features.get("shortcuts", ())},
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        interactive=settings.get("interactivity", {}).get("is_enabled", False),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", True),
        messages_tab_read_only=home.get("messages_tab_read_only_enabled", True),
    )
    if faults := _faults(read_manifest):
        raise BadManifest("; ".join(faults))
    return read_manifest


def _command(entry: dict[str, Any]) -> Command:
    return Command(
        entry["command"],
        entry.get("description", ""),
        entry.get("usage_hint", ""),
        entry.get("should_escape", False),
    )


def _shortcut(entry: dict[str, Any]) -> Shortcut:
    return Shortcut(entry["name"], entry["callback_id"], entry["type"], entry["description"])


def _faults(manifest: Manifest) -> list[str]:
    faults = [f"{event}: unknown event" for event in manifest.events - EVENT_SCOPES.keys()]
    for event in manifest.events & EVENT_SCOPES.keys():
        scope = EVENT_SCOPES[event]
        if scope and scope not in manifest.scopes:
            faults.append(f"{event}: needs the scope {scope}")
    if not manifest.name or len(manifest.name) > 35:
        faults.append("display_information.name: 1 to 35 characters")
    faults += [fault for each in manifest.commands.values() for fault in _faults_of(each)]
    if (manifest.commands or manifest.shortcuts) and "commands" not in manifest.scopes:
        faults.append("commands and shortcuts need the scope commands")
    if manifest.shortcuts and not manifest.interactive:
        faults.append("shortcuts need interactivity")
    if len(manifest.commands) > MAX_COMMANDS or len(manifest.shortcuts) > MAX_SHORTCUTS:
        faults.append(f"at most {MAX_COMMANDS} commands and {MAX_SHORTCUTS} shortcuts")
    return faults


def _faults_of(command: Command) -> Iterator[str]:
    if not command.name.startswith("/") or len(command.name) > 32:
        yield f"{command.name}: starts with / and has at most 32 characters"
    if not command.description:
        yield f"{command.name}: needs a description"
    if len(command.description) > MAX_DESCRIPTION or len(command.usage_hint) > MAX_USAGE_HINT:
        yield (
            f"{command.name}: a description has at most {MAX_DESCRIPTION:,} characters, "
            f"a usage hint {MAX_USAGE_HINT:,}"
        )
