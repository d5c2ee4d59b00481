"""The app's Home tab, as the acting person sees it."""

from __future__ import annotations

from nicegui import background_tasks

from playground.page import dom, icons
from playground.page.acting import HomeSurface
from playground.page.blocks import BlockRun
from playground.page.session import Session


class HomePane:
    """The blocks of the Home tab; an invitation where the app has published none yet."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._box = dom.tag("div", "home", data_testid="home")
        self._for = ""
        self._visitor = ""
        self._run: BlockRun | None = None

    def refresh(self) -> None:
        """Draw the Home tab if it is open."""
        open_ = self.session.tab == "home"
        self._box.set_visibility(open_)
        if not open_:
            self._visitor = ""
            return
        self._arrive()
        view = self.session.slack.home(self.session.user_id)
        state = f"{self.session.user_id}:{'blocks' if view else 'empty'}"
        if state != self._for:
            self._for = state
            self._box.clear()
            with self._box, dom.tag("div", "home-in"):
                self._run = BlockRun(HomeSurface(self.session)) if view else None
                if view is None:
                    self._draw_empty()
        if view and self._run:
            self._run.refresh(view.blocks)

    def _arrive(self) -> None:
        """Tell the app, once per visit, that this person opened their Home tab."""
        if self._visitor == self.session.user_id:
            return
        self._visitor = self.session.user_id
        arrival = self.session.act(lambda hand: hand.open_home())
        background_tasks.create(arrival, name="open the Home tab")

    def _draw_empty(self) -> None:
        with dom.tag("div", "empty"):
            dom.leaf(icons.APP_MARK, "empty-mark")
            dom.words("h3", "", "Nothing here yet")
            dom.words("p", "", f"{self.session.app_name} fills this page when you open it.")
