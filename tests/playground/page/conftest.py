"""A page in a real Chromium, on a stand-in of its own, with a small Bolt app behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from nicegui import core
from playwright.sync_api import Browser, Page, expect
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
def window(browser: Browser) -> Iterator[Page]:
    """One for all: a new one has a process of its own, which compiles the page's scripts anew."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


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
    window: Page,
) -> Iterator[Page]:
    """The page as Ann sees #leads; it must load nothing from elsewhere and log no error."""
    assert leads.members > {ann.id, bob.id}
    controls.roles = [(ann.id, "Sales"), (bob.id, "Marketing")]
    trouble: list[str] = []
    listeners: dict[Any, Callable[[Any], None]] = {
        "pageerror": lambda error: trouble.append(str(error)),
        "dialog": lambda dialog: trouble.append(dialog.message),
        "request": lambda request: _note_foreign(request.url, slack.url, trouble),
    }
    for event, listener in listeners.items():
        window.on(event, listener)
    window.set_default_timeout(15_000)
    window.set_viewport_size({"width": 1400, "height": 900})
    window.goto(slack.url)
    expect(window.get_by_test_id("composer-input")).to_be_focused()
    yield window
    window.goto(f"{slack.url}/api/nothing")  # nobody looks while the next workspace is made
    for event, listener in listeners.items():
        window.remove_listener(event, listener)
    assert trouble == []


def _note_foreign(url: str, home: str, trouble: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        trouble.append(url)
