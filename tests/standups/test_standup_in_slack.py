"""A standup as people meet it in Slack: real requests, a real worker, and the clock moved on."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import clock
from bot.jobs import Schedule, Tasks, advance
from bot.jobs.worker import Worker
from bot.people.model import Role
from bot.playground.standin import StandIn
from bot.playground.state import Channel, Message, User, View
from bot.slack import Cards, Listening, Slack
from bot.standups import jobs, listeners, view
from bot.standups.model import StandupRound
from bot.store import Store
from tests.standups.scene import Company, found

MANIFEST = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())
SAID = {"did": "Two contracts.", "plan": "Call Nordwind.", "blockers": "No price list."}


class Office:
    """The stand-in of Slack, the application connected to it, and who works there."""

    def __init__(self, slack: StandIn, company: Company, worker: Worker, team: Channel) -> None:
        self.slack, self.company, self.worker, self.team = slack, company, worker, team

    def hire(self, name: str, team: str | None, *roles: Role) -> User:
        user = self.slack.add_user(name)
        self.team.members.add(user.id)
        self.company.someone(user.id, name.title(), team, *roles)
        return user

    def forward(self, by: timedelta) -> None:
        clock.move(by)
        with self.company.store.transaction() as session:
            advance(session, by)
        self.worker.tick()

    def to_the_standup(self) -> None:
        with self.company.store.transaction() as session:
            due = session.scalars(select(Schedule.next_run_at)).first()
        assert due is not None
        self.forward(due - clock.now())

    def is_open(self) -> bool:
        with self.company.store.transaction() as session:
            return len(session.scalars(select(StandupRound)).all()) == 2

    def dm(self, user: User, number: int = 0) -> Message:
        """The direct message, once it has come."""
        im = self.slack.im(user)
        return self.slack.wait_until(lambda: self.slack.messages(im)[number:])[0]

    def reads(self, user: User, sentence: str, number: int = 0) -> Message:
        """The direct message, once it says so."""
        self.slack.wait_until(lambda: sentence in self.dm(user, number).text)
        return self.dm(user, number)

    def told(self, user: User) -> str:
        """What only this person was told last."""
        return self.slack.wait_until(lambda: self.slack.ephemerals(user))[-1].text

    def modal(self, user: User) -> View:
        modal = self.slack.wait_until(lambda: self.slack.modal(user))
        assert modal is not None
        return modal


@pytest.fixture
def office(store: Store) -> Iterator[Office]:
    with StandIn(MANIFEST) as standin:
        team = standin.add_channel("sales")
        company = found(store, standin.workspace.team.id, team.id)
        slack = Slack(standin.bot_token, standin.api_url)
        tasks = Tasks(store)
        cards = Cards(store, slack, tasks)
        listening = Listening(slack)
        listeners.register(listening, store)
        jobs.register(tasks, store, cards)
        listening.close_door()
        listening.identify(standin.workspace.team.id, standin.bot_user_id)
        worker = Worker(store, tasks)
        worker.start()
        with served(listening) as address:
            standin.deliver_to(address)
            yield Office(standin, company, worker, team)
        worker.stop()
        listening.stop()


@contextmanager
def served(listening: Listening) -> Iterator[str]:
    """The application's ear on a port of its own."""

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = listening.dispatch(body, dict(self.headers))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("content-type", "text/plain"))
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_day(office: Office) -> None:
    slack = office.slack
    ada, bo, cy = (office.hire(name, "Sales", Role.SALESPERSON) for name in ("ada", "bo", "cy"))
    office.to_the_standup()

    slack.hand(ada).click(office.dm(ada), view.ANSWER)
    office.modal(ada)
    assert slack.hand(ada).submit(values=SAID).ok
    assert slack.modal(ada) is None
    answered = office.reads(ada, "You answered at")

    slack.hand(ada).click(answered, view.ANSWER)
    kept = office.modal(ada).blocks[1]["element"]["initial_value"]
    assert kept == SAID["did"]
    assert slack.hand(ada).submit(values={"ideas": "Lunch."}).ok

    asked = slack.as_seen(office.dm(bo))
    slack.hand(bo).click(asked, view.SKIP)
    office.reads(bo, "Skipped.")
    slack.hand(bo).click(asked, view.SKIP)
    assert "already" in office.told(bo)

    office.forward(timedelta(minutes=60))
    reminded = slack.as_seen(office.reads(cy, "A reminder", 1))
    slack.hand(cy).click(reminded, view.ANSWER)
    office.modal(cy)

    office.forward(timedelta(minutes=90))
    summary = slack.wait_until(lambda: slack.messages(office.team))[0]
    assert "1 of 3 answered, 1 blocker" in summary.text
    assert "*Blockers*\nAda\n>No price list." in str(summary.blocks).replace("\\n", "\n")
    office.reads(ada, "The summary is in")
    office.reads(cy, "Closed without an answer")

    late = slack.hand(cy).submit(values=SAID)
    assert "has closed" in late.errors["did"]
    assert slack.modal(cy) is not None
    slack.hand(cy).click(reminded, view.SKIP)
    assert "has closed" in office.told(cy)

    everything = [len(slack.messages(slack.im(user))) for user in (ada, bo, cy)]
    assert everything == [1, 1, 2]
    assert len(slack.messages(office.team)) == 1


def test_the_command(office: Office) -> None:
    slack = office.slack
    ada = office.hire("ada", "Sales")
    slack.hand(ada).command("/standup", "", office.team)
    assert "is not open yet" in office.told(ada)
    office.to_the_standup()
    office.dm(ada)

    slack.hand(ada).command("/standup", "", office.team)
    office.modal(ada)
    assert not slack.hand(ada).submit(values={**SAID, "plan": " "}).ok
    assert slack.hand(ada).submit(values=SAID).ok
    office.reads(ada, "You answered at")
    slack.hand(ada).command("/standup", "skip", office.team)
    slack.wait_until(lambda: "your answers stay" in office.told(ada))


def test_one_who_comes_later(office: Office) -> None:
    slack = office.slack
    office.to_the_standup()
    max_ = office.hire("max", None)
    slack.hand(max_).command("/standup", "skip", office.team)
    assert "not in a team yet" in office.told(max_)
    office.company.someone(max_.id, "Max", "Sales")
    slack.wait_until(office.is_open)
    slack.hand(max_).command("/standup", "skip", office.team)
    slack.wait_until(lambda: "You are skipping" in office.told(max_))
    office.reads(max_, "Skipped.")


def test_settings(office: Office) -> None:
    slack = office.slack
    meg = office.hire("meg", None, Role.MANAGER)
    elsewhere = slack.add_channel("elsewhere", members=[meg], with_app=False)
    hidden = slack.add_channel("hidden", members=[meg], with_app=False, kind="private")
    slack.hand(meg).command("/standup", "settings", office.team)
    overview = office.modal(meg)
    sales = overview.blocks[2]["block_id"]
    slack.hand(meg).click(overview, view.CHANGE, sales)
    slack.wait_until(lambda: office.modal(meg).callback_id == view.SAVE)

    for wrong in (elsewhere, hidden):
        refused = slack.hand(meg).submit(values={"channel": wrong.id})
        assert "not in this channel" in refused.errors["channel"]
    refused = slack.hand(meg).submit(values={"channel": office.team.id, "zone": "Moon"})
    assert list(refused.errors) == ["zone"]
    values = {"zone": "UTC", "at": "16:05", "days": ["sat", "sun"], "active": "yes"}
    assert slack.hand(meg).submit(values=values).ok
    changed = "Saturday, Sunday at 16:05 (UTC)"
    slack.wait_until(lambda: changed in str(office.modal(meg).blocks))


def test_settings_are_for_managers(office: Office) -> None:
    ada = office.hire("ada", "Sales", Role.SALESPERSON)
    office.slack.hand(ada).command("/standup", "settings", office.team)
    assert "You need the role manager" in office.told(ada)
    assert office.slack.modal(ada) is None
