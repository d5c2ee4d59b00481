"""The whole loop as a newcomer walks it: the real `python -m playground`, in a real Chromium."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.journeys.processes import PATIENT

pytestmark = pytest.mark.browser

PICTURE = Path(__file__).parents[2] / "docs" / "playground.png"


DEMO = (
    PATIENT
    + """
from playground import delivery, tickets
delivery.ACK_SECONDS = tickets.TRIGGER_SECONDS = 60.0
from playground.__main__ import main
main()
"""
)

GUESTS = [
    ("Greta", "Lind", "Nordlicht"), ("Omar", "Haddad", "Baywerk"), ("Ines", "Costa", "Solaria"),
    ("Piotr", "Nowak", "Metalex"), ("Ruth", "Adler", "Kontor"), ("Theo", "Brandt", "Fjord"),
]  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The address of a demo that `python -m playground` opened; it ends cleanly on Ctrl-C."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    place = Path(tempfile.mkdtemp(prefix="handoff-demo-"))
    with (place / "errors").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", DEMO, "--port", str(port)],
            env=os.environ | {"TMPDIR": str(place)}, stdout=subprocess.PIPE, stderr=errors,
            text=True,
        )  # fmt: skip
    assert process.stdout is not None
    output = "".join(iter(process.stdout.readline, "Ctrl-C closes it.\n"))
    assert f"http://127.0.0.1:{port}" in output
    family = psutil.Process(process.pid).children(recursive=True)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert not [path for path in place.iterdir() if path.name.startswith("handoff-")]
    assert "Traceback" not in (place / "errors").read_text()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}")
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """One for all: a new one has a process of its own, which compiles the page's scripts anew."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def page(demo: str, window: Page) -> Iterator[Page]:
    foreign: list[str] = []

    def note(request: Request) -> None:
        _note_foreign(request.url, demo, foreign)

    window.on("request", note)
    window.set_viewport_size({"width": 1400, "height": 900})
    window.set_default_timeout(60_000)
    window.goto(demo)
    expect(window.get_by_test_id("composer-input")).to_be_focused(timeout=20_000)
    yield window
    window.remove_listener("request", note)
    assert not foreign


def _note_foreign(url: str, home: str, foreign: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        foreign.append(url)


def act_as(page: Page, name: str) -> None:
    page.get_by_test_id("act-as").click()
    page.get_by_test_id(re.compile("act-as:.*")).filter(has_text=name).click()
    expect(page.get_by_test_id("act-as")).to_contain_text(name)


def jump(page: Page, to: str) -> str:
    """Let the clock jump; returns what time it is then."""
    arrived = page.get_by_text(re.compile(r"It's .* now\."))
    expect(arrived).to_have_count(0)  # of an earlier jump
    page.get_by_test_id("clock").click()
    page.get_by_test_id(f"move:{to}").click()
    expect(arrived).to_be_visible()
    return arrived.inner_text()


def picture(page: Page, name: str) -> None:
    """Keep what is seen, where somebody wants to look at it (HANDOFF_PICTURES names a folder)."""
    if folder := os.environ.get("HANDOFF_PICTURES"):
        page.wait_for_timeout(500)
        page.screenshot(path=Path(folder) / f"{name}.png")


def choose(card: Locator, text: str) -> None:
    """Choose from the menu of a card."""
    card.get_by_test_id("action:lead.menu").click()
    card.page.locator(".q-menu").get_by_test_id("option").filter(has_text=text).click()


def say(page: Page, text: str) -> None:
    page.get_by_test_id("composer-input").fill(text)
    page.get_by_test_id("composer-input").press("Enter")


def test_a_newcomer_walks_the_loop(page: Page, request: pytest.FixtureRequest) -> None:
    last = page.get_by_test_id("message").last

    page.get_by_test_id("send-lead").click()
    expect(last).to_contain_text("Claim by")
    if request.config.getoption("--golden"):
        page.wait_for_timeout(500)  # let the scrolling settle for the picture
        page.screenshot(path=PICTURE)
    # The card is drawn anew once the lead is there, and takes a button that is held down with it.
    expect(last).to_contain_text("In HubSpot")
    last.get_by_test_id("action:lead.claim").click()
    expect(last).to_contain_text("@Sofia Rossi")
    expect(last).to_contain_text("Reply by")
    page.wait_for_timeout(1_100)  # sooner it would be the second click of a double click
    last.get_by_test_id("action:lead.contacted").click()
    expect(last.get_by_test_id("action:lead.undo")).to_be_visible()  # told to Sofia alone
    has_menu = page.get_by_test_id("action:lead.menu")
    card = page.get_by_test_id("message").filter(has=has_menu).last
    expect(card.get_by_test_id("action:lead.contacted")).to_have_count(0)
    choose(card, "More")
    page.get_by_test_id("action:lead.rate.great").click()
    expect(card).to_contain_text("Quality: Great")
    page.get_by_test_id("modal-close").click()
    choose(card, "Mark as won")
    page.get_by_test_id("input:amount").locator("input").fill("9,800")
    page.get_by_test_id("modal-submit").click()
    expect(card).to_contain_text("won 9,800 EUR")

    act_as(page, "Mara")
    say(page, "/campaign")
    expect(page.get_by_test_id("modal-title")).to_have_text("New campaign")
    for name, text in {"name": "Winter check", "audience": "All customers"}.items():
        page.get_by_test_id(f"input:{name}").locator("input").fill(text)
    for name in ("offer", "terms", "talking_points"):
        page.get_by_test_id(f"input:{name}").locator("textarea, input").first.fill("One free visit")
    page.get_by_test_id("input:kind").locator("input").click()
    page.locator(".q-menu").get_by_test_id("option").filter(has_text="Email").click()
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal-title")).to_have_text("Preview")
    page.get_by_test_id("modal-submit").click()
    expect(last).to_contain_text("Winter check")
    act_as(page, "Ben")
    last.get_by_test_id("action:campaign.got_it").click()
    expect(last).to_contain_text("1 of 3")

    # At 9:30 in London, where Ben is; an hour before that elsewhere, unless it is over there.
    assert any(", 9:30" in jump(page, "next standup") for _ in range(2))
    page.get_by_test_id("open-app").click()
    # By its title: the ladder may speak here too, now that a night has passed.
    prompt = page.get_by_test_id("message").filter(has_text="Sales standup").last
    expect(prompt).to_contain_text("It takes a few minutes")
    prompt.get_by_test_id("action:standup.answer").click()
    page.get_by_test_id("input:answers:customers").locator("textarea").fill("They ask on WhatsApp")
    page.get_by_test_id("input:answers:plan").locator("textarea").fill("Call two more")
    page.get_by_test_id("modal-submit").click()
    expect(prompt).to_contain_text("You answered")

    say(page, "/digest")
    expect(page.get_by_test_id("messages")).to_contain_text("so far ·")


def test_a_list_is_dropped_looked_at_imported_and_called(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "Webinar June.csv"
    file.write_text(
        "Webinar report,Topic: Pricing\n\n"
        "First Name,Last Name,Email,Phone,Organization,Job Title,Seats wanted\n"
        + "".join(
            f"{first},{last},{first.lower()}@{company.lower()}.example,+49 30 2312500{n},{company},"
            f"Buyer,{n + 3}\n"
            for n, (first, last, company) in enumerate(GUESTS)
        )
        + "Nils,Holm,nils(at)holm.example,,Holm,Owner,2\n"
    )
    last = page.get_by_test_id("message").last
    act_as(page, "Mara")
    page.get_by_test_id("open-app").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("composer").get_by_test_id("pick-files").click()
    chooser.value.set_files(file)
    card = page.get_by_test_id("message").filter(has_text="Import Webinar June?").last
    expect(card).to_contain_text("7 rows")
    expect(card).to_contain_text("1 refused")
    picture(page, "import")
    card.get_by_test_id("action:import.columns").click()
    expect(page.get_by_test_id("modal-title")).to_have_text("Columns of the list")
    picture(page, "import-columns")
    page.get_by_test_id("modal-submit").click()
    card.get_by_test_id("action:import.start").click()
    page_of = page.get_by_test_id("messages")
    expect(page_of).to_contain_text("Webinar June is imported")
    expect(last).to_contain_text("Webinar June - refused.csv")
    picture(page, "import-done")

    act_as(page, "Sofia")
    page.get_by_test_id(re.compile("channel:.*")).filter(has_text="leads").first.click()
    listed = page.get_by_test_id("message").filter(has_text="Call list: Webinar June").last
    listed.get_by_test_id("action:calls.next").click()
    expect(page.get_by_test_id("modal-title")).to_have_text("Next contact")
    picture(page, "call")
    page.get_by_test_id("modal").get_by_text("Interested", exact=True).click()
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal")).to_contain_text(GUESTS[1][0])
    page.get_by_test_id("modal-close").click()
    expect(listed).to_contain_text("1 of 6 contacts called")
    picture(page, "call-list")


def test_it_fits_a_narrow_window(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 420


def tab_to(page: Page, test_id: str) -> None:
    """Press Tab until the focus is within the part that has this id."""
    # A dialog takes the focus a moment after it is there; before that, Tab is the page's behind it.
    page.wait_for_function(
        "() => document.querySelector('.modal')?.contains(document.activeElement)"
    )
    within = 'id => !!document.activeElement?.closest(`[data-testid="${id}"]`)'
    for _ in range(60):
        if page.evaluate(within, test_id):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {test_id}")


def test_stay_in_my_shoes_by_keyboard_alone(page: Page) -> None:
    act_as(page, "Clara")
    say(page, "/shadow settings")
    modal = page.get_by_test_id("modal")
    expect(page.get_by_test_id("modal-title")).to_have_text("Stay in my shoes")
    tab_to(page, "input:active")
    page.keyboard.press("Space")
    tab_to(page, "input:every_weeks")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    tab_to(page, "input:two_pairs")
    page.keyboard.press("Space")
    picture(page, "shadow-settings")
    tab_to(page, "modal-submit")
    page.keyboard.press("Enter")
    expect(modal).to_have_count(0)

    jump(page, "next weekly digest")  # Monday at eight
    jump(page, "4 hours")
    act_as(page, "Mara")
    page.get_by_test_id("open-app").click()
    card = page.get_by_test_id("message").filter(has_text="Stay in my shoes: you and").last
    expect(card).to_contain_text("The first one that works for both")
    picture(page, "shadow-card")

    say(page, "/shadow")
    expect(page.get_by_test_id("modal-title")).to_have_text("Stay in my shoes")
    tab_to(page, "action:shadow.goals")
    picture(page, "shadow-page")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("modal-title")).to_have_text("Goals")
    tab_to(page, "input:goals")
    page.keyboard.press("Space")
    tab_to(page, "input:own")
    page.keyboard.type("How calls begin")
    picture(page, "shadow-goals")
    tab_to(page, "modal-submit")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("modal-title")).to_have_text("Stay in my shoes")
    expect(modal).to_contain_text("How calls begin")
    tab_to(page, "action:shadow.another")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("modal-title")).to_have_text("Propose a time")
    picture(page, "shadow-time")
    tab_to(page, "modal-submit")
    page.keyboard.press("Enter")
    expect(modal).to_contain_text("works for you")
    tab_to(page, "modal-close")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("How calls begin")


def test_a_lead_that_is_won_in_the_crm_is_won_here(page: Page) -> None:
    page.get_by_test_id("send-lead").click()
    sent = page.get_by_text("asked to be called.")
    expect(sent).to_be_visible()
    name = sent.inner_text().partition(" of ")[0]
    page.get_by_test_id("open-crm").click()
    rows = page.get_by_test_id("crm-row")
    expect(rows.first).to_contain_text(name)
    expect(page.get_by_test_id("crm-list")).to_contain_text("Aylin Demir")  # owns past leads
    picture(page, "crm-list")

    page.get_by_test_id("channel:leads").click()
    card = page.get_by_test_id("message").filter(has_text=f"🔥 {name}")
    card.get_by_role("link", name="HubSpot").click()
    record = page.get_by_test_id("crm-record")
    expect(record).to_contain_text(name)
    page.get_by_test_id("crm-owner").click()
    page.get_by_test_id("crm-owner:Ben Carter").click()
    expect(record).to_contain_text("Claimed")  # so the card's claim has come back by now
    page.get_by_test_id("crm-won").click()
    page.get_by_label("Amount in EUR").fill("12,500")
    page.get_by_test_id("crm-save").click()
    expect(record).to_contain_text("Closed won")
    picture(page, "crm-record")

    page.get_by_test_id("channel:leads").click()
    card = page.get_by_test_id("message").filter(has_text=f"🏆 {name}")
    expect(card).to_contain_text("@Ben Carter")
    expect(card).to_contain_text("12,500 EUR via HubSpot")
    picture(page, "crm-card")
