"""Slash commands find their listener by their first word; a word in brackets takes the rest."""

from typing import Any

import pytest
from slack_bolt import Ack

from bot.slack import Command, Incoming, Slack
from bot.slack.access import Access
from bot.slack.commands import Commands


@pytest.fixture
def commands() -> tuple[Commands, list[tuple[str, str]]]:
    called: list[tuple[str, str]] = []

    def listener(name: str) -> Any:
        return lambda _incoming, rest: called.append((name, rest))

    commands = Commands()
    commands.add(Command("/lead", "", "add one", listener("alone")))
    commands.add(Command("/lead", "find", "look for one", listener("find")))
    commands.add(Command("/lead", "<number>", "open one", listener("anything")))
    commands.add(Command("/offer", "list", "all", listener("list")))
    return commands, called


def reply(commands: Commands, name: str, text: str) -> Any:
    answered = Ack()  # type: ignore[no-untyped-call]
    body = {"command": name, "text": text}
    commands.dispatch(Incoming(body, answered, Slack("xoxb-1", "http://127.0.0.1/")))
    return answered.response.body if answered.response else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("alone", "")),
        ("find  Ada Lovelace", ("find", "Ada Lovelace")),
        ("FIND x", ("find", "x")),
        ("12", ("anything", "12")),
        ("Ada Lovelace", ("anything", "Ada Lovelace")),
        ("find “Ada Lovelace”", ("find", "Ada Lovelace")),
        ("find „Ada“ x", ("find", "Ada x")),
        ('find "Ada" last', ("find", "Ada last")),
        ("find ‘Ada’", ("find", "Ada")),
        ("“find” Ada", ("find", "Ada")),
        ("find\u00a0Ada\u202fLovelace", ("find", "Ada Lovelace")),
        ("find 2026–11‑18", ("find", "2026-11-18")),
        ("find R&amp;D &lt;3", ("find", "R&D <3")),
        ("find O’Hara", ("find", "O'Hara")),
        ("find \u2068Ada\u2069\u200b", ("find", "Ada")),
        ('find 24" screens', ("find", '24" screens')),
    ],
)
def test_a_word_finds_its_listener(
    commands: tuple[Commands, list[tuple[str, str]]], text: str, expected: tuple[str, str]
) -> None:
    known, called = commands
    assert reply(known, "/lead", text) is None
    assert called == [expected]


@pytest.mark.parametrize("text", ["help", "?"])
def test_help_is_never_taken_for_anything(
    commands: tuple[Commands, list[tuple[str, str]]], text: str
) -> None:
    known, called = commands
    answer = reply(known, "/lead", text)
    assert "`/lead &lt;number&gt;` open one" in answer
    assert not called


def test_the_manifest_hints_at_each_word_with_its_example_in_the_order_of_declaration() -> None:
    commands = Commands()
    for word, usage, hint in (
        ("", "type one in", None), ("mine", "see yours", None), ("<number>", "open one", "12"),
        ("find", "`Lovelace`: look one up by `name`", None), ("<2026-W47>", "a week", None),
        ("rare", "what few need", ""),
    ):  # fmt: skip
        commands.add(Command("/lead", word, usage, lambda *_: None, hint=hint))
    commands.describe("/lead", "Add a lead")
    assert commands.manifest == [
        {
            "command": "/lead",
            "description": "Add a lead",
            "usage_hint": "[mine | 12 | find Lovelace | 2026-W47 | help]",
            "should_escape": False,
        }
    ]


def test_an_unknown_word_gets_help_where_nothing_takes_it(
    commands: tuple[Commands, list[tuple[str, str]]],
) -> None:
    known, called = commands
    assert reply(known, "/offer", "<!here>") == "I don't know “&lt;!here&gt;”. See `/offer help`."
    assert not called


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("/offer", "lsit", "Did you mean `/offer list`?"),
        ("/lead", "fnd A", "Did you mean `/lead find A`?"),
    ],
)
def test_a_mistyped_word_is_recognised(
    commands: tuple[Commands, list[tuple[str, str]]], name: str, text: str, meant: str
) -> None:
    known, called = commands
    assert reply(known, name, text) == f"I don't know “{text.split(maxsplit=1)[0]}”. {meant}"
    assert not called


def test_a_name_is_not_taken_for_a_mistyped_word(
    commands: tuple[Commands, list[tuple[str, str]]],
) -> None:
    known, called = commands
    assert reply(known, "/lead", "Fynd Milne") is None
    assert called == [("anything", "Fynd Milne")]
    assert "Did you mean `/lead find`?" in reply(known, "/lead", "fynd")
    assert reply(known, "/lead", "fond of it") is not None
    assert reply(known, "/lead", "funding") is None


def test_handoff_stands_for_every_command(
    commands: tuple[Commands, list[tuple[str, str]]],
) -> None:
    known, called = commands
    for name, text in (
        ("/handoff", "lead find Ada"), ("/handoff", "/Lead Ada Lovelace"), ("/ho", "offer list"),
    ):  # fmt: skip
        assert reply(known, name, text) is None
    assert called == [("find", "Ada"), ("anything", "Ada Lovelace"), ("list", "")]
    assert "What you can do" in reply(known, "/ho", "")
    assert "`/offer list` all" in reply(known, "/handoff", "offer help")


def test_help_shows_what_the_person_can_use() -> None:
    commands = Commands()
    for name, word, access in (
        ("/lead", "", None), ("/lead", "rules", Access("see", ("admin",))),
        ("/campaign", "", Access("announce", ("marketer",))), ("/handoff", "status", None),
    ):  # fmt: skip
        commands.add(Command(name, word, "do it", lambda *_: None, access))
    for name in ("/lead", "/campaign", "/handoff"):
        commands.describe(name, f"About {name}")
    assert commands.help("/lead", ["marketer"]) == "*What you can do:*\n• `/lead` do it"
    help_of_sales = commands.help("/handoff", ["salesperson"]).splitlines()
    assert help_of_sales[1:3] == ["• `/lead` About /lead", "• `/handoff status` do it"]
    assert "`/campaign`" in commands.help("/handoff", ["marketer"])
    assert "`/lead rules`" in commands.help("/lead")
