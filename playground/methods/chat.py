"""chat.postMessage, update, delete, postEphemeral and getPermalink."""

from __future__ import annotations

import json
from typing import Any

from playground.limits import check_message, text_length
from playground.methods.call import Call, SlackError, TooFast, method
from playground.payloads import message_json, with_ids
from playground.state import Change, Channel, Json, Message, User

MAX_TEXT, MAX_UPDATE_TEXT, MAX_ATTACHMENTS = 40_000, 4_000, 100
# Undocumented; Slack's developers say "12,000 text characters with a buffer" (bolt-js issue 2509).
MAX_BLOCK_TEXT, MAX_METADATA = 12_000, 16_000
KNOWN_ICONS = ("username", "icon_emoji", "icon_url")


def content(call: Call) -> tuple[str, list[Json] | None, list[Json] | None]:
    """The text, blocks and attachments of a message; None where they were not sent.

    Raises SlackError: invalid_blocks, invalid_blocks_format, msg_blocks_too_long, …
    """
    text = call.text("text")
    if call.text("markdown_text"):
        if text or call.args.get("blocks"):
            raise SlackError("markdown_text_conflict")
        text = call.text("markdown_text")
    return text, checked_blocks(call.structure("blocks", "invalid_blocks_format")), _attachments(
        call.structure("attachments", "invalid_attachments")
    )  # fmt: skip


def checked_blocks(blocks: Any) -> list[Json] | None:
    """The blocks with ids filled in. Raises SlackError."""
    if blocks is None:
        return None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    if reasons := check_message(blocks):
        raise SlackError(
            "invalid_blocks",
            errors=reasons,
            response_metadata={"messages": [f"[ERROR] {reason}" for reason in reasons]},
        )
    if text_length(blocks) > MAX_BLOCK_TEXT:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks)


def _attachments(attachments: Any) -> list[Json] | None:
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for attachment in attachments:
        if check_message(attachment.get("blocks", [])):
            raise SlackError("invalid_attachments")
    return attachments


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if not metadata:
        return metadata if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > MAX_METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def _check_person(call: Call, user: User) -> None:
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    if user.deleted:
        raise SlackError("user_disabled")
    if not call.app.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")


def _target(call: Call) -> Channel:
    """Where to post: a channel by id or name, a direct message, or a person by id."""
    app, workspace, wanted = call.app, call.workspace, call.text("channel")
    if not wanted:
        raise SlackError("channel_not_found")
    if person := workspace.users.get(wanted):
        _check_person(call, person)
        return workspace.open_im(person.id)
    channel = call.channel(wanted)
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel):
        call_public = channel.kind == "channel" and "chat:write.public" in app.manifest.scopes
        if not call_public:
            raise SlackError("not_in_channel")
    if channel.kind == "im":
        other = next(m for m in channel.members if m != app.bot_user_id)
        _check_person(call, workspace.users[other])
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    """The parent's ts; a reply's own ts leads to its parent."""
    ts = call.text("thread_ts")
    if not ts:
        return None
    parent = call.workspace.message(channel.id, ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.ephemeral_to:
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def _pace(call: Call, channel: Channel) -> None:
    if seconds := call.faults.too_fast(channel.id):
        raise TooFast(seconds)


def _customized(call: Call) -> None:
    if any(call.args.get(name) for name in KNOWN_ICONS):
        call.scope("chat:write.customize")


@method("chat.postMessage", "chat:write")
def post_message(call: Call) -> Json:
    """Post a message; the text is cut at 40,000 characters."""
    app, workspace = call.app, call.workspace
    channel = _target(call)
    _customized(call)
    text, blocks, attachments = content(call)
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    metadata = _metadata(call)
    thread_ts = _thread(call, channel)
    _pace(call, channel)
    message = workspace.put_message(
        Message(
            channel.id,
            workspace.new_ts(),
            app.bot_user_id,
            text[:MAX_TEXT],
            blocks or [],
            attachments or [],
            bot_id=app.bot_id,
            thread_ts=thread_ts,
            broadcast=bool(thread_ts) and call.flag("reply_broadcast"),
            metadata=metadata or None,
        )
    )
    body = message_json(workspace, message)
    return {"channel": channel.id, "ts": message.ts, "message": body}


def _own(call: Call, error: str) -> tuple[Channel, Message]:
    """The app's own message that `channel` and `ts` name."""
    wanted = call.text("channel")
    channel = call.workspace.channels.get(wanted)
    if channel is None or (channel.kind != "channel" and not call.is_member(channel)):
        raise SlackError("channel_not_found")
    message = call.workspace.message(channel.id, call.text("ts"))
    if message is None or message.ephemeral_to:
        raise SlackError("message_not_found")
    if message.bot_id != call.app.bot_id:
        raise SlackError(error)
    return channel, message


@method("chat.update", "chat:write")
def update(call: Call) -> Json:
    """Change a message; blocks and attachments that are not sent along stay, [] removes them."""
    app, workspace = call.app, call.workspace
    channel, message = _own(call, "cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    text, blocks, attachments = content(call)
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if len(text) > MAX_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    metadata = _metadata(call)
    with workspace.changing() as changes:
        message.text = text if text or blocks is not None else message.text
        message.blocks = message.blocks if blocks is None else blocks
        message.attachments = message.attachments if attachments is None else attachments
        message.metadata = message.metadata if metadata is None else metadata or None
        message.edited = {"user": app.bot_id, "ts": f"{int(workspace.now())}.000000"}
        changes.append(Change("message_changed", channel.id, ts=message.ts))
    body = message_json(workspace, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": body}


@method("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    """Take away one of the app's own messages."""
    channel, message = _own(call, "cant_delete_message")
    call.workspace.delete_message(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Json:
    """Show a message to one member of the channel."""
    app, workspace = call.app, call.workspace
    channel = _target(call)
    user = call.user(call.need("user"), "user_not_in_channel")
    if user.id not in channel.members or user.deleted:
        raise SlackError("user_not_in_channel")
    _customized(call)
    text, blocks, attachments = content(call)
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if len(text) > MAX_TEXT:
        raise SlackError("msg_too_long")
    message = workspace.put_message(
        Message(
            channel.id,
            workspace.new_ts(),
            app.bot_user_id,
            text,
            blocks or [],
            attachments or [],
            bot_id=app.bot_id,
            thread_ts=_thread(call, channel),
            ephemeral_to=user.id,
        )
    )
    return {"message_ts": message.ts}


@method("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    """A link to a message."""
    workspace = call.workspace
    channel = call.channel(call.need("channel"))
    message = workspace.message(channel.id, call.need("message_ts"))
    if message is None or message.ephemeral_to:
        raise SlackError("message_not_found")
    link = f"https://{workspace.team.domain}.slack.com/archives/{channel.id}"
    link += f"/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
