"""The pages in the browser: a door, pages, files. Rendered here, read-only, without a script."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from bot.people.models import Workspace
from bot.reports.site import downloads, error_pages, leads_page, login, pages
from bot.reports.site.context import PageContext
from bot.reports.site.login import SessionAuth
from bot.settings import Settings
from bot.slack.identity import SignIn
from bot.store import Store


def mount(
    app: FastAPI, settings: Settings, store: Store, workspace: Callable[[], Workspace]
) -> None:
    """Put the pages on the application's web; where nobody can sign in, there are none."""
    sign_in = _sign_in(settings)
    if sign_in is None:
        return
    auth = SessionAuth(secure=settings.public_url.startswith("https://"))
    context = PageContext(store, workspace, auth)
    signing_in = login.Login(store, workspace, auth, sign_in)
    routes = APIRouter()
    for each in (
        login.router(signing_in),
        pages.router(pages.ReportPages(context)),
        leads_page.router(leads_page.LeadsPages(context)),
        downloads.router(downloads.Files(context)),
    ):
        routes.include_router(each)
    app.include_router(routes)
    error_pages.mount(app)
    for closed in login.CLOSED:
        app.add_exception_handler(closed, signing_in.refuse)
    for unreadable in pages.UNREADABLE:
        app.add_exception_handler(unreadable, pages.unreadable)


def address(settings: Settings) -> str:
    """Where the report is; empty where nobody can sign in, and so there is none."""
    return "" if settings.missing_for_sign_in else settings.public_url + login.HOME


def _sign_in(settings: Settings) -> SignIn | None:
    client = settings.slack_client_secret
    if settings.missing_for_sign_in or client is None:
        return None
    return SignIn(
        settings.slack_client_id,
        client.get_secret_value(),
        settings.slack_api_url,
        settings.public_url + login.SIGNED_IN,
    )
