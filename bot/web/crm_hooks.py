"""The CRM's hooks: they only bring the next poll forward, so what they say is not read."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from bot import clock, sources
from bot.crm.connection import Connection
from bot.crm.poll import poll_soon
from bot.people.models import Workspace
from bot.web.body import raw_body
from bot.web.hooks import address_of

Body = Annotated[bytes, Depends(raw_body)]


def router(crm: Connection, workspace: Callable[[], Workspace]) -> APIRouter:
    """The routes of a CRM that sends hooks: signed, or to an address that only it knows."""
    routes = APIRouter(prefix="/crm", tags=["crm"], include_in_schema=False)
    assert crm.adapter.prove is not None
    prove = crm.adapter.prove

    @routes.post("/hook", status_code=204)
    @routes.post("/hook/{key}", status_code=204)
    async def changed(request: Request, body: Body, key: str = "") -> Response:
        address = address_of(request, crm.access.public_url)
        sent = sources.Request(body, dict(request.headers), address, key)
        try:
            prove(sent, crm.access, clock.now())
        except sources.Unproven as error:
            raise HTTPException(404, "Not Found") from error

        def bring_forward() -> None:
            with crm.store.transaction() as session:
                poll_soon(session, workspace().id)

        await run_in_threadpool(bring_forward)
        return Response(status_code=204)

    return routes
