"""A form as a class: what its modal shows is read back, and what it does not know is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import field_validator, model_validator
from slack_sdk.models.blocks import ActionsBlock, Option, SectionBlock, StaticSelectElement

from bot.errors import FieldErrors, OutdatedForm
from bot.money import Money
from bot.slack.forms import Form, Group, Hidden
from bot.slack.inputs import (
    WEEKDAYS,
    Changes,
    Choice,
    channel,
    checkboxes,
    clock,
    day,
    email,
    listed,
    moment,
    money,
    number,
    radio,
    select,
    text,
    tick,
    url,
    user,
    users,
    zone,
)
from bot.slack.message import view_json
from playground.limits.surfaces import check_view
from tests.forms import sent


class Color(StrEnum):
    RED = "red"
    DARK_BLUE = "dark_blue"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Line(Group):
    """A part of a budget."""

    name: str = text("Name", most=40, optional=True)
    amount: int | None = number("Amount", minimum=0, optional=True)
    done: bool = tick("State", "Done", optional=True)


class Every(Form, id="test.save", title="Every kind of field", submit="Save it"):
    """A field of each kind."""

    row_id: Hidden[int]
    currency: Hidden[str]
    on: Hidden[date] = date(2026, 1, 1)
    words: str = text("Words", most=100, multiline=True, optional=True)
    zone: str | None = zone("Time zone", optional=True)
    budget: Money | None = money("Budget", optional=True)
    mail: str = email("E-mail", optional=True)
    page: str = url("Page", optional=True)
    count: int | None = number("How many", minimum=1, maximum=99, optional=True)
    percent: Decimal | None = number("Percent", minimum=0, maximum=100, optional=True)
    first: date | None = day("First day", optional=True)
    at: time | None = clock("At", optional=True)
    until: datetime | None = moment("Until", optional=True)
    color: Color | None = select("Color", optional=True)
    campaign: int | None = select("Campaign", none="No campaign", options=[Choice(7, "Spring")])
    active: bool | None = radio(
        "Rounds", options=[Choice(True, "There are"), Choice(False, "Off")], optional=True
    )
    days: list[str] = checkboxes("Days", options=WEEKDAYS, optional=True)
    shares: bool = tick("Who reads it", "Everybody may", optional=True)
    person: str | None = user("Person", optional=True)
    people: list[str] = users("People", optional=True)
    place: str | None = channel("Channel", optional=True)
    stand_ins: dict[int, str | None] = user("Who has it", optional=True)
    lines: dict[str, Line]


class Many(Form, id="test.many", title="Many"):
    """A number for each of some things."""

    counts: dict[int, int] = number("How many")


class Lost(Form, id="test.lost", title="Lost"):
    """A form with a field that comes and goes."""

    color: Color = select("Why?", refresh="test.choose")
    count: int | None = number(
        "How often?", minimum=1, when=lambda values: values.get("color") is Color.RED
    )
    note: str = text("Note", most=20)

    @field_validator("note")
    @classmethod
    def _is_kind(cls, note: str) -> str:
        if "!" in note:
            raise ValueError("Please stay calm.")
        return note

    @model_validator(mode="after")
    def _has_a_reason(self) -> Self:
        if self.color is Color.DARK_BLUE and not self.note:
            raise FieldErrors({"note": "Say more."})
        return self


def errors_of(read: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(FieldErrors) as caught:
        read()
    return caught.value.errors


EMPTY: dict[str, Any] = {"row_id": 7, "currency": "EUR"}
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=30)
LINES = st.fixed_dictionaries(
    {"name": NAMES, "amount": st.none() | st.integers(0, 10**6), "done": st.booleans()}
)
FILLED = st.fixed_dictionaries(
    {
        "row_id": st.integers(1, 2**60),
        "currency": st.just("EUR"),
        "on": st.dates(),
        "words": NAMES,
        "zone": st.sampled_from([None, "Europe/Berlin", "America/Argentina/Buenos_Aires"]),
        "budget": st.none() | st.builds(Money, st.integers(0, 10**12), st.just("EUR")),
        "mail": st.sampled_from(["", "ada@example.com"]),
        "page": st.sampled_from(["", "https://example.com"]),
        "count": st.none() | st.integers(1, 99),
        "percent": st.none() | st.decimals(0, 100, places=4),
        "first": st.none() | st.dates(),
        "at": st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59)),
        "until": st.none()
        | st.integers(1_000_000_000, 9_999_999_999).map(lambda at: datetime.fromtimestamp(at, UTC)),
        "color": st.none() | st.sampled_from(Color),
        "campaign": st.sampled_from([None, 7]),
        "active": st.none() | st.booleans(),
        "days": st.lists(st.sampled_from([each.value for each in WEEKDAYS]), unique=True).map(
            lambda days: [each.value for each in WEEKDAYS if each.value in days]
        ),
        "shares": st.booleans(),
        "person": st.sampled_from([None, "U1"]),
        "people": st.lists(st.sampled_from(["U1", "U2"]), unique=True),
        "place": st.sampled_from([None, "C1"]),
        "stand_ins": st.dictionaries(st.integers(1, 99), st.sampled_from([None, "U3"]), max_size=5),
        "lines": st.dictionaries(NAMES, LINES, max_size=5),
    }
)


@given(FILLED)
def test_what_a_modal_shows_at_first_is_read_back(values: dict[str, Any]) -> None:
    modal = Every.modal(**values)
    assert not check_view(view_json(modal), "modal")
    assert Every.read(sent(modal)) == Every(**values)
    assert Every.so_far(sent(modal)) == values


def test_an_empty_form_reads_as_nothing() -> None:
    read = Every.read(sent(Every.modal(**EMPTY)))
    assert read.on == date(2026, 1, 1)
    assert (read.words, read.mail, read.days, read.shares) == ("", "", [], False)
    assert (read.budget, read.count, read.until, read.campaign) == (None, None, None, None)
    assert (read.stand_ins, read.lines) == ({}, {})


def test_hostile_words_keep_slacks_limits() -> None:
    hostile = "<!channel> *free* \u202e :tada: & " * 500
    choices = [Choice(number, hostile) for number in range(1, 101)]
    long: Changes = {"label": hostile, "hint": hostile}
    modal = Every.modal(
        **EMPTY, title=hostile, words=hostile, stand_ins={1: None}, lines={"a": {"name": hostile}},
        fields={"color": {**long, "options": choices}, "stand_ins:1": long, "lines:a:name": long},
    )  # fmt: skip
    assert not check_view(view_json(modal), "modal")
    assert not any(each["label"]["emoji"] for each in view_json(modal)["blocks"])


def test_what_does_not_fit_is_said_below_each_field() -> None:
    modal = Every.modal(**EMPTY, lines={"a": {"name": "Ads"}})
    typed = {
        "zone": "Europe/Berlim", "budget": "a lot", "count": "100", "percent": "12.5.1",
        "lines:a:amount": "-1",
    }  # fmt: skip
    assert errors_of(lambda: Every.read(sent(modal, **typed))) == {
        "zone": "I don't know this time zone. Did you mean Europe/Berlin?",
        "budget": "“a lot” is not an amount. Write digits, for example 1250 or 1,250.50.",
        "count": "Write a whole number from 1 to 99, or leave it empty.",
        "percent": "Write a number from 0 to 100, or leave it empty.",
        "lines:a:amount": "Write a whole number, at least 0, or leave it empty.",
    }
    so_far = Every.so_far(sent(modal, **typed))
    assert not so_far.keys() & {"zone", "budget", "count", "percent"}
    assert so_far["lines"] == {"a": {"name": "Ads", "done": False}}


def test_all_that_is_wrong_is_said_at_once() -> None:
    modal = Lost.modal(color=Color.RED, count=3, note="No!")
    assert errors_of(lambda: Lost.read(sent(modal, count="0"))) == {
        "count": "Write a whole number, at least 1.", "note": "Please stay calm.",
    }  # fmt: skip


def test_one_wrong_line_spoils_the_form() -> None:
    modal = Many.modal(counts={1: 5, 2: 5})
    assert Many.read(sent(modal)).counts == {1: 5, 2: 5}
    assert list(errors_of(lambda: Many.read(sent(modal, **{"counts:2": "x"})))) == ["counts:2"]


def test_keys_of_what_is_repeated_may_be_any_words() -> None:
    lines = {key: {"name": key, "amount": 1, "done": True} for key in ("a:b", "a", "source:*")}
    assert Every.read(sent(Every.modal(**EMPTY, lines=lines))).model_dump()["lines"] == lines


def test_a_field_of_a_variant_may_stand_before_the_inherited_ones() -> None:
    class Variant(Lost, title="Variant"):
        why: str = text("First of all", most=10, before="note")

    assert [each.block_id for each in Variant.modal().blocks] == ["color", "why", "note"]


def test_an_error_of_a_verb_stands_below_its_field_wherever_that_is() -> None:
    incoming = sent(Every.modal(**EMPTY, stand_ins={7: None}))
    assert incoming.below({"stand_ins:7": "Sells nothing."}) == {"stand_ins:7": "Sells nothing."}


def test_a_zone_is_read_as_the_database_writes_it() -> None:
    modal = Every.modal(**EMPTY)
    assert Every.read(sent(modal, zone=" europe/new york ".replace("europe", "america"))).zone == (
        "America/New_York"
    )


def test_a_field_comes_and_goes_with_the_one_before_it() -> None:
    asking, silent = Lost.modal(color=Color.RED, count=3), Lost.modal(color=Color.DARK_BLUE)
    assert [block.block_id for block in asking.blocks] == ["color", "count", "note"]
    assert [block.block_id for block in silent.blocks] == ["color", "note"]
    assert Lost.read(sent(asking, note="x")).count == 3
    # It was chosen, and sent before the form was drawn anew.
    assert Lost.read(sent(silent, color="red")).count is None
    assert Lost.read(sent(asking, color="dark_blue", note="x")).count is None


def test_the_forms_own_rules_are_said_below_their_fields() -> None:
    modal = Lost.modal(color=Color.DARK_BLUE)
    assert errors_of(lambda: Lost.read(sent(modal, note="No!"))) == {"note": "Please stay calm."}
    assert errors_of(lambda: Lost.read(sent(modal))) == {"note": "Say more."}
    assert errors_of(lambda: Lost.read(sent(Lost.modal()))) == {"color": "Please fill this in."}


@pytest.mark.parametrize("note", ["", "7", "{}", "[7]", '{"row_id": 7}', '{"row_id": "x"',
                                  '{"row_id": "x", "currency": "EUR"}',
                                  '{"row_id": 7, "currency": "EUR", "old": 1}'])  # fmt: skip
def test_other_hidden_values_are_of_an_older_form(note: str) -> None:
    with pytest.raises(OutdatedForm):
        Every.read(sent(Every.modal(**EMPTY), metadata=note))


def test_other_fields_and_options_are_of_an_older_form() -> None:
    class Older(Every, title="Older"):
        gone: str = text("It is gone", most=10)

    with pytest.raises(OutdatedForm):
        Every.read(sent(Older.modal(**EMPTY)))
    with pytest.raises(OutdatedForm):
        Every.read(sent(Every.modal(**EMPTY), without="words"))
    for typed in ({"color": "green"}, {"campaign": "x"}, {"campaign": "8"}, {"active": "maybe"}):
        with pytest.raises(OutdatedForm):
            Every.read(sent(Every.modal(**EMPTY), **typed))


def test_menus_and_buttons_between_the_fields_are_no_fields() -> None:
    menu = StaticSelectElement(action_id="turn", options=[Option(text="One", value="1")])
    modal = Lost.modal(
        color=Color.RED,
        blocks=[SectionBlock(block_id="pages", text="Pages", accessory=menu)],
        below=[ActionsBlock(block_id="turns", elements=[menu])],
        fields={"note": {"above": "*The rest*"}},
    )
    assert [block.type for block in modal.blocks] == [
        "section", "input", "input", "section", "input", "actions",
    ]  # fmt: skip
    incoming = sent(modal, count="2")
    incoming.body["view"]["state"]["values"]["pages"] = {"turn": {"selected_option": None}}
    assert Lost.read(incoming).count == 2


def test_people_are_listed_or_found_by_name() -> None:
    few: Changes = {"options": [Choice(number, f"Person {number}") for number in range(100)]}
    many: Changes = {"options": [Choice(number, f"Person {number}") for number in range(101)]}
    listed_here = Every.modal(**EMPTY, fields={"person": few})
    assert Every.read(sent(listed_here, person="12")).person == "12"
    found_by_name = Every.modal(**EMPTY, fields={"person": many})
    assert Every.read(sent(found_by_name, person="U12")).person == "U12"


def test_a_menu_says_that_there_are_more() -> None:
    choices = [Choice(number, f"Campaign {number}") for number in range(1, 121)]
    assert listed(choices[:99], "campaigns") == {"options": choices[:99], "hint": None}
    more = listed(choices, "campaigns", "Choose one.")
    assert more["hint"] == "Choose one. The first 99 of 120 campaigns are listed."
    modal = Every.modal(**EMPTY, fields={"campaign": more})
    assert not check_view(view_json(modal), "modal")


def test_what_the_form_does_not_have_cannot_be_drawn() -> None:
    for wrong in ({"nmae": 1}, {"fields": {"nmae": {"label": "x"}}}):
        with pytest.raises(TypeError):
            Every.modal(**EMPTY, **cast(Any, wrong))
    with pytest.raises(TypeError):
        Every.modal(row_id=7)


def test_a_field_that_may_be_empty_allows_none() -> None:
    with pytest.raises(TypeError, match="has to allow None"):

        class Wrong(Form, title="Wrong"):
            count: int = number("How many", optional=True)

    with pytest.raises(TypeError, match="neither an input"):

        class Bare(Form, title="Bare"):
            count: int


def test_what_was_typed_stays_with_what_it_is_about() -> None:
    """Block ids of a modal that was drawn anew end with what it is about; they are read alike."""
    incoming = sent(Every.modal(**EMPTY), count="12")
    view = incoming.body["view"]
    for block in view["blocks"]:
        if block["type"] == "input":
            view["state"]["values"][f"{block['block_id']}#a1"] = view["state"]["values"].pop(
                block["block_id"]
            )
            block["block_id"] += "#a1"
    assert Every.read(incoming).count == 12
    assert incoming.below({"count": "Too many."}) == {"count#a1": "Too many."}


def test_a_moment_is_utc() -> None:
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    modal = Every.modal(**EMPTY, until=at + timedelta(seconds=0.5))
    assert Every.read(sent(modal)).until == at
