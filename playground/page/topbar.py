"""The bar at the top, which is no part of Slack: the clock, a sample lead, whom to act as."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import escape

from nicegui import run, ui

from playground.page import dom, icons
from playground.page.avatars import avatar_html, display_name
from playground.page.popups import Heading, Line, Lines, drop_down, text_line
from playground.page.reader import clock_time
from playground.page.session import Person, Session
from playground.state import User

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
                self._draw_wire()
            self._who = dom.tag("div", "bar-who")
        ui.timer(_TICK_SECONDS, self.tick)

    def _draw_left(self) -> None:
        menu = dom.button("icon-btn bar-menu", icon=icons.MENU, aria_label="Conversations",
                          data_testid="open-sidebar")  # fmt: skip

        def toggled() -> None:
            self.session.sidebar_open = not self.session.sidebar_open
            self.session.refresh()

        menu.on("click", toggled, args=[])
        dom.leaf(icons.APP_MARK, "bar-mark", "span")
        dom.words("span", "bar-name", f"{self.session.app_name} playground")

    # ---- the clock --------------------------------------------------------------------------

    def _draw_clock(self) -> None:
        self._clock = dom.leaf("", "bar-btn", "button", type="button", aria_haspopup="menu",
                               title="Move the clock forward", data_testid="clock")  # fmt: skip
        drop_down(self._clock, self._moves)

    async def _moves(self) -> Lines:
        jumps = await run.io_bound(self.session.controls.jumps) or []
        lines: Lines = [Heading("Jump to")] if jumps else []
        lines += [self._move_line(label, label) for label in jumps]
        lines.append(Heading("Forward by"))
        return lines + [self._move_line(label, span) for label, span in _SPANS]

    def _move_line(self, label: str, to: timedelta | str) -> Line:
        return Line(text_line(label), self._mover(to), f"move:{label}")

    def _mover(self, to: timedelta | str) -> Callable[[], object]:
        async def chosen() -> None:
            dom.set_disabled(self._clock, True)
            await self._run(lambda: self._move(to))
            dom.set_disabled(self._clock, False)
            await self.tick()
            self.session.refresh()

        return chosen

    def _move(self, to: timedelta | str) -> str:
        now = self.session.controls.move_clock(to).astimezone(self.session.reader().tz)
        return f"It's {now:%A}, {now.day} {now:%B}, {clock_time(now)} now."

    async def tick(self) -> None:
        """Show the playground's time in the acting person's zone."""
        now = await run.io_bound(self.session.controls.now)
        if now is None or self.session.client.is_deleted:
            return
        local = now.astimezone(self.session.reader().tz)
        day = f"<span>{local:%a} {local.day} {local:%b}</span> <b>{clock_time(local)}</b>"
        if day != self._shown_time:
            self._shown_time = day
            self._clock.content = (
                f'<span class="ic">{icons.CLOCK}</span><span class="bar-time">{day}</span>'
                f'<span class="ic">{icons.CHEVRON}</span>'
            )

    # ---- a lead -----------------------------------------------------------------------------

    def _draw_lead(self) -> None:
        lead = dom.button("bar-btn bar-lead", "Send a sample lead", icon=icons.SPARK,
                          aria_label="Send a sample lead", data_testid="send-lead")  # fmt: skip

        async def sent() -> None:
            dom.set_disabled(lead, True)
            await self._run(self.session.controls.send_lead)
            dom.set_disabled(lead, False)

        lead.on("click", sent, args=[])

    def _draw_wire(self) -> None:
        wire = dom.button("bar-btn bar-wire", "Wire", icon=icons.WIRE, aria_label="Wire",
                          data_testid="open-wire",
                          title="What Slack and the app say to each other")  # fmt: skip
        wire.on("click", self.session.toggle_wire, args=[])

    async def _run(self, do: Callable[[], str]) -> None:
        """Do something of the playground's own; its sentence, or what went wrong, is shown."""
        try:
            sentence = await run.io_bound(do)
        except Exception as error:
            self.session.say(f"That did not work: {error}", bad=True)
        else:
            if sentence:
                self.session.say(sentence)

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
            dom.words("span", "bar-label", "Acting as")
            self._draw_who(me)
        ui.timer(0, self.tick, once=True)

    def _draw_who(self, me: Person | None) -> None:
        user = self.session.user()
        html = _person_html(user, me.role if me else "", 26)
        button = dom.leaf(f'{html}<span class="ic">{icons.CHEVRON}</span>', "who", "button",
                          type="button", aria_haspopup="menu",
                          aria_label=f"Acting as {display_name(user)}. Change",
                          data_testid="act-as", data_user=self.session.user_id)  # fmt: skip
        drop_down(button, self._faces, at_end=True)

    def _faces(self) -> Lines:
        return [Heading("Act as"), *(self._person_line(p) for p in self.session.people)]

    def _person_line(self, person: Person) -> Line:
        mine = person.user.id == self.session.user_id
        check = f'<span class="ic">{icons.CHECK}</span>' if mine else ""
        html = _person_html(person.user, person.role, 30) + check
        return Line(html, lambda: self.session.act_as(person.user.id), f"act-as:{person.user.id}",
                    person.user.id, "menu-person", mine)  # fmt: skip


def _person_html(user: User | None, role: str, size: int) -> str:
    """A face, a name and a role."""
    return (
        f'{avatar_html(user, size)}<span class="who-text"><b>{escape(display_name(user))}</b>'
        f"<small>{escape(role)}</small></span>"
    )
