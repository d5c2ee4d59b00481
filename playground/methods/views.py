"""views.open, push, update and publish."""

from __future__ import annotations

import json
import secrets
from typing import Any

from playground import forms
from playground.limits import check_view
from playground.methods.call import Call, SlackError, method, refused
from playground.payloads import view_json, with_ids
from playground.state import Json, View
from playground.tickets import BadTicket, Trigger
from playground.workspace import Workspace

MAX_VIEW_BYTES, MAX_STACK = 250_000, 3
FIELDS = (
    "title",
    "submit",
    "close",
    "callback_id",
    "private_metadata",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
)


def checked_view(workspace: Workspace, body: Any, kind: str, own_id: str | None = None) -> Json:
    """A view's JSON, if Slack would take it. Raises SlackError."""
    if not isinstance(body, dict):
        raise refused("invalid_arguments", ["must provide an object [json-pointer:/view]"])
    if len(json.dumps(body)) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    reasons = check_view(body, kind) or _bad_pictures(workspace, body)
    if reasons:
        raise refused("invalid_arguments", reasons)
    external = body.get("external_id")
    if external and any(v.external_id == external and v.id != own_id
                        for v in workspace.views.values()):  # fmt: skip
        raise SlackError("duplicate_external_id")
    return body


def _bad_pictures(workspace: Workspace, body: Json) -> list[str]:
    """A picture by `slack_file` must be an image that Slack has finished processing."""
    bad = []
    for index, block in enumerate(body["blocks"]):
        source = block.get("slack_file")
        file = workspace.files.get(source.get("id", "")) if source else None
        if source and "id" in source and (file is None or not file.mimetype.startswith("image/")):
            bad.append(f"invalid slack file [json-pointer:/view/blocks/{index}/slack_file]")
    return bad


def fill(view: View, body: Json) -> View:
    """Put new content into a view; inputs with the same ids keep what they hold."""
    blocks = with_ids(body["blocks"])
    if view.values or view.type == "modal":
        view.values = forms.kept_values(view.blocks, blocks, view.values)
    view.blocks = blocks
    blank = View(view.id, view.type, view.user, "")
    for name in FIELDS:
        setattr(view, name, body.get(name, getattr(blank, name)))
    view.errors, view.notice = {}, ""
    view.hash = f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
    return view


def new_view(workspace: Workspace, body: Json, user: str) -> View:
    """A view from its JSON, not yet shown."""
    return fill(View(workspace.new_id("V"), body["type"], user, ""), body)


def push_view(workspace: Workspace, body: Json, user: str) -> View:
    """Show a modal on top of this person's stack. Raises SlackError("push_limit_reached")."""
    stack = workspace.modals[user]
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    view = new_view(workspace, body, user)
    view.root_view_id, view.previous_view_id = stack[0].root_view_id, stack[-1].id
    return workspace.put_view(view)


def _view(call: Call) -> Any:
    return call.structure("view", "invalid_arguments")


def _trigger(call: Call) -> Trigger:
    key = call.text("trigger_id") or call.text("interactivity_pointer")
    try:
        return call.workspace.tickets.exchange(key)
    except BadTicket as error:
        raise SlackError(str(error)) from None


@method("views.open")
def views_open(call: Call) -> Json:
    """Open a modal: it becomes the root of a new stack."""
    workspace = call.workspace
    body = checked_view(workspace, _view(call), "modal")
    trigger = _trigger(call)
    workspace.clear_modals(trigger.user)
    view = new_view(workspace, body, trigger.user)
    view.root_view_id = view.id
    workspace.put_view(view)
    return {"view": view_json(call.workspace, view)}


@method("views.push")
def views_push(call: Call) -> Json:
    """Open a modal above the one that the trigger came from; at most three in all."""
    workspace = call.workspace
    body = checked_view(workspace, _view(call), "modal")
    trigger = _trigger(call)
    if trigger.view_id not in workspace.views or not workspace.modals.get(trigger.user):
        raise SlackError("not_found")
    return {"view": view_json(call.workspace, push_view(workspace, body, trigger.user))}


def _known(call: Call) -> View:
    workspace = call.workspace
    if view_id := call.text("view_id"):
        view = workspace.views.get(view_id)
    elif external_id := call.text("external_id"):
        view = next((v for v in workspace.views.values() if v.external_id == external_id), None)
    else:
        raise refused("invalid_arguments", ["missing required field: view_id"])
    if view is None:
        raise SlackError("not_found")
    return view


def _check_hash(call: Call, view: View | None) -> None:
    wanted = call.text("hash")
    if wanted and (view is None or view.hash != wanted):
        raise SlackError("hash_conflict")


@method("views.update")
def views_update(call: Call) -> Json:
    """Change a view that is open, by view_id or external_id."""
    workspace = call.workspace
    view = _known(call)
    body = checked_view(workspace, _view(call), view.type, view.id)
    _check_hash(call, view)
    with workspace.changing() as changes:
        fill(view, body)
        changes.append(workspace.view_change(view))
    return {"view": view_json(call.workspace, view)}


@method("views.publish")
def views_publish(call: Call) -> Json:
    """Publish a person's Home tab."""
    app, workspace = call.app, call.workspace
    user = call.user(call.need("user_id"))
    if user.deleted:
        raise SlackError("user_not_found")
    if not app.manifest.home_tab:
        raise SlackError("not_enabled")
    view = workspace.homes.get(user.id)
    body = checked_view(workspace, _view(call), "home", view.id if view else None)
    _check_hash(call, view)
    view = fill(view, body) if view else new_view(workspace, body, user.id)
    view.root_view_id = view.id
    workspace.put_view(view)
    return {"view": view_json(workspace, view)}
