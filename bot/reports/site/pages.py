"""The pages: who asks, what for, and the page that answers."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from bot import clock
from bot.people.model import Workspace
from bot.reports import cursor
from bot.reports.columns import Column, cells, visible
from bot.reports.files import FileKind
from bot.reports.period import NotAPeriod, Span
from bot.reports.policy import Matter, Reach
from bot.reports.service import leads
from bot.reports.service.sheets import SHEETS
from bot.reports.site.asked import Asked
from bot.reports.site.door import HOME
from bot.reports.site.guard import Guard, Reader
from bot.reports.site.paper import page, style
from bot.store import Store

_PAGE_SIZE = 50
_OWN = Reach.OWN


def _name(row: Any) -> str:
    return " ".join(filter(None, [row.Lead.first_name, row.Lead.last_name])) or "No name given"


def _reach(row: Any) -> str | None:
    return " · ".join(filter(None, [row.Lead.email, row.Lead.phone])) or None


LEAD_COLUMNS = (
    Column("Received", "", attrgetter("Lead.received_at")),
    Column("Who", "", _name, Matter.NAME),
    Column("Company", "", attrgetter("Lead.company")),
    Column("Contact", "", _reach, Matter.CONTACT),
    Column("Campaign", "", attrgetter("campaign")),
    Column("Source", "", attrgetter("Lead.source")),
    Column("Owner", "", attrgetter("owner"), Matter.PEOPLE),
    Column("Status", "", attrgetter("Lead.status")),
    Column("Rating", "", attrgetter("Lead.rating")),
    Column("Won", "", attrgetter("Lead.won_amount"), Matter.MONEY),
)
"""What a page of leads shows; the files hold more."""


@dataclass(frozen=True)
class Desk:
    """Where the pages are written."""

    store: Store
    workspace: Callable[[], Workspace]
    guard: Guard

    def report(self, request: Request) -> Response:
        """The report."""
        with self.store.transaction() as session:
            reader = self.guard.reader(session, request, self.workspace())
            facts = self._common(reader, request, "report")
        return page("report.html", facts)

    def leads(self, request: Request) -> Response:
        """The leads behind the figures, a page at a time."""
        with self.store.transaction() as session:
            reader = self.guard.reader(session, request, self.workspace())
            facts = self._common(reader, request, "leads")
            facts |= self._some_leads(session, reader, facts["asked"])
        return page("leads.html", facts)

    def _some_leads(self, session: Session, reader: Reader, asked: Asked) -> dict[str, Any]:
        wanted = leads.received(reader.workspace, asked.period)
        after = cursor.read(asked.words.get("after"), leads.KEY)
        found = leads.read_leads(session, wanted, after, _PAGE_SIZE + 1)
        columns = visible(LEAD_COLUMNS, reader.sight)
        shown = found[:_PAGE_SIZE]
        more = cursor.written(shown[-1].key) if len(found) > _PAGE_SIZE else None
        return {
            "columns": [column.name for column in columns],
            "rows": [cells(columns, record, reader.sight) for record in shown],
            "heading": "Leads received",
            "about": _limits(reader),
            "page_size": _PAGE_SIZE,
            "count": leads.count(session, wanted),
            "more": asked.address(f"{HOME}/leads", after=more) if more else None,
            "first": asked.address(f"{HOME}/leads") if after else None,
        }

    def _common(self, reader: Reader, request: Request, place: str) -> dict[str, Any]:
        """What every page for a reader has."""
        asked = Asked.of(request, reader.workspace.day_of(clock.now()))
        return {
            "reader": reader,
            "zone": reader.workspace.zone,
            "place": place,
            "asked": asked,
            "here": request.url.path,
            "as_of": clock.now(),
            "links": {
                "report": asked.address(HOME),
                "leads": asked.address(f"{HOME}/leads"),
                "figures": asked.address(f"{HOME}/figures"),
            },
            "spans": [
                (
                    span,
                    asked.period.span is span,
                    asked.address(request.url.path, **{"period": span, "from": None, "to": None}),
                )
                for span in Span
                if span is not Span.DAYS
            ],
            "downloads": _downloads(reader, asked),
        }


def _limits(reader: Reader) -> str:
    """What the reader does not see, said openly."""
    sight = reader.sight
    hidden = [
        words
        for words, is_hidden in (
            ("names", not sight.sees(Matter.NAME)),
            ("contact details", not sight.knows(Matter.CONTACT)),
            ("contact details of leads that are not yours", sight.reach[Matter.CONTACT] is _OWN),
            ("amounts", not sight.sees(Matter.MONEY)),
        )
        if is_hidden
    ]
    return f"Your role does not show {', '.join(hidden)}." if hidden else ""


def _downloads(reader: Reader, asked: Asked) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each sheet, and its files."""
    return [
        (
            sheet.title,
            [
                (kind.upper(), asked.address(f"{HOME}/files/{sheet.name}.{kind}"))
                for kind in (FileKind.CSV, FileKind.XLSX)
            ],
        )
        for sheet in SHEETS.values()
        if sheet.is_for(reader.sight)
    ]


def unreadable(_request: Request, problem: Exception) -> Response:
    """What stands in the address makes no sense."""
    facts = {"title": "I cannot read this", "text": str(problem), "link": HOME,
             "label": "Back to the report"}  # fmt: skip
    return page("message.html", facts, 400)


def router(desk: Desk) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(HOME, desk.report, methods=["GET"])
    routes.add_api_route(f"{HOME}/leads", desk.leads, methods=["GET"])
    routes.add_api_route(f"{HOME}/style.css", style, methods=["GET"])
    return routes


UNREADABLE = (NotAPeriod, cursor.BadCursor)
"""What `unreadable` answers."""
