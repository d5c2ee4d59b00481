"""The modal on top of the acting person's stack: its blocks, its errors, its two buttons.

Drawn from the state alone: whatever opens, updates, pushes or closes a view, here or in the app,
shows up the same way.
"""

from __future__ import annotations

from html import escape

from nicegui import ui

from playground.page import dom, icons
from playground.page.blocks import BlockRun
from playground.page.live_surfaces import ModalSurface
from playground.page.session import Session
from playground.page.values import text_of
from playground.state import View

_FOCUS_ERROR = "document.querySelector('.modal .has-error :is(input,textarea)')?.focus()"
# Comes late, so it leaves a field alone that somebody already types in.
_FOCUS_FIRST = (
    "if (!document.activeElement?.matches('.modal-body :is(input, textarea)')) "
    "document.querySelector('.modal-body :is(input:not([type=file]), textarea), "
    ".modal-foot button')?.focus()"
)
# On the document, since a redraw takes the focus along; an open list is closed by Escape first.
_ESCAPE = (
    "document.addEventListener('keydown', (e) => {"
    "if (e.key === 'Escape' && !document.querySelector('.q-menu'))"
    "document.querySelector('[data-testid=modal-cross]')?.click() })"
)


class ModalLayer:
    """The one dialog of the page, and the view that stands in it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._surfaces: dict[str, ModalSurface] = {}
        self._view_id = ""
        self._frame = ""
        self._errors = ""
        self._run: BlockRun | None = None
        self._was_open = False
        with session.client.layout:
            self._dialog = ui.dialog().props("persistent transition-show=fade transition-hide=fade")
            self._dialog.props["transition-duration"] = 120
            ui.run_javascript(_ESCAPE)

    def refresh(self) -> None:
        """Show the top of the stack, or nothing."""
        with self.session.slack.workspace.lock:
            view = self.session.slack.modal(self.session.user_id)
            stack = len(self.session.slack.workspace.modals.get(self.session.user_id, []))
        if view is None:
            self._hide()
            return
        self._show(view, stack)

    def _hide(self) -> None:
        if self._view_id:
            self._view_id = self._frame = self._errors = ""
            self._surfaces.clear()
            self._was_open = False
            self._dialog.close()

    def _show(self, view: View, stack: int) -> None:
        frame = repr(
            (view.id, view.title, view.submit, view.close, view.notice, view.submit_disabled, stack)
        )
        fresh = view.id != self._view_id
        surface = self._surfaces.setdefault(view.id, ModalSurface(self.session, view.id))
        surface.drafts.keep(view.blocks)
        if frame != self._frame:
            self._view_id, self._frame = view.id, frame
            self._dialog.clear()
            with self._dialog:
                self._draw(view, stack, surface)
        if self._run:
            self._run.refresh(view.blocks)
        self._dialog.open()
        self._move_focus(view, fresh=fresh)

    def _move_focus(self, view: View, *, fresh: bool) -> None:
        errors = repr(view.errors)
        if view.errors and errors != self._errors:
            ui.run_javascript(f"setTimeout(() => {{{_FOCUS_ERROR}}}, 60)")
        elif fresh:
            wait = 40 if self._was_open else 180  # a dialog takes the focus itself as it opens
            ui.run_javascript(f"setTimeout(() => {{{_FOCUS_FIRST}}}, {wait})")
        self._was_open = True
        self._errors = errors

    # ---- drawing ----------------------------------------------------------------------------

    def _draw(self, view: View, stack: int, surface: ModalSurface) -> None:
        title = text_of(view.title)
        with dom.tag("div", "modal", role="dialog", aria_modal="true", aria_label=title,
                     data_testid="modal", data_view_id=view.id,
                     data_callback_id=view.callback_id):  # fmt: skip
            self._draw_head(title, stack)
            if view.notice:
                html = f'<span class="ic">{icons.WARN}</span><span>{escape(view.notice)}</span>'
                dom.leaf(html, "modal-notice", role="alert", data_testid="modal-notice")
            with dom.tag("div", "modal-body"):
                self._run = BlockRun(surface)
            self._draw_foot(view, surface)

    def _draw_head(self, title: str, stack: int) -> None:
        with dom.tag("header", "modal-head"):
            if stack > 1:
                back = dom.button("icon-btn", icon=icons.BACK, aria_label="Back",
                                  data_testid="modal-back")  # fmt: skip
                back.on("click", self._close, args=[])
            else:
                dom.leaf(icons.APP_MARK, "modal-mark", "span")
            dom.words("h2", "modal-title", title, data_testid="modal-title")
            cross = dom.button("icon-btn", icon=icons.CLOSE, aria_label="Close",
                               data_testid="modal-cross")  # fmt: skip
            cross.on("click", self._close_all, args=[])

    def _draw_foot(self, view: View, surface: ModalSurface) -> None:
        with dom.tag("footer", "modal-foot"):
            label = text_of(view.close) or ("Cancel" if view.submit else "Close")
            close = dom.button("btn", label, data_testid="modal-close")
            close.on("click", self._close, args=[])
            if not view.submit:
                return
            submit = dom.button("btn btn-primary", text_of(view.submit) or "Submit",
                                data_testid="modal-submit")  # fmt: skip

            async def pressed() -> None:
                await self._submit_view(view.id, surface, submit)

            submit.on("click", pressed, args=[])

    # ---- acting -----------------------------------------------------------------------------

    async def _submit_view(self, view_id: str, surface: ModalSurface, button: ui.element) -> None:
        view = self.session.slack.workspace.views.get(view_id)
        if view is None:
            return
        values = surface.submission()
        dom.set_busy(button, True)
        try:
            outcome = await self.session.act(lambda hand: hand.submit(view, values))
        finally:
            dom.set_busy(button, False)
        if outcome and outcome.ok:
            surface.drafts.values.clear()

    async def _close(self) -> None:
        await self.session.act(lambda hand: hand.close())

    async def _close_all(self) -> None:
        await self.session.act(lambda hand: hand.close(all_views=True))
