"""Slack's requests over HTTP: proven first, parsed after, answered from a thread pool."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from bot.slack import Listening
from bot.web.body import raw_body


def router(listening: Listening, signing_secret: str) -> APIRouter:
    """The route that Slack's app settings name as the request URL: `/slack/events`."""
    routes = APIRouter()

    @routes.post("/slack/events", include_in_schema=False)
    async def events(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        """Check the signature and the stamp (5 minutes), then let Bolt answer."""
        headers = dict(request.headers)
        if not listening.is_slack(signing_secret, body, headers):
            return Response(status_code=401)  # strangers get none of the threads that answer Slack
        answer = await run_in_threadpool(listening.dispatch, body, headers)
        return Response(answer.body, answer.status, answer.headers)

    return routes
