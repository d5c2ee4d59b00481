"""The hooks of vendors: who calls is proven over the raw body before anything of it is read."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, SecretStr

from bot import clock, sources
from bot.intake.models import Outcome
from bot.intake.receiving import RawSubmission
from bot.sources import Source
from bot.web.body import raw_body
from bot.web.intake import Intake
from bot.web.leads import Problem

Body = Annotated[bytes, Depends(raw_body)]


class Kept(BaseModel):
    """The submission is stored; what came of it."""

    outcome: Outcome


def router(intake: Intake, secrets: Mapping[str, SecretStr], public_url: str) -> APIRouter:
    """A route for each source that has a secret; `public_url` is how its vendor calls us."""
    routes = APIRouter(prefix="/leads", tags=["hooks of products"])
    for slug, secret in secrets.items():
        source = sources.SOURCES[slug]
        hook = _Hook(intake, source, secret, public_url)
        routes.add_api_route(
            source.path,
            hook.receive_under_key if source.secret_in_path else hook.receive,
            methods=["POST"],
            name=source.name,
            operation_id=f"hook_{slug}",
            response_model=Kept,
            responses=_answers(source),
            openapi_extra=_body(source),
        )
        if source.greet is not None:
            routes.add_api_route(
                source.path, hook.receive, methods=["GET"], include_in_schema=False
            )
    return routes


class _Hook:
    """One source's door."""

    def __init__(self, intake: Intake, source: Source, secret: SecretStr, public_url: str) -> None:
        self._intake = intake
        self._source = source
        self._secret = secret.get_secret_value()
        self._public_url = public_url

    async def receive(self, request: Request, body: Body) -> Response:
        """Receive what this product sends. It is stored before the answer, readable or not:
        a refusal would make the product give up and switch its hook off.
        """
        return await self._receive(request, body, "")

    async def receive_under_key(self, key: str, request: Request, body: Body) -> Response:
        """Receive what this product sends to its secret address; stored before the answer."""
        return await self._receive(request, body, key)

    async def _receive(self, request: Request, body: bytes, key: str) -> Response:
        address = address_of(request, self._public_url)
        sent = sources.Request(body, dict(request.headers), address, key)
        assert self._source.verify is not None
        try:
            self._source.verify(sent, self._secret, clock.now())
        except sources.Unproven as error:
            if self._source.secret_in_path:
                raise HTTPException(404, "Not Found") from error
            raise HTTPException(401, error.message) from error
        greeting = self._source.greet(sent, self._secret) if self._source.greet else None
        if greeting is not None:
            return Response(greeting.body, media_type=greeting.content_type)
        slug = self._source.slug
        receipt = await self._intake.take(RawSubmission(slug, slug, body, sent.content_type))
        return JSONResponse({"outcome": receipt.outcome})


def address_of(request: Request, public_url: str) -> str:
    """The address as the sender called it, byte by byte, for signatures over it."""
    base = public_url or f"{request.url.scheme}://{request.url.netloc}"
    path = (request.scope.get("raw_path") or b"").decode("latin-1")
    query = request.scope.get("query_string", b"").decode("latin-1")
    return base + path + (f"?{query}" if query else "")


def _answers(source: Source) -> dict[int | str, dict[str, Any]]:
    refused = 404 if source.secret_in_path else 401
    return {
        refused: {"model": Problem, "description": "The sender could not be proven."},
        413: {"model": Problem},
        503: {"model": Problem, "description": "Try again: nothing was stored."},
    }


def _body(source: Source) -> dict[str, Any]:
    media = source.content_type.partition(";")[0]
    example = source.example.decode()
    return {"requestBody": {"content": {media: {"schema": {}, "example": example}}}}
