"""The pages in the browser: a door, pages, files. Rendered here, read-only, without a script."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from bot.people.models import Workspace
from bot.reports.site import door, downloads, leads_page, pages, trouble
from bot.reports.site.frame import House
from bot.reports.site.guard import Guard
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
    guard = Guard(secure=settings.public_url.startswith("https://"))
    house = House(store, workspace, guard)
    entrance = door.Door(store, workspace, guard, sign_in)
    routes = APIRouter()
    for each in (
        door.router(entrance),
        pages.router(pages.Desk(house)),
        leads_page.router(leads_page.Desk(house)),
        downloads.router(downloads.Files(house)),
    ):
        routes.include_router(each)
    app.include_router(routes)
    trouble.mount(app)
    for closed in door.CLOSED:
        app.add_exception_handler(closed, entrance.refuse)
    for unreadable in pages.UNREADABLE:
        app.add_exception_handler(unreadable, pages.unreadable)


def address(settings: Settings) -> str:
    """Where the report is; empty where nobody can sign in, and so there is none."""
    return "" if settings.missing_for_sign_in else settings.public_url + door.HOME


def _sign_in(settings: Settings) -> SignIn | None:
    client = settings.slack_client_secret
    if settings.missing_for_sign_in or client is None:
        return None
    return SignIn(
        settings.slack_client_id,
        client.get_secret_value(),
        settings.slack_api_url,
        settings.public_url + door.SIGNED_IN,
    )
