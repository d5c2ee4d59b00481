"""Confirm dialogs: what a block asks back before it does something that cannot be undone."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from playground.page import dom
from playground.page.mrkdwn import plain_html
from playground.page.values import text_of

Json = dict[str, Any]


async def confirmed(confirm: Json | None) -> bool:
    """Ask, if there is something to ask; True when the person agrees."""
    if not confirm:
        return True
    with ui.context.client.layout, ui.dialog() as dialog:
        _draw(confirm, dialog)
    answer = await dialog
    dialog.delete()
    return bool(answer)


def _draw(confirm: Json, dialog: ui.dialog) -> None:
    danger = confirm.get("style") == "danger"
    title = text_of(confirm.get("title")) or "Are you sure?"
    with dom.tag("div", "modal modal-small", role="alertdialog", aria_label=title,
                 data_testid="confirm"):  # fmt: skip
        dom.words("h2", "modal-title", title)
        dom.leaf(plain_html(text_of(confirm.get("text"))), "confirm-text")
        with dom.tag("div", "modal-foot"):
            no = dom.button("btn", text_of(confirm.get("deny")) or "Cancel",
                            data_testid="confirm-deny")  # fmt: skip
            no.on("click", lambda: dialog.submit(False), args=[])
            css = "btn btn-danger" if danger else "btn btn-primary"
            yes = dom.button(css, text_of(confirm.get("confirm")) or "Yes",
                             data_testid="confirm-accept", autofocus=True)  # fmt: skip
            yes.on("click", lambda: dialog.submit(True), args=[])
