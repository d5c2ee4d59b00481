"""The scene of the tests of campaigns."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from slack_sdk.models.views import View

from bot.campaigns import jobs, listeners
from bot.jobs import Tasks
from bot.people import service as people
from bot.people.model import Role
from bot.playground.limits import check_message, check_view
from bot.playground.serving import Serving
from bot.playground.standin import StandIn
from bot.slack import Cards, Listening, Message, Slack
from bot.store import Store
from bot.web.slack import router
from tests.campaigns.scene import CAPACITY, Company, Hands, Town, hire, install

_MANIFEST = Path(__file__).parents[2] / "manifest.json"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def company(store: Store, hands: Hands) -> Company:
    workspace = install(store)
    return Company(
        store,
        workspace,
        mara=hire(store, workspace, "UMARA", "Mara", Role.MARKETER),
        sal=hire(store, workspace, "USAL", "Sal", Role.SALESPERSON),
        sue=hire(store, workspace, "USUE", "Sue", Role.SALESPERSON),
    )


@pytest.fixture
def standin() -> Iterator[StandIn]:
    running = StandIn(json.loads(_MANIFEST.read_text())).start()
    yield running
    running.stop(wait=False)


@pytest.fixture
def town(
    store: Store, standin: StandIn, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """The company, connected to a stand-in of Slack that takes any number of posts a second."""
    monkeypatch.setattr("bot.slack.drawing._POST_EVERY", timedelta())
    mara, sal, sue = (standin.add_user(name).id for name in ("mara", "sal", "sue"))
    channel = standin.add_channel("leads", members=[mara, sal, sue])
    workspace = install(store, standin.workspace.team.id, channel.id)
    company = Company(
        store,
        workspace,
        mara=hire(store, workspace, mara, "Mara", Role.MARKETER),
        sal=hire(store, workspace, sal, "Sal", Role.SALESPERSON),
        sue=hire(store, workspace, sue, "Sue", Role.SALESPERSON),
    )
    slack = Slack(standin.bot_token, standin.api_url)
    tasks, listening = Tasks(store), Listening(slack)
    tasks.add(people.REFRESH, _names_are_known)
    jobs.register(tasks, store, Cards(store, slack, tasks), lambda _session, _campaign: CAPACITY)
    listeners.register(listening, store)
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


@pytest.fixture
def looks(golden: Callable[[str, Any], None]) -> Callable[[str, Message | View], None]:
    """Hold what a person sees against its golden file, and against Slack's limits."""

    def compare(name: str, seen: Message | View) -> None:
        if isinstance(seen, Message):
            assert check_message(seen.blocks) == []
            golden(f"campaigns.{name}", {"text": seen.text, "blocks": seen.blocks})
        else:
            assert check_view(seen.to_dict(), "modal") == []
            golden(f"campaigns.{name}", seen.to_dict())

    return compare
