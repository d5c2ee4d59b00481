"""The pages as people meet them: signed in through Slack's page, in Chromium, wide and narrow.

Each page is looked at by axe for what would shut somebody out. With `--golden`, the picture for the
documents is taken anew.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from bot import clock
from bot.spend.models import Margin, SpendEntry
from tests.databases import Databases
from tests.reports.house import MONDAY, NOW, House, open_house

pytestmark = pytest.mark.browser

PICTURE = Path(__file__).parents[2] / "docs" / "report.png"
# Of what is well, axe describes one example at most: to describe all takes it long.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
DAYS = "from=2026-11-02&to=2026-11-22"
CAMPAIGNS = {
    "Spring start, retail": "email", "Webinar: tills without queues": "webinar",
    "Search, brand": "search_ads", "Social, Austria & Switzerland": "social_ads",
    "Trade fair Cologne 2026": "event",
}  # fmt: skip


def _expected(at: datetime, status: str) -> dict[str, Any]:
    """What a qualified lead is expected to bring; nobody said of every fifth."""
    is_known = status == "qualified" and at.minute % 5
    return {
        "expected_minor": 100_000 * (5 + at.minute) if is_known else None,
        "expected_currency": "EUR" if is_known else None,
        "expected_on": at.date() + timedelta(days=10 + at.minute) if is_known else None,
    }


def lead(draw: random.Random, campaigns: list[int], owners: list[int]) -> dict[str, Any]:
    """One that came within five weeks, and what became of it."""
    at = MONDAY - timedelta(days=28) + timedelta(minutes=draw.randint(0, 35 * 24 * 60))
    claimed = at + timedelta(minutes=draw.expovariate(1 / 20)) if draw.random() < 0.85 else None
    status = draw.choices(["new", "qualified", "won", "lost"], [5, 2, 1, 2])[0]
    status = status if claimed else "new"
    campaign = draw.choices([*campaigns, None], [6, 5, 3, 2, 1, 1])[0]
    is_won = status == "won"
    return {
        "received_at": at, "campaign_id": campaign, "last_campaign_id": campaign,
        "source": draw.choice(["form", "api", "google_ads", "meta", "typeform"]),
        "first_name": draw.choice(["Greta", "Omar", "Ines", "Piotr", "Ruth"]),
        "last_name": draw.choice(["Lind", "Haddad", "Costa", "Nowak", "Adler"]),
        "company": draw.choice(["Nordlicht GmbH", "Baywerk", "Solaria", "Metalex", "Kontor"]),
        "email": f"person{draw.randint(1, 999)}@example.com", "status": status,
        "claimed_by": draw.choice(owners) if claimed else None, "claimed_at": claimed,
        "first_response_at": claimed and claimed + timedelta(minutes=draw.expovariate(1 / 25)),
        "rating": draw.choice(["great", "good", "good", "weak", "junk", None]) if claimed else None,
        "qualified_at": claimed if status in ("qualified", "won") else None,
        "won_minor": draw.randint(5, 40) * 10_000 if is_won else None,
        "won_currency": "EUR" if is_won else None,
        **_expected(at, status),
        "disposition": "no_budget" if status == "lost" and draw.random() < 0.8 else None,
        "claim_due_at": at + timedelta(minutes=30), "response_due_at": at + timedelta(hours=1),
    }  # fmt: skip


def fill(house: House) -> None:
    """Five weeks of a company that does well enough."""
    draw = random.Random(3)
    owners = [house.person(name).id for name in ("sofia", "ben")]
    with house.store.transaction() as session:
        campaigns = [house.campaign(session, name, kind=kind) for name, kind in CAMPAIGNS.items()]
        house.leads(session, *(lead(draw, campaigns, owners) for _ in range(600)))
        session.add(Margin(workspace_id=house.workspace.id, campaign_id=None, set_at=NOW,
                           percent=Decimal(40)))  # fmt: skip
        session.add_all(
            SpendEntry(
                workspace_id=house.workspace.id, campaign_id=campaign, line="Ads", currency="EUR",
                day=date(2026, 10, 19) + timedelta(days=day), minor=draw.randint(6_000, 24_000),
                note="", entered_at=NOW, source="typed",
            )
            for campaign in campaigns
            for day in range(35)
        )  # fmt: skip


@pytest.fixture(scope="module")
def for_readers(databases: Databases) -> Iterator[House]:
    with databases.lend() as database, open_house(database.url) as house:
        fill(house)
        yield house


@pytest.fixture
def autumn(for_readers: House) -> House:
    """A company that these tests share, since they only read."""
    clock.use(lambda: NOW)
    return for_readers


@pytest.fixture(params=[(420, "light"), (1400, "dark")], ids=str)
def page(request: pytest.FixtureRequest, autumn: House, browser: Browser) -> Iterator[Page]:
    """A window in which Clara, a manager, has signed in; nothing foreign is loaded."""
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    opened = context.new_page()
    foreign: list[str] = []
    opened.on("request", lambda outgoing: _note_foreign(outgoing.url, autumn, foreign))
    faults: list[str] = []
    opened.on("console", lambda message: _note_fault(message, opened, faults))
    opened.goto(f"{autumn.address}/report")
    opened.get_by_role("link", name="Sign in with Slack").click()
    opened.get_by_role("button", name="Clara").click()
    expect(opened.get_by_role("heading", level=1)).to_have_text("16–22 Nov 2026")
    yield opened
    context.close()
    assert not foreign
    assert not faults


def _note_foreign(url: str, house: House, foreign: list[str]) -> None:
    if not url.startswith((house.address, house.slack.url)):
        foreign.append(url)


def _note_fault(message: ConsoleMessage, page: Page, faults: list[str]) -> None:
    """What the console complains about, but that a page itself has a status of an error."""
    if message.type == "error" and message.location["url"] != page.url:
        faults.append(message.text)


def look(page: Page) -> None:
    """Nobody is shut out, and nothing sticks out."""
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], page.url


def test_every_page_shuts_nobody_out(autumn: House, page: Page) -> None:
    for address in (
        f"/report?{DAYS}", "/report?period=quarter&by=salesperson",
        "/report?from=2020-01-01&to=2020-01-02",
        f"/report/leads?{DAYS}", "/report/leads?metric=lost", f"/report/figures?{DAYS}",
        f"/report/compare?{DAYS}&campaign=1&campaign=2&campaign=3",
    ):  # fmt: skip
        page.goto(f"{autumn.address}{address}")
        look(page)
    page.goto(f"{autumn.address}/report?{DAYS}")
    for summary in page.get_by_text("Show as a table").all():
        summary.click()
    look(page)
    page.goto(f"{autumn.address}/report/nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    look(page)
    page.get_by_role("link", name="Back to the report").click()
    page.get_by_role("button", name="Sign out").click()
    look(page)
    page.get_by_role("link", name="Sign in again").click()
    look(page)
    page.get_by_role("link", name="Sign in with Slack").click()
    page.get_by_role("button", name="Guest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have no role yet")
    look(page)


@pytest.mark.parametrize("page", [(1400, "light")], indirect=True)
def test_a_manager_walks_through_the_report(
    autumn: House, page: Page, request: pytest.FixtureRequest
) -> None:
    page.get_by_text("Other days").click()
    page.get_by_label("From").fill("2026-11-02")
    page.get_by_label("to", exact=True).fill("2026-11-22")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2–22 Nov 2026")
    if request.config.getoption("--golden"):
        page.screenshot(path=PICTURE, clip={"x": 0, "y": 0, "width": 1400, "height": 1180},
                        full_page=True)  # fmt: skip
    row = page.get_by_role("row", name="Spring start, retail")
    count = row.get_by_role("link").first
    leads = int(count.inner_text())
    count.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Leads received: Spring start, retail"
    )
    expect(page.get_by_role("main")).to_contain_text(f"2–22 Nov 2026: {leads} leads")
    page.get_by_role("link", name="Report").click()
    page.get_by_role("checkbox", name="Spring start, retail").check()
    page.get_by_role("checkbox", name="Search, brand").check()
    page.get_by_role("button", name="Compare the ticked campaigns").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 campaigns side by side")
    page.get_by_role("link", name="Back to the report").click()
    page.get_by_role("link", name="Last touch").click()
    expect(page.get_by_role("main")).to_contain_text("credited by last touch")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of campaigns").click()
    assert download.value.suggested_filename == "campaigns_2026-11-02_2026-11-22.csv"
    page.get_by_role("link", name="How it's computed").click()
    expect(page.locator("#romi")).to_contain_text("contribution margin")


@pytest.mark.parametrize("page", [(1400, "light")], indirect=True)
def test_the_keyboard_alone_is_enough(autumn: House, page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="This week")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("page", [(1400, "light")], indirect=True)
def test_it_prints_without_what_only_a_screen_needs(autumn: House, page: Page) -> None:
    page.goto(f"{autumn.address}/report?{DAYS}")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_role("heading", name="Funnel")).to_be_visible()
    assert len(page.pdf(format="A4")) > 10_000
