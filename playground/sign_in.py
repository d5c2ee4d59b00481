"""The page of *Sign in with Slack*, on which one chooses who one is.

Only addresses of this machine are sent codes: it is a stand-in, and proves nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from playground.state import User
from playground.workspace import Workspace

HOSTS = {"127.0.0.1", "localhost"}


class SignInPage:
    """`/openid/connect/authorize`: GET shows the people, POST is somebody's choice."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def authorize(self, request: Request) -> Response:
        """Check what the app asks, and let the person say who they are."""
        query = request.query_params
        if fault := self._fault(query):
            return PlainTextResponse(fault, 400)
        if request.method == "GET":
            return HTMLResponse(_page(self._workspace.app.manifest.name, self._people()))
        chosen = (await request.form()).get("user")
        return RedirectResponse(self._back(query, str(chosen or "")), 303)

    def _fault(self, query: Mapping[str, str]) -> str:
        if query.get("client_id") != self._workspace.openid.client_id:
            return "invalid_client_id"
        if query.get("response_type") != "code":
            return "invalid_response_type"
        if "openid" not in query.get("scope", "").replace(",", " ").split():
            return "invalid_scope"
        if urlsplit(query.get("redirect_uri", "")).hostname not in HOSTS:
            return "bad_redirect_uri"
        return ""

    def _people(self) -> list[User]:
        users = self._workspace.users.values()
        people = [user for user in users if not user.is_bot and not user.deleted]
        return sorted(people, key=lambda user: user.real_name)

    def _back(self, query: Mapping[str, str], chosen: str) -> str:
        address = query["redirect_uri"]
        answer = {"state": query.get("state", "")}
        if chosen not in {user.id for user in self._people()}:
            return f"{address}?{urlencode({'error': 'access_denied', **answer})}"
        code = self._workspace.openid.new_code(chosen, address, query.get("nonce", ""))
        return f"{address}?{urlencode({'code': code, **answer})}"


def _page(app: str, people: list[User]) -> str:
    buttons = "".join(
        f'<button name="user" value="{escape(user.id)}">{escape(user.real_name)}</button>'
        for user in people
    )
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'><title>Sign in</title>"
        "<link rel='icon' href='data:,'>"
        "<style>body{font:16px/1.5 system-ui;max-width:24em;margin:10vh auto;padding:0 1.5em}"
        "button{display:block;width:100%;margin:.5em 0;padding:.7em 1em;font:inherit;text-align:"
        "left;background:#fff;color:#1d1c1d;border:1px solid #8d8d8d;border-radius:6px}"
        "button:hover,button:focus{border-color:#1264a3;outline:2px solid #1264a3}</style>"
        f"<main><h1>Who are you?</h1><p>{escape(app)} asks who you are in this workspace. This is "
        "the playground: choose anyone.</p>"
        f"<form method='post'>{buttons}<button name='user' value=''>Nobody: cancel</button></form>"
        "</main></html>"
    )
