"""The page of leads: those behind a figure, a page at a time, as far as the reader sees them."""

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from bot.leads.models import Rating, Status
from bot.metrics import BY_NAME, By
from bot.reports import figures, lead_rows
from bot.reports.columns import Column, cells, visible
from bot.reports.permissions import DataClass
from bot.reports.site.context import LEADS, WORDS, LeadsQuery, PageContext, PageQuery, frame
from bot.reports.site.login import Reader
from bot.reports.site.templates import page
from bot.store import keyset

PAGE_SIZE = 50


def _name(row: Any) -> str:
    return " ".join(filter(None, [row.Lead.first_name, row.Lead.last_name])) or "No name given"


def _reach(row: Any) -> str | None:
    return ", ".join(filter(None, [row.Lead.email, row.Lead.phone])) or None


def _status(row: Any) -> str:
    status: str = row.Lead.status
    if status == Status.NEW and row.Lead.claimed_at:
        return "Claimed"
    return status.capitalize()


def _rating(row: Any) -> str | None:
    return Rating(row.Lead.rating).label if row.Lead.rating else None


def _won(row: Any) -> str | None:
    amount = row.Lead.won_amount
    return str(amount) if amount else None


COLUMNS = (
    Column("Received", "", attrgetter("Lead.received_at")),
    Column("Who", "", _name, DataClass.NAME),
    Column("Company", "", attrgetter("Lead.company")),
    Column("Contact", "", _reach, DataClass.CONTACT),
    Column("Campaign", "", attrgetter("campaign")),
    Column("Source", "", lambda row: figures.word(By.SOURCE, row.Lead.source)),
    Column("Owner", "", attrgetter("owner"), DataClass.PEOPLE),
    Column("Status", "", _status),
    Column("Rating", "", _rating),
    Column("Won", "", _won, DataClass.MONEY),
)
"""What the page shows of each; the files hold more."""

_COUNTS = Column("Counts", "", lambda row: "Yes" if row.counts else "No")
"""Of a share, whether it counts the lead."""


@dataclass(frozen=True)
class LeadsPages:
    """The pages of the leads behind a figure."""

    context: PageContext

    def leads(self, request: Request) -> Response:
        """Some leads, the oldest first."""
        with self.context.store.transaction() as session:
            reader, query = self.context.visit(session, request)
            question = LeadsQuery.of(query, reader.permissions)
            facts = _facts(session, reader, query, question)
        return page("leads.html", frame(reader, query, request, "leads") | facts)


def _facts(
    session: Session, reader: Reader, query: PageQuery, question: LeadsQuery
) -> dict[str, Any]:
    wanted = question.wanted(query)
    matching = lead_rows.wanted_leads(session, reader.workspace, wanted)
    after = keyset.read(query.words.get("after"), lead_rows.KEY)
    records = lead_rows.read_leads(session, matching, after, PAGE_SIZE + 1)
    counting = lead_rows.counting(session, reader.workspace, wanted)
    columns = visible(COLUMNS if counting is None else (*COLUMNS, _COUNTS), reader.permissions)
    shown, onward = keyset.page(records, PAGE_SIZE)
    same_leads = {name: query.words.get(name) for name in WORDS}
    return {
        "metric": BY_NAME[question.metric],
        "group": _group_name(session, question),
        "columns": [column.name for column in columns],
        "rows": [cells(columns, record, reader.permissions) for record in shown],
        "count": lead_rows.count(session, reader.workspace, wanted),
        "counting": counting,
        "page_size": PAGE_SIZE,
        "more": query.address(LEADS, after=onward, **same_leads) if onward else None,
        "first": query.address(LEADS, **same_leads) if after else None,
        "all": None if question.is_of_all else query.address(LEADS),
    }


def _group_name(session: Session, question: LeadsQuery) -> str:
    if question.group is None:
        return ""
    by, key = question.group
    names = figures.named(session, by, [key])
    return names.get(key, figures.nameless(by)) if not isinstance(key, date) else str(key)


def router(pages: LeadsPages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(LEADS, pages.leads, methods=["GET"])
    return routes
