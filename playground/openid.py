"""Sign in with Slack, as Slack plays it: a page to choose who one is, then a code, then tokens.

Source: https://docs.slack.dev/authentication/sign-in-with-slack. Only addresses of this machine
are sent codes: it is a stand-in, and proves nobody.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from playground.state import Json, User

if TYPE_CHECKING:
    from playground.standin import StandIn

CODE_SECONDS, TOKEN_SECONDS = 600.0, 300
ISSUER = "https://slack.com"
HOSTS = {"127.0.0.1", "localhost"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    user: str
    redirect_uri: str
    nonce: str
    issued: float


class OpenId:
    """Codes and tokens of people who sign in; safe to use from any thread."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.client_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"
        self.client_secret = secrets.token_hex(16)
        self._lock = threading.Lock()
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, str] = {}

    def new_code(self, user: str, redirect_uri: str, nonce: str) -> str:
        """A code for this person, to be used once."""
        code = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**13)}.{secrets.token_hex(32)}"
        with self._lock:
            self._codes[code] = Grant(user, redirect_uri, nonce, self.now())
        return code

    def use_code(self, code: str, redirect_uri: str) -> Grant | None:
        """The grant of a fresh code that was sent to this address."""
        with self._lock:
            grant = self._codes.pop(code, None)
        if grant is None or self.now() - grant.issued > CODE_SECONDS:
            return None
        return grant if grant.redirect_uri == redirect_uri else None

    def new_token(self, user: str) -> str:
        """An access token of this person."""
        token = f"xoxp-{secrets.token_hex(24)}"
        with self._lock:
            self._tokens[token] = user
        return token

    def owner(self, token: str) -> str | None:
        """Whose access token it is."""
        with self._lock:
            return self._tokens.get(token)

    def claims(self, user: str, team: str, nonce: str) -> Json:
        """What a token says of this person."""
        now = int(self.now())
        return {
            "iss": ISSUER,
            "sub": user,
            "aud": self.client_id,
            "exp": now + TOKEN_SECONDS,
            "iat": now,
            "nonce": nonce,
            "https://slack.com/team_id": team,
            "https://slack.com/user_id": user,
        }

    def id_token(self, user: str, team: str, nonce: str) -> str:
        """A JSON Web Token; its signature is none, since the reader gets it from us directly."""
        body = _encoded(self.claims(user, team, nonce))
        return ".".join([_encoded({"alg": "RS256", "typ": "JWT"}), body, "c2ln"])


def _encoded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class Door:
    """`/openid/connect/authorize`: GET shows the people, POST is somebody's choice."""

    def __init__(self, slack: StandIn) -> None:
        self._slack = slack

    async def authorize(self, request: Request) -> Response:
        """Check what the app asks, and let the person say who they are."""
        asked = request.query_params
        if fault := self._fault(asked):
            return PlainTextResponse(fault, 400)
        if request.method == "GET":
            return HTMLResponse(_page(self._slack.manifest.name, self._people()))
        chosen = (await request.form()).get("user")
        return RedirectResponse(self._back(asked, str(chosen or "")), 303)

    def _fault(self, asked: Mapping[str, str]) -> str:
        if asked.get("client_id") != self._slack.openid.client_id:
            return "invalid_client_id"
        if asked.get("response_type") != "code":
            return "invalid_response_type"
        if "openid" not in asked.get("scope", "").replace(",", " ").split():
            return "invalid_scope"
        if urlsplit(asked.get("redirect_uri", "")).hostname not in HOSTS:
            return "bad_redirect_uri"
        return ""

    def _people(self) -> list[User]:
        users = self._slack.workspace.users.values()
        people = [user for user in users if not user.is_bot and not user.deleted]
        return sorted(people, key=lambda user: user.real_name)

    def _back(self, asked: Mapping[str, str], chosen: str) -> str:
        address = asked["redirect_uri"]
        answer = {"state": asked.get("state", "")}
        if chosen not in {user.id for user in self._people()}:
            return f"{address}?{urlencode({'error': 'access_denied', **answer})}"
        code = self._slack.openid.new_code(chosen, address, asked.get("nonce", ""))
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
