"""`/digest`: for the one who asked, and for nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from bot import digests
from bot.slack import Message
from tests.digests.office import NOW, Office, RecordingSlack
from tests.wiring import wired


class Asker:
    """The application as far as `/digest` needs it."""

    def __init__(self, office: Office) -> None:
        self.slack = RecordingSlack()
        self.listening = wired(office.store, self.slack, digests.capability)

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

    def reply(self, user: str, words: str) -> str:
        """What `user` is told, all of it."""
        self.ask(user, words)
        who, message = self.answer()
        assert who == user
        return f"{message.text}\n{json.dumps(message.blocks, ensure_ascii=False)}"


@pytest.fixture
def asker(office: Office) -> Iterator[Asker]:
    asker = Asker(office)
    yield asker
    asker.listening.stop()


def test_it_shows_the_running_week(office: Office, asker: Asker) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{"received_at": NOW - timedelta(hours=1)}])
    assert asker.ask("U2") == ""
    who, message = asker.answer()
    assert who == "U2"
    assert message.text == "Week 48 so far · 1 lead"


@pytest.mark.parametrize("words", ["last", "2026-W47", "2026w47", "2026-11-18"])
def test_it_shows_last_week_or_the_one_that_is_named(
    office: Office, asker: Asker, words: str
) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{}, {}])
    asker.ask("U1", words)
    who, message = asker.answer()
    assert who == "U1"
    assert message.text == "Week 47 · 2 leads"


@pytest.mark.parametrize("words", ["", "last", "2026-W40", "why received", "me", "settings"])
def test_one_without_a_role_is_told_whom_to_ask(asker: Asker, words: str) -> None:
    asker.ask("U3", words)
    who, message = asker.answer()
    assert who == "U3"
    assert message.text.startswith(("Only people with a role can", "Only managers can"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2026-W99", "“2026-W99” is no week that I know"),
        ("nonsense <!channel>", "“nonsense &lt;!channel&gt;” is no week that I know"),
        ("2026-02-30", "is no week that I know"),
        ("9999-W52", "is no week that I know"),
        ("1999-01-04", "is no week that I know"),
        ("2026-W49", "has not begun yet"),
    ],
)
def test_what_is_no_week_is_explained(asker: Asker, words: str, expected: str) -> None:
    assert expected in asker.reply("U1", words)


def test_it_says_how_each_figure_is_computed(asker: Asker) -> None:
    reply = asker.reply("U2", "why")
    assert "claimed ÷ received" in reply
    assert "A change is *significant*" in reply


def test_a_figure_is_explained_and_traced(office: Office, asker: Asker) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{}, {}])
    reply = asker.reply("U2", "why acceptance")
    assert "claimed ÷ received" in reply
    assert "*Last week:* 0 of 2" in reply
    assert "*This week so far:* n/a. No leads came in." in reply


def test_leads_behind_a_figure_have_a_button(office: Office, asker: Asker) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{}, {}])
    reply = asker.reply("U2", "why unclaimed")
    assert "digest.leads.unclaimed" not in reply or "Show 2 leads" in reply


def test_words_that_many_figures_have_let_one_choose(asker: Asker) -> None:
    reply = asker.reply("U2", "why claim")
    assert "figures with “claim”" in reply
    assert "digest.explain.claim_median" in reply


def test_words_that_no_figure_has_list_all(asker: Asker) -> None:
    assert "No figure is called “churn”" in asker.reply("U2", "why churn")


def test_salespeople_see_no_amounts(office: Office, asker: Asker) -> None:
    reply = asker.reply("U2", "why romi")
    assert "for marketing and managers to see" in reply
    assert "contribution margin" in reply


def test_help_writes_itself(asker: Asker) -> None:
    answer = asker.ask("U2", "help")
    for line in ("`/digest` the running week", "`/digest last`", "`/digest &lt;2026-W47&gt;`",
                 "`/digest me`", "`/digest why`"):  # fmt: skip
        assert line in answer, line
    assert "`/digest settings`" not in answer
