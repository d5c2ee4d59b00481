"""The frame of a page: who reads, about which days, and where one goes from here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request

from bot import clock
from bot.people.models import Workspace
from bot.reports.files import FileKind
from bot.reports.period import Span
from bot.reports.policy import Matter, Reach
from bot.reports.service.sheets import SHEETS
from bot.reports.site.asked import Asked
from bot.reports.site.door import HOME
from bot.reports.site.guard import Guard, Reader
from bot.reports.site.question import WORDS, Question
from bot.store import Store

LEADS, FIGURES, COMPARE = f"{HOME}/leads", f"{HOME}/figures", f"{HOME}/compare"


@dataclass(frozen=True)
class House:
    """What every page needs to know who asks for it."""

    store: Store
    workspace: Callable[[], Workspace]
    guard: Guard

    def visit(self, session: Session, request: Request) -> tuple[Reader, Asked]:
        """Who reads, and what they ask. Raises NotSignedIn, WithoutRole, NotAPeriod."""
        reader = self.guard.reader(session, request, self.workspace())
        return reader, Asked.of(request, reader.workspace.day_of(clock.now()))


def frame(reader: Reader, asked: Asked, request: Request, place: str) -> dict[str, Any]:
    """What every page shows around its content."""
    here = request.url.path
    now = clock.now()
    return {
        "reader": reader,
        "zone": reader.workspace.zone,
        "place": place,
        "here": here,
        "asked": asked,
        "as_of": now,
        "is_over": asked.period.is_over(reader.workspace.day_of(now)),
        "links": {
            "report": asked.address(HOME),
            "leads": asked.address(LEADS),
            "figures": asked.address(FIGURES),
        },
        "spans": [
            (span, asked.period.span is span, asked.for_span(here, span))
            for span in Span
            if span is not Span.DAYS
        ],
        "downloads": _downloads(reader, asked, place),
        "limits": limits(reader),
    }


def _downloads(reader: Reader, asked: Asked, place: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each sheet, and its files; below a page of some leads, those of the leads are about these."""
    found = []
    is_of_some = not Question.of(asked, reader.sight).is_of_all
    for sheet in SHEETS.values():
        is_here = place == sheet.name and is_of_some
        words = {name: asked.words.get(name) for name in WORDS} if is_here else {}
        files = [
            (kind.upper(), asked.address(f"{HOME}/files/{sheet.name}.{kind}", **words))
            for kind in FileKind
        ]
        if sheet.is_for(reader.sight):
            found.append(("These leads" if is_here else sheet.title, files))
    return found


def limits(reader: Reader) -> str:
    """What the reader does not see, said openly."""
    sight = reader.sight
    only_own = "contact details of leads that are not yours"
    told = {
        "names": not sight.sees(Matter.NAME),
        "contact details": not sight.knows(Matter.CONTACT),
        only_own: sight.reach[Matter.CONTACT] is Reach.OWN,
        "who of your colleagues did what": not sight.sees(Matter.PEOPLE),
        "amounts": not sight.sees(Matter.MONEY),
    }
    hidden = [words for words, is_hidden in told.items() if is_hidden]
    return f"Your role does not show {_listed(hidden)}." if hidden else ""


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])}, or {words[-1]}"
