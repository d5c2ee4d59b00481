"""auth.test, api.test, bots.info, apps.connections.open, and signing in: openid.connect.token and
openid.connect.userInfo, each of which looks at its caller on its own."""

from __future__ import annotations

from playground.methods.call import Call, SlackError, method
from playground.state import Json


@method("api.test")
def api_test(call: Call) -> Json:
    """Echo the arguments; fail with `error` if asked to."""
    if error := call.text("error"):
        raise SlackError(error, args=call.args)
    return {"args": {k: v for k, v in call.args.items() if k != "token"}}


@method("auth.test")
def auth_test(call: Call) -> Json:
    """Who the token is."""
    app, workspace = call.app, call.workspace
    return {
        "url": f"https://{workspace.team.domain}.slack.com/",
        "team": workspace.team.name,
        "user": app.manifest.bot_name,
        "team_id": workspace.team.id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


@method("bots.info", "users:read")
def bots_info(call: Call) -> Json:
    """The app's bot."""
    app = call.app
    if call.text("bot") != app.bot_id:
        raise SlackError("bot_not_found")
    bot = {
        "id": app.bot_id,
        "deleted": False,
        "name": app.manifest.bot_name,
        "app_id": app.id,
        "user_id": app.bot_user_id,
        "icons": {},
    }
    return {"bot": bot}


@method("apps.connections.open", app_token=True)
def connections_open(call: Call) -> Json:
    """A one-time WebSocket address for Socket Mode."""
    workspace = call.workspace
    return {"url": workspace.url.replace("http://", "ws://", 1) + workspace.tickets.new_socket()}


@method("openid.connect.token", proves_itself=True)
def token(call: Call) -> Json:
    """Exchange a code for the tokens of the person who signed in."""
    openid = call.workspace.openid
    if call.text("client_id") != openid.client_id:
        raise SlackError("invalid_client_id")
    if call.text("client_secret") != openid.client_secret:
        raise SlackError("bad_client_secret")
    if call.text("grant_type", "authorization_code") != "authorization_code":
        raise SlackError("invalid_grant_type")
    grant = openid.use_code(call.text("code"), call.text("redirect_uri"))
    if grant is None:
        raise SlackError("invalid_code")
    team = call.workspace.team
    return {
        "access_token": openid.new_token(grant.user),
        "token_type": "Bearer",
        "id_token": openid.id_token(grant.user, team.id, grant.nonce),
    }


@method("openid.connect.userInfo", proves_itself=True)
def user_info(call: Call) -> Json:
    """Who the token's owner is; with the scope `openid` alone, nothing but the ids."""
    user = call.workspace.openid.owner(call.token)
    if user is None:
        raise SlackError("invalid_auth" if call.token else "not_authed")
    return {
        "sub": user,
        "https://slack.com/user_id": user,
        "https://slack.com/team_id": call.workspace.team.id,
    }
