"""Slack's JSON: how users, channels, messages, views and files look on the wire.

Shapes as in Slack's reference and as slack_bolt and slack_sdk read them. What is built here shares
blocks with the state: a change replaces a message's blocks and never alters them in place.
"""

from __future__ import annotations

import json
import mimetypes
import secrets
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from playground import forms
from playground.limits import elements_of
from playground.state import Channel, File, Json, Message, Team, User, View
from playground.workspace import Workspace


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy of the blocks in which each block and element has an id, as Slack gives them."""
    copied: list[Json] = json.loads(json.dumps(blocks))  # several times faster than deepcopy
    for block in copied:
        if not block.get("block_id"):
            block["block_id"] = secrets.token_urlsafe(3)
        for element in elements_of(block):
            if not element.get("action_id"):
                element["action_id"] = secrets.token_urlsafe(3)
    return copied


def team_ref(team: Team) -> Json:
    """A workspace as interactions name it."""
    return {"id": team.id, "domain": team.domain}


def user_ref(user: User, team: Team) -> Json:
    """A person as interactions name them."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": team.id}


def _offset(user: User, now: float) -> int:
    delta = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
    return int(delta.total_seconds()) if delta else 0


def user_info(user: User, workspace: Workspace, *, with_email: bool) -> Json:
    """A member as users.info gives them; the address only with its own scope."""
    profile = {
        "real_name": user.real_name,
        "display_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name_normalized": user.real_name,
        "team": workspace.team.id,
    }
    if with_email and user.email:
        profile["email"] = user.email
    info: Json = {
        "id": user.id,
        "team_id": workspace.team.id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
    }
    if not user.deleted:
        info |= {
            "real_name": user.real_name,
            "tz": user.tz,
            "tz_label": user.tz,
            "tz_offset": _offset(user, workspace.now()),
            "is_admin": user.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": user.is_ultra_restricted,
        }
    if user.is_stranger:
        info |= {"is_stranger": True, "team_id": "T0STRANGER"}
    return info


def channel_info(channel: Channel, bot_user_id: str) -> Json:
    """A conversation as conversations.info gives it."""
    if channel.kind == "im":
        other = next((m for m in channel.members if m != bot_user_id), bot_user_id)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_org_shared": False,
            "is_archived": channel.is_archived,
            "user": other,
            "is_open": True,
        }
    private = channel.kind == "private"
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
        "is_channel": not private,
        "is_group": private,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": bot_user_id in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def message_json(workspace: Workspace, message: Message) -> Json:
    """A message as Slack returns it and puts it into interactions."""
    body: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "team": workspace.team.id,
        "text": message.text,
    }
    if message.bot_id:
        body |= {"bot_id": message.bot_id, "app_id": workspace.app.id}
    if message.blocks:
        body["blocks"] = message.blocks
    if message.attachments:
        body["attachments"] = message.attachments
    if message.edited:
        body["edited"] = dict(message.edited)
    if message.metadata:
        body["metadata"] = message.metadata
    if message.thread_ts:
        body["thread_ts"] = message.thread_ts
    if message.files:
        files = workspace.files
        body["files"] = [file_info(workspace, files[i]) for i in message.files if i in files]
    replies = workspace.thread(message.channel, message.ts)
    if replies:
        body |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len({r.user for r in replies}),
            "latest_reply": replies[-1].ts,
        }
    return body


def view_json(workspace: Workspace, view: View) -> Json:
    """A view as Slack returns it and puts it into interactions."""
    body: Json = {
        "id": view.id,
        "team_id": workspace.team.id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "state": {"values": forms.state_values(view.blocks, view.values)},
        "hash": view.hash,
        "title": view.title or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": view.clear_on_close,
        "notify_on_close": view.notify_on_close,
        "close": view.close,
        "submit": view.submit,
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id or view.id,
        "app_id": workspace.app.id,
        "external_id": view.external_id,
        "app_installed_team_id": workspace.team.id,
        "bot_id": workspace.app.bot_id,
    }
    return body


def file_info(workspace: Workspace, file: File) -> Json:
    """A file as files.info gives it."""
    kind = (mimetypes.guess_extension(file.mimetype) or "").removeprefix(".")
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": kind,
        "user": file.user,
        "size": len(file.data),
        "mode": "hosted",
        "is_external": False,
        "is_public": any(c.startswith("C") for c in file.channels),
        "channels": [c for c in file.channels if c.startswith("C")],
        "ims": [c for c in file.channels if c.startswith("D")],
        "url_private": f"{workspace.url}/files/{file.id}/{file.name}",
        "url_private_download": f"{workspace.url}/files/{file.id}/download/{file.name}",
        "permalink": f"{workspace.url}/files/{file.id}/{file.name}",
    }


def event_envelope(workspace: Workspace, event: Json, event_id: str) -> Json:
    """An event in the wrapper that the Events API puts around it."""
    team = workspace.team.id
    return {
        "token": workspace.app.verification_token,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": workspace.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(workspace.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": workspace.app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def interaction(workspace: Workspace, kind: str, user: User, more: Json) -> Json:
    """What every interaction carries, and what this one adds."""
    body: dict[str, Any] = {
        "type": kind,
        "team": team_ref(workspace.team),
        "user": user_ref(user, workspace.team),
        "api_app_id": workspace.app.id,
        "token": workspace.app.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return body | more
