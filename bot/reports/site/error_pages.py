"""When a page cannot be shown: a page that says so, where the rest of the web answers programs."""

import inspect
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from bot.errors import HandoffError
from bot.people.service import NotInstalled
from bot.reports.site.login import HOME
from bot.reports.site.templates import page
from bot.store import DatabaseDown

Answer = Callable[[Request, Any], Any]


def mount(app: FastAPI) -> None:
    """Let whatever goes wrong below the report's address be a page."""
    for kind, show in (
        (HTTPException, _refused), (RequestValidationError, _unreadable),
        (DatabaseDown, _away), (NotInstalled, _away), (Exception, _broken),
    ):  # fmt: skip
        otherwise = app.exception_handlers.get(kind, _plainly)
        app.add_exception_handler(kind, _on_pages(show, otherwise))


def _on_pages(show: Answer, otherwise: Answer) -> Answer:
    """The one on the report's pages, the other elsewhere."""

    async def answer(request: Request, error: Exception) -> Response:
        is_page = request.url.path == HOME or request.url.path.startswith(f"{HOME}/")
        response = (show if is_page else otherwise)(request, error)
        if inspect.isawaitable(response):
            response = await response
        assert isinstance(response, Response)
        return response

    return answer


def _message(title: str, text: str, status: int) -> Response:
    facts = {"title": title, "text": text, "link": HOME, "label": "Back to the report"}
    return page("message.html", facts, status)


def _refused(_request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        text = "There's nothing at this address. It may be incomplete, or your role may not see it."
        return _message("Page not found", text, 404)
    return _message("This doesn't work", str(error.detail), error.status_code)


def _unreadable(_request: Request, _error: Exception) -> Response:
    return _message(
        "I can't read this",
        "Something in this address makes no sense. Start again from the report.",
        400,
    )


def _away(_request: Request, error: HandoffError) -> Response:
    answer = _message("The report is unavailable", error.message, 503)
    answer.headers["Retry-After"] = "5"
    return answer


def _broken(_request: Request, _error: Exception) -> Response:
    """The server's log has the error: whoever reads the page cannot mend it."""
    text = (
        "Something broke on our side, and the log says what. Nothing was changed. Try again, or "
        "look at other days."
    )
    return _message("This page broke", text, 500)


def _plainly(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("Internal Server Error", 500)
