"""The control panel over HTTP, for other processes than the one that holds the stand-in.

    POST   /control/faults      {"target": "chat.postMessage", "kind": "ratelimited", "times": 2}
    DELETE /control/faults      all is well again
    POST   /control/pace        {"per_second": 1}, or null for no limit
    POST   /control/down        Slack is down
    POST   /control/disconnect  {"reason": "refresh_requested"}: sockets are asked to reconnect
    POST   /control/act         {"user": "U…", "act": "click", "message": ["C…", "123.45"],
                                 "args": ["lead.claim"]}: see `Actor` for the acts
    GET    /control/messages?channel=leads
    GET    /control/deliveries?name=lead.claim

Bodies are JSON and must say so, which keeps pages in the browser from sending them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from playground.actor import Actor
from playground.delivery import Deliveries
from playground.faults import Faults
from playground.payloads import message_json, view_json
from playground.person import NotPossible, Outcome
from playground.sockets import Sockets
from playground.state import Json
from playground.workspace import Workspace

ACTS = {
    "command", "click", "choose", "submit", "close", "shortcut", "message_shortcut", "open_home",
    "say",
}  # fmt: skip
ON_MESSAGES = {"click", "choose", "message_shortcut"}


def add_routes(
    app: FastAPI, workspace: Workspace, faults: Faults, sockets: Sockets, deliveries: Deliveries
) -> None:
    """Put the control panel under /control/."""
    panel = _Panel(workspace, faults, sockets, deliveries)
    for name in ("faults", "pace", "down", "disconnect", "act"):
        app.add_route(f"/control/{name}", _posted(getattr(panel, name)), methods=["POST"])
    app.add_route("/control/faults", panel.clear, methods=["DELETE"])
    app.add_route("/control/messages", panel.messages, methods=["GET"])
    app.add_route("/control/deliveries", panel.deliveries, methods=["GET"])


class _Panel:
    """One handler a route."""

    def __init__(
        self, workspace: Workspace, faults: Faults, sockets: Sockets, deliveries: Deliveries
    ) -> None:
        self._workspace, self._faults = workspace, faults
        self._sockets, self._deliveries = sockets, deliveries

    async def faults(self, body: Json) -> Any:
        self._faults.add(**body)

    async def pace(self, body: Json) -> Any:
        self._faults.pace(body.get("per_second"))

    async def down(self, _body: Json) -> Any:
        self._faults.go_down()

    async def disconnect(self, body: Json) -> Any:
        reason = body.get("reason", "refresh_requested")
        return {"connections": self._sockets.disconnect(reason)}

    async def act(self, body: Json) -> Any:
        return await run_in_threadpool(_act, self._workspace, self._deliveries, body)

    async def clear(self, _request: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)

    async def messages(self, request: Request) -> Response:
        channel = self._workspace.channel_named(request.query_params.get("channel", ""))
        if channel is None:
            return JSONResponse({"error": "no such channel"}, 404)
        messages = self._workspace.messages(channel.id)
        return JSONResponse([message_json(self._workspace, message) for message in messages])

    async def deliveries(self, request: Request) -> Response:
        name = request.query_params.get("name")
        deliveries = [d for d in list(self._deliveries.log) if name in (None, d.name)]
        return JSONResponse([asdict(delivery) for delivery in deliveries])


def _posted(act: Callable[[Json], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": "send application/json"}, 415)
        try:
            answer = await act(json.loads(await request.body() or b"{}"))
        except (ValueError, TypeError, KeyError, NotPossible) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 422)
        return Response(status_code=204) if answer is None else JSONResponse(answer)

    return endpoint


def _act(workspace: Workspace, deliveries: Deliveries, body: Json) -> Json:
    act, args = body["act"], list(body.get("args", []))
    if act not in ACTS:
        raise ValueError(f"no such act: {act}")
    user = workspace.users[body["user"]].id
    actor = Actor(workspace, deliveries, user)
    if act in ON_MESSAGES and "message" in body:
        channel, ts = body["message"]
        message = workspace.message(workspace.channel(channel).id, ts)
        if message is None:
            raise NotPossible("no such message")
        args.insert(1 if act == "message_shortcut" else 0, message)
    elif act in ("click", "choose"):
        home = workspace.homes.get(user)
        args.insert(0, home if body.get("home") else workspace.top_modal(user))
    elif act == "submit":
        args.insert(0, None)
    result = getattr(actor, act)(*args, **body.get("kwargs", {}))
    if not isinstance(result, Outcome):
        return {"ts": result.ts}
    return {
        "ok": result.ok,
        "error": result.error,
        "errors": result.errors,
        "text": result.text,
        "modal": view_json(workspace, result.modal) if result.modal else None,
        "seconds": result.delivery.seconds if result.delivery else None,
    }
