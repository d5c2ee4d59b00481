"""Answers outside the Web API: through a response_url, or in the acknowledgement of a command.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

from playground.methods.call import SlackError
from playground.methods.chat import MAX_TEXT, checked_blocks
from playground.state import Change, Json, Message
from playground.tickets import BadTicket, ResponseUrl
from playground.workspace import Workspace


class Refused(Exception):
    """The response_url does not take it: a status and Slack's error string."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def respond(workspace: Workspace, key: str, body: Json) -> Message | None:
    """Use a response_url; the message that came of it. Raises Refused."""
    try:
        response_url = workspace.tickets.use_response(key)
    except BadTicket as error:
        raise Refused(404, str(error)) from None
    original = _original(workspace, response_url)
    if _yes(body.get("delete_original")):
        if original is not None:
            workspace.delete_message(original)
        return None
    try:
        if original is not None and _yes(body.get("replace_original")):
            return _replace(workspace, original, body)
        return show(
            workspace, response_url.channel, response_url.user, body, response_url.thread_ts
        )
    except SlackError as error:
        raise Refused(400, error.error) from None


def _yes(value: object) -> bool:
    return value is True or value == "true"


def _original(workspace: Workspace, response_url: ResponseUrl) -> Message | None:
    """The message that was clicked; a slash command has none, so it cannot be replaced."""
    if response_url.message_ts is None:
        return None
    return workspace.message(response_url.channel, response_url.message_ts)


def _content(body: Json) -> tuple[str, list[Json], list[Json]]:
    text, blocks = str(body.get("text") or ""), checked_blocks(body.get("blocks")) or []
    attachments = body.get("attachments") or []
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    return text[:MAX_TEXT], blocks, attachments


def _replace(workspace: Workspace, original: Message, body: Json) -> Message:
    text, blocks, attachments = _content(body)
    with workspace.changing() as changes:
        original.text, original.blocks, original.attachments = text, blocks, attachments
        if original.ephemeral_to is None:
            original.edited = {"user": workspace.app.bot_id, "ts": f"{int(workspace.now())}.000000"}
        changes.append(
            Change("message_changed", original.channel, original.ephemeral_to, original.ts)
        )
    return original


def show(
    workspace: Workspace, channel: str, user: str, body: Json, thread_ts: str | None = None
) -> Message:
    """Show an answer: to the person alone, or (`response_type` "in_channel") to the channel.

    The app need not be a member. Raises SlackError.
    """
    text, blocks, attachments = _content(body)
    public = body.get("response_type") == "in_channel"
    return workspace.put_message(
        Message(
            channel,
            workspace.new_ts(),
            workspace.app.bot_user_id,
            text,
            blocks,
            attachments,
            bot_id=workspace.app.bot_id,
            thread_ts=body.get("thread_ts") or thread_ts,
            ephemeral_to=None if public else user,
        )
    )
