"""Who reads: the signed cookie says who somebody is, the database says what they may see."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from bot import clock
from bot.people.model import Person, Workspace
from bot.reports.policy import Sight, sight_of
from bot.slack.identity import Identity

SESSION_SECONDS = 8 * 3600
"""A working day; then one signs in again."""

_SIGN_IN_SECONDS = 600
_SIGNING_IN = "handoff_sign_in"


class NotSignedIn(Exception):
    """Nobody, or somebody whose session is over."""


class WithoutRole(Exception):
    """Somebody whom the database gives no role."""


@dataclass(frozen=True)
class Reader:
    """Who looks at a page, and what they see."""

    person: Person
    workspace: Workspace
    sight: Sight


@dataclass(frozen=True)
class Attempt:
    """A sign-in that began here; only the browser in which it began can end it."""

    state: str
    nonce: str
    onward: str

    @classmethod
    def begin(cls, onward: str) -> "Attempt":
        """A new one, with secrets of its own."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), onward)


class _Signer(TimestampSigner):
    """Stamps by our clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


class Guard:
    """Hands out cookies, and reads them."""

    def __init__(self, key: bytes, *, secure: bool) -> None:
        """`secure`: the pages are served over https, and so are their cookies."""
        self._secure = secure
        self._session = "__Host-handoff" if secure else "handoff"
        self._sessions = _serializer(key, "report.session")
        self._attempts = _serializer(key, "report.sign-in")

    def reader(self, session: Session, request: Request, workspace: Workspace) -> Reader:
        """Who asks. Their role is read anew each time. Raises NotSignedIn, WithoutRole."""
        told = self._read(self._sessions, request, self._session, SESSION_SECONDS)
        if not isinstance(told, dict) or told.get("team") != workspace.team_id:
            raise NotSignedIn
        person = session.scalar(
            select(Person).where(
                Person.workspace_id == workspace.id, Person.slack_id == told.get("user")
            )
        )
        sight = sight_of(person) if person else None
        if person is None or sight is None:
            raise WithoutRole
        return Reader(person, workspace, sight)

    def welcome(self, response: Response, who: Identity) -> None:
        """Let this browser be that person's."""
        told = self._sessions.dumps({"team": who.team_id, "user": who.slack_id})
        self._put(response, self._session, told, SESSION_SECONDS)
        self.forget_attempt(response)

    def goodbye(self, response: Response) -> None:
        """Let this browser be nobody's."""
        response.delete_cookie(self._session, secure=self._secure, httponly=True, samesite="lax")

    def remember_attempt(self, response: Response, attempt: Attempt) -> None:
        """Let this browser know the sign-in that it began."""
        told = [attempt.state, attempt.nonce, attempt.onward]
        self._put(response, _SIGNING_IN, self._attempts.dumps(told), _SIGN_IN_SECONDS)

    def forget_attempt(self, response: Response) -> None:
        """An attempt serves once."""
        response.delete_cookie(_SIGNING_IN, secure=self._secure, httponly=True, samesite="lax")

    def attempt(self, request: Request, state: str) -> Attempt | None:
        """The sign-in that this browser began, if it is the one that Slack answers."""
        told = self._read(self._attempts, request, _SIGNING_IN, _SIGN_IN_SECONDS)
        if not isinstance(told, list) or len(told) != 3:
            return None
        begun = Attempt(*told)
        same = hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "replace"))
        return begun if same else None

    def _put(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, secure=self._secure, httponly=True, samesite="lax"
        )

    @staticmethod
    def _read(serializer: URLSafeTimedSerializer, request: Request, name: str, age: int) -> Any:
        try:
            return serializer.loads(request.cookies.get(name, ""), max_age=age)
        except BadSignature:
            return None


def signing_key(secret: str | None, client_secret: str) -> bytes:
    """The key of the cookies: the one that was set, else one made of the client secret."""
    base = secret or client_secret
    return hmac.digest(base.encode(), b"handoff: cookies of the report page", hashlib.sha256)


def _serializer(key: bytes, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        key,
        salt=f"handoff.{purpose}",
        signer=_Signer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
