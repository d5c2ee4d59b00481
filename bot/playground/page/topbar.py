"""The bar at the top, which is no part of Slack: the clock, a sample lead, whom to act as."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from nicegui import run, ui

from bot.playground.page import dom, icons
from bot.playground.page.avatars import avatar_html, display_name
from bot.playground.page.reader import clock_time
from bot.playground.page.session import Person, Session

_SPANS = (
    ("5 minutes", timedelta(minutes=5)),
    ("15 minutes", timedelta(minutes=15)),
    ("1 hour", timedelta(hours=1)),
    ("4 hours", timedelta(hours=4)),
    ("1 day", timedelta(days=1)),
)
_TICK_SECONDS = 5.0


class TopBar:
    """Outside the workspace: what the playground itself can do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._shown_user = ""
        self._shown_time = ""
        with dom.tag("header", "bar", data_testid="controls"):
            self._draw_left()
            with dom.tag("div", "bar-mid"):
                self._draw_clock()
                self._draw_lead()
            self._who = dom.tag("div", "bar-who")
        ui.timer(_TICK_SECONDS, self.tick)

    def _draw_left(self) -> None:
        menu = dom.button("icon-btn bar-menu", icon=icons.MENU, aria_label="Conversations",
                          data_testid="open-sidebar")  # fmt: skip

        def toggled() -> None:
            self.session.sidebar_open = not self.session.sidebar_open
            self.session.refresh()

        menu.on("click", toggled, args=[])
        dom.raw(icons.APP_MARK, "bar-mark", "span")
        dom.tag("span", "bar-name", f"{self.session.app_name} playground")

    # ---- the clock --------------------------------------------------------------------------

    def _draw_clock(self) -> None:
        clock = dom.button("bar-btn", icon=icons.CLOCK, aria_label="Move the clock",
                           aria_haspopup="menu", title="Move the clock forward",
                           data_testid="clock")  # fmt: skip
        with clock:
            self._time = dom.raw("", "bar-time", "span")
            dom.raw(icons.CHEVRON, "ic", "span")
            with ui.menu().props("auto-close").classes("menu") as menu:
                self._jumps = dom.tag("div", "menu-group")
                dom.tag("div", "menu-title", "Forward by")
                for label, span in _SPANS:
                    self._move_line(label, span)
        menu.on("before-show", self._draw_jumps, args=[])

    def _move_line(self, label: str, to: timedelta | str) -> None:
        line = dom.tag("button", "menu-line", label, type="button", role="menuitem",
                       data_testid=f"move:{label}")  # fmt: skip
        line.on("click", self._mover(to), args=[])

    def _mover(self, to: timedelta | str) -> Callable[[], object]:
        async def chosen() -> None:
            await self._run(lambda: self.session.controls.move_clock(to))
            await self.tick()

        return chosen

    async def _draw_jumps(self) -> None:
        jumps = await run.io_bound(self.session.controls.jumps) or []
        self._jumps.clear()
        with self._jumps:
            if jumps:
                dom.tag("div", "menu-title", "Jump to")
            for label in jumps:
                self._move_line(label, label)

    async def tick(self) -> None:
        """Show the playground's time in the acting person's zone."""
        now = await run.io_bound(self.session.controls.now)
        if now is None or self.session.client.is_deleted:
            return
        local = now.astimezone(self.session.reader().tz)
        shown = f"<span>{local:%a} {local.day} {local:%b}</span> <b>{clock_time(local)}</b>"
        if shown != self._shown_time:
            self._shown_time = shown
            self._time.content = shown

    # ---- a lead -----------------------------------------------------------------------------

    def _draw_lead(self) -> None:
        lead = dom.button("bar-btn bar-lead", "Send a sample lead", icon=icons.SPARK,
                          aria_label="Send a sample lead", data_testid="send-lead")  # fmt: skip

        async def sent() -> None:
            dom.set_disabled(lead, True)
            await self._run(self.session.controls.send_lead)
            dom.set_disabled(lead, False)

        lead.on("click", sent, args=[])

    async def _run(self, do: Callable[[], str]) -> None:
        """Do something of the playground's own; its sentence, or what went wrong, is shown."""
        try:
            said = await run.io_bound(do)
        except Exception as error:
            self.session.say(f"That did not work: {error}", bad=True)
        else:
            if said:
                self.session.say(said)

    # ---- who --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show whom one acts as."""
        people = self.session.people
        shown = repr([(p.user.id, p.user.real_name, p.role) for p in people]) + self.session.user_id
        if shown == self._shown_user:
            return
        self._shown_user = shown
        self._who.clear()
        me = next((p for p in people if p.user.id == self.session.user_id), None)
        with self._who:
            dom.tag("span", "bar-label", "Acting as")
            self._draw_who(me, people)
        ui.timer(0, self.tick, once=True)

    def _draw_who(self, me: Person | None, people: list[Person]) -> None:
        user = self.session.user()
        button = dom.tag("button", "who", type="button", aria_haspopup="menu",
                         aria_label=f"Acting as {display_name(user)}. Change",
                         data_testid="act-as", data_user=self.session.user_id)  # fmt: skip
        with button:
            dom.raw(avatar_html(user, 26), "", "span")
            with dom.tag("span", "who-text"):
                dom.tag("b", "", display_name(user))
                dom.tag("small", "", me.role if me else "")
            dom.raw(icons.CHEVRON, "ic", "span")
            with (
                ui.menu().props("auto-close anchor='bottom right' self='top right'").classes("menu")
            ):
                dom.tag("div", "menu-title", "Act as")
                for person in people:
                    self._person_line(person)

    def _person_line(self, person: Person) -> None:
        mine = person.user.id == self.session.user_id
        line = dom.tag("button", "menu-line menu-person", type="button", role="menuitemradio",
                       aria_checked="true" if mine else "false",
                       data_testid=f"act-as:{person.user.id}")  # fmt: skip
        with line:
            dom.raw(avatar_html(person.user, 30), "", "span")
            with dom.tag("span", "who-text"):
                dom.tag("b", "", display_name(person.user))
                dom.tag("small", "", person.role)
            if mine:
                dom.raw(icons.CHECK, "ic", "span")
        line.on("click", lambda: self.session.act_as(person.user.id), args=[])
