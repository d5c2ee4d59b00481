"""The Web API: its methods, by family, and `WebApi`, which runs them and remembers the calls."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from playground.faults import Faults
from playground.methods import auth, chat, conversations, files, users, views
from playground.methods.call import METHODS, Call, SlackError, TooFast
from playground.state import Json
from playground.workspace import Workspace

__all__ = ["METHODS", "PastCall", "SlackError", "TooFast", "WebApi"]
FAMILIES = (auth, chat, conversations, files, users, views)
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class PastCall:
    """A Web API call that was handled; `error` is None where it went well."""

    method: str
    args: Json
    error: str | None
    at: float
    seconds: float


class WebApi:
    """Runs the app's calls, and remembers the last of them."""

    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self.workspace = workspace
        self.faults = faults
        self.past_calls: deque[PastCall] = deque(maxlen=REMEMBERED)

    def call(self, method: str, args: Json, token: str, warnings: list[str] | None = None) -> Json:
        """Run a call and return Slack's answer, `ok` included. Raises TooFast (429)."""
        started = time.monotonic()
        try:
            answer = _handle(Call(self.workspace, self.faults, method, args, token, warnings or []))
        except TooFast:
            self._remember(method, args, "ratelimited", started)
            raise
        self._remember(method, args, answer.get("error"), started)
        return answer

    def _remember(self, method: str, args: Json, error: str | None, started: float) -> None:
        seconds = time.monotonic() - started
        self.past_calls.append(PastCall(method, args, error, self.workspace.now(), seconds))


def _handle(call: Call) -> Json:
    try:
        with call.workspace.changing():
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
    app = call.app
    if not call.token:
        raise SlackError("not_authed")
    if call.token not in (app.bot_token, app.app_token):
        raise SlackError("invalid_auth")
    if app.revoked:
        raise SlackError(app.revoked)
    if app_token != (call.token == app.app_token):
        raise SlackError("not_allowed_token_type")
