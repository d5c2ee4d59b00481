"""The Web API methods that the app may use, by family; `handle` runs one of them."""

from __future__ import annotations

from playground.methods import apps, chat, conversations, files, openid, users, views
from playground.methods.call import METHODS, Call, SlackError, TooFast
from playground.state import Json

__all__ = ["METHODS", "Call", "SlackError", "TooFast", "handle"]
FAMILIES = (apps, chat, conversations, files, openid, users, views)


def handle(call: Call) -> Json:
    """Run a call and return Slack's answer, `ok` included. Raises TooFast (429)."""
    try:
        with call.slack.workspace.changing():
            answer = {"ok": True, **_checked(call)}
    except SlackError as error:
        answer = {"ok": False, "error": error.error, **error.more}
    if call.warnings:
        answer["warning"] = ",".join(call.warnings)
        answer.setdefault("response_metadata", {})["warnings"] = call.warnings
    return answer


def _checked(call: Call) -> Json:
    entry = METHODS.get(call.method)
    if entry is None:
        raise SlackError("unknown_method", req_method=call.method)
    if call.method != "api.test" and not entry.proves_itself:
        _check_token(call, app_token=entry.app_token)
    if entry.scopes:
        call.scope(*entry.scopes)
    return entry.call(call)


def _check_token(call: Call, *, app_token: bool) -> None:
    slack = call.slack
    if not call.token:
        raise SlackError("not_authed")
    if call.token not in (slack.bot_token, slack.app_token):
        raise SlackError("invalid_auth")
    if slack.revoked:
        raise SlackError(slack.revoked)
    if app_token != (call.token == slack.app_token):
        raise SlackError("not_allowed_token_type")
