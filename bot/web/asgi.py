"""The FastAPI application, put together."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline

from bot import __version__
from bot.people.service import NotInstalled
from bot.store import DatabaseDown
from bot.web.health import Health
from bot.web.health import router as health_router
from bot.web.intake import TooManyWaiting
from bot.web.wrong_keys import SlowWrongKeys


def create(
    *,
    leads: APIRouter,
    hooks: APIRouter,
    health: Health,
    slack_events: APIRouter | None,
) -> FastAPI:
    """The routes for Slack (None in Socket Mode), for senders of leads, and for operators.

    The documents under `/docs` come with their own assets, so they work without the internet.
    """
    app: FastAPI = FastAPIOffline(
        title="Handoff",
        version=__version__,
        description="Send leads to sales: each is stored before it is answered, and shown once. "
        "Read the figures: leads, campaigns, spend and weeks, in pages.",
        responses={429: {"description": "Too many requests without a valid key."}},
    )
    app.include_router(leads)
    app.include_router(hooks)
    app.include_router(health_router(health))
    if slack_events is not None:
        app.include_router(slack_events)
    # 503 asks senders and Slack to try again; a 4xx would make them give up.
    app.add_exception_handler(DatabaseDown, _try_again)
    app.add_exception_handler(NotInstalled, _try_again)
    app.add_exception_handler(TooManyWaiting, _try_again)
    app.add_middleware(SlowWrongKeys)
    return app


def _try_again(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 503, {"Retry-After": "5"})
