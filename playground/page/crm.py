"""The CRM beside Slack: its contacts as a list, and one of them with what people do there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from html import escape

from nicegui import run, ui

from playground.crm.hubspot.people import Contact, Deal, Details, Note, People
from playground.page import dom, icons
from playground.page.avatars import face_html
from playground.page.links import CRM
from playground.page.popups import Heading, Line, Lines, confirmed, drop_down, text_line
from playground.page.reader import Reader, day_and_time, full_moment
from playground.page.session import Session

_DELETE = {
    "title": {"type": "plain_text", "text": "Delete this contact?"},
    "text": {"type": "plain_text", "text": "It cannot be brought back here. Handoff notices when "
             "it writes to the contact next, and then asks an admin."},
    "confirm": {"type": "plain_text", "text": "Delete"},
    "deny": {"type": "plain_text", "text": "Cancel"},
    "style": "danger",
}  # fmt: skip


class CrmPane:
    """The list, or a contact's page. What is typed stands in a dialog, which no redraw takes."""

    def __init__(self, session: Session, people: People) -> None:
        self.session, self.people = session, people
        self._bar_shown, self._place = "", ""
        self._box = dom.tag("div", "crm", data_testid="crm")
        with self._box:
            self._bar = dom.tag("div", "crm-bar")
            self._body = dom.leaf("", "crm-body")

    def refresh(self) -> None:
        """Draw what changed."""
        is_open = self.session.tab == "crm"
        self._box.set_visibility(is_open)
        if not is_open:
            return
        details = self.people.contact(self.session.record_id) if self.session.record_id else None
        self._refresh_bar(details)
        reader = self.session.reader()
        drawn = _page_html(details, reader) if details else self._list_html(reader)
        if drawn != self._body.content:
            self._body.content = drawn
        place = details.contact.id if details else ""
        if place != self._place:
            self._place = place
            ui.run_javascript(f"getHtmlElement({self._box.id})?.scrollTo(0, 0)")

    def _list_html(self, reader: Reader) -> str:
        contacts = self.people.contacts()
        if not contacts:
            return '<p class="crm-none">No contacts yet. Send a sample lead.</p>'
        return _list_html(contacts, reader)

    # ---- what people do -------------------------------------------------------------------------

    def _refresh_bar(self, details: Details | None) -> None:
        shown = repr(details and (details.contact, details.owner_id, details.is_qualified))
        if shown == self._bar_shown:
            return
        self._bar_shown = shown
        self._bar.clear()
        self._bar.set_visibility(details is not None)
        if details is not None:
            with self._bar:
                self._draw_bar(details)

    def _draw_bar(self, details: Details) -> None:
        back = dom.button("btn btn-quiet", "All contacts", icon=icons.BACK,
                          aria_label="All contacts", data_testid="crm-back")  # fmt: skip
        back.on("click", self.session.look_at_crm, args=[])
        dom.tag("span", "crm-gap")
        record_id, amount = details.contact.id, f"Amount in {self.people.currency}"
        if not details.is_over:
            if not details.is_qualified:
                self._button("Qualify", partial(self.people.qualify, record_id), "qualify")
            self._asking("Mark as won", amount, self.people.win, record_id, "won",
                         css="btn btn-primary")  # fmt: skip
            self._asking("Mark as lost", "Reason", self.people.lose, record_id, "lost")
        else:
            self._button("Reopen", partial(self.people.reopen, record_id), "reopen")
        if details.contact.tone == "won":
            self._asking("Correct amount", amount, self.people.correct_amount, record_id,
                         "amount", now=details.contact.amount.partition(" ")[0])  # fmt: skip
        owner = dom.button("btn", details.contact.owner or "No owner", after=icons.CHEVRON,
                           aria_haspopup="menu", title="Give it to somebody else",
                           data_testid="crm-owner")  # fmt: skip
        drop_down(owner, partial(self._owners, details), at_end=True)
        bin_ = dom.button("btn btn-quiet", "Delete", data_testid="crm-delete")
        bin_.on("click", partial(self._delete, record_id), args=[])

    def _owners(self, details: Details) -> Lines:
        return [
            Heading("Owner"),
            *(
                Line(
                    text_line(name),
                    partial(self._do, partial(self.people.give, details.contact.id, owner_id)),
                    f"crm-owner:{name}", checked=owner_id == details.owner_id,
                )
                for owner_id, name in self.people.owners()
            ),
        ]  # fmt: skip

    def _button(self, text: str, do: Callable[[], None], testid: str) -> None:
        drawn = dom.button("btn", text, data_testid=f"crm-{testid}")
        drawn.on("click", partial(self._do, do), args=[])

    def _asking(
        self, text: str, label: str, do: Callable[[str, str], None], record_id: str, testid: str,
        *, css: str = "btn", now: str = "",
    ) -> None:  # fmt: skip
        """A button that asks for something first."""

        async def pressed() -> None:
            answer = await _ask(text, label, now)
            if answer is not None:
                await self._do(partial(do, record_id, answer))

        dom.button(css, text, data_testid=f"crm-{testid}").on("click", pressed, args=[])

    async def _delete(self, record_id: str) -> None:
        if await confirmed(_DELETE):
            await self._do(partial(self.people.delete, record_id))
            self.session.look_at_crm()

    async def _do(self, do: Callable[[], None]) -> None:
        """In a worker thread, since the hook is answered by the app."""
        try:
            await run.io_bound(do)
        except ValueError as refused:
            self.session.say(str(refused), bad=True)
        self.session.refresh()


async def _ask(title: str, label: str, now: str) -> str | None:
    """What somebody types; None where they do not want to after all."""
    with ui.context.client.layout, ui.dialog() as dialog:
        typed = _draw_question(dialog, title, label, now)
    answer = await dialog
    dialog.delete()
    return str(typed.value or "") if answer else None


def _draw_question(dialog: ui.dialog, title: str, label: str, now: str) -> ui.input:
    with dom.tag("div", "modal modal-small", role="dialog", aria_label=title,
                 data_testid="crm-dialog"):  # fmt: skip
        dom.words("h2", "modal-title", title)
        with dom.tag("div", "crm-ask"):
            dom.words("div", "in-label", label)
            typed = ui.input(value=now).props("outlined dense hide-bottom-space autofocus")
            typed.props["aria-label"] = label
        typed.on("keydown.enter", lambda: dialog.submit(True), args=[])
        with dom.tag("div", "modal-foot"):
            no = dom.button("btn", "Cancel", data_testid="crm-cancel")
            no.on("click", lambda: dialog.submit(False), args=[])
            yes = dom.button("btn btn-primary", "Save", data_testid="crm-save")
            yes.on("click", lambda: dialog.submit(True), args=[])
    return typed


# ---- the list -----------------------------------------------------------------------------------

_COLUMNS = ("Name", "Company", "Stage", "Owner", "Amount", "Campaign", "Score", "Quality")
_NARROW = {"Name", "Stage", "Amount"}
"""What stays in a narrow window; company and owner stand below the name there."""
_NUMBERS = {"Amount", "Score"}


def _list_html(contacts: Iterable[Contact], reader: Reader) -> str:
    head = "".join(f'<th scope="col" class="{_css(name)}">{name}</th>' for name in _COLUMNS)
    body = "".join(_row_html(each, reader) for each in contacts)
    return (
        f'<table class="crm-list" data-testid="crm-list" aria-label="Contacts">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _css(name: str) -> str:
    return " ".join(
        css for css, is_so in (("wide", name not in _NARROW), ("number", name in _NUMBERS)) if is_so
    )


def _row_html(contact: Contact, reader: Reader) -> str:
    place = f"{CRM}/{contact.id}"
    below = " · ".join(part for part in (contact.company, contact.owner) if part)
    name = (
        f'<span class="crm-name">{face_html(contact.name, 30)}<span>'
        f'<a href="#" data-go="{place}">{escape(contact.name)}</a>'
        f'<small class="narrow">{escape(below)}</small>'
        f'<small class="wide">{_moment_html(contact.came_at, reader)}</small></span></span>'
    )
    cells = {
        "Name": name, "Company": escape(contact.company), "Stage": _stage_html(contact),
        "Owner": escape(contact.owner), "Amount": escape(contact.amount),
        "Campaign": escape(contact.campaign), "Score": _score_html(contact),
        "Quality": escape(contact.quality),
    }  # fmt: skip
    drawn = "".join(f'<td class="{_css(name)}">{cell}</td>' for name, cell in cells.items())
    return f'<tr data-go="{place}" data-testid="crm-row">{drawn}</tr>'


def _stage_html(contact: Contact) -> str:
    return f'<span class="crm-stage is-{contact.tone}">{escape(contact.stage)}</span>'


def _score_html(contact: Contact) -> str:
    hot = '<span role="img" aria-label="hot">🔥</span> ' if contact.is_hot else ""
    return f"{hot}{escape(contact.score)}"


def _moment_html(at: datetime, reader: Reader) -> str:
    stamp = at.timestamp()
    return f'<time title="{full_moment(reader, stamp)}">{day_and_time(reader, stamp)}</time>'


# ---- one of them --------------------------------------------------------------------------------


def _page_html(details: Details, reader: Reader) -> str:
    contact = details.contact
    amount = f'<b class="crm-amount">{escape(contact.amount)}</b>' if contact.amount else ""
    title = (
        f'<header class="crm-title">{face_html(contact.name, 52)}<div>'
        f"<h2>{escape(contact.name)}</h2><p>{escape(contact.company)}</p></div>"
        f"{_stage_html(contact)}{amount}</header>"
    )
    owner = [("Owner", contact.owner or "Nobody")]
    side = _values_html("About this contact", [*owner, *details.about], reader)
    side += _values_html("From Handoff", details.handoff, reader)
    deals = "".join(_deal_html(each, reader) for each in details.deals)
    notes = "".join(_note_html(each, reader) for each in details.notes)
    main = (
        f'<section class="crm-part"><h3>Deals</h3>{deals or "<p>No deals yet.</p>"}</section>'
        f'<section class="crm-part"><h3>Notes</h3>{notes or "<p>No notes yet.</p>"}</section>'
    )
    return (
        f'<article data-testid="crm-record">{title}'
        f'<div class="crm-cols"><div>{main}</div><div>{side}</div></div></article>'
    )


def _values_html(title: str, values: Iterable[tuple[str, str | datetime]], reader: Reader) -> str:
    rows = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{_value_html(value, reader)}</dd></div>"
        for label, value in values
    )
    return f'<section class="crm-part"><h3>{title}</h3><dl>{rows}</dl></section>' if rows else ""


def _value_html(value: str | datetime, reader: Reader) -> str:
    return escape(value) if isinstance(value, str) else _moment_html(value, reader)


def _deal_html(deal: Deal, reader: Reader) -> str:
    tone = "won" if deal.is_won else "lost" if deal.is_over else "open"
    verb = "closed" if deal.is_over else "closes"
    closes = f" · {verb} {_moment_html(deal.closed_at, reader)}" if deal.closed_at else ""
    amount = f"<b>{escape(deal.amount)}</b>" if deal.amount else "No amount"
    return (
        f'<div class="crm-deal"><div>{escape(deal.name)}</div>'
        f'<span class="crm-stage is-{tone}">{escape(deal.stage)}</span>'
        f"<small>{amount}{closes}</small></div>"
    )


def _note_html(note: Note, reader: Reader) -> str:
    at = _moment_html(note.at, reader) if note.at else ""
    text = escape(note.text).replace("\n", "<br>")
    return f'<div class="crm-note"><small>{at}</small><p>{text}</p></div>'
