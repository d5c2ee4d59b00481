"""Sign in with Slack: who stands at the door of the web pages, by OpenID Connect.

Source: https://docs.slack.dev/authentication/sign-in-with-slack; OpenID Connect Core 1.0, 3.1.
"""

import base64
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from bot import clock
from bot.errors import HandoffError
from bot.slack.client import Sdk

_ISSUER = "https://slack.com"
# A token is read the moment it was made, so only the clocks can differ.
_CLOCK_TOLERANCE_SECONDS = 300


class NotProven(HandoffError):
    """Slack's answer does not fit the sign-in that you began. Please sign in again."""


@dataclass(frozen=True)
class Identity:
    """Who signed in, by Slack's IDs."""

    team_id: str
    slack_id: str


class SignIn:
    """Slack as the one who knows people. `redirect_uri` stands in the app's settings too."""

    def __init__(self, client_id: str, client_secret: str, api_url: str, redirect_uri: str) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._api_url = api_url
        self.redirect_uri = redirect_uri

    def address(self, state: str, nonce: str, team_id: str) -> str:
        """Where to send a person who wants to sign in."""
        query = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._client_id,
            "state": state,
            "nonce": nonce,
            "team": team_id,
            "redirect_uri": self.redirect_uri,
        }
        return f"{urljoin(self._api_url, '/openid/connect/authorize')}?{urlencode(query)}"

    def identify(self, code: str, nonce: str) -> Identity:
        """Who came back with this code. Raises NotProven, and what `Slack.call` raises."""
        granted = self._client().api_call("openid.connect.token", data=self._token_request(code))
        claims = _claims(str(granted["id_token"]))
        self._prove(claims, nonce)
        who = self._client(str(granted["access_token"])).openid_connect_userInfo()
        if who["sub"] != claims.get("sub"):
            raise NotProven
        return Identity(
            str(who["https://slack.com/team_id"]), str(who["https://slack.com/user_id"])
        )

    def _token_request(self, code: str) -> dict[str, str]:
        return {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "grant_type": "authorization_code",
        }

    def _prove(self, claims: dict[str, Any], nonce: str) -> None:
        """The token came straight from Slack over TLS, which stands for its signature (3.1.3.7)."""
        now = clock.now().timestamp()
        expires = claims.get("exp")
        fits = (
            claims.get("iss") == _ISSUER
            and claims.get("aud") == self._client_id
            and isinstance(expires, int | float)
            and expires > now - _CLOCK_TOLERANCE_SECONDS
            and hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
        )
        if not fits:
            raise NotProven

    def _client(self, token: str | None = None) -> Sdk:
        return Sdk(token, self._api_url)


def _claims(token: str) -> dict[str, Any]:
    """What a JSON Web Token says."""
    try:
        _, body, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, RecursionError):
        raise NotProven from None
    if not isinstance(claims, dict):
        raise NotProven
    return claims
