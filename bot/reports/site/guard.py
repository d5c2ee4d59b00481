"""Who reads: the cookie holds a session's token, the database says whose, and what they see."""

import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from bot.people import sessions
from bot.people.models import Person, Workspace
from bot.reports.policy import Sight, sight_of
from bot.slack.identity import Identity

_SIGN_IN_SECONDS = 600


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
    """A sign-in that began in a browser, which alone knows `secret` and alone can end it.

    State and nonce go through addresses that others may see, so they are made of the secret and
    do not tell it.
    """

    secret: str
    onward: str

    @classmethod
    def begin(cls, onward: str) -> "Attempt":
        """A new one, with a secret of its own."""
        return cls(secrets.token_urlsafe(32), onward)

    @property
    def state(self) -> str:
        """What Slack sends back with the person."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What Slack writes into the ID token."""
        return self._derived("nonce")

    def _derived(self, purpose: str) -> str:
        return hmac.digest(self.secret.encode("utf-8", "replace"), purpose.encode(), "sha256").hex()


class Guard:
    """Hands out cookies, and reads them."""

    def __init__(self, *, secure: bool) -> None:
        """`secure`: the pages are served over https, and so are their cookies."""
        self._secure = secure
        prefix = "__Host-" if secure else ""
        self._session, self._attempt = f"{prefix}handoff", f"{prefix}handoff_sign_in"

    def reader(self, session: Session, request: Request, workspace: Workspace) -> Reader:
        """Who asks. Their role is read anew each time. Raises NotSignedIn, WithoutRole."""
        person = sessions.person(session, workspace.id, self._token(request))
        if person is None:
            raise NotSignedIn
        sight = sight_of(person)
        if sight is None:
            raise WithoutRole
        return Reader(person, workspace, sight)

    def sign_in(
        self, session: Session, request: Request, workspace: Workspace, who: Identity
    ) -> str | None:
        """End the session that this browser had, and start one; None for one without a role.

        The token is always a new one: a token that somebody put into the browser serves nobody.
        """
        self.sign_out(session, request)
        return sessions.start(session, workspace.id, who.slack_id)

    def sign_out(self, session: Session, request: Request) -> None:
        """End this browser's session."""
        sessions.end(session, self._token(request))

    def welcome(self, response: Response, token: str) -> None:
        """Let this browser hold the token of its session."""
        self._put(response, self._session, token, sessions.SECONDS)
        self._drop(response, self._attempt)

    def goodbye(self, request: Request, response: Response) -> None:
        """Let this browser forget its token.

        A request from another site comes without the cookie (SameSite), and signs nobody out.
        """
        if self._session in request.cookies:
            self._drop(response, self._session)

    def remember_attempt(self, response: Response, attempt: Attempt) -> None:
        """Let this browser know the sign-in that it began."""
        self._put(response, self._attempt, f"{attempt.secret}.{attempt.onward}", _SIGN_IN_SECONDS)

    def attempt(self, request: Request, state: str) -> Attempt | None:
        """The sign-in that this browser began, if it is the one that Slack answers."""
        secret, _, onward = request.cookies.get(self._attempt, "").partition(".")
        begun = Attempt(secret, onward)
        same = hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "replace"))
        return begun if secret and same else None

    def _token(self, request: Request) -> str:
        return request.cookies.get(self._session, "")

    def _put(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, secure=self._secure, httponly=True, samesite="lax"
        )

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, secure=self._secure, httponly=True, samesite="lax")
