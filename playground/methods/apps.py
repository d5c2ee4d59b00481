"""auth.test, api.test, bots.info and apps.connections.open."""

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
