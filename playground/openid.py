"""Sign in with Slack: the codes and tokens of people who sign in.

Source: https://docs.slack.dev/authentication/sign-in-with-slack.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from playground.state import Json

CODE_SECONDS, TOKEN_SECONDS = 600.0, 300
ISSUER = "https://slack.com"


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
