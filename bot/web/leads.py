"""The routes of the two sources that need no vendor, JSON and a plain form."""

from collections.abc import Awaitable, Callable, Collection
from html import escape
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Request, Security
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from bot.intake.receiving import RawSubmission
from bot.keys import Keys
from bot.sources import form
from bot.sources.lead_payload import LeadPayload, Refusal
from bot.web.body import raw_body
from bot.web.intake import Intake

Body = Annotated[bytes, Depends(raw_body)]


class Accepted(BaseModel):
    """The lead is stored; its card is on the way."""

    lead_id: int
    duplicate: bool = Field(
        description="True: this person came with this external_id before; nothing was added."
    )


class Problem(BaseModel):
    """What does not fit, by field. The submission was kept, and can be replayed after a mend."""

    detail: str
    problems: dict[str, str] = {}


def _thank(body: bytes, content_type: str, thanks_origins: Collection[str]) -> Response:
    """Where the visitor of a form goes: the page it names, if we know its origin."""
    target = form.fields(body, content_type).get(form.NEXT, "")
    if _origin(target) in thanks_origins:
        return RedirectResponse(target, 303)
    return _page("Thank you", "We have received your message and will be in touch soon.")


def _origin(address: str) -> str:
    """Scheme and host of an address; nothing that is on any list for one that is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _page(title: str, text: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{title}</title>"
        "<body style='font:16px/1.5 system-ui;margin:15vh auto;max-width:32em;padding:0 1em'>"
        f"<h1>{title}</h1><p>{text}</p></body></html>",
        status,
        {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


def sender_of(programs: Keys) -> Callable[..., Awaitable[str]]:
    """What proves the key of a program; it answers the key's name."""
    bearer = HTTPBearer(auto_error=False, description="The key of one of HANDOFF_LEAD_KEYS.")

    async def sender(  # async: what only computes needs no thread of its own
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> str:
        name = programs.name(credentials.credentials) if credentials else None
        if name is None:
            raise HTTPException(401, "A valid key is needed.", {"WWW-Authenticate": "Bearer"})
        return name

    return sender


def router(
    intake: Intake, programs: Keys, forms: Keys, thanks_origins: Collection[str]
) -> APIRouter:
    """The routes, each with its own keys: those of forms are public, and open nothing but a form.

    A form's visitors may be sent back to pages of `thanks_origins`.
    """
    routes = APIRouter(prefix="/leads", tags=["leads"])
    sender = sender_of(programs)

    @routes.post(
        "/api",
        status_code=202,
        response_model=Accepted,
        responses={401: {"model": Problem}, 413: {"model": Problem}, 422: {"model": Problem},
                   503: {"model": Problem, "description": "Try again: nothing was stored."}},
        openapi_extra=_json_body(),
    )  # fmt: skip
    async def send_lead(
        who: Annotated[str, Depends(sender)], request: Request, body: Body
    ) -> Response:
        """Send one lead. It is stored before the answer, and on its way to the channel.

        The same `external_id` of the same person sent again under the same key is answered the same
        way and adds nothing, so an unanswered request can simply be repeated.
        """
        content_type = request.headers.get("content-type", "")
        receipt = await intake.take(RawSubmission("api", who, body, content_type))
        if receipt.problem is not None:
            return _unreadable(receipt.problem)
        answer = Accepted(lead_id=receipt.lead_id or 0, duplicate=not receipt.is_new)
        return JSONResponse(answer.model_dump(), 202)

    async def form_name(key: str) -> str:
        name = forms.name(key)
        if name is None:
            raise HTTPException(404, "Not found.")
        return name

    @routes.post("/form/{key}", responses={404: {"model": Problem}}, openapi_extra=_form_body())
    async def send_form(
        who: Annotated[str, Depends(form_name)], request: Request, body: Body
    ) -> Response:
        """Receive a plain HTML form, and thank its visitor."""
        content_type = request.headers.get("content-type", "")
        receipt = await intake.take(RawSubmission("form", who, body, content_type))
        if receipt.problem is None:
            return _thank(body, content_type, thanks_origins)
        if form.HONEYPOT in receipt.problem.problems:
            # A program learns nothing; the submission is kept in case it was a person after all.
            return _thank(body, content_type, thanks_origins)
        lines = [f"{field}: {text}" for field, text in receipt.problem.problems.items()]
        return _page("Please check the form", escape("; ".join(lines)), 422)

    return routes


def _unreadable(problem: Refusal) -> JSONResponse:
    return JSONResponse({"detail": problem.message, "problems": problem.problems}, 422)


def _json_body() -> dict[str, Any]:
    schema = LeadPayload.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _form_body() -> dict[str, Any]:
    ours = ("submitted_at", "answers", "meeting")
    names = [name for name in LeadPayload.model_fields if name not in ours]
    properties = {name: {"type": "string"} for name in [*names, form.NEXT, form.HONEYPOT]}
    schema = {"type": "object", "properties": properties}
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data")
    return {"requestBody": {"content": {kind: {"schema": schema} for kind in kinds}}}
