"""A whole office for a journey: the stand-in of Slack, the application, its worker and its web."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.app import Application
from bot.doctor import manifest
from bot.people import service as people
from bot.people.models import Role
from bot.tasks import failed
from bot.tasks.queue import counts
from bot.tasks.worker import Worker
from playground import demo
from playground.actor import Actor
from playground.limits import elements_of
from playground.person import Outcome
from playground.standin import StandIn
from playground.state import Channel, Message, User, View


@dataclass
class Office:
    """What a journey needs: people's hands, the channel, and ways to look at it."""

    slack: StandIn
    application: Application
    address: str
    channel: Channel
    users: dict[str, User]

    def hand(self, name: str) -> Actor:
        return self.slack.hand(self.users[name])

    def send_lead(self, **fields: Any) -> httpx.Response:
        body = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"} | fields
        return httpx.post(f"{self.address}/leads/api", json=body, headers=self.key)

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {demo.KEY}"}

    def card(self, *parts: str) -> Message:
        """Wait for the one message in the channel whose drawing contains all `parts`."""

        def found() -> Message | None:
            messages = self.slack.messages(self.channel)
            return next((m for m in messages if all(part in drawn(m) for part in parts)), None)

        return self.slack.wait_until(found, timeout=60)

    def modal(self, name: str, title: str) -> View:
        """Wait until this person sees a modal with the title."""

        def found() -> View | None:
            top = self.slack.modal(self.users[name])
            return top if top and (top.title or {}).get("text") == title else None

        return self.slack.wait_until(found, timeout=60)

    def announce(self, values: Mapping[str, Any]) -> None:
        """Let Mara announce a campaign, with its details: look at the preview, and announce it."""
        mara = self.hand("mara")
        mara.command("/campaign", "", self.channel)
        mara.click(self.modal("mara", "New campaign"), "campaign.add_details")
        self.slack.wait_until(lambda: "utm_campaign" in str(self.modal("mara", "New campaign")))
        outcome = mara.submit(self.modal("mara", "New campaign"), values)
        assert outcome.ok, outcome
        assert mara.submit(self.modal("mara", "Preview")).ok

    def whisper(self, name: str, *parts: str) -> Message:
        """Wait for a message that only this person sees, ephemeral or direct."""
        user = self.users[name]

        def found() -> Message | None:
            seen = [*self.slack.ephemerals(user), *self.slack.messages(self.slack.im(user))]
            return next((m for m in seen if all(part in drawn(m) for part in parts)), None)

        return self.slack.wait_until(found, timeout=60)


def pick(who: Actor, where: Message | View, action_id: str) -> Outcome:
    """Choose what is in the menu of a card, a row or a modal."""
    menus = [
        element
        for block in where.blocks
        for element in elements_of(block)
        if element["type"] == "overflow"
    ]
    value = next(
        option["value"]
        for menu in menus
        for option in menu["options"]
        if option["value"].startswith(f"{action_id} ")
    )
    return who.choose(where, "lead.menu", value)


def drawn(message: Message) -> str:
    """All that a message says, in text and blocks."""
    return f"{message.text} {message.blocks}"


ROLES = {
    "sofia": (Role.SALESPERSON, "Sales"),
    "ben": (Role.SALESPERSON, "Sales"),
    "mara": (Role.MARKETER, "Marketing"),
    "clara": (Role.MANAGER, "Sales"),
}


def staff(application: Application, users: dict[str, User]) -> None:
    """Give everyone their role, with `root` as the admin."""
    workspace = application.workspace()
    with application.store.transaction() as session:
        admin = people.person(session, workspace.id, users["root"].id)
        people.open_people(session, admin, None)
        teams = {team.name: team.id for team in people.teams(session, workspace.id)}
        for name, (role, team) in ROLES.items():
            people.assign(session, admin, users[name].id, [role], teams[team])


def open_office(
    database_url: str,
    *,
    socket_mode: bool,
    work: bool = True,
    staffed: bool = True,
    **more: Any,
) -> Iterator[Office]:
    slack = StandIn(manifest(), now=demo.now)
    users = {name: slack.add_user(name, name.title()) for name in [*ROLES, "root", "guest"]}
    channel = slack.add_channel("leads", members=users.values())
    with (
        slack,
        demo.running(
            slack, "#leads", database_url=database_url, socket_mode=socket_mode, **more
        ) as (
            application,
            address,
        ),
    ):
        if staffed:
            staff(application, users)
        if work:
            application.work()
        yield Office(slack, application, address, channel, users)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An office that Slack reaches over HTTP."""
    yield from open_office(database_url, socket_mode=False)


@pytest.fixture(params=["http", "socket"])
def either_office(request: pytest.FixtureRequest, database_url: str) -> Iterator[Office]:
    """An office that Slack reaches over HTTP, and one over Socket Mode."""
    yield from open_office(database_url, socket_mode=request.param == "socket")


@pytest.fixture
def idle_office(database_url: str) -> Iterator[Office]:
    """An office whose application serves, and where nobody works yet."""
    yield from open_office(database_url, socket_mode=False, work=False)


@pytest.fixture
def new_office(database_url: str) -> Iterator[Office]:
    """An office on its first day: nobody has a role yet."""
    yield from open_office(database_url, socket_mode=False, staffed=False)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second of pause between two posts, and short pauses while Slack is down; what comes with
    every tenth tick of the clock comes in two seconds."""
    monkeypatch.setattr("bot.slack.drawing._POST_EVERY", timedelta())
    monkeypatch.setattr("bot.slack.errors._OUTAGE_SECONDS", 0.1)
    monkeypatch.setattr("bot.app._RECONNECT_SECONDS", 0.1)
    monkeypatch.setattr("bot.tasks.worker._TICK_SECONDS", 0.2)
    monkeypatch.setattr("bot.tasks.worker._POLLING_SECONDS", 0.1)


@pytest.fixture
def rescuer(idle_office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Call it for a worker in this process, which soon takes a silent one for dead."""
    monkeypatch.setattr("bot.tasks.worker._HEARTBEAT_SECONDS", 0.3)
    application = idle_office.application
    worker = Worker(application.store, application.tasks, stalled_seconds=1.5)
    with ExitStack() as stack:

        def start() -> None:
            worker.start()
            stack.callback(worker.stop)

        yield start


def wait_until_idle(office: Office) -> None:
    """Wait until no work is left, and see that none has failed."""

    def idle() -> bool:
        with office.application.store.transaction() as session:
            left = counts(session)
        return left["todo"] + left["doing"] == 0

    office.slack.wait_until(idle, timeout=60)
    with office.application.store.transaction() as session:
        assert failed(session) == []
