"""The scene of the tests of campaigns."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from bot import campaigns
from bot.campaigns.announcing import CONFIRMATION
from bot.capability import Capability
from bot.people import service as people
from bot.planning.tasks import confirmation
from bot.slack import Slack
from bot.store import Store
from bot.tasks import Tasks
from bot.web.slack import router
from playground.serving import Serving
from playground.standin import StandIn
from tests.campaigns.scene import Company, Town, found
from tests.moved_clock import MovedClock
from tests.wiring import wired

_MANIFEST = Path(__file__).parents[2] / "manifest.json"

capacity = Capability()
"""The one card of campaigns that planning draws."""
capacity.card(CONFIRMATION)(confirmation)


@pytest.fixture
def hands() -> MovedClock:
    return MovedClock()


@pytest.fixture
def company(store: Store, hands: MovedClock) -> Company:
    return found(store)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    running = StandIn(json.loads(_MANIFEST.read_text())).start()
    yield running
    running.stop(wait=False)


@pytest.fixture
def town(
    store: Store, standin: StandIn, hands: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """The company, connected to a stand-in of Slack that takes any number of posts a second."""
    monkeypatch.setattr("bot.slack.drawing._POST_EVERY", timedelta())
    mara, sal, sue = (standin.add_user(name).id for name in ("mara", "sal", "sue"))
    channel = standin.add_channel("leads", members=[mara, sal, sue])
    team_id = standin.workspace.team.id
    company = found(store, team_id, channel.id, mara=mara, sal=sal, sue=sue)
    slack = Slack(standin.bot_token, standin.api_url)
    tasks = Tasks(store)
    tasks.add(people.REFRESH, _names_are_known)
    listening = wired(store, slack, campaigns.capability, capacity, tasks=tasks)
    ear = FastAPI()
    ear.include_router(router(listening, standin.signing_secret))
    serving = Serving(ear)
    serving.start()
    standin.deliver_to(f"http://127.0.0.1:{serving.port}/slack/events")
    yield Town(company, standin, channel, tasks, hands)
    serving.stop(wait=False)
    listening.stop()


def _names_are_known(person_id: int) -> None:
    """Slack need not be asked who these people are."""
