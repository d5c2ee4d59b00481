"""What a page is query for and what stands around it: who reads, which days, which leads, and where
one goes from here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request

from bot import clock
from bot.metrics import BY_NAME, Attribution, By, Key
from bot.people.models import Workspace
from bot.reports import figures
from bot.reports import period as periods
from bot.reports.columns import ALL, Wanted
from bot.reports.figures import DIMENSIONS
from bot.reports.files import FileKind
from bot.reports.period import Period, Span
from bot.reports.permissions import DataClass, Permissions, Scope
from bot.reports.sheets import SHEETS
from bot.reports.site.login import HOME, Reader, SessionAuth
from bot.store import Store

NOBODY = "none"
"""The key of those that belong to no group."""


@dataclass(frozen=True)
class PageQuery:
    """What the address says, and the days that it comes to."""

    words: dict[str, str]
    period: Period

    @property
    def credit(self) -> Attribution:
        """The rule that credits leads to campaigns: first touch, if nothing else is said."""
        last = self.words.get("credit") == Attribution.LAST_TOUCH
        return Attribution.LAST_TOUCH if last else Attribution.FIRST_TOUCH

    @property
    def by(self) -> By:
        """What tells the leads apart: campaigns, if nothing else is said."""
        by_word = self.words.get("by")
        return By(by_word) if by_word in set(DIMENSIONS) else By.CAMPAIGN

    @classmethod
    def of(cls, request: Request, today: date) -> "PageQuery":
        """Read an address; without days it is last week. Raises NotAPeriod."""
        words = {name: value for name, value in request.query_params.items() if value}
        if "from" in words or "to" in words:
            return cls(words, periods.days(words.get("from"), words.get("to"), today))
        known = words.get("period") in set(Span)
        return cls(words, periods.named(Span(words["period"]) if known else Span.LAST_WEEK, today))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What stays when somebody chooses other days."""
        gone = {"period", "from", "to", "after"}
        return [(name, value) for name, value in self.words.items() if name not in gone]

    def address(self, path: str, **changes: Any) -> str:
        """The address of a page about the same days; a change to None leaves a word out."""
        kept = dict(self.days) | {"credit": self.words.get("credit")}
        words = {name: value for name, value in (kept | changes).items() if value is not None}
        return f"{path}?{urlencode(words)}" if words else path

    def of_group(self, path: str, metric: str, by: By, key: Key) -> str:
        """The address of a page about the leads of one group that stand behind a metric."""
        return self.address(path, metric=metric, by=by, key=NOBODY if key is None else key)

    def for_span(self, path: str, span: Span) -> str:
        """The address of the same page about other days."""
        words = {"period": span.value} | dict(self.kept)
        return f"{path}?{urlencode(words)}"

    @property
    def days(self) -> list[tuple[str, str]]:
        """The days as an address says them."""
        return [(name, self.words[name]) for name in ("period", "from", "to") if name in self.words]

    def words_for_form(self) -> list[tuple[str, str]]:
        """What a form sends along to be about the same days."""
        credit = self.words.get("credit")
        return [*self.days, *([("credit", credit)] if credit else [])]


WORDS = ("metric", "by", "key")
"""What an address asks with."""


@dataclass(frozen=True)
class LeadsQuery:
    """Which leads: those behind a metric, of one group where one is named."""

    metric: str
    group: tuple[By, Key] | None

    @property
    def is_of_all(self) -> bool:
        """Whether it asks for all leads received."""
        return self.metric == ALL and self.group is None

    @classmethod
    def of(cls, query: PageQuery, permissions: Permissions) -> "LeadsQuery":
        """Read an address; what the reader may not ask is all leads received."""
        metric = query.words.get("metric", "")
        known = metric in BY_NAME and figures.shows(permissions, metric)
        return cls(metric if known else ALL, _group(query, permissions))

    def wanted(self, query: PageQuery) -> Wanted:
        """What a sheet of these leads holds."""
        return Wanted(query.period, query.credit, self.metric, self.group)


def _group(query: PageQuery, permissions: Permissions) -> tuple[By, Key] | None:
    by_word, key = query.words.get("by"), query.words.get("key")
    if by_word not in set(figures.splits(permissions)) or key is None:
        return None
    by, key = By(by_word), None if key == NOBODY else key
    if by in (By.CAMPAIGN, By.SALESPERSON):
        number = int(key) if key and key.isdecimal() and len(key) < 19 else None
        if by is By.SALESPERSON and not permissions.may_see(DataClass.PEOPLE, number):
            return None
        return by, number
    return by, key


LEADS, FIGURES, COMPARE = f"{HOME}/leads", f"{HOME}/figures", f"{HOME}/compare"


@dataclass(frozen=True)
class PageContext:
    """What every page needs to know who asks for it."""

    store: Store
    workspace: Callable[[], Workspace]
    auth: SessionAuth

    def visit(self, session: Session, request: Request) -> tuple[Reader, PageQuery]:
        """Who reads, and what they ask. Raises NotSignedIn, WithoutRole, NotAPeriod."""
        workspace = session.get_one(Workspace, self.workspace().id)
        reader = self.auth.reader(session, request, workspace)
        return reader, PageQuery.of(request, reader.workspace.day_of(clock.now()))


def frame(reader: Reader, query: PageQuery, request: Request, place: str) -> dict[str, Any]:
    """What every page shows around its content."""
    path = request.url.path
    now = clock.now()
    return {
        "reader": reader,
        "zone": reader.workspace.zone,
        "place": place,
        "here": path,
        "query": query,
        "as_of": now,
        "is_over": query.period.is_over(reader.workspace.day_of(now)),
        "links": {
            "report": query.address(HOME),
            "leads": query.address(LEADS),
            "figures": query.address(FIGURES),
        },
        "spans": [
            (span, query.period.span is span, query.for_span(path, span))
            for span in Span
            if span is not Span.DAYS
        ],
        "downloads": _downloads(reader, query, place),
        "limits": limits(reader),
    }


def _downloads(
    reader: Reader, query: PageQuery, place: str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each sheet, and its files; below a page of some leads, those of the leads are about these."""
    downloads = []
    is_of_some = not LeadsQuery.of(query, reader.permissions).is_of_all
    for sheet in SHEETS.values():
        is_here = place == sheet.name and is_of_some
        words = {name: query.words.get(name) for name in WORDS} if is_here else {}
        files = [
            (kind.upper(), query.address(f"{HOME}/files/{sheet.name}.{kind}", **words))
            for kind in FileKind
        ]
        if sheet.is_for(reader.permissions):
            downloads.append(("These leads" if is_here else sheet.title, files))
    return downloads


def limits(reader: Reader) -> str:
    """What the reader does not see, said openly."""
    permissions = reader.permissions
    only_own = "contact details of other people's leads"
    hidden_if = {
        "names": not permissions.may_see(DataClass.NAME),
        "contact details": not permissions.may_see_some(DataClass.CONTACT),
        only_own: permissions.scopes[DataClass.CONTACT] is Scope.OWN,
        "which colleague did what": not permissions.may_see(DataClass.PEOPLE),
        "amounts": not permissions.may_see(DataClass.MONEY),
    }
    hidden = [words for words, is_hidden in hidden_if.items() if is_hidden]
    return f"Your role doesn't show {_listed(hidden)}." if hidden else ""


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])}, or {words[-1]}"
