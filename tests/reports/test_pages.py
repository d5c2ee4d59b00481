"""The pages: what they say, where they lead, and what surrounds them."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import httpx
import openpyxl
import pytest
from sqlalchemy import func, select, text

from bot import clock
from bot.metrics import METRICS
from bot.metrics.models import ComputedDay
from bot.metrics.tasks import COMPUTE
from bot.reports import figures
from bot.spend.models import SpendEntry
from bot.store import DatabaseDown
from bot.tasks import Schedule, enqueue
from tests.databases import Databases
from tests.reports.house import MONDAY, NOW, House, open_house

OTHER = text(
    "INSERT INTO workspace (team_id, name, bot_user_id, channel, timezone, currency, installed_at)"
    " VALUES ('T2', 'Other', 'U0', 'C0', 'UTC', 'EUR', now()) RETURNING id"
)
MOVE = text("UPDATE lead SET workspace_id = :workspace_id")

WEEK = "from=2026-11-16&to=2026-11-22"


def text_of(page: httpx.Response) -> str:
    assert page.status_code == 200, page.text
    return text_of_any(page)


def text_of_any(page: httpx.Response) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def fill(house: House) -> None:
    """Two campaigns over two weeks."""
    ben = house.person("ben").id
    with house.store.transaction() as session:
        spring = house.campaign(session, "Spring <b>start</b>", kind="email")
        fair = house.campaign(session, "Fair", kind="event")
        claimed = {"claimed_by": ben, "claimed_at": MONDAY + timedelta(hours=10)}
        house.leads(
            session,
            *({"campaign_id": spring, "last_campaign_id": fair, **claimed} for _ in range(3)),
            {"campaign_id": fair, "last_campaign_id": fair, "status": "won", "won_minor": 500_000,
             "won_currency": "EUR", **claimed},
            {"status": "qualified", "expected_minor": 1_250_000, "expected_currency": "EUR",
             "expected_on": date(2026, 12, 15)},
            {"campaign_id": spring, "received_at": MONDAY - timedelta(days=2)},
            {"received_at": MONDAY + timedelta(days=7)},
        )  # fmt: skip
        session.add(
            SpendEntry(workspace_id=house.workspace.id, campaign_id=spring, day=date(2026, 11, 16),
                       line="Ads", minor=30_000, currency="EUR", note="", entered_at=NOW,
                       source="typed")
        )  # fmt: skip


@pytest.fixture
def busy(house: House) -> House:
    """A company with campaigns, for a test that changes something."""
    fill(house)
    return house


@pytest.fixture(scope="module")
def for_readers(databases: Databases) -> Iterator[httpx.Client]:
    """A browser in which Clara has signed in, in a company with campaigns."""
    with databases.lend() as database, open_house(database.url) as house:
        fill(house)
        with house.browser("clara") as web:
            yield web


@pytest.fixture
def claras_own(busy: House) -> Iterator[httpx.Client]:
    """A browser for a test that needs an application of its own."""
    with busy.browser("clara") as web:
        yield web


@pytest.fixture
def clara(for_readers: httpx.Client) -> httpx.Client:
    """Her browser, for tests that only read: they share it."""
    clock.use(lambda: NOW)
    return for_readers


def test_last_week_stands_on_the_first_page(clara: httpx.Client) -> None:
    words = text_of(clara.get("/report"))
    assert "16–22 Nov 2026" in words
    assert "Compared with 9–15 Nov 2026" in words
    assert "Leads received 5 4 more (better) · 1 before" in words
    assert "credited by first touch" in words
    assert "4 of 5 still open; figures may change." in words
    assert "Attributed revenue 5,000 EUR" in words


def test_the_pipeline_stands_below_and_is_a_file(clara: httpx.Client, busy: House) -> None:
    words = text_of(clara.get("/report?period=last-month"))  # whatever the days
    assert "Pipeline What leads that are qualified" in words
    assert "Dec 1 12,500 EUR" in words
    assert "All 1 12,500 EUR" in words
    [row] = csv.DictReader(io.StringIO(clara.get("/report/files/pipeline.csv").text))
    assert [*row.values()] == ["2026-12", "false", "1", "12500.00", "EUR"]
    with busy.browser("sofia") as web:
        assert "Pipeline" not in text_of(web.get("/report"))
        assert web.get("/report/files/pipeline.csv").status_code == 404


def test_what_others_typed_is_text_and_nothing_else(clara: httpx.Client) -> None:
    page = clara.get("/report").text
    assert "Spring <b>" not in page
    assert "Spring &lt;b&gt;start&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("period=this-week", "23–25 Nov 2026"), ("period=last-week", "16–22 Nov 2026"),
        ("period=month", "1–25 Nov 2026"),
        ("period=last-month", "1–31 Oct 2026 Compared with 1–30 Sep 2026"),
        ("period=quarter", "1 Oct – 25 Nov 2026"),
        ("period=last-quarter", "1 Jul – 30 Sep 2026 Compared with 1 Apr – 30 Jun 2026"),
        ("period=year", "1 Jan – 25 Nov 2026 Figures cover"),
        ("from=2026-11-20&to=2026-11-20", "20 Nov 2026"),
        ("from=2025-12-30&to=2026-01-02", "30 Dec 2025 – 2 Jan 2026"),
        ("to=2026-11-10", "27 Oct – 10 Nov 2026"), ("period=nonsense", "16–22 Nov"),
    ],
)  # fmt: skip
def test_any_days(clara: httpx.Client, query: str, days: str) -> None:
    assert days in text_of(clara.get(f"/report?{query}"))


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "from=2026-11-22&to=2026-11-16", "from=2020-01-01&to=2026-01-01",
     "from=9999-01-01&to=9999-12-31", "from=0001-01-01"],
)  # fmt: skip
def test_days_that_make_no_sense_are_explained(clara: httpx.Client, query: str) -> None:
    page = clara.get(f"/report?{query}")
    assert page.status_code == 400
    assert "Back to the report" in page.text
    assert clara.get("/report/leads?after=rubbish").status_code == 400


def test_days_that_are_not_over_are_not_compared(clara: httpx.Client) -> None:
    words = text_of(clara.get("/report?period=this-week"))
    assert "These days aren't over yet. The ones before, 16–18 Nov 2026, are shown" in words
    assert "Compared with" not in words
    assert " less " not in words.split("By campaign")[0]


def test_first_and_last_touch_are_named_and_differ(clara: httpx.Client) -> None:
    first = text_of(clara.get(f"/report?{WEEK}"))
    last = text_of(clara.get(f"/report?{WEEK}&credit=last_touch"))
    assert re.search(r"Spring <b>start</b> 3 ", first)
    assert "credited by last touch" in last
    assert re.search(r"Fair 4 ", last)


@pytest.mark.parametrize(
    ("by", "name"), [("kind", "Email 3"), ("source", "5"), ("salesperson", "Ben 4")]
)
def test_told_apart_otherwise(clara: httpx.Client, by: str, name: str) -> None:
    assert name in text_of(clara.get(f"/report?{WEEK}&by={by}"))


def test_each_figure_leads_to_the_leads_behind_it(clara: httpx.Client) -> None:
    page = clara.get(f"/report?{WEEK}").text
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    [spring] = [row for row in rows if "Spring" in row]
    address = unescape(re.search(r'href="([^"]+)">3</a>', spring)[1])  # type: ignore[index]
    leads = clara.get(address)
    assert "16–22 Nov 2026: 3 leads" in text_of(leads)


def test_every_link_of_every_page_works(clara: httpx.Client) -> None:
    seen: set[str] = set()
    todo = ["/report"]
    while todo and len(seen) < 150:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = clara.get(address)
        assert answer.status_code == 200, address
        if "text/html" in answer.headers["content-type"]:
            found = re.findall(r'(?:href|action)="(/[^"#]*)', answer.text)
            todo += [unescape(each) for each in found if "sign-out" not in each]
    assert len(seen) > 40


def test_every_figure_is_explained(clara: httpx.Client) -> None:
    page = clara.get(f"/report/figures?{WEEK}").text
    for metric in METRICS:
        assert f'id="{metric.name}"' in page
        assert metric.label.replace("&", "&amp;") in page
    assert "An admin enters them with <code>/campaign costs</code>" in page


def test_campaigns_side_by_side(clara: httpx.Client) -> None:
    words = text_of(clara.get(f"/report/compare?{WEEK}&campaign=1&campaign=2"))
    assert "2 campaigns side by side" in words
    assert "Leads received 3 1" in words
    assert clara.get("/report/compare?campaign=99").url.path == "/report"
    assert clara.get("/report/compare").url.path == "/report"


def test_a_share_reads_as_the_figure_does_and_a_source_by_its_name(house: House) -> None:
    claimed = {"claimed_by": house.person("ben").id, "claimed_at": MONDAY + timedelta(hours=10)}
    with house.store.transaction() as session:
        house.leads(session, claimed, *[{"source": "typed"}] * 3, *[{"source": "google_ads"}] * 4)
    with house.browser("clara") as web:
        words = text_of(web.get(f"/report?by=source&{WEEK}"))
        listed = text_of(web.get(f"/report/leads?by=source&key=typed&{WEEK}"))
    assert "Claimed 1 · 1 of 8" in words
    assert "Google Ads lead form 4" in words
    assert "Typed in 3" in words
    assert "Leads received: Typed in" in listed
    assert "typed" not in listed
    assert "google_ads" not in words


def test_leads_page_by_page(house: House) -> None:
    with house.store.transaction() as session:
        house.leads(session, *({"company": f"Company {n:03}"} for n in range(120)))
    with house.browser("clara") as web:
        address, found = "/report/leads", []
        for size in (50, 50, 20):
            page = web.get(address)
            assert "120 leads" in page.text
            companies = re.findall(r"Company \d{3}", page.text)
            assert len(companies) == size
            found += companies
            onward = re.search(r'href="([^"]+)" rel="next"', page.text)
            address = unescape(onward[1]) if onward else ""
        assert not address
        assert found == [f"Company {n:03}" for n in range(120)]


def test_where_nothing_came_the_page_says_what_to_do(house: House) -> None:
    with house.browser("mara") as web:
        assert "/handoff status" in text_of(web.get("/report"))
        assert "No such leads in these days" in text_of(web.get("/report/leads"))
        assert text_of(web.get("/report/figures")).count("n/a") > 20
        assert web.get("/report/files/campaigns.csv").status_code == 200


def test_the_leads_of_another_workspace_stay_there(busy: House) -> None:
    with busy.store.transaction() as session:
        other = session.execute(OTHER).scalar_one()
        session.execute(MOVE, {"workspace_id": other})
    with busy.browser("clara") as web:
        assert "No such leads" in text_of(web.get(f"/report/leads?{WEEK}"))
        assert "Leads received 0" in text_of(web.get(f"/report?{WEEK}"))
        assert web.get(f"/report/files/leads.csv?{WEEK}").text.count("\n") == 1


def test_the_headers_let_nothing_else_in(clara: httpx.Client) -> None:
    for address in ("/report", "/report/leads", "/report/files/leads.csv", "/report/style.css"):
        headers = clara.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert clara.get("/report").headers["cache-control"] == "no-store"


def test_no_page_carries_a_script_or_a_style_of_its_own(clara: httpx.Client) -> None:
    for address in ("/report", "/report/leads", "/report/figures", "/report/compare?campaign=1"):
        page = clara.get(address).text
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|https?://", page), address


def test_nothing_is_read_without_a_session(house: House) -> None:
    with house.anyone() as web:
        for address in ("/report", "/report/leads", "/report/figures", "/report/compare",
                        "/report/files/leads.csv", "/report/files/leads.xlsx"):  # fmt: skip
            answer = web.get(address, follow_redirects=False)
            assert answer.status_code == 303, address
            assert answer.headers["location"].startswith("/report/sign-in?")


def test_unknown_files_are_none(clara: httpx.Client) -> None:
    assert clara.get("/report/files/people.csv").status_code == 404
    assert clara.get("/report/files/leads.exe").status_code == 400


def test_the_digest_leads_to_the_same_week_on_the_page(busy: House) -> None:
    clara = busy.users["clara"]
    busy.slack.hand(clara).command("/digest", "last", busy.slack.channel("leads"))
    message = busy.slack.wait_until(lambda: busy.slack.ephemerals(clara) or None, timeout=30)[-1]
    buttons = [each for block in message.blocks for each in block.get("elements", [])]
    [address] = [each["url"] for each in buttons if each.get("action_id") == "digest.open_report"]
    with busy.browser("clara") as web:
        assert "16–22 Nov 2026" in text_of(web.get(address))


@pytest.mark.parametrize(
    ("query", "file", "count"),
    [
        ("", "leads_2026-11-16_2026-11-22", 5),
        ("&metric=won", "leads_won_2026-11-16_2026-11-22", 1),
        ("&metric=customers", "leads_customers_2026-11-16_2026-11-22", 1),
        ("&metric=acceptance_rate", "leads_acceptance_rate_2026-11-16_2026-11-22", 5),
        ("&metric=claimed&by=campaign&key=1", "leads_claimed_2026-11-16_2026-11-22", 3),
        ("&by=campaign&key=2&credit=last_touch", "leads_received_2026-11-16_2026-11-22", 4),
        ("&metric=unattributed&by=kind&key=none", "leads_unattributed_2026-11-16_2026-11-22", 1),
    ],
)  # fmt: skip
def test_the_files_below_a_page_of_leads_hold_the_leads_on_it(
    clara: httpx.Client, query: str, file: str, count: int
) -> None:
    page = clara.get(f"/report/leads?{WEEK}{query}")
    assert f": {count} lead" in text_of(page)
    assert ("These leads" in page.text) is ("metric" in query or "key" in query)
    links = re.findall(r'href="(/report/files/leads[^"]+)" download', page.text)
    answers = {link.split("?")[0][-4:]: clara.get(unescape(link)) for link in links}
    for answer in answers.values():
        assert f'filename="{file}.' in answer.headers["content-disposition"]
    rows = [
        len(list(csv.DictReader(io.StringIO(answers[".csv"].text)))),
        len(answers["json"].json()),
        openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content)).worksheets[0].max_row - 1,
    ]
    assert rows == [count] * 3
    assert "metric" not in re.findall(r'href="(/report/files/campaigns.csv[^"]*)"', page.text)[0]


def test_what_goes_wrong_is_a_page_for_people_and_json_for_programs(
    claras_own: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = claras_own.get("/report/nothing")
    assert (missing.status_code, "Page not found" in missing.text) == (404, True)
    assert "default-src 'none'" in missing.headers["content-security-policy"]
    assert claras_own.get("/report/files/secrets.csv").text.startswith("<!doctype html>")
    assert claras_own.get(f"/report/sign-in?onward={'x' * 3_000}").status_code == 400
    assert claras_own.post("/report").status_code == 405
    assert claras_own.get("/nothing").json() == {"detail": "Not Found"}

    def away(*_args: object) -> None:
        raise DatabaseDown

    monkeypatch.setattr(figures, "totals", away)
    page = claras_own.get("/report/figures")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "cannot be reached at the moment" in text_of_any(page)

    def broken(*_args: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(figures, "totals", broken)
    page = claras_own.get("/report/figures")
    assert (page.status_code, "This page broke" in page.text) == (500, True)
    assert "secret" not in page.text


def test_the_worker_tallies_days_and_the_page_says_the_same(own_house: House) -> None:
    busy = own_house
    fill(busy)
    with busy.browser("clara") as web:
        before = text_of(web.get(f"/report?{WEEK}"))
        with busy.store.transaction() as session:
            [schedule] = session.scalars(select(Schedule).where(Schedule.name == COMPUTE))
            enqueue(session, schedule.task, slot=NOW.isoformat(), **schedule.args)
        busy.application.work()
        busy.slack.wait_until(lambda: tallied(busy) >= 9)
        assert text_of(web.get(f"/report?{WEEK}")) == before


def tallied(house: House) -> int:
    with house.store.transaction() as session:
        return session.scalars(select(func.count()).select_from(ComputedDay)).one()
