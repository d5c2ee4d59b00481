"""All that shows a figure, to be asked the same question: pages, files, API, command line, Slack.

Each answers with values by metric, or with words where it is words that people read. What is right
is computed from the rows themselves, with pandas (`tests.metrics.by_pandas`).
"""

import csv
import io
import json
import re
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from bot import metrics
from bot.campaigns.models import Campaign
from bot.cli import report as command_line
from bot.contacts.identity import identify, keys_of
from bot.digests import explaining, figure_messages, money_messages, personal, weekly
from bot.digests import home_sections as digest_sections
from bot.digests.models import Week
from bot.leads import queries as lead_queries
from bot.leads import ratings as lead_ratings
from bot.leads.models import Lead
from bot.metrics import BY_NAME, Attribution, By, Figures, Unit, computing, daily_totals
from bot.money import exponent
from bot.people.models import Person, Role, Workspace
from bot.planning import similar_campaigns as remembering
from bot.reports import campaign_report as campaign_reports
from bot.reports import figures
from bot.reports import home_sections as report_sections
from bot.reports.api import Counter, SheetQuery
from bot.reports.columns import Wanted
from bot.reports.files import FileKind, as_csv
from bot.reports.period import Period, Span
from bot.reports.permissions import EVERYTHING
from bot.reports.sheets import SHEETS
from bot.reports.site import report_page
from bot.reports.site.downloads import pieces
from bot.spend.models import Department, DepartmentCost, Margin, SpendEntry
from bot.store import Store
from tests.digests.office import Office
from tests.metrics import by_pandas
from tests.metrics.by_pandas import Frames, frame
from tests.metrics.drawn import RATINGS, WEEKS

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
FIRST, LAST = Attribution.FIRST_TOUCH, Attribution.LAST_TOUCH
COLUMNS = {FIRST: "campaign_id", LAST: "last_campaign_id"}
LEAD_COLUMNS = [
    "received_at", "campaign_id", "last_campaign_id", "contact_id", "source", "first_claimed_by",
    "first_claimed_at", "claimed_by", "claimed_at", "claim_worked", "claim_due_at",
    "first_response_at", "response_worked", "response_due_at", "qualified_at", "rating",
    "rating_reason", "status", "disposition", "won_minor", "won_currency", "merged_into",
]  # fmt: skip

Answer = Mapping[str, Any]
"""Values, or words, by metric."""


class Ask(NamedTuple):
    """A question: the leads of which days, and the rule that credits campaigns."""

    first: date
    last: date
    credit: Attribution

    @property
    def days(self) -> Period:
        return Period(Span.DAYS, self.first, self.last)


@dataclass
class World:
    """What is in the database, and the same as frames."""

    session: Session
    office: Office
    now: datetime
    zone: ZoneInfo
    campaigns: list[int]
    sellers: list[int]
    who: Person
    """Somebody who manages, sells and runs all campaigns."""
    leads: pd.DataFrame
    spend: pd.DataFrame
    margins: dict[int, Decimal | None]
    costs: dict[date, list[tuple[int, str]]]
    folder: Path

    @property
    def workspace(self) -> Workspace:
        return self.session.get_one(Workspace, self.office.workspace.id)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def this_week(self) -> Week:
        return Week.with_day(self.today)

    @property
    def store(self) -> Store:
        """A store whose transactions are the one that is open, so that nothing is left behind."""
        return cast("Store", _Open(self.session))

    def frames(self, ask: Ask | None, credit: Attribution) -> Frames:
        """The rows that a question is about; None: all that there are."""
        kept = self.leads[self.leads.merged_into.isna()]
        spend = self.spend
        if ask is not None:
            local = kept.received_at.dt.tz_convert(self.zone).dt.date
            kept = kept[(local >= ask.first) & (local <= ask.last)]
            spend = spend[(spend.day >= ask.first) & (spend.day <= ask.last)]
        costed = set(self.spend.campaign)
        return Frames(kept, spend, costed, self.margins, self.now, COLUMNS[credit])


@dataclass
class _Open:
    session: Session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        yield self.session


# What is right: once more, from the rows.


def right_total(world: World, ask: Ask) -> Answer:
    found = by_pandas.figures(world.frames(ask, ask.credit))
    return found | {"cac": _cac(world, ask, found["customers"])}


def _cac(world: World, ask: Ask, customers: int) -> dict[str, int] | None:
    cost: dict[str, Fraction] = {}
    day = ask.first
    while day <= ask.last:
        month = day.replace(day=1)
        entered = world.costs.get(month, [])
        if len(entered) < len(Department):
            return None
        length = ((month + 31 * DAY).replace(day=1) - month).days
        for minor, currency in entered:
            cost[currency] = cost.get(currency, Fraction()) + Fraction(minor, length)
        day += DAY
    return by_pandas.each(cast("dict[str, int]", cost), customers) if customers else None


def right_groups(world: World, ask: Ask | None, by: By, credit: Attribution) -> dict[Any, Answer]:
    whole = world.frames(ask, credit)
    assert whole.spend is not None
    kinds = {each: world.session.get_one(Campaign, each).kind for each in world.campaigns}
    credited = whole.leads[whole.campaign].astype(object)
    of_leads, of_spend = {
        By.CAMPAIGN: (credited, whole.spend.campaign),
        By.KIND: (credited.map(kinds), whole.spend.campaign.map(kinds)),
        By.SOURCE: (whole.leads.source, None),
        By.SALESPERSON: (whole.leads.first_claimed_by, None),
    }[by]
    of_leads = of_leads.astype(object).where(of_leads.notna(), None)
    found: dict[Any, Answer] = {}
    for key in {*of_leads, *(() if of_spend is None else of_spend)}:
        same = of_leads.isna() if key is None else of_leads == key
        spend = None if of_spend is None or key is None else whole.spend[of_spend == key]
        part = Frames(
            whole.leads[same], spend, whole.costed, whole.margins, whole.as_of, whole.campaign
        )
        found[key] = by_pandas.figures(part)
    return found


def right_reasons(rows: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    lost = rows[(rows.status == "lost") & rows.disposition.notna()]
    low = rows[rows.rating.isin(["weak", "junk"]) & rows.rating_reason.notna()]
    words = low.rating_reason.str.strip().str.lower()
    counts = lost.disposition.value_counts(), words[words != ""].value_counts()
    by_code, by_words = ({str(key): int(each) for key, each in one.items()} for one in counts)
    return by_code, by_words


# What is shown.


def values(found: Figures) -> Answer:
    return found.values


_OTHER = re.compile(r"(\w+) (-?[\d.]+) ([A-Z]{3})")


def _cells(row: Mapping[str, Any], currency: str) -> Answer:
    """A row of a file, whose amounts are in one currency and those in others beside them."""
    others: dict[str, dict[str, int]] = {}
    for name, amount, code in re.findall(
        r"(\w+) (-?[\d.]+) ([A-Z]{3})", _text(row, "other_currencies")
    ):
        others.setdefault(name, {})[code] = int(Decimal(amount).scaleb(exponent(code)))
    found: dict[str, Any] = {}
    for name in BY_NAME:
        text, unit = _text(row, name), BY_NAME[name].unit
        if unit is Unit.MONEY:
            minor = {currency: int(Decimal(text).scaleb(exponent(currency)))} if text else {}
            amounts = minor | others.get(name, {})
            found[name] = amounts if text or amounts else None
        elif unit in (Unit.COUNT, Unit.DURATION):
            found[name] = int(text) if text else None
        else:
            found[name] = Decimal(text) if text else None
    return found


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    return "" if value is None else str(value)


Rows = Callable[[World, str, date, date, Attribution], list[Mapping[str, Any]]]


def _api(world: World, sheet: str, first: date, last: date, credit: Attribution) -> Any:
    query = SheetQuery(first.isoformat(), last.isoformat(), credit)
    answer = Counter(world.store, lambda: world.workspace).hand_out(SHEETS[sheet], query)
    return json.loads(bytes(answer.body))["data"]


def _csv(world: World, sheet: str, first: date, last: date, credit: Attribution) -> Any:
    found, wanted = SHEETS[sheet], Wanted(Period(Span.DAYS, first, last), credit)
    rows = found.rows(world.store, world.workspace, wanted, EVERYTHING)
    text = b"".join(as_csv(found.header(EVERYTHING), rows)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def _xlsx(world: World, sheet: str, first: date, last: date, credit: Attribution) -> Any:
    found, wanted = SHEETS[sheet], Wanted(Period(Span.DAYS, first, last), credit)
    rows = found.rows(world.store, world.workspace, wanted, EVERYTHING)
    book = b"".join(pieces(FileKind.XLSX, sheet, found.header(EVERYTHING), rows))
    header, *lines = (
        openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True)
    )
    named: list[dict[str, Any]] = [dict(zip(map(str, header), row, strict=True)) for row in lines]
    return [
        row | ({"first_day": row["first_day"].date()} if "first_day" in row else {})
        for row in named
    ]


def _commanded(world: World, sheet: str, first: date, last: date, credit: Attribution) -> Any:
    file = world.folder / "report.json"
    options = Namespace(
        format="json", output=file, sheet=sheet, attribution=credit.value,
        first=first.isoformat(), last=last.isoformat(),
    )  # fmt: skip
    command_line._write_sheet(world.store, cast("Any", options))
    return json.loads(file.read_text())


SHEET_READERS: dict[str, Rows] = {
    "API": _api, "CSV": _csv, "XLSX": _xlsx, "command line": _commanded,
}  # fmt: skip


def is_week(world: World, ask: Ask) -> bool:
    """Whether it is about a week, of which the running one ends today."""
    week = Week.with_day(ask.first)
    last = world.today if week == world.this_week else week.sunday
    return (ask.first, ask.last) == (week.monday, last)


def is_digest(world: World, ask: Ask) -> bool:
    return is_week(world, ask) and ask.credit is FIRST


def is_running(world: World, ask: Ask) -> bool:
    return is_digest(world, ask) and ask.first == world.this_week.monday


def is_last(world: World, ask: Ask) -> bool:
    return is_digest(world, ask) and ask.first == world.this_week.before.monday


def is_last_so_far(world: World, ask: Ask) -> bool:
    monday = world.this_week.before.monday
    return (*ask,) == (monday, world.today - WEEK, FIRST)


def anything(_world: World, _ask: Ask) -> bool:
    return True


def _digest(world: World, ask: Ask) -> weekly.VisibleReport:
    found = weekly.of_week(world.session, world.who, Week.with_day(ask.first))
    assert list(found.corrections) == []
    return found


def drawn(blocks: Any) -> list[dict[str, Any]]:
    return [each if isinstance(each, dict) else each.to_dict() for each in blocks]


def said_in(blocks: Any) -> str:
    return json.dumps(drawn(blocks), ensure_ascii=False)


def _explained(world: World, *, is_this: bool) -> Answer:
    """In words: what `/digest why` says of a few figures."""
    found = {}
    for name in ("romi", "cac", "spend", "response_median", "claim_sla", "quality_index"):
        explained = explaining.explain(world.session, world.who, name)
        text = said_in(figure_messages.why(explained).blocks)
        which = "This week so far" if is_this else "Last week"
        match = re.search(rf'\*{which}:\* (.*?)(?:\. |\\n|")', text)
        assert match, text
        found[name] = match[1]
    return found


def _home(world: World) -> tuple[Figures, Figures]:
    """This week, and the one before it."""
    return digest_sections.read_week(world.session, world.who.workspace_id)


def _home_words(world: World, pattern: str) -> Answer:
    week, before = _home(world)
    text = said_in(digest_sections.show_week(week, before))
    labels = {"Leads": "received", "ROMI": "romi", "Spend": "spend", "Won amount": "won_amount",
              "Claimed": "acceptance_rate", "Answered on time": "response_sla"}  # fmt: skip
    found = {}
    for label, name in labels.items():
        match = re.search(rf'\*{label}\*\\n(.*?)(?: \((.*?)\))?"', text)
        value = match[1 if pattern == "now" else 2] if match else None
        is_known = week.has(name) and (pattern == "now" or before.has(name))
        assert bool(value) == bool(week.count("received") and is_known), (label, text)
        if value:
            found[name] = value
    return found


def _fields(message: Any) -> Answer:
    """The figures that a message shows side by side, in words."""
    texts = [field["text"] for block in drawn(message.blocks) for field in block.get("fields", [])]
    found = [text.removeprefix("*").partition("*\n") for text in texts]
    return {label: words for label, _, words in found}


def _money_words(world: World, ask: Ask) -> Answer:
    """The money of a digest, in its thread."""
    fields = _fields(money_messages.money(_digest(world, ask).report))
    return {each.name: fields[each.label] for each in BY_NAME.values() if each.label in fields}


def _week_row(read: Rows) -> Callable[[World, Ask], Answer]:
    def found(world: World, ask: Ask) -> Answer:
        rows = read(world, "weeks", ask.first, ask.last, ask.credit)
        [row] = [each for each in rows if str(each["first_day"]) == ask.first.isoformat()]
        return _cells(row, world.workspace.currency)

    return found


def _facts(world: World, ask: Ask) -> Answer:
    """The page of every figure, in words."""
    totals = figures.totals(world.session, world.workspace, ask.days, ask.credit)
    return {name: report_page.fact(totals, name).value for name in BY_NAME}


def _report(world: World, ask: Ask, by: By) -> figures.Report:
    return figures.report(
        world.session, world.workspace, ask.days, by, ask.credit, report_page.SHOWN
    )


def _page_before(world: World, ask: Ask) -> Answer:
    """What the page of the days after says of these, which it stands beside."""
    length = (ask.last - ask.first).days + 1
    after = Period(Span.DAYS, ask.last + DAY, ask.last + DAY * length)
    return figures.totals(world.session, world.workspace, after, ask.credit).before.values


Surface = tuple[Callable[[World, Ask], bool], Callable[[World, Ask], Answer]]

TOTALS: dict[str, Surface] = {
    "page": (anything, lambda world, ask: _report(world, ask, By.SOURCE).total.values),
    "page, every figure": (anything, _facts),
    "page, days before": (anything, _page_before),
    "home": (is_running, lambda world, _: _home(world)[0].values),
    "home, in words": (is_running, lambda world, _: _home_words(world, "now")),
    "home, last week": (is_last_so_far, lambda world, _: _home(world)[1].values),
    "home, last week in words": (is_last_so_far, lambda world, _: _home_words(world, "before")),
    "digest": (is_digest, lambda world, ask: _digest(world, ask).report.total.values),
    "digest, money in words": (is_digest, _money_words),
    "why, this week": (is_running, lambda world, _: _explained(world, is_this=True)),
    "why, last week": (is_last, lambda world, _: _explained(world, is_this=False)),
    **{f"weeks, {name}": (is_week, _week_row(read)) for name, read in SHEET_READERS.items()},
}

Groups = Mapping[Any, Answer]
Split = tuple[By, Callable[[World, Ask], bool], Callable[[World, Ask], Groups]]


def _parts(by: By) -> Callable[[World, Ask], Groups]:
    return lambda world, ask: {
        part.key: part.figures.values for part in _report(world, ask, by).parts
    }


def _compared(world: World, ask: Ask) -> Groups:
    found = figures.by_campaign(world.session, world.workspace, ask.days, ask.credit)
    return {part.key: part.figures.values for part in found}


def _rows_by_campaign(read: Rows) -> Callable[[World, Ask], Groups]:
    def found(world: World, ask: Ask) -> Groups:
        rows = read(world, "campaigns", ask.first, ask.last, ask.credit)
        currency = world.workspace.currency
        return {
            int(_text(row, "campaign_id")) if _text(row, "campaign_id") else None: _cells(
                row, currency
            )
            for row in rows
        }

    return found


def _own(world: World, ask: Ask) -> list[Any]:
    verb = personal.running if is_running(world, ask) else personal.last
    return list(verb(world.session, world.who))


def _own_campaigns(world: World, ask: Ask) -> Groups:
    """A marketer's own, in their digest."""
    [own] = [each for each in _own(world, ask) if each.audience == "marketers"]
    return {each.campaign_id: each.figures.values for each in own.campaigns}


def _own_leads(world: World, ask: Ask) -> Groups:
    """A salesperson's own, in their digest."""
    [own] = [each for each in _own(world, ask) if each.audience == "salespeople"]
    return {world.who.id: own.mine.values} if own.mine.count("received") else {}


def is_own(world: World, ask: Ask) -> bool:
    return is_running(world, ask) or is_last(world, ask)


SPLITS: dict[str, Split] = {
    **{f"page by {by}": (by, anything, _parts(by)) for by in figures.DIMENSIONS},
    "page, side by side": (By.CAMPAIGN, anything, _compared),
    "digest by campaign": (
        By.CAMPAIGN, is_digest,
        lambda world, ask: {each.campaign_id: each.figures.values
                            for each in _digest(world, ask).report.campaigns},
    ),
    "digest by source": (
        By.SOURCE, is_digest,
        lambda world, ask: {source: each.values
                            for source, each in _digest(world, ask).report.sources},
    ),
    "own digest, campaigns": (By.CAMPAIGN, is_own, _own_campaigns),
    "own digest, leads": (By.SALESPERSON, is_own, _own_leads),
    **{f"campaigns, {name}": (By.CAMPAIGN, anything, _rows_by_campaign(read))
       for name, read in SHEET_READERS.items()},
}  # fmt: skip

PARTIAL = {"own digest, campaigns", "own digest, leads"}
"""Those that show some of the groups."""


def _home_campaigns(world: World, credit: Attribution) -> Groups:
    assert credit is FIRST
    own = report_sections.read_campaigns(world.session, world.who)
    return {each.campaign.id: each.figures.values for each in own}


def _reports(world: World, credit: Attribution) -> Groups:
    return {
        each: campaign_reports.report(world.session, world.who, each, credit).figures.values
        for each in world.campaigns[:2]
    }


def _thread(world: World, _credit: Attribution) -> Groups:
    """The message in a campaign's thread."""
    summaries = {each: lead_ratings.rating_summary(world.session, each) for each in world.campaigns}
    return {
        key: {"received": each.received, "claimed": each.claimed,
              **{rating: each.ratings.get(cast("Any", rating), 0) for rating in RATINGS}}
        for key, each in summaries.items()
    }  # fmt: skip


def _standup(world: World, _credit: Attribution) -> Groups:
    """What a marketer reads before a standup."""
    found = lead_queries.arrivals(world.session, world.campaigns, datetime(2000, 1, 1, tzinfo=UTC))
    return {
        key: {"received": each.received, "claimed": each.claimed, "rated": each.rated}
        for key, each in found.items()
    }


def _remembered(world: World, _credit: Attribution) -> Groups:
    """What planning says of the past, in words."""
    campaign = world.session.get_one(Campaign, world.campaigns[0])
    names = {world.session.get_one(Campaign, each).name: each for each in world.campaigns}
    found = remembering.similar_campaigns(world.session, campaign)
    return {
        names[each.name]: {"acceptance_rate": each.acceptance, "romi": each.romi} for each in found
    }


def _everything(world: World, credit: Attribution) -> Groups:
    """The page, of days that nothing lies outside of."""
    first, last = world.today - 300 * DAY, world.today + 300 * DAY
    return _parts(By.CAMPAIGN)(world, Ask(first, last, credit))


LIVES: dict[str, Callable[[World, Attribution], Groups]] = {
    "campaign's report": _reports,
    "home, own campaigns": _home_campaigns,
    "campaign's thread": _thread,
    "standup": _standup,
    "planning": _remembered,
    "page": _everything,
}
FIRST_ONLY = {"home, own campaigns", "campaign's thread", "standup", "planning"}


# What is in the database.


def write_world(session: Session, office: Office, random: Random, folder: Path) -> World:
    """Something of every shape, about the week in which it is now."""
    zone_name, monday = random.choice(WEEKS)
    zone = ZoneInfo(zone_name)
    start = datetime.combine(monday, time(), zone).astimezone(UTC)
    now = start + timedelta(hours=random.choice([0, 1, 166]) or random.uniform(0, 166))
    session.execute(update(Workspace).values(timezone=zone_name))
    session.expire_all()
    who = session.get_one(Person, office.manager.id)
    who.roles = [Role.MANAGER, Role.MARKETER, Role.SALESPERSON]
    campaigns = office.campaigns(session, "Spring", "Fair", "Webinar", "Letter")
    for each in campaigns:
        kind = random.choice(["email", "event"])
        session.execute(update(Campaign).where(Campaign.id == each).values(kind=kind, stage="live"))
    world = World(
        session, office, now, zone, campaigns, [who.id, office.seller.id], who,
        pd.DataFrame(), pd.DataFrame(), {}, {}, folder,
    )  # fmt: skip
    _write_leads(world, random)
    _write_spend(world, random)
    _write_margins(world, random)
    return world


def compute_some_days(world: World, random: Random) -> None:
    """Compute the totals of some of the days that are over."""
    about = computing.scope(world.session, world.office.workspace.id, metrics.EVER)
    for back in random.sample(range(1, 15), random.randint(0, 2)):
        daily_totals.compute_day(world.session, about, world.today - DAY * back)


def _write_leads(world: World, random: Random) -> None:
    session, workspace_id = world.session, world.office.workspace.id
    people = [
        identify(session, workspace_id, [keys_of(f"{each}@example.com", None)])[0].contact_id
        for each in "abc"
    ]
    rows = [_lead(world, random, people) for _ in range(random.randint(0, 24))]
    names = [name for name in LEAD_COLUMNS if name != "merged_into"]
    usual = {"workspace_id": workspace_id, "last_touch_at": world.now}
    written = [
        usual | {name: row[name] for name in names} | {"external_id": str(number)}
        for number, row in enumerate(rows)
    ]
    if written:
        ids = session.scalars(insert(Lead).returning(Lead.id), written).all()
        for lead_id, row in zip(ids, rows, strict=True):
            if random.random() < 0.1 and lead_id != ids[0]:
                row["merged_into"] = ids[0]
                session.execute(update(Lead).where(Lead.id == lead_id).values(merged_into=ids[0]))
    # Who claimed first counts, whatever happened to the lead since.
    counted = [row | {"claimed_at": row["first_claimed_at"]} for row in rows]
    world.leads = frame(counted, LEAD_COLUMNS)


def _lead(world: World, random: Random, people: list[int]) -> dict[str, Any]:
    received = world.now - timedelta(days=random.uniform(0, 33))
    if random.random() < 0.3:  # at midnight, or a moment beside it
        midnight = datetime.combine(received.astimezone(world.zone).date(), time(), world.zone)
        beside = timedelta(microseconds=random.choice([-1, 0, 1]))
        received = midnight.astimezone(UTC) + beside

    def later(chance: float) -> datetime | None:
        if random.random() >= chance:
            return None
        return received + timedelta(
            seconds=round(random.uniform(0, 200_000), random.choice([0, 3]))
        )

    def maybe(chance: float, value: Any) -> Any:
        return value if random.random() < chance else None

    claimed_at, status = later(0.7), random.choice(["new", "qualified", "won", "lost", "recycled"])
    is_won = status == "won"
    owner_id = maybe(0.8, random.choice(world.sellers)) if claimed_at else None
    return {
        "received_at": received,
        "campaign_id": maybe(0.8, random.choice(world.campaigns)),
        "last_campaign_id": maybe(0.8, random.choice(world.campaigns)),
        "contact_id": random.choice(people),
        "source": random.choice(["typed", "google_ads", "form"]),
        "first_claimed_by": random.choice(world.sellers) if claimed_at else None,
        "first_claimed_at": claimed_at,
        "claimed_by": owner_id,  # it may have been handed over, or given back
        "claimed_at": claimed_at + DAY if claimed_at and owner_id else None,
        "claim_worked": maybe(0.5, random.randint(0, 90_000)),
        "claim_due_at": later(0.5),
        "first_response_at": later(0.6),
        "response_worked": maybe(0.5, random.randint(0, 90_000)),
        "response_due_at": later(0.5),
        "qualified_at": later(0.9 if is_won else 0.3),
        "rating": maybe(0.6, random.choice(RATINGS)),
        "rating_reason": maybe(0.6, random.choice(["Too small", " too small ", "Student", " "])),
        "status": status,
        "disposition": maybe(0.7, random.choice(["no_budget", "no_fit", "bad_timing"]))
        if status in ("lost", "recycled") else None,
        "won_minor": maybe(0.9, random.randint(0, 10**7)) if is_won else None,
        "won_currency": maybe(0.9, random.choice(["EUR"] * 6 + ["USD"])) if is_won else None,
        "merged_into": None,
    }  # fmt: skip


def _write_spend(world: World, random: Random) -> None:
    kept = []
    for _ in range(random.randint(0, 12)):
        row = {
            "workspace_id": world.office.workspace.id,
            "campaign_id": random.choice(world.campaigns),
            "day": world.today + DAY * random.randint(-33, 9), "line": "Ads",
            "minor": random.choice([0, 1, random.randint(0, 10**6)]),
            "currency": random.choice(["EUR"] * 9 + ["JPY"]),
            "note": "", "entered_at": world.now, "source": "typed",
        }  # fmt: skip
        added = insert(SpendEntry).values(**row).returning(SpendEntry.id)
        entry_id = world.session.scalars(added).one()
        if random.random() < 0.3:
            row |= {"minor": random.randint(0, 10**6), "corrects_id": entry_id}
            world.session.execute(insert(SpendEntry).values(**row))
        kept.append({"campaign": row["campaign_id"]}
                    | {name: row[name] for name in ("day", "minor", "currency")})  # fmt: skip
    world.spend = frame(kept, ["campaign", "day", "minor", "currency"])


def _write_margins(world: World, random: Random) -> None:
    workspace_id = world.office.workspace.id
    given: dict[int | None, Decimal] = {
        each: Decimal(random.randint(0, 10_000)).scaleb(-2)
        for each in (None, *world.campaigns) if random.random() < (0.7 if each is None else 0.4)
    }  # fmt: skip
    for campaign_id, percent in given.items():
        world.session.add(
            Margin(workspace_id=workspace_id, campaign_id=campaign_id, percent=percent,
                   set_at=world.now)
        )  # fmt: skip
    world.margins = {each: given.get(each, given.get(None)) for each in world.campaigns}
    for back in range(-1, 4):
        month = (world.today.replace(day=15) - 30 * DAY * back).replace(day=1)
        for department in Department:
            if random.random() < 0.9:
                minor = random.randint(0, 10**7)
                world.costs.setdefault(month, []).append((minor, "EUR"))
                world.session.add(
                    DepartmentCost(workspace_id=workspace_id, month=month, department=department,
                                   minor=minor, currency="EUR", set_at=world.now)
                )  # fmt: skip
    world.session.flush()
