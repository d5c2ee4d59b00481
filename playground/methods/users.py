"""users.info, users.list and users.lookupByEmail."""

from __future__ import annotations

from playground.methods.call import Call, SlackError, method, refused
from playground.payloads import user_info
from playground.state import Json, User

MAX_USERS = 1000


def _info(call: Call, user: User) -> Json:
    with_email = "users:read.email" in call.app.manifest.scopes
    return user_info(user, call.workspace, with_email=with_email)


@method("users.info", "users:read")
def users_info(call: Call) -> Json:
    """One member, deactivated ones too."""
    if not call.text("user"):
        raise SlackError("user_not_found")
    return {"user": _info(call, call.user(call.text("user")))}


@method("users.list", "users:read")
def users_list(call: Call) -> Json:
    """All members, in pages."""
    members, meta = call.page(list(call.workspace.users.values()), MAX_USERS)
    infos = [_info(call, user) for user in members]
    return {"members": infos, "cache_ts": int(call.workspace.now()), **meta}


@method("users.lookupByEmail", "users:read.email")
def users_lookup_by_email(call: Call) -> Json:
    """A member by address; deactivated ones are not found."""
    wanted = call.text("email").strip().lower()
    if not wanted:
        raise refused("invalid_arguments", ["missing required field: email"])
    for user in call.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": _info(call, user)}
    raise SlackError("users_not_found")
