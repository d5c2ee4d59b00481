"""files.getUploadURLExternal, files.completeUploadExternal and files.info.

An upload goes in three steps: ask for an address, send the bytes there, complete it. Slack then
processes the file: its mimetype is empty until then.
"""

from __future__ import annotations

import mimetypes
from typing import Any

from playground.methods.call import Call, SlackError, method
from playground.payloads import file_info
from playground.state import Change, File, Json, Message


@method("files.getUploadURLExternal", "files:write")
def get_upload_url(call: Call) -> Json:
    """An address that takes the bytes."""
    app, workspace = call.app, call.workspace
    name, length = call.text("filename"), call.number("length", 0)
    if not name or length <= 0:
        raise SlackError("missing_argument")
    if len(call.text("alt_txt")) > 1000:
        raise SlackError("alt_txt_too_large")
    file = File(workspace.new_id("F"), name, app.bot_user_id, created=int(workspace.now()))
    file.length = length
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.url}/files/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(call: Call) -> Json:
    """Make uploaded files visible, and share them into a channel if one is named."""
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments")
    done = [_completed(call, entry) for entry in wanted]
    if channel_id := call.text("channel_id"):
        _share(call, channel_id, done)
    return {"files": [{"id": file.id, "title": file.title} for file in done]}


def _completed(call: Call, entry: Any) -> File:
    file_id = entry.get("id") if isinstance(entry, dict) else None
    file = call.workspace.files.get(str(file_id))
    if file is None or not file.data:
        raise SlackError("file_not_found")
    file.title = entry.get("title") or file.name
    file.complete = True
    with call.workspace.changing() as changes:
        changes.append(Change("file"))
    return file


def _share(call: Call, channel_id: str, files: list[File]) -> None:
    app, workspace = call.app, call.workspace
    channel = call.channel(channel_id)
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    for file in files:
        file.channels.append(channel.id)
    workspace.put_message(
        Message(
            channel.id,
            workspace.new_ts(),
            app.bot_user_id,
            call.text("initial_comment"),
            bot_id=app.bot_id,
            thread_ts=call.text("thread_ts") or None,
            files=[file.id for file in files],
        )
    )


@method("files.info", "files:read")
def files_info(call: Call) -> Json:
    """One file; the mimetype comes after some looks (`file_looks`), as processing ends."""
    workspace = call.workspace
    file = workspace.files.get(call.text("file"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    file.looks += 1
    if not file.mimetype and file.looks > workspace.file_looks:
        file.mimetype = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {"file": file_info(workspace, file), "comments": []}
