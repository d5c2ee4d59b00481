"""The stand-in's HTTP face: the Web API, response_urls, sockets, files, signing in.

Web API calls are handled in the event loop: each takes well below a millisecond, and the lock is
held as briefly elsewhere. Faults are applied here, before or after a call takes effect.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from playground import responses
from playground.faults import Fault, Faults
from playground.methods import METHODS, TooFast, WebApi
from playground.serving import TRANSPORT, Dropped
from playground.sign_in import SignInPage
from playground.sockets import Sockets
from playground.state import Json
from playground.workspace import Workspace


class _CutOff(Response):
    """Closes the connection in the middle of another answer."""

    def __init__(self, whole: Response) -> None:
        super().__init__(bytes(whole.body), whole.status_code, dict(whole.headers))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        transport = scope.get("state", {}).get(TRANSPORT)
        start = {"type": "http.response.start", "status": self.status_code}
        await send(start | {"headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        if transport is not None:
            transport.close()
            while (await receive())["type"] != "http.disconnect":
                pass


class Server:
    """Routes of the stand-in."""

    def __init__(
        self, workspace: Workspace, faults: Faults, web_api: WebApi, sockets: Sockets
    ) -> None:
        self._workspace, self._faults = workspace, faults
        self._web_api, self._sockets = web_api, sockets
        self._stopping = threading.Event()
        self.app = FastAPI(title="A local stand-in of Slack", docs_url=None, redoc_url=None)
        add = self.app.add_route
        add("/api/{method}", self.api, methods=["GET", "POST"])
        add("/respond/{key}", self.respond, methods=["POST"])
        add("/files/upload/{file_id}", self.upload, methods=["POST"])
        add("/files/{file_id}/{name:path}", self.download, methods=["GET"])
        add("/openid/connect/authorize", SignInPage(workspace).authorize, methods=["GET", "POST"])
        self.app.router.routes.append(WebSocketRoute("/socket/{key}", self.socket))

    # ---- the Web API ------------------------------------------------------------------------

    async def api(self, request: Request) -> Response:
        """POST or GET /api/{method}."""
        method = request.path_params["method"]
        return await self._with_faults(method, lambda: self._call(request, method))

    async def _call(self, request: Request, method: str) -> Response:
        try:
            args, warnings = await _arguments(request)
        except ValueError as error:
            return self._answer({"ok": False, "error": str(error)})
        try:
            answer = self._web_api.call(method, args, _token(request, args), warnings)
        except TooFast as error:
            return _ratelimited(str(error.seconds))
        return self._answer(answer, method)

    def _answer(self, body: Json, method: str = "") -> Response:
        entry = METHODS.get(method)
        headers = {"x-oauth-scopes": ",".join(sorted(self._workspace.app.manifest.scopes))}
        if entry and entry.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(entry.scopes)
        return JSONResponse(body, headers=headers)

    async def _with_faults(self, target: str, act: Callable[[], Awaitable[Response]]) -> Response:
        if self._faults.down:
            return PlainTextResponse("Service Unavailable", 503)
        fault = self._faults.take(target)
        if fault is None:
            return await act()
        if fault.kind in ("drop_after", "hang_after", "cut_off"):
            answer = await act()
            if fault.kind == "drop_after":
                return Dropped()
            if fault.kind == "cut_off":
                return _CutOff(answer)
            await self._hang(fault.seconds)
            return answer
        return await self._fail(fault)

    async def _fail(self, fault: Fault) -> Response:
        if fault.kind == "ratelimited":
            return _ratelimited(fault.retry_after or str(int(fault.seconds)))
        if fault.kind == "error":
            return self._answer({"ok": False, "error": fault.error})
        if fault.kind == "http_error":
            return PlainTextResponse("Something went wrong", fault.status)
        if fault.kind == "garbage":
            return Response(fault.body.encode(), 200, {"Content-Type": fault.content_type})
        if fault.kind == "hang_before":
            await self._hang(fault.seconds)
        return Dropped()

    async def _hang(self, seconds: float) -> None:
        """Wait, but not longer than the server runs."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopping.is_set():
            await asyncio.sleep(min(0.05, max(0.0, until - time.monotonic())))

    def stop(self) -> None:
        """End what hangs."""
        self._stopping.set()

    # ---- response_urls ----------------------------------------------------------------------

    async def respond(self, request: Request) -> Response:
        """POST to a response_url."""
        return await self._with_faults("response_url", lambda: self._respond(request))

    async def _respond(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        if not isinstance(body, dict):
            return PlainTextResponse("invalid_payload", 400)
        try:
            responses.respond(self._workspace, request.path_params["key"], body)
        except responses.Refused as error:
            if error.status == 404:
                return JSONResponse({"ok": False, "error": error.error}, 404)
            return PlainTextResponse(error.error, error.status)
        return PlainTextResponse("ok")

    # ---- sockets and files ------------------------------------------------------------------

    async def socket(self, socket: WebSocket) -> None:
        """A Socket Mode connection."""
        await self._sockets.serve(socket, socket.path_params["key"])

    async def upload(self, request: Request) -> Response:
        """The bytes of a file, raw or as a form's file."""
        file = self._workspace.files.get(request.path_params["file_id"])
        if file is None or file.complete:
            return PlainTextResponse("not found", 404)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await request.form()
            parts = [part for part in form.values() if not isinstance(part, str)]
            file.data = await parts[0].read() if parts else b""
        else:
            file.data = await request.body()
        if len(file.data) != file.length:
            file.data = b""
            return PlainTextResponse("length mismatch", 400)
        return PlainTextResponse(f"OK - {len(file.data)}")

    async def download(self, request: Request) -> Response:
        """A file's bytes."""
        file = self._workspace.files.get(request.path_params["file_id"])
        if file is None or not file.complete:
            return PlainTextResponse("not found", 404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Response(file.data, media_type=kind, headers={"X-Content-Type-Options": "nosniff"})


def _ratelimited(retry_after: str) -> Response:
    body = {"ok": False, "error": "ratelimited"}
    return JSONResponse(body, 429, headers={"Retry-After": retry_after})


async def _arguments(request: Request) -> tuple[Json, list[str]]:
    """The arguments from the query and the body. Raises ValueError with Slack's error string."""
    args: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if request.method == "GET" or not kind:
        return args, []
    if kind.startswith("application/json"):
        return args | _json(await request.body()), (
            [] if "charset" in kind.lower() else ["missing_charset"]
        )
    if kind.startswith("multipart/form-data"):
        form = await request.form()
        return args | {k: v for k, v in form.items() if isinstance(v, str)}, []
    if kind.startswith("application/x-www-form-urlencoded"):
        text = (await request.body()).decode("utf-8", "replace")
        return args | dict(parse_qsl(text, keep_blank_values=True)), []
    raise ValueError("invalid_form_data")


def _json(body: bytes) -> Json:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        raise ValueError("invalid_json") from None
    if isinstance(parsed, dict):
        return parsed
    raise ValueError("json_not_object")


def _token(request: Request, args: Json) -> str:
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    return str(args.get("token", ""))
