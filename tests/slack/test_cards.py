"""Cards: always redrawn from state, folded, paced, in order, and none lost."""

import ast
import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import basic_objects
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot import slack
from bot.people import service as people
from bot.slack import Cards, Message, Slack
from bot.slack.cards import Card
from bot.slack.errors import BadMessage, NeedsAdmin, RateLimited, SlackDown
from bot.slack.message import as_json, limits_of
from bot.store import Store
from bot.tasks import Tasks
from bot.tasks.worker import Worker
from playground.standin import StandIn
from playground.state import Channel

MANIFEST = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())


@dataclass
class Board:
    """One kind of card, whose text a test sets, and a channel where it appears."""

    store: Store
    standin: StandIn
    channel: Channel
    tasks: Tasks
    cards: Cards
    workspace_id: int
    says: dict[int, Message] = field(default_factory=dict)

    def transaction(self, act: Callable[[Session], None]) -> None:
        with self.store.transaction() as session:
            act(session)

    def show(self, subject: int, words: str) -> None:
        self.says[subject] = Message(words, [SectionBlock(text=words)])
        self.transaction(
            lambda s: slack.show(s, self.workspace_id, "test", subject, self.channel.id)
        )

    def change(self, subject: int, words: str) -> None:
        self.says[subject] = Message(words, [SectionBlock(text=words)])
        self.transaction(lambda s: slack.redraw(s, "test", subject))

    def jobs(self) -> list[tuple[str, int]]:
        with self.store.transaction() as session:
            rows = session.execute(
                text("SELECT lock, priority FROM procrastinate_jobs ORDER BY id")
            )
            return [(row.lock, row.priority) for row in rows]

    def draw(self, subject: int) -> None:
        with self.store.transaction() as session:
            card = session.scalars(select(Card.id).where(Card.subject_id == subject)).one()
        self.cards.draw(card)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.standin.messages(self.channel)]


@pytest.fixture
def board(store: Store) -> Iterator[Board]:
    standin = StandIn(MANIFEST).start()
    channel = standin.add_channel("leads")
    tasks = Tasks(store)
    cards = Cards(store, Slack(standin.bot_token, standin.api_url), tasks)
    with store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="U0", channel=channel.id,
            timezone="UTC", currency="EUR",
        )  # fmt: skip
    board = Board(store, standin, channel, tasks, cards, workspace.id)
    cards.add("test", lambda _session, subject, _target: board.says[subject])
    yield board
    standin.stop(wait=False)


def test_a_card_is_posted_once_and_then_redrawn(board: Board) -> None:
    board.show(1, "new")
    board.draw(1)
    board.show(1, "shown again")
    board.draw(1)
    assert board.texts == ["shown again"]


def test_redraws_that_wait_are_folded_into_one(board: Board) -> None:
    board.show(1, "new")
    for number in range(5):
        board.change(1, f"change {number}")
    assert board.jobs() == [(board.channel.id, 0)]
    board.draw(1)
    for number in range(5):
        board.change(1, f"later change {number}")
    assert board.jobs() == [(board.channel.id, 0), (board.channel.id, 10)]
    board.draw(1)
    assert board.texts == ["later change 4"]


def test_a_change_while_the_card_is_drawn_is_drawn_after_it(board: Board) -> None:
    def change_meanwhile(*_: object) -> Message:
        message = board.says[1]
        if message.text == "new":
            # As if someone clicked between our reading the state and Slack's answer.
            board.says[1] = Message("changed")
        return message

    board.cards._renderers["test"] = change_meanwhile
    board.show(1, "new")
    board.draw(1)
    board.transaction(lambda s: slack.redraw(s, "test", 1))
    assert len(board.jobs()) == 2
    board.draw(1)
    assert board.texts == ["changed"]


def test_a_rollback_takes_the_card_along(board: Board) -> None:
    def show_and_fail(session: Session) -> None:
        slack.show(session, board.workspace_id, "test", 1, board.channel.id)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        board.transaction(show_and_fail)
    assert board.jobs() == []


def test_a_deleted_message_is_posted_anew(board: Board) -> None:
    board.show(1, "new")
    board.draw(1)
    message = board.standin.messages(board.channel)[0]
    slack_client = Slack(board.standin.bot_token, board.standin.api_url)
    slack_client.call("chat.delete", channel=message.channel, ts=message.ts)
    board.change(1, "back")
    board.draw(1)
    assert [m.text for m in board.standin.messages(board.channel) if not m.deleted] == ["back"]


def test_a_thread_card_goes_into_the_thread_of_its_parent(board: Board) -> None:
    board.show(1, "parent")
    board.draw(1)
    board.says[2] = Message("reply")
    board.transaction(
        lambda s: slack.show(
            s, board.workspace_id, "test", 2, board.channel.id, thread_of=("test", 1)
        )
    )
    board.draw(2)
    parent = board.standin.messages(board.channel)[0]
    assert [reply.text for reply in board.standin.thread(parent)][-1] == "reply"


def test_what_slack_says_is_told_apart(board: Board) -> None:
    client = Slack(board.standin.bot_token, board.standin.api_url)
    faults = board.standin.faults
    with pytest.raises(NeedsAdmin, match="channel_not_found"):
        client.post("C404", Message("x"))
    with pytest.raises(BadMessage, match="invalid_blocks"):
        client.post(board.channel.id, Message("x", [{"type": "section"}]))
    faults.add("chat.postMessage", "ratelimited", seconds=7)
    with pytest.raises(RateLimited) as limited:
        client.post(board.channel.id, Message("x"))
    assert limited.value.seconds == 7
    faults.add("chat.postMessage", "http_error", status=500)
    with pytest.raises(SlackDown):
        client.post(board.channel.id, Message("x"))
    faults.add("chat.postMessage", "drop_before")
    with pytest.raises(SlackDown):
        client.post(board.channel.id, Message("x"))
    assert client.post(board.channel.id, Message("at last"))[0] == board.channel.id


def test_where_charts_are_unknown_the_rest_arrives(board: Board) -> None:
    chart = {"type": "data_visualization", "title": "A chart that this Slack does not know"}
    client = Slack(board.standin.bot_token, board.standin.api_url)
    client.post(board.channel.id, Message("Digest", [SectionBlock(text="A table"), chart]))
    assert [b["type"] for b in board.standin.messages(board.channel)[0].blocks] == ["section"]


def test_a_busy_channel_gets_everything_in_order(board: Board) -> None:
    board.standin.faults.add("chat.postMessage", "ratelimited", seconds=1)
    for subject in (1, 2, 3):
        board.show(subject, f"lead {subject}")
    worker = Worker(board.store, board.tasks)
    worker.start()
    try:
        board.standin.wait_until(lambda: len(board.texts) == 3, timeout=15)
    finally:
        worker.stop()
    assert board.texts == ["lead 1", "lead 2", "lead 3"]
    posts = [float(message.ts) for message in board.standin.messages(board.channel)]
    assert all(after - before >= 0.9 for before, after in pairwise(posts))


@pytest.mark.parametrize(
    "block",
    [
        SectionBlock(text="x" * 3_001),
        SectionBlock(text="x", fields=["x"] * 11),
        ActionsBlock(elements=[ButtonElement(text="x" * 76, action_id="x")]),
    ],
)
def test_what_breaks_a_limit_of_slack_is_noticed_before_it_is_sent(block: Block) -> None:
    with pytest.raises(SlackObjectFormationError):
        as_json([block])


def test_the_method_of_the_sdk_that_we_replace_is_what_it_was() -> None:
    tree = ast.parse(inspect.getsource(basic_objects))
    [kind] = [each for each in tree.body if getattr(each, "name", "") == "JsonObject"]
    assert isinstance(kind, ast.ClassDef)
    methods = {each.name: each for each in kind.body if isinstance(each, ast.FunctionDef)}
    assert [ast.unparse(line) for line in methods["validate_json"].body[1:]] == [
        """for attribute in (func for func in dir(self) if not func.startswith('__')):
    method = getattr(self, attribute, None)
    if callable(method) and hasattr(method, 'validator'):
        method()"""
    ]
    assert "self.validate_json()" in ast.unparse(methods["to_dict"])


def test_the_sdks_limits_are_all_asked_for() -> None:
    """The SDK finds them anew for each object, and we once for each kind."""
    kinds = [JsonObject]
    for kind in kinds:
        kinds += kind.__subclasses__()
        theirs = {
            name
            for base in kind.__mro__
            for name, part in vars(base).items()
            if hasattr(part, "validator")
        }
        assert set(limits_of(kind)) == theirs
    assert sum(map(len, map(limits_of, kinds))) > 100
