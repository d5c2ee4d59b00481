"""Login: sign in with Slack, sign out, and whom to ask where one may not in.

The cookie holds a session's token; the database says whose it is, and what they may see."""

import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people import sessions
from bot.people.models import Person, Role, Workspace
from bot.reports.permissions import Permissions, permissions_of
from bot.reports.site.templates import HEADERS, page
from bot.slack.errors import SlackRefused
from bot.slack.identity import Identity, NotProven, SignIn
from bot.store import Store
from bot.tasks import Postpone

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
    permissions: Permissions


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


class SessionAuth:
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
        permissions = permissions_of(person)
        if permissions is None:
            raise WithoutRole
        return Reader(person, workspace, permissions)

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


logger = logging.getLogger(__name__)

HOME = "/report"
SIGN_IN = f"{HOME}/sign-in"
SIGNED_IN = f"{HOME}/signed-in"
"""Where Slack sends people back; this address stands in the app's settings."""

Words = Annotated[str, Query(max_length=2_000)]


class _NotIn(Exception):
    """Why somebody is not signed in, and the status that says so."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(frozen=True)
class Login:
    """What opens the pages."""

    store: Store
    workspace: Callable[[], Workspace]
    auth: SessionAuth
    sign_in: SignIn

    def ask(self, onward: Words = HOME) -> Response:
        """The page with the button."""
        return page("sign_in.html", {"onward": _inside(onward)})

    def leave_for_slack(self, onward: Words = HOME) -> Response:
        """On the way to Slack, with a secret that comes back."""
        attempt = Attempt.begin(_inside(onward))
        team = self.workspace().team_id
        address = self.sign_in.address(attempt.state, attempt.nonce, team)
        response = RedirectResponse(address, 303, HEADERS)
        self.auth.remember_attempt(response, attempt)
        return response

    def come_back(
        self, request: Request, state: Words = "", code: Words = "", error: Words = ""
    ) -> Response:
        """Back from Slack: who is it? Nothing is believed but what Slack itself says."""
        attempt = self.auth.attempt(request, state)
        if attempt is None:
            return _again("This sign-in was started in another browser, or too long ago.", 400)
        if error or not code:
            return _again("You cancelled the sign-in.", 403)
        try:
            who = self._identify(code, attempt)
        except _NotIn as problem:
            return _again(problem.message, problem.status)
        with self.store.transaction() as session:
            token = self.auth.sign_in(session, request, self.workspace(), who)
        if token is None:
            raise WithoutRole
        response = RedirectResponse(_inside(attempt.onward), 303, HEADERS)
        self.auth.welcome(response, token)
        return response

    def _identify(self, code: str, attempt: Attempt) -> Identity:
        try:
            who = self.sign_in.identify(code, attempt.nonce)
        except NotProven as problem:
            raise _NotIn(problem.message, 400) from problem
        except Postpone as problem:
            raise _NotIn("Slack isn't answering right now.", 503) from problem
        except SlackRefused as refusal:
            logger.warning("nobody could sign in: %s", refusal)
            hint = "Slack refused the sign-in; an admin can run “handoff doctor”."
            raise _NotIn(hint, 502) from refusal
        if who.team_id != self.workspace().team_id:
            raise _NotIn("You signed in to another Slack workspace than this report's.", 403)
        return who

    def sign_out(self, request: Request) -> Response:
        """End this browser's session."""
        with self.store.transaction() as session:
            self.auth.sign_out(session, request)
        response = page("message.html", {
            "title": "You are signed out", "text": "Until next time.", "link": SIGN_IN,
            "label": "Sign in again",
        })  # fmt: skip
        self.auth.goodbye(request, response)
        return response

    def refuse(self, request: Request, problem: Exception) -> Response:
        """Where somebody goes who may not see a page: to sign in, or to whom they can ask."""
        if isinstance(problem, NotSignedIn):
            onward = f"{request.url.path}?{request.url.query}".rstrip("?")
            return RedirectResponse(f"{SIGN_IN}?{urlencode({'onward': onward})}", 303, HEADERS)
        with self.store.transaction() as session:
            admins = people.having(session, self.workspace().id, Role.ADMIN)
        return page("no_role.html", {"admins": [admin.name for admin in admins[:3]]}, 403)


def router(login: Login) -> APIRouter:
    """The routes of the login."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(SIGN_IN, login.ask, methods=["GET"])
    routes.add_api_route(f"{SIGN_IN}/slack", login.leave_for_slack, methods=["GET"])
    routes.add_api_route(SIGNED_IN, login.come_back, methods=["GET"])
    routes.add_api_route(f"{HOME}/sign-out", login.sign_out, methods=["POST"])
    return routes


CLOSED = (NotSignedIn, WithoutRole)
"""What `refuse` answers."""


def _inside(address: str) -> str:
    """An address of these pages; for any other, their first."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return HOME
    ours = parts.path == HOME or parts.path.startswith(f"{HOME}/")
    is_plain = address.isascii() and address.isprintable() and "\\" not in address
    return address if ours and is_plain and not parts.scheme and not parts.netloc else HOME


def _again(text: str, status: int) -> Response:
    facts = {"title": "You are not signed in", "text": text, "link": SIGN_IN, "label": "Sign in"}
    return page("message.html", facts, status)
