"""The page of leads: those behind a figure, a page at a time, as far as the reader sees them."""

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from bot.leads.models import Rating, Status
from bot.metrics import BY_NAME, By
from bot.reports import cursor
from bot.reports.columns import Column, cells, visible
from bot.reports.policy import Matter
from bot.reports.service import figures, leads
from bot.reports.site.asked import Asked
from bot.reports.site.frame import LEADS, House, frame
from bot.reports.site.guard import Reader
from bot.reports.site.paper import page
from bot.reports.site.question import WORDS, Question

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
    Column("Who", "", _name, Matter.NAME),
    Column("Company", "", attrgetter("Lead.company")),
    Column("Contact", "", _reach, Matter.CONTACT),
    Column("Campaign", "", attrgetter("campaign")),
    Column("Source", "", lambda row: figures.word(By.SOURCE, row.Lead.source)),
    Column("Owner", "", attrgetter("owner"), Matter.PEOPLE),
    Column("Status", "", _status),
    Column("Rating", "", _rating),
    Column("Won", "", _won, Matter.MONEY),
)
"""What the page shows of each; the files hold more."""

_COUNTS = Column("Counts", "", lambda row: "Yes" if row.counts else "No")
"""Of a share, whether it counts the lead."""


@dataclass(frozen=True)
class Desk:
    """Where the page of leads is written."""

    house: House

    def leads(self, request: Request) -> Response:
        """Some leads, the oldest first."""
        with self.house.store.transaction() as session:
            reader, asked = self.house.visit(session, request)
            question = Question.of(asked, reader.sight)
            found = _found(session, reader, asked, question)
        return page("leads.html", frame(reader, asked, request, "leads") | found)


def _found(session: Session, reader: Reader, asked: Asked, question: Question) -> dict[str, Any]:
    wanted = question.wanted(asked)
    behind = leads.behind(session, reader.workspace, wanted)
    after = cursor.read(asked.words.get("after"), leads.KEY)
    records = leads.read_leads(session, behind, after, PAGE_SIZE + 1)
    counting = leads.counting(session, reader.workspace, wanted)
    columns = visible(COLUMNS if counting is None else (*COLUMNS, _COUNTS), reader.sight)
    shown = records[:PAGE_SIZE]
    here = {name: asked.words.get(name) for name in WORDS}
    onward = cursor.written(shown[-1].key) if len(records) > PAGE_SIZE else None
    return {
        "metric": BY_NAME[question.metric],
        "group": _group_name(session, question),
        "columns": [column.name for column in columns],
        "rows": [cells(columns, record, reader.sight) for record in shown],
        "count": leads.count(session, reader.workspace, wanted),
        "counting": counting,
        "page_size": PAGE_SIZE,
        "more": asked.address(LEADS, after=onward, **here) if onward else None,
        "first": asked.address(LEADS, **here) if after else None,
        "all": None if question.is_of_all else asked.address(LEADS),
    }


def _group_name(session: Session, question: Question) -> str:
    if question.group is None:
        return ""
    by, key = question.group
    names = figures.named(session, by, [key])
    return names.get(key, figures.nameless(by)) if not isinstance(key, date) else str(key)


def router(desk: Desk) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(LEADS, desk.leads, methods=["GET"])
    return routes
