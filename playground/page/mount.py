"""Puts the page on the stand-in's own web server: one page, one address, no server of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nicegui import Client, core, events, run, ui

from playground.crm.hubspot.people import People
from playground.page import dom, icons
from playground.page.avatars import display_name
from playground.page.bridge import Bridge
from playground.page.controls import Controls
from playground.page.conversation import Conversation, ThreadPane
from playground.page.links import CRM
from playground.page.modals import ModalLayer
from playground.page.session import Marks, Person, Session
from playground.page.sidebar import Sidebar
from playground.page.topbar import TopBar
from playground.page.wire import WirePane
from playground.standin import StandIn
from playground.state import Change

_GO = """(e) => {
  const link = e.target.closest('[data-go]');
  if (link) { e.preventDefault(); emit(link.dataset.go); }
}"""
_SHEETS = ("base", "frame", "messages", "blocks", "inputs", "modal", "crm")


def mount(
    slack: StandIn, controls: Controls, crm: People | None = None, *, title: str | None = None
) -> None:
    """Serve the page at `/` of the stand-in; call it once, before `slack.start()`.

    `controls` are the buttons of the bar at the top; `crm` is a CRM to work in beside Slack. The
    address takes `?as=<user id>`, `&channel=<name or id>`, `&tab=home` and `&thread=<ts>`, or
    `&tab=crm` and `&record=<id>`, to open the page in a certain state.
    NiceGUI is one per process: mounting again replaces the page that was there.
    """
    _forget_last_mount()
    bridge, marks = Bridge(), Marks()
    slack.subscribe(bridge.notice)
    if crm is not None:
        crm.subscribe(lambda: bridge.notice(Change("crm")))
    name = title or f"{slack.app.manifest.name} playground"

    @ui.page("/", title=name, favicon=icons.FAVICON, response_timeout=20)
    async def page(client: Client) -> None:
        session = Session(slack, controls, marks, client, crm)
        await _open(session, dict(client.request.query_params))
        _draw(session)
        session.refresh()
        bridge.join(session.on_changes)
        client.on_delete(lambda: bridge.leave(session.on_changes))

    ui.run_with(
        slack.asgi,
        title=name,
        favicon=icons.FAVICON,
        tailwind=False,
        binding_refresh_interval=None,
        show_welcome_message=False,
        reconnect_timeout=10,
    )


def _forget_last_mount() -> None:
    """Let NiceGUI be set up again: once it has served, it refuses what `run_with` adds to it."""
    core.app.middleware_stack = None
    core.app.user_middleware.clear()


async def _open(session: Session, query: dict[str, str]) -> None:
    """Decide whom the page acts as and what it shows first."""
    session.people = await run.io_bound(_people, session) or []
    session.links = await run.io_bound(session.controls.channel_links) or []
    workspace = session.slack.workspace
    if session.marks.start is None:
        session.marks.start = workspace.new_ts()
    first = session.people[0].user.id if session.people else ""
    session.user_id = query["as"] if query.get("as") in workspace.users else first
    wished = workspace.channel_named(query["channel"]) if query.get("channel") else None
    if query.get("tab") in ("home", "messages") and wished is None:
        wished = session.slack.im(session.user_id)
    if wished is None or not session.may_see(wished):
        wished = next(iter(session.channels()), None)
    session.channel_id = wished.id if wished else session.slack.im(session.user_id).id
    session.tab = "home" if query.get("tab") == "home" and session.is_app_dm() else "messages"
    if query.get("tab") == "crm" and session.crm is not None:
        session.tab, session.record_id = "crm", query.get("record", "")
    session.thread_ts = query.get("thread") or None
    session.mark_new()


def _people(session: Session) -> list[Person]:
    """Whom the demo names, or every member there is."""
    users = session.slack.workspace.users
    named = [(users.get(user_id), role) for user_id, role in session.controls.people()]
    if named:
        return [Person(user, role) for user, role in named if user is not None]
    members = [u for u in users.values() if not u.is_bot and not u.deleted]
    return [Person(u, "Admin" if u.is_admin else "") for u in sorted(members, key=display_name)]


def _draw(session: Session) -> None:
    """Lay the regions out; each one draws itself."""
    _apply_theme()
    with dom.tag("div", "app", data_testid="page") as frame:
        top = TopBar(session)
        with dom.tag("div", "cols"):
            sidebar = Sidebar(session)
            shade = dom.tag("div", "shade", aria_hidden="true")
            middle = Conversation(session)
            thread = ThreadPane(session)
            wire = WirePane(session)
    session.parts = [sidebar, top, middle, thread, wire, ModalLayer(session)]

    def close_sidebar() -> None:
        session.sidebar_open = False
        session.refresh()

    shade.on("click", close_sidebar, args=[])

    def go(event: events.GenericEventArguments) -> None:
        """A mention of a channel, or a link to a message or a record, was clicked."""
        channel_id, _, ts = str(event.args).partition("/")
        if channel_id == CRM:
            session.look_at_crm(ts)
            return
        message = session.slack.workspace.message(channel_id, ts) if ts else None
        session.look(channel_id, thread=(message.thread_ts or ts) if message else None)

    frame.on("click", go, js_handler=_GO)


@cache
def _style_sheet() -> str:
    """All of the page's CSS."""
    folder = Path(__file__).with_name("styles")
    return "\n".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in _SHEETS)


def _apply_theme() -> None:
    """Dress the page that is being built."""
    ui.add_head_html(f"<style>{_style_sheet()}</style>")
    ui.colors(primary="#5b3fa6", secondary="#12806f", accent="#5b3fa6")
