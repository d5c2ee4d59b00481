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

from bot import clock, standups
from bot.people.models import Role
from bot.slack import Cards, Listening, Slack
from bot.standups import asking, messages, settings_messages
from bot.standups.forms import ChangeQuestions, ChangeStandup
from bot.standups.models import StandupRound
from bot.store import Store
from bot.tasks import Schedule, Tasks, advance
from bot.tasks.worker import Worker
from playground.standin import StandIn
from playground.state import Channel, Message, User, View
from tests.standups.scene import Company, found
from tests.wiring import wired

MANIFEST = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())
SAID = {"plan": "Call Nordwind.", "blockers": "No price list."}
ANSWERS = {f"answers:{key}": text for key, text in SAID.items()}


class Office:
    """The stand-in of Slack, the application connected to it, and who works there."""

    def __init__(self, slack: StandIn, company: Company, worker: Worker, team: Channel) -> None:
        self.slack, self.company, self.worker, self.team = slack, company, worker, team

    def hire(self, name: str, team: str | None, *roles: Role) -> User:
        user = self.slack.add_user(name)
        self.team.members.add(user.id)
        self.company.someone(user.id, *roles, name=name.title(), team=team)
        return user

    def forward(self, by: timedelta) -> None:
        clock.move(by)
        with self.company.store.transaction() as session:
            advance(session, by)
        self.worker.tick()

    def to_the_standup(self) -> None:
        with self.company.store.transaction() as session:
            asking.follow_people(session)
            due = session.scalars(select(Schedule.next_run_at)).first()
        assert due is not None
        self.forward(due - clock.now())

    def to_its_eve(self) -> None:
        """An hour before it is asked, on its day."""
        with self.company.store.transaction() as session:
            asking.follow_people(session)
            due = session.scalars(select(Schedule.next_run_at)).first()
        assert due is not None
        self.forward(due - clock.now() - timedelta(hours=1))

    def is_open(self) -> bool:
        with self.company.store.transaction() as session:
            return bool(session.scalars(select(StandupRound)).all())

    def dm(self, user: User, number: int = 0) -> Message:
        """The direct message, once it has come."""
        im = self.slack.im(user)
        return self.slack.wait_until(lambda: self.slack.messages(im)[number:], timeout=30)[0]

    def reads(self, user: User, sentence: str, number: int = 0) -> Message:
        """The direct message, once it says so."""
        self.slack.wait_until(lambda: sentence in self.dm(user, number).text, timeout=30)
        return self.dm(user, number)

    def reply_to(self, user: User) -> str:
        """What only this person was told last."""
        return self.slack.wait_until(lambda: self.slack.ephemerals(user), timeout=30)[-1].text

    def modal(self, user: User, title: str = "") -> View:
        def top() -> View | None:
            modal = self.slack.modal(user)
            return modal if modal and title in (modal.title or {}).get("text", "") else None

        return self.slack.wait_until(top, timeout=30)

    def shows(self, user: User, words: str) -> View:
        """The modal, once it shows this."""
        self.slack.wait_until(lambda: words in str(self.modal(user).blocks), timeout=30)
        return self.modal(user)


@pytest.fixture
def office(store: Store) -> Iterator[Office]:
    with StandIn(MANIFEST) as standin:
        team = standin.add_channel("sales")
        company = found(store, standin.workspace.team.id, team.id)
        slack = Slack(standin.bot_token, standin.api_url)
        tasks = Tasks(store)
        cards = Cards(store, slack, tasks)
        listening = wired(store, slack, standups.capability, tasks=tasks, cards=cards)
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

    slack.hand(ada).click(office.dm(ada), messages.ANSWER)
    office.modal(ada)
    assert slack.hand(ada).submit(values=ANSWERS).ok
    assert slack.modal(ada) is None
    answered = office.reads(ada, "You answered at")

    slack.hand(ada).click(answered, messages.ANSWER)
    kept = office.modal(ada).blocks[1]["element"]["initial_value"]
    assert kept == SAID["plan"]
    assert slack.hand(ada).submit(values={"answers:ideas": "Lunch."}).ok

    prompt = slack.as_seen(office.dm(bo))
    slack.hand(bo).click(prompt, messages.SKIP)
    office.reads(bo, "Skipped.")
    slack.hand(bo).click(prompt, messages.SKIP)
    assert "already" in office.reply_to(bo)

    office.forward(timedelta(minutes=60))
    reminded = slack.as_seen(office.reads(cy, "Reminder", 1))

    office.forward(timedelta(minutes=90))
    summary = slack.wait_until(lambda: slack.messages(office.team), timeout=30)[0]
    assert "1 of 3 answered, 1 blocker" in summary.text
    assert "*Blockers*\nAda\n>No price list." in str(summary.blocks).replace("\\n", "\n")

    slack.hand(ada).click(answered, messages.ANSWER)
    assert "has closed" in office.reply_to(ada)
    slack.hand(cy).click(reminded, messages.ANSWER)
    assert "marked as late" in str(office.modal(cy).blocks)
    assert slack.hand(cy).submit(values={"answers:plan": "Sleep longer."}).ok
    slack.wait_until(lambda: "Cy (late)" in str(slack.messages(office.team)[0].blocks), timeout=30)
    office.reads(cy, "after it closed")

    everything = [len(slack.messages(slack.im(user))) for user in (ada, bo, cy)]
    assert everything == [1, 1, 2]
    assert len(slack.messages(office.team)) == 1

    office.to_the_standup()
    slack.hand(ada).command("/standup", "", office.team)
    form = office.shows(ada, "nobody is helping yet: “No price list.”")
    slack.hand(ada).click(form, messages.RESOLVE)
    slack.wait_until(lambda: "No price list" not in str(office.modal(ada).blocks), timeout=30)
    slack.wait_until(lambda: "Resolved." in str(slack.messages(office.team)[0].blocks), timeout=30)


def test_the_command(office: Office) -> None:
    slack = office.slack
    ada = office.hire("ada", "Sales")
    office.to_its_eve()
    slack.hand(ada).command("/standup", "", office.team)
    office.modal(ada)
    assert not slack.hand(ada).submit(values={**ANSWERS, "answers:plan": " "}).ok
    assert slack.hand(ada).submit(values=ANSWERS).ok
    slack.hand(ada).command("/standup", "skip", office.team)
    slack.wait_until(lambda: "already answered" in office.reply_to(ada), timeout=30)
    office.forward(timedelta(hours=1))
    slack.wait_until(office.is_open, timeout=30)
    office.forward(timedelta(minutes=150))
    slack.wait_until(lambda: slack.messages(office.team), timeout=30)
    assert slack.messages(slack.im(ada)) == []


def test_one_who_comes_later(office: Office) -> None:
    slack = office.slack
    office.hire("ada", "Sales")
    office.to_the_standup()
    max_ = office.hire("max", None)
    slack.hand(max_).command("/standup", "skip", office.team)
    assert "with a role or in a team can answer standups" in office.reply_to(max_)
    office.company.someone(max_.id, name="Max", team="Sales")
    slack.wait_until(office.is_open, timeout=30)
    slack.hand(max_).command("/standup", "skip", office.team)
    slack.wait_until(lambda: "You're skipping" in office.reply_to(max_), timeout=30)


def test_settings(office: Office) -> None:
    slack = office.slack
    meg = office.hire("meg", None, Role.MANAGER)
    hand = slack.hand(meg)
    elsewhere = slack.add_channel("elsewhere", members=[meg], with_app=False)
    hidden = slack.add_channel("hidden", members=[meg], with_app=False, kind="private")
    hand.command("/standup", "settings", office.team)
    overview = office.modal(meg, "Standups")
    hand.click(overview, settings_messages.OPEN, overview.blocks[1]["block_id"])
    details = office.modal(meg, "Sales standup")
    hand.click(details, settings_messages.CHANGE)
    slack.wait_until(lambda: office.modal(meg).callback_id == ChangeStandup.callback_id, timeout=30)

    for wrong in (elsewhere, hidden):
        refused = hand.submit(values={"channel": wrong.id})
        assert "not in this channel" in refused.errors["channel"]
    refused = hand.submit(values={"channel": office.team.id, "zone": "Moon"})
    assert list(refused.errors) == ["zone"]
    values = {"zone": "UTC", "at": "16:05", "days": ["sat", "sun"], "readers": office.team.id}
    assert hand.submit(values=values).ok
    office.shows(meg, "Saturday, Sunday at 16:05 (UTC)")

    hand.click(office.modal(meg), settings_messages.QUESTIONS)
    slack.wait_until(
        lambda: office.modal(meg).callback_id == ChangeQuestions.callback_id, timeout=30
    )
    assert hand.submit(
        values={"questions:plan:label": "", "questions:new:label": "What worked?"}
    ).ok
    office.shows(meg, "5. What worked?")
    hand.click(office.modal(meg), settings_messages.PAUSE)
    office.shows(meg, "Paused · Saturday")
    hand.click(office.modal(meg), settings_messages.GO_ON)
    slack.wait_until(lambda: "Paused" not in str(office.modal(meg).blocks), timeout=30)
    hand.click(office.modal(meg), settings_messages.ARCHIVE)
    left = office.modal(meg, "Standups")
    assert "Sales" not in str(left.blocks)

    hand.click(left, settings_messages.NEW)
    form = office.modal(meg, "New standup")
    team = next(block for block in form.blocks if block["block_id"] == "team")
    sales = team["element"]["options"][1]["value"]
    fields = {"team": sales, "template": "look_back", "name": "Friday", "days": ["fri"]}
    assert hand.submit(values=fields).ok
    office.shows(meg, "*Friday* · Sales")


def test_settings_are_for_managers(office: Office) -> None:
    ada = office.hire("ada", "Sales", Role.SALESPERSON)
    office.slack.hand(ada).command("/standup", "settings", office.team)
    assert "Only managers can" in office.reply_to(ada)
    assert office.slack.modal(ada) is None
