"""Whatever goes wrong: the person is answered kindly where they were, and the log has the rest."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from slack_bolt import Ack
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    InputBlock,
    MarkdownBlock,
    PlainTextInputElement,
    RawTextObject,
    SectionBlock,
    TableBlock,
)
from slack_sdk.models.views import View as Modal

from bot.errors import FieldErrors, HandoffError
from bot.slack import Command, Incoming, Listening, Slack
from bot.slack import Message as Said
from bot.slack.blocks import menu
from bot.slack.listening import Route
from bot.slack.text import mention, moment, safe
from bot.slack.typed_input import typed_input
from playground.actor import Actor
from playground.limits import check_view
from playground.standin import StandIn
from playground.state import Channel, Message, View

MANIFEST = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())


class TooEarly(HandoffError):
    """The shop opens at nine. Nothing was changed."""


class Scene:
    """An app whose listeners a test writes, a channel with a button, and a person."""

    def __init__(self, slack: StandIn, listening: Listening) -> None:
        self.slack = slack
        self.listening = listening
        self.ann = slack.add_user("ann")
        self.channel: Channel = slack.add_channel("leads", members=[self.ann])

    @property
    def hand(self) -> Actor:
        return self.slack.hand(self.ann)

    def button(self, action_id: str) -> Message:
        button = ButtonElement(text="Press", action_id=action_id, value="1")
        message = Said("A button", [ActionsBlock(elements=[button])])
        self.listening.slack.post(self.channel.id, message)
        return self.slack.messages(self.channel)[-1]

    def modal(self, callback_id: str) -> None:
        field = InputBlock(
            block_id="name", label="Name", element=PlainTextInputElement(action_id="name")
        )
        view = Modal(type="modal", callback_id=callback_id, title="A form", submit="Send",
                     blocks=[field])  # fmt: skip

        def opens(incoming: Incoming, _rest: str) -> None:
            incoming.ack()
            incoming.open(view)

        self.listening.command(Command("/lead", "", "opens it", opens))

    def connect(self) -> None:
        self.listening.connect(self.slack.app_token)

    def open_form(self) -> None:
        self.hand.command("/lead", "", self.channel)
        self.slack.wait_until(lambda: self.slack.modal(self.ann))

    def whisper(self) -> str:
        self.slack.wait_until(lambda: self.slack.ephemerals(self.ann))
        return self.slack.ephemerals(self.ann)[-1].text


@pytest.fixture
def scene() -> Iterator[Scene]:
    slack = StandIn(MANIFEST).start()
    listening = Listening(Slack(slack.bot_token, slack.api_url))
    yield Scene(slack, listening)
    listening.stop()
    slack.stop(wait=False)


def refuse(incoming: Incoming) -> None:
    incoming.ack()
    raise TooEarly


def refuse_before(_incoming: Incoming) -> None:
    raise TooEarly


def crash(_incoming: Incoming) -> None:
    raise RuntimeError("the secret is hunter2")


def test_an_expected_error_is_told_to_the_person_alone(scene: Scene) -> None:
    scene.listening.action("test.refuse", refuse)
    scene.connect()
    assert scene.hand.click(scene.button("test.refuse"), "test.refuse").ok
    assert scene.whisper() == "The shop opens at nine. Nothing was changed."


def words_of(view: View | None) -> list[Any]:
    assert view is not None
    texts = [block["text"] for block in view.blocks if block["type"] == "section"]
    return [(text["text"], text.get("verbatim")) for text in texts]


def test_slack_looks_for_no_link_or_mention_in_a_modal(scene: Scene) -> None:
    """Opened, pushed over another, changed, kept open after Send, and in an apology."""

    def modal(words: str) -> Modal:
        press = ButtonElement(text="Press", action_id="test.press", value="1")
        over = ButtonElement(text="Over", action_id="test.over", value="1")
        content = [SectionBlock(text=words), ActionsBlock(elements=[press, over])]
        return Modal(type="modal", callback_id="test.form", title="A form", submit="Send",
                     blocks=content)  # fmt: skip

    def opens(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        incoming.open(modal("@here"))

    def press(incoming: Incoming) -> None:
        incoming.ack()
        incoming.replace(modal("#general"))

    def over(incoming: Incoming) -> None:
        incoming.ack()
        incoming.open(modal("evil.example"))

    listening, seen = scene.listening, scene.slack
    listening.command(Command("/lead", "", "opens it", opens))
    listening.action("test.press", press)
    listening.action("test.over", over)
    listening.submission("test.form", lambda it: it.keep_open(modal("@channel")))
    scene.connect()

    def shown(words: str) -> View:
        seen.wait_until(lambda: words_of(seen.modal(scene.ann)) == [(words, True)])
        modal = seen.modal(scene.ann)
        assert modal is not None
        return modal

    scene.open_form()
    scene.hand.click(shown("@here"), "test.press")
    shown("#general")
    scene.hand.submit(None)
    scene.hand.click(shown("@channel"), "test.over")
    shown("evil.example")
    listening.submissions["test.form"] = Route(refuse_before)
    scene.hand.submit(None)
    shown("The shop opens at nine. Nothing was changed.")


def test_a_fault_of_ours_gets_a_reference_that_the_log_explains(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.listening.action("test.crash", crash)
    scene.connect()
    with caplog.at_level(logging.ERROR):
        assert scene.hand.click(scene.button("test.crash"), "test.crash").ok
        text = scene.whisper()
    reference = re.search(r"reference: (\w+)", text)
    assert reference
    assert "hunter2" not in text
    assert any(reference[1] in record.getMessage() for record in caplog.records)


def test_choosing_in_a_menu_of_buttons_is_a_click_on_the_button(scene: Scene) -> None:
    pressed = list[tuple[str, int, str]]()

    def press(incoming: Incoming) -> None:
        incoming.ack()
        pressed.append((incoming.action_id, incoming.id, incoming.label))

    names = ("press", "gone")
    buttons = [ButtonElement(text=each, action_id=f"test.{each}", value="7") for each in names]
    actions = ActionsBlock(elements=[menu("test.menu", buttons)])
    scene.listening.action("test.press", press)
    scene.listening.slack.post(scene.channel.id, Said("A menu", [actions]))
    scene.connect()
    message = scene.slack.messages(scene.channel)[-1]
    assert scene.hand.choose(message, "test.menu", "test.press 7").ok
    assert pressed == [("test.press", 7, "press")]
    assert scene.hand.choose(message, "test.menu", "test.gone 7").ok
    assert "older version" in scene.whisper()


@pytest.mark.parametrize("action_id", ["test.refuse", "test.crash", "test.tell", "gone.button"])
def test_a_click_in_a_modal_is_answered_over_the_modal(scene: Scene, action_id: str) -> None:
    """What is said anywhere else stands behind it, and the click seems to do nothing."""
    press = ButtonElement(text="Press", action_id=action_id, value="1")
    view = Modal(type="modal", title="A lead", blocks=[ActionsBlock(elements=[press])])

    def opens(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        incoming.open(view)

    def tell(incoming: Incoming) -> None:
        incoming.ack()
        blocks = [SectionBlock(text="It is *Ada's*."), MarkdownBlock(text="x")]
        incoming.tell(Said("It is Ada's.", blocks))

    scene.listening.command(Command("/lead", "", "opens it", opens))
    scene.listening.action("test.refuse", refuse)
    scene.listening.action("test.crash", crash)
    scene.listening.action("test.tell", tell)
    scene.connect()
    scene.open_form()
    below = scene.slack.modal(scene.ann)
    assert below is not None
    scene.hand.click(below, action_id)

    def over() -> View | None:
        top = scene.slack.modal(scene.ann)
        return top if top is not below else None

    words = {"test.refuse": "opens at nine", "test.crash": "reference", "test.tell": "*Ada's*",
             "gone.button": "older version"}  # fmt: skip
    assert words[action_id] in str(scene.slack.wait_until(over).blocks)
    assert scene.slack.messages(scene.slack.im(scene.ann)) == []


def test_a_click_on_the_home_tab_is_answered_over_it(scene: Scene) -> None:
    """A direct message stands on another tab; a table, which no modal takes, is written out."""

    def tell(incoming: Incoming) -> None:
        incoming.ack()
        cells = [
            [RawTextObject(text=cell) for cell in row] for row in (("Who", "Now"), ("<Ada>", "12"))
        ]
        incoming.tell(Said("The week.", [TableBlock(rows=cells)]))

    scene.listening.action("test.refuse", refuse)
    scene.listening.action("test.tell", tell)
    scene.connect()
    for action_id, words in (
        ("test.refuse", "opens at nine"), ("test.tell", "```Who    Now\n&lt;Ada&gt;   12```"),
    ):  # fmt: skip
        button = ButtonElement(text="Press", action_id=action_id, value="1")
        scene.listening.slack.publish(scene.ann.id, Said("", [ActionsBlock(elements=[button])]))
        home = scene.slack.home(scene.ann)
        assert home is not None
        assert scene.hand.click(home, action_id).ok
        modal = scene.slack.wait_until(lambda: scene.slack.modal(scene.ann))
        assert words in modal.blocks[0]["text"]["text"]
        scene.hand.close(modal)
    assert scene.slack.messages(scene.slack.im(scene.ann)) == []


def test_what_was_typed_about_one_is_never_shown_with_another(scene: Scene) -> None:
    """Slack keeps it by block id: a form that was sent, or goes on to another, has other ids."""

    def form(about: str) -> Modal:
        field = InputBlock(
            block_id="name", label="Name", element=PlainTextInputElement(action_id="name")
        )
        press = [
            ButtonElement(text=each, action_id=f"test.{each}", value="1")
            for each in ("same", "other")
        ]
        return Modal(
            type="modal", callback_id="test.form", title="A form", submit="Send",
            private_metadata=about, blocks=[field, ActionsBlock(elements=press)],
        )  # fmt: skip

    def goes_to(about: str, incoming: Incoming) -> None:
        incoming.ack()
        incoming.replace(form(about))

    def opens(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        incoming.open(form("first"))

    listening, sent = scene.listening, list[Any]()

    def save(incoming: Incoming) -> None:
        sent.append((incoming.carried, incoming.fields))
        if incoming.fields["name"] == "wrong":
            raise FieldErrors({"name": "Write another.", "gone": "It is not there."})
        incoming.keep_open(form("second"))

    listening.command(Command("/lead", "", "opens it", opens))
    listening.action("test.same", lambda it: goes_to(it.carried, it))
    listening.action("test.other", lambda it: goes_to("third", it))
    listening.submission("test.form", save)
    scene.connect()

    def typed(about: str) -> Any:
        view = scene.slack.modal(scene.ann)
        assert view is not None
        scene.slack.wait_until(lambda: view.private_metadata == about)
        [(block_id, held)] = [(k, v) for k, v in view.values.items() if k.startswith("name")]
        return block_id, held["name"]["value"]

    def press(which: str) -> None:
        view = scene.slack.modal(scene.ann)
        assert view is not None
        before = view.hash
        scene.hand.click(view, f"test.{which}")
        scene.slack.wait_until(lambda: view.hash != before)

    scene.open_form()
    scene.hand.submit(values={"name": "of the first"})
    second, value = typed("second")
    assert value is None
    assert scene.hand.submit(values={second: "wrong"}).errors == {
        second: "Write another. It is not there."
    }
    press("same")
    assert typed("second") == (second, "wrong")
    press("other")
    assert typed("third")[1] is None
    assert sent == [("first", {"name": "of the first"}), ("second", {"name": "wrong"})]


def test_errors_of_fields_stand_below_them(scene: Scene) -> None:
    def check(_incoming: Incoming) -> None:
        raise FieldErrors({"name": "Write your whole name."})

    scene.modal("test.form")
    scene.listening.submission("test.form", check)
    scene.connect()
    scene.open_form()
    assert scene.hand.submit(values={"name": "A"}).errors == {"name": "Write your whole name."}


def test_an_error_that_names_somebody_is_told_over_the_form(scene: Scene) -> None:
    """Below a field Slack shows the codes of mentions and times, and no escapes."""

    def check(incoming: Incoming) -> None:
        if incoming.fields["name"] == "A & B":
            raise FieldErrors({"name": f"There is no {safe('A & B')} here."})
        raise FieldErrors(
            {"name": f"{mention('U1')} took it {moment(datetime(2026, 6, 1, 12, tzinfo=UTC))}."}
        )

    scene.modal("test.form")
    scene.listening.submission("test.form", check)
    scene.connect()
    scene.open_form()
    assert scene.hand.submit(values={"name": "A & B"}).errors == {"name": "There is no A & B here."}
    assert scene.hand.submit(values={"name": "C"}).errors == {}
    over = scene.slack.modal(scene.ann)
    assert over is not None
    assert "<@U1> took it <!date^" in str(over.blocks)


def test_a_form_that_nobody_takes_gives_back_what_was_typed(scene: Scene) -> None:
    scene.modal("gone.form")
    scene.connect()
    scene.open_form()
    assert scene.hand.submit(values={"name": "Ada & <!channel>"}).ok
    top = scene.slack.modal(scene.ann)
    assert top is not None
    assert top.title == {"type": "plain_text", "text": "Not saved", "emoji": True}
    assert "older version" in top.blocks[0]["text"]["text"]
    assert [block["text"]["text"] for block in top.blocks[2:]] == ["*Name*", "Ada & <!channel>"]
    assert top.blocks[3]["text"]["type"] == "plain_text"


def test_what_an_outdated_form_says_is_given_back_as_it_was_chosen() -> None:
    chosen = {
        "who": {"type": "users_select", "selected_user": "U1"},
        "where": {"type": "conversations_select", "selected_conversation": "C1"},
        "when": {"type": "datetimepicker", "selected_date_time": 1_780_300_800},
        "what": {"type": "checkboxes", "selected_options": [
            {"value": "a", "text": {"type": "plain_text", "text": each}} for each in ("One", "Two")
        ]},
        "day": {"type": "datepicker", "selected_date": "2026-06-01"},
        "none": {"type": "plain_text_input", "value": None},
    }  # fmt: skip
    view = {
        "blocks": [
            {"type": "input", "block_id": name, "label": {"type": "plain_text", "text": name}}
            for name in chosen
        ],
        "state": {"values": {name: {"it": held} for name, held in chosen.items()}},
    }
    shown = typed_input("Sorry.", view).to_dict()
    assert check_view(shown, "modal") == []
    assert [block["text"]["text"] for block in shown["blocks"][3::2]] == [
        "<@U1>", "<#C1>", "<!date^1780300800^{date_short_pretty} {time}|2026-06-01 08:00 UTC>",
        "One, Two", "2026-06-01",
    ]  # fmt: skip
    many = {name: {"it": {"value": "x" * 9_000}} for name in map(str, range(60))}
    inputs = [{"type": "input", "block_id": name, "label": {"text": name}} for name in many]
    full = typed_input("Sorry.", {"blocks": inputs, "state": {"values": many}}).to_dict()
    assert check_view(full, "modal") == []


def test_a_required_field_that_is_empty_is_said_below_it(scene: Scene) -> None:
    """Slack's client sees to that; not every sender is Slack's client of today."""
    fields = {"name": {"name": {"type": "plain_text_input", "value": None}}}
    block = {"type": "input", "block_id": "name", "optional": False}
    view = {"callback_id": "test.form", "blocks": [block], "state": {"values": fields}}
    body = {"type": "view_submission", "view": view}
    scene.listening.submission("test.form", crash)
    incoming = Incoming(body, Ack(), scene.listening.slack)  # type: ignore[no-untyped-call]
    with pytest.raises(FieldErrors) as refused:
        scene.listening.submit(incoming)
    assert refused.value.errors == {"name": "Please fill this in."}


def test_a_modal_over_two_others_says_in_its_place_what_went_wrong(scene: Scene) -> None:
    """Slack stacks three."""

    def form(callback_id: str) -> Modal:
        press = ButtonElement(text="Over", action_id="test.over", value="1")
        field = InputBlock(
            block_id="name", label="Name", element=PlainTextInputElement(action_id="name")
        )
        return Modal(type="modal", callback_id=callback_id, title="A form", submit="Send",
                     blocks=[field, ActionsBlock(elements=[press])])  # fmt: skip

    def opens(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        incoming.open(form("test.form"))

    def over(incoming: Incoming) -> None:
        incoming.ack()
        incoming.open(form("test.form"))

    def is_over(others: int) -> bool:
        return len(scene.slack.workspace.modals[scene.ann.id]) == others + 1

    scene.listening.command(Command("/lead", "", "opens it", opens))
    scene.listening.action("test.over", over)
    scene.listening.submission("test.form", crash)
    scene.connect()
    scene.open_form()
    for depth in (2, 3):
        scene.hand.click(cast(View, scene.slack.modal(scene.ann)), "test.over")
        scene.slack.wait_until(partial(is_over, depth - 1))
    assert scene.hand.submit(values={"name": "Ada"}).ok
    assert "reference" in str(cast(View, scene.slack.modal(scene.ann)).blocks)
    assert "Ada" in str(cast(View, scene.slack.modal(scene.ann)).blocks)


@pytest.mark.parametrize(("listener", "words"), [(refuse, "opens at nine"), (crash, "reference")])
def test_a_modal_that_fails_says_so_in_the_modal(
    scene: Scene, listener: object, words: str
) -> None:
    def fail(incoming: Incoming) -> None:
        if listener is crash:
            crash(incoming)
        raise TooEarly

    scene.modal("test.form")
    scene.listening.submission("test.form", fail)
    scene.connect()
    scene.open_form()
    assert scene.hand.submit(values={"name": "A"}).ok
    top = scene.slack.modal(scene.ann)
    assert top is not None
    assert words in str(top.blocks)


def test_what_nobody_listens_to_is_answered_truly(scene: Scene) -> None:
    scene.connect()
    assert scene.hand.click(scene.button("gone.button"), "gone.button").ok
    assert "older version" in scene.whisper()
    assert "What you can do" in scene.hand.command("/digest", "", scene.channel).text


def test_a_used_up_answer_address_falls_back_to_a_direct_message(scene: Scene) -> None:
    scene.listening.action("test.refuse", refuse)
    scene.connect()
    scene.slack.faults.add("response_url", "http_error", status=404)
    assert scene.hand.click(scene.button("test.refuse"), "test.refuse").ok
    scene.slack.wait_until(lambda: scene.slack.messages(scene.slack.im(scene.ann)))


@pytest.mark.parametrize("code", ["expired_trigger_id", "trigger_expired"])
def test_a_form_that_comes_too_late_says_how_to_ask_again(
    scene: Scene, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    scene.modal("test.form")
    scene.connect()
    scene.slack.faults.add("views.open", "error", error=code)
    with caplog.at_level(logging.ERROR):
        scene.hand.command("/lead", "", scene.channel)
        text = scene.whisper()
    assert text == "Slack was slow just now, so the form could not open. Please type `/lead` again."
    assert caplog.records == []


def test_a_button_whose_form_comes_too_late_is_named(scene: Scene) -> None:
    def opens(incoming: Incoming) -> None:
        incoming.ack()
        incoming.open(Modal(type="modal", title="A form", blocks=[SectionBlock(text="Hello")]))

    scene.listening.action("test.open", opens)
    scene.connect()
    scene.slack.faults.add("views.open", "error", error="expired_trigger_id")
    assert scene.hand.click(scene.button("test.open"), "test.open").ok
    assert scene.whisper().endswith("Please press *Press* again.")
