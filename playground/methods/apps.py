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
    slack = call.slack
    return {
        "url": f"https://{slack.workspace.team.domain}.slack.com/",
        "team": slack.workspace.team.name,
        "user": slack.manifest.bot_name,
        "team_id": slack.workspace.team.id,
        "user_id": slack.bot_user_id,
        "bot_id": slack.bot_id,
        "is_enterprise_install": False,
    }


@method("bots.info", "users:read")
def bots_info(call: Call) -> Json:
    """The app's bot."""
    slack = call.slack
    if call.text("bot") != slack.bot_id:
        raise SlackError("bot_not_found")
    bot = {
        "id": slack.bot_id,
        "deleted": False,
        "name": slack.manifest.bot_name,
        "app_id": slack.app_id,
        "user_id": slack.bot_user_id,
        "icons": {},
    }
    return {"bot": bot}


@method("apps.connections.open", app_token=True)
def connections_open(call: Call) -> Json:
    """A one-time WebSocket address for Socket Mode."""
    slack = call.slack
    return {"url": slack.url.replace("http://", "ws://", 1) + slack.sockets.new_address()}
