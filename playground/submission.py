"""Submitting a modal: its state, the client's own checks, and what the app's answer does to it.

Source: https://docs.slack.dev/surfaces/modals (view_submission and response_action).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from playground import forms
from playground.limits import elements_of
from playground.methods.call import SlackError
from playground.methods.views import checked_view, fill, push_view
from playground.payloads import file_info, interaction, view_json
from playground.person import TROUBLE, NotPossible
from playground.state import Json, User, View
from playground.workspace import Workspace


def resolve(workspace: Workspace, kind: str, value: Any) -> Any:
    """A chosen id, if it exists (for files: the file's JSON); texts as they are.

    Raises forms.NotOffered.
    """
    if "users_select" in kind:
        user = workspace.users.get(value)
        if user is None or user.deleted:
            raise forms.NotOffered(f"no such person: {value}")
    elif "conversations_select" in kind or "channels_select" in kind:
        if value not in workspace.channels:
            raise forms.NotOffered(f"no such conversation: {value}")
    elif kind == "file_input":
        if value not in workspace.files:
            raise forms.NotOffered(f"no such file: {value}")
        return file_info(workspace, workspace.files[value])
    return value


def put_value(
    workspace: Workspace, user: str, where: list[Json], values: Json, block: Json, value: Any
) -> None:
    """Type or choose in one input among the blocks `where`. Raises forms.NotOffered."""
    element = block["element"]
    offers = workspace.offers.get((user, element["action_id"]), [])
    entry = forms.entry_for(element, value, partial(resolve, workspace), offers)
    # Filled in from the blocks first, so that a state entry never stands alone.
    values.update(forms.state_values(where, values))
    values[block["block_id"]][element["action_id"]] = entry


def fill_in(workspace: Workspace, view: View, values: Mapping[str, Any]) -> None:
    """Put values into a modal's input blocks, by block_id. Raises NotPossible."""
    inputs = {b["block_id"]: b for b in view.blocks if b["type"] == "input"}
    if unknown := values.keys() - inputs.keys():
        raise NotPossible(f"no input {sorted(unknown)} here, only {sorted(inputs)}")
    for block_id, value in values.items():
        try:
            put_value(workspace, view.user, view.blocks, view.values, inputs[block_id], value)
        except forms.NotOffered as error:
            raise NotPossible(f"{block_id}: {error}") from None


def client_errors(view: View) -> dict[str, str]:
    """What Slack's client refuses by itself, by block_id."""
    state, errors = forms.state_values(view.blocks, view.values), {}
    for block in view.blocks:
        if block["type"] == "input":
            entry = state[block["block_id"]][block["element"]["action_id"]]
            if message := forms.client_error(block, entry):
                errors[block["block_id"]] = message
    return errors


def payload(workspace: Workspace, user: User, view: View) -> Json:
    """A view_submission."""
    more = {
        "trigger_id": workspace.tickets.new_trigger(user.id, view.id),
        "view": view_json(workspace, view),
        "response_urls": _response_urls(workspace, user, view),
    }
    return interaction(workspace, "view_submission", user, more)


def _response_urls(workspace: Workspace, user: User, view: View) -> list[Json]:
    urls = []
    for block in view.blocks:
        for element in elements_of(block):
            held = view.values.get(block["block_id"], {}).get(element["action_id"], {})
            channel = held.get("selected_conversation") or held.get("selected_channel")
            if element.get("response_url_enabled") and channel:
                path = workspace.tickets.new_response(channel, user.id)
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel,
                        "response_url": workspace.url + path,
                    }
                )
    return urls


def settle(workspace: Workspace, view: View, answer: Any) -> str | None:
    """Do what the acknowledgement says; what the client says if it makes no sense, else None."""
    if answer in (None, "", {}):
        workspace.drop_modal(view)
        return None
    if not isinstance(answer, dict):
        return TROUBLE
    try:
        return _respond(workspace, view, answer)
    except SlackError:
        return TROUBLE


def _respond(workspace: Workspace, view: View, answer: Json) -> str | None:
    action = answer.get("response_action")
    if action == "errors":
        return _errors(workspace, view, answer.get("errors"))
    if action == "clear":
        workspace.clear_modals(view.user)
        return None
    if action not in ("update", "push"):
        return TROUBLE
    own = view.id if action == "update" else None
    body = checked_view(workspace, answer.get("view"), "modal", own)
    with workspace.changing() as changes:
        if action == "push":
            push_view(workspace, body, view.user)
        else:
            fill(view, body)
            changes.append(workspace.view_change(view))
    return None


def _errors(workspace: Workspace, view: View, errors: Any) -> str | None:
    """Errors stand below input blocks; one that names no input block makes no sense to Slack."""
    inputs = {b["block_id"] for b in view.blocks if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        return TROUBLE
    with workspace.changing() as changes:
        view.errors = {block_id: str(text) for block_id, text in errors.items()}
        changes.append(workspace.view_change(view))
    return None
