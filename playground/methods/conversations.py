"""conversations.info, list, members, open and join."""

from __future__ import annotations

from playground.methods.call import READ_SCOPES, Call, SlackError, method
from playground.payloads import channel_info
from playground.state import Channel, Json, User

KINDS = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}
MAX_USERS = 8


def _seen(call: Call) -> Channel:
    """The channel asked for; the scope depends on its kind, and names do not work here."""
    call.scope(*READ_SCOPES.values())
    channel = call.workspace.channels.get(call.text("channel"))
    if channel is None or (channel.kind != "channel" and not call.is_member(channel)):
        raise SlackError("channel_not_found")
    call.scope(READ_SCOPES[channel.kind])
    return channel


@method("conversations.info")
def conversations_info(call: Call) -> Json:
    """One conversation."""
    channel = _seen(call)
    info = channel_info(channel, call.app.bot_user_id)
    if not call.flag("include_num_members"):
        info.pop("num_members", None)
    return {"channel": info}


@method("conversations.list")
def conversations_list(call: Call) -> Json:
    """The conversations of the kinds in `types`: public ones, and others that the app is in."""
    types = (call.text("types") or "public_channel").split(",")
    kinds = {KINDS.get(name.strip(), "") for name in types}
    if "" in kinds:
        raise SlackError("invalid_types")
    for kind in kinds & READ_SCOPES.keys():
        call.scope(READ_SCOPES[kind])
    without_archived = call.flag("exclude_archived")
    channels = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or call.is_member(channel))
        and not (without_archived and channel.is_archived)
    ]
    page, meta = call.page(channels, 100)
    return {"channels": [channel_info(c, call.app.bot_user_id) for c in page], **meta}


@method("conversations.members")
def conversations_members(call: Call) -> Json:
    """The ids of a conversation's members, in pages."""
    channel = _seen(call)
    page, meta = call.page(sorted(channel.members), 100)
    return {"members": page, **meta}


@method("conversations.join", "channels:join")
def conversations_join(call: Call) -> Json:
    """Join a public channel."""
    app, workspace = call.app, call.workspace
    channel = call.channel(call.text("channel"))
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.is_member(channel):
        call.warnings.append("already_in_channel")
    channel.members.add(app.bot_user_id)
    workspace.put_channel(channel)
    return {"channel": channel_info(channel, app.bot_user_id)}


@method("conversations.open", "im:write", "mpim:write", "channels:manage", "groups:write")
def conversations_open(call: Call) -> Json:
    """Open the direct message with one person. Group messages are not supported here."""
    workspace = call.workspace
    if channel_id := call.text("channel"):
        channel = call.channel(channel_id)
        if channel.kind != "im":
            raise SlackError("method_not_supported_for_channel_type")
        return {"channel": _opened(call, channel)}
    users = [u for u in call.text("users").split(",") if u]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > MAX_USERS:
        raise SlackError("too_many_users")
    members = [call.user(user_id) for user_id in users]
    if len(members) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    _check_open(members[0])
    call.scope("im:write")
    existing = workspace.im_of(users[0])
    more = {"no_op": True, "already_open": True} if existing else {}
    channel = workspace.open_im(users[0])
    return {"channel": _opened(call, channel), **more}


def _check_open(user: User) -> None:
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    if user.deleted:
        raise SlackError("user_disabled")


def _opened(call: Call, channel: Channel) -> Json:
    if call.flag("return_im"):
        return channel_info(channel, call.app.bot_user_id)
    return {"id": channel.id}
