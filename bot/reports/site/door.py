"""The door of the pages: sign in with Slack, sign out, and whom to ask where one may not in."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from bot.people import service as people
from bot.people.models import Role, Workspace
from bot.reports.site.guard import Attempt, Guard, NotSignedIn, WithoutRole
from bot.reports.site.paper import HEADERS, page
from bot.slack.errors import SlackRefused
from bot.slack.identity import Identity, NotProven, SignIn
from bot.store import Store
from bot.tasks import Postpone

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
class Door:
    """What opens the pages."""

    store: Store
    workspace: Callable[[], Workspace]
    guard: Guard
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
        self.guard.remember_attempt(response, attempt)
        return response

    def come_back(
        self, request: Request, state: Words = "", code: Words = "", error: Words = ""
    ) -> Response:
        """Back from Slack: who is it? Nothing is believed but what Slack itself says."""
        attempt = self.guard.attempt(request, state)
        if attempt is None:
            return _again("This sign-in began somewhere else, or a while ago.", 400)
        if error or not code:
            return _again("You did not agree to sign in, so nothing was shown to anyone.", 403)
        try:
            who = self._identify(code, attempt)
        except _NotIn as problem:
            return _again(problem.message, problem.status)
        with self.store.transaction() as session:
            token = self.guard.sign_in(session, request, self.workspace(), who)
        if token is None:
            raise WithoutRole
        response = RedirectResponse(_inside(attempt.onward), 303, HEADERS)
        self.guard.welcome(response, token)
        return response

    def _identify(self, code: str, attempt: Attempt) -> Identity:
        try:
            who = self.sign_in.identify(code, attempt.nonce)
        except NotProven as problem:
            raise _NotIn(problem.message, 400) from problem
        except Postpone as problem:
            raise _NotIn("Slack does not answer at the moment.", 503) from problem
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
            self.guard.sign_out(session, request)
        response = page("message.html", {
            "title": "You are signed out", "text": "Until next time.", "link": SIGN_IN,
            "label": "Sign in again",
        })  # fmt: skip
        self.guard.goodbye(request, response)
        return response

    def refuse(self, request: Request, problem: Exception) -> Response:
        """Where somebody goes who may not see a page: to sign in, or to whom they can ask."""
        if isinstance(problem, NotSignedIn):
            onward = f"{request.url.path}?{request.url.query}".rstrip("?")
            return RedirectResponse(f"{SIGN_IN}?{urlencode({'onward': onward})}", 303, HEADERS)
        with self.store.transaction() as session:
            admins = people.having(session, self.workspace().id, Role.ADMIN)
        return page("no_role.html", {"admins": [admin.name for admin in admins[:3]]}, 403)


def router(door: Door) -> APIRouter:
    """The routes of the door."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(SIGN_IN, door.ask, methods=["GET"])
    routes.add_api_route(f"{SIGN_IN}/slack", door.leave_for_slack, methods=["GET"])
    routes.add_api_route(SIGNED_IN, door.come_back, methods=["GET"])
    routes.add_api_route(f"{HOME}/sign-out", door.sign_out, methods=["POST"])
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
