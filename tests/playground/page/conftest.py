"""A page in a real Chromium, on a stand-in of its own, with a small Bolt app behind it."""

from collections.abc import Callable, Iterator

import pytest
from nicegui import core
from playwright.sync_api import Browser, BrowserContext, Page, expect
from slack_bolt import App

from playground.crm.hubspot.people import People
from playground.crm.hubspot.standin import HubSpot
from playground.page import mount
from playground.standin import StandIn
from playground.state import Channel, User
from tests.playground.page.fakes import FakeControls
from tests.playground.world import MANIFEST, Clock, Endpoint, bolt_endpoint

Served = tuple[StandIn, FakeControls, HubSpot]


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all, so that the page's scripts come from the browser's cache."""
    shared = browser.new_context(viewport={"width": 1400, "height": 900})
    yield shared
    shared.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The page, served once: NiceGUI is one per process, and does not like to be started again."""
    clock = Clock()
    slack, controls, crm = StandIn(MANIFEST, now=clock), FakeControls(clock), HubSpot()
    mount(slack, controls, People(crm))
    with slack:
        core.app.config.reconnect_timeout = 0  # a page that was closed does not come back
        yield slack, controls, crm


@pytest.fixture
def slack(served: Served) -> StandIn:
    served[0].reset()
    return served[0]


@pytest.fixture
def controls(served: Served) -> FakeControls:
    served[1].sent = 0
    return served[1]


@pytest.fixture
def crm(served: Served) -> HubSpot:
    """The CRM beside it, where nobody writes but the tests."""
    return served[2]


@pytest.fixture
def bolt(slack: StandIn, app: App, serve: Callable[[Endpoint], Endpoint]) -> App:
    """The app, connected; tests add their listeners to it."""
    slack.deliver_to(serve(bolt_endpoint(app)).url)
    return app


@pytest.fixture
def page(
    slack: StandIn,
    controls: FakeControls,
    ann: User,
    bob: User,
    leads: Channel,
    context: BrowserContext,
) -> Iterator[Page]:
    """The page as Ann sees #leads; it must load nothing from elsewhere and log no error."""
    assert leads.members > {ann.id, bob.id}
    controls.roles = [(ann.id, "Sales"), (bob.id, "Marketing")]
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("dialog", lambda dialog: trouble.append(dialog.message))
    opened.on("request", lambda request: _note_foreign(request.url, slack.url, trouble))
    opened.goto(slack.url)
    expect(opened.get_by_test_id("composer-input")).to_be_focused()
    yield opened
    opened.close()
    assert trouble == []


def _note_foreign(url: str, home: str, trouble: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        trouble.append(url)
