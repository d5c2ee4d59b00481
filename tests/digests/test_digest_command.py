"""`/digest`: for the one who asked, and for nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from bot.digests import listeners
from bot.slack import Listening, Message
from tests.digests.office import NOW, Office, RecordingSlack


class Desk:
    """The application as far as `/digest` needs it."""

    def __init__(self, office: Office) -> None:
        self.slack = RecordingSlack()
        self.listening = Listening(self.slack)
        listeners.register(self.listening, office.store)

    def ask(self, user: str, words: str = "") -> str:
        """Send the command; returns what the acknowledgement says."""
        body = {"command": "/digest", "text": words, "user_id": user, "team_id": "T1",
                "channel_id": "C1"}  # fmt: skip
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = self.listening.dispatch(urlencode(body).encode(), headers)
        assert answer.status == 200
        return answer.body

    def answer(self) -> tuple[str, Message]:
        """Whom the answer went to, and what it said."""
        return self.slack.wait(1)[0]


@pytest.fixture
def desk(office: Office) -> Iterator[Desk]:
    desk = Desk(office)
    yield desk
    desk.listening.stop()


def test_it_shows_the_running_week(office: Office, desk: Desk) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{"received_at": NOW - timedelta(hours=1)}])
    assert desk.ask("U2") == ""
    who, message = desk.answer()
    assert who == "U2"
    assert message.text == (
        "This week so far: 23–29 November 2026. 1 lead has come in; it is not claimed yet."
    )


def test_it_shows_last_week(office: Office, desk: Desk) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{}, {}])
    desk.ask("U1", "last")
    who, message = desk.answer()
    assert who == "U1"
    assert message.text == (
        "Weekly digest: 16–22 November 2026. 2 leads came in; none is claimed yet."
    )


def test_one_without_a_role_is_told_whom_to_ask(desk: Desk) -> None:
    desk.ask("U3")
    who, message = desk.answer()
    assert who == "U3"
    assert "You need the role salesperson or marketer to read the digest." in message.text


def test_it_says_how_each_figure_is_computed(desk: Desk) -> None:
    desk.ask("U2", "formulas")
    _, message = desk.answer()
    assert "claimed ÷ received" in json.dumps(message.blocks, ensure_ascii=False)


def test_help_writes_itself(desk: Desk) -> None:
    answer = desk.ask("U2", "help")
    assert "`/digest` show the running week in figures" in answer
    assert "`/digest last` show last week in figures" in answer
    assert "`/digest formulas` say how each figure is computed" in answer
