"""What a person can and cannot do, and what the client checks by itself."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient

from playground.actor import Actor
from playground.person import NotPossible
from playground.standin import StandIn
from playground.state import Channel, Message, User, View
from tests.playground.blocks import (
    Json,
    actions,
    button,
    field,
    home,
    modal,
    option,
    plain,
    section,
    select,
)
from tests.playground.world import Clock, Endpoint, client_of, manifest

Serve = Callable[[Endpoint], Endpoint]


class Recorder:
    """An app that notes payloads and answers what a test tells it to."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.payloads: list[Json] = []
        self.endpoint = Endpoint(self._answer)

    def _answer(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        form = parse_qs(request.body)
        if "payload" in form:
            self.payloads.append(json.loads(form["payload"][0]))
        if self.answer is None or isinstance(self.answer, str):
            return 200, {"Content-Type": "text/plain"}, (self.answer or "").encode()
        return 200, {"Content-Type": "application/json"}, json.dumps(self.answer).encode()

    @property
    def last(self) -> Json:
        return self.payloads[-1]


@pytest.fixture
def it(slack: StandIn, serve: Serve) -> Recorder:
    recorder = Recorder()
    slack.deliver_to(serve(recorder.endpoint).url)
    return recorder


@pytest.fixture
def hand(slack: StandIn, ann: User) -> Actor:
    return slack.hand(ann)


def show(slack: StandIn, user: str, *blocks: Json, **more: Any) -> View:
    trigger = slack.workspace.tickets.new_trigger(user)
    client_of(slack).views_open(trigger_id=trigger, view=modal(*blocks, **more))
    shown = slack.modal(user)
    assert shown is not None
    return shown


def post(slack: StandIn, channel: Channel, *blocks: Json) -> Message:
    client_of(slack).chat_postMessage(channel=channel.id, text="a", blocks=list(blocks))
    return slack.messages(channel)[-1]


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": "value", **more}


def test_commands_that_do_not_exist(slack: StandIn, hand: Actor, leads: Channel) -> None:
    with pytest.raises(NotPossible, match="not a valid command"):
        hand.command("/shout")
    with pytest.raises(NotPossible, match="shortcut"):
        hand.shortcut("lead.from_message")
    away = slack.add_channel("away")
    with pytest.raises(NotPossible, match="not a member"):
        hand.command("/lead", "", away)
    slack.archive(leads)
    with pytest.raises(NotPossible, match="archived"):
        hand.command("/lead", "", leads)


def test_answers_of_commands(
    slack: StandIn, it: Recorder, hand: Actor, leads: Channel, ann: User
) -> None:
    assert hand.command("/lead", "", leads).messages == []
    it.answer = "only you"
    assert hand.command("/lead", "", leads).text == "only you"
    assert [m.text for m in slack.ephemerals(ann)] == ["only you"]
    it.answer = {"response_type": "in_channel", "text": "all of you"}
    hand.command("/lead", "", leads)
    assert [m.text for m in slack.messages(leads)] == ["all of you"]
    it.answer = {"text": "a", "blocks": [{"type": "chart"}]}
    assert hand.command("/lead", "", leads).error == "invalid_command_response"


def test_escaped_mentions(
    slack: StandIn, serve: Serve, hand: Actor, ann: User, leads: Channel
) -> None:
    endpoint = serve(Endpoint(lambda _request: (200, {}, b"")))
    slack.deliver_to(endpoint.url)
    hand.command("/ask", "@ann in #leads, @nobody")
    hand.command("/lead", "@ann")
    texts = [parse_qs(request.body)["text"][0] for request in endpoint.received]
    assert texts == [f"<@{ann.id}|ann> in <#{leads.id}|leads>, @nobody", "@ann"]


def test_what_one_cannot_click(
    slack: StandIn, hand: Actor, bob: User, leads: Channel, it: Recorder
) -> None:
    card = post(slack, leads, actions(button(), select()), section(accessory=button("other")))
    with pytest.raises(NotPossible, match="no element 'gone'"):
        hand.click(card, "gone")
    with pytest.raises(NotPossible, match="use `choose`"):
        hand.click(card, "pick")
    with pytest.raises(NotPossible, match="use `click`"):
        hand.choose(card, "claim", "x")
    twice = post(slack, leads, actions(button(), block_id="a"), actions(button(), block_id="b"))
    with pytest.raises(NotPossible, match="say which block_id"):
        hand.click(twice, "claim")
    assert hand.click(twice, "claim", "b").ok
    secret = post(slack, slack.add_channel("s", kind="private", members=[bob]), actions(button()))
    with pytest.raises(NotPossible, match="does not see"):
        hand.click(secret, "claim")
    client_of(slack).chat_postEphemeral(
        channel=leads.id, user=bob.id, text="a", blocks=[actions(button())]
    )
    with pytest.raises(NotPossible, match="does not see"):
        hand.click(slack.ephemerals(bob)[0], "claim")
    client_of(slack).chat_delete(channel=leads.id, ts=card.ts)
    with pytest.raises(NotPossible, match="does not see"):
        hand.click(card, "claim")


def test_a_deactivated_person_does_nothing(slack: StandIn, hand: Actor, ann: User) -> None:
    slack.deactivate(ann)
    with pytest.raises(NotPossible, match="deactivated"):
        hand.command("/lead")


def test_an_old_card(slack: StandIn, client: WebClient, hand: Actor, leads: Channel,
                     it: Recorder) -> None:  # fmt: skip
    card = post(slack, leads, actions(button(value="1")))
    before = slack.as_seen(card)
    client.chat_update(channel=leads.id, ts=card.ts, text="claimed", blocks=[section("claimed")])
    with pytest.raises(NotPossible):
        hand.click(slack.messages(leads)[0], "claim")
    assert hand.click(before, "claim").ok
    assert it.last["actions"][0]["value"] == "1"


def test_confirmation(slack: StandIn, hand: Actor, leads: Channel, it: Recorder) -> None:
    sure = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
    card = post(slack, leads, actions(button(confirm=sure), select(confirm=sure)))
    assert hand.click(card, "claim", confirm=False).delivery is None
    assert hand.choose(card, "pick", "hot", confirm=False).delivery is None
    assert it.payloads == []
    assert hand.click(card, "claim").delivery is not None


CHOICES: list[tuple[Json, Any, str, Any]] = [
    (select(), "hot", "selected_option", option("hot")),
    ({"type": "overflow", "action_id": "pick", "options": [option("a"), option("b")]}, "b",
     "selected_option", option("b")),
    ({"type": "datepicker", "action_id": "pick"}, "2026-02-28", "selected_date", "2026-02-28"),
    ({"type": "timepicker", "action_id": "pick"}, "09:30", "selected_time", "09:30"),
    ({"type": "datetimepicker", "action_id": "pick"}, 1_790_000_000, "selected_date_time",
     1_790_000_000),
    ({"type": "radio_buttons", "action_id": "pick", "options": [option("a")]}, "a",
     "selected_option", option("a")),
    ({"type": "checkboxes", "action_id": "pick", "options": [option("a"), option("b")]},
     ["a", "b"], "selected_options", [option("a"), option("b")]),
]  # fmt: skip


@pytest.mark.parametrize(("chooser", "value", "name", "sent"), CHOICES,
                         ids=lambda x: x.get("type") if isinstance(x, dict) else None)  # fmt: skip
def test_choosing(slack: StandIn, hand: Actor, leads: Channel, it: Recorder, chooser: Json,
                  value: Any, name: str, sent: Any) -> None:  # fmt: skip
    assert hand.choose(post(slack, leads, actions(chooser)), "pick", value).ok
    (action,) = it.last["actions"]
    assert (action["type"], action[name]) == (chooser["type"], sent)
    if chooser["type"] != "overflow":
        (state,) = it.last["state"]["values"].values()
        assert state["pick"][name] == sent


def test_each_person_has_their_own_choices(
    slack: StandIn, hand: Actor, leads: Channel, bob: User, it: Recorder
) -> None:
    card = post(slack, leads, actions(select(), button()))
    hand.choose(card, "pick", "hot")
    slack.hand(bob).click(card, "claim")
    (state,) = it.last["state"]["values"].values()
    assert state["pick"]["selected_option"] is None


def test_options_that_are_not_offered(
    slack: StandIn, hand: Actor, leads: Channel, it: Recorder
) -> None:
    people = {"type": "users_select", "action_id": "who"}
    channels = {"type": "channels_select", "action_id": "where"}
    card = post(slack, leads, actions(select(), people, channels))
    for action_id, value in (("pick", "warm"), ("who", "U404"), ("where", "C404")):
        with pytest.raises(NotPossible, match=value):
            hand.choose(card, action_id, value)
    assert it.payloads == []


def test_inputs_tell_the_app_only_if_asked_to(
    slack: StandIn, hand: Actor, ann: User, it: Recorder
) -> None:
    shown = show(slack, ann.id, field("a"), field("b", element("plain_text_input"),
                                                  dispatch_action=True))  # fmt: skip
    assert hand.choose(shown, "value", "quiet", "a").delivery is None
    assert hand.choose(shown, "value", "loud", "b").delivery is not None
    assert it.last["actions"][0]["value"] == "loud"
    assert it.last["container"] == {"type": "view", "view_id": shown.id}
    assert it.last["view"]["state"]["values"]["a"]["value"]["value"] == "quiet"
    trigger = slack.workspace.tickets.exchange(it.last["trigger_id"])
    assert trigger.view_id == shown.id


STATES: list[tuple[Json, Any, Json]] = [
    (element("plain_text_input"), "text", {"value": "text"}),
    (element("plain_text_input"), None, {"value": None}),
    (element("plain_text_input", initial_value="first"), ..., {"value": "first"}),
    (element("email_text_input"), "a@b.example", {"value": "a@b.example"}),
    (element("url_text_input"), "https://a.example", {"value": "https://a.example"}),
    (element("number_input", is_decimal_allowed=True), 1.5, {"value": "1.5"}),
    (element("rich_text_input"), "hi", {"rich_text_value": {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}]}}),
    (select(action_id="value"), "hot", {"selected_option": option("hot")}),
    (select(action_id="value", initial_option=option("cold")), ...,
     {"selected_option": option("cold")}),
    (element("multi_static_select", options=[option("a"), option("b")]), ["b"],
     {"selected_options": [option("b")]}),
    (element("multi_static_select", options=[option("a")]), None, {"selected_options": []}),
    (element("users_select"), "U0PLAYGRND", {"selected_user": "U0PLAYGRND"}),
    (element("multi_users_select"), ["U0PLAYGRND"], {"selected_users": ["U0PLAYGRND"]}),
    (element("datepicker"), "2026-02-28", {"selected_date": "2026-02-28"}),
    (element("datepicker"), None, {"selected_date": None}),
    (element("timepicker", timezone="Europe/Berlin"), "09:00",
     {"selected_time": "09:00", "timezone": "Europe/Berlin"}),
    (element("datetimepicker"), 1_790_000_000, {"selected_date_time": 1_790_000_000}),
    (element("checkboxes", options=[option("a")]), "a", {"selected_options": [option("a")]}),
    (element("radio_buttons", options=[option("a")]), "a", {"selected_option": option("a")}),
]  # fmt: skip


@pytest.mark.parametrize(("control", "value", "state"), STATES)
def test_states(slack: StandIn, hand: Actor, ann: User, it: Recorder, control: Json, value: Any,
                state: Json) -> None:  # fmt: skip
    show(slack, ann.id, field("f", control, optional=True))
    assert hand.submit(values={} if value is ... else {"f": value}).ok
    sent = it.last["view"]["state"]["values"]["f"]["value"]
    assert sent == {"type": control["type"], **state}


REFUSALS: list[tuple[Json, Any, str]] = [
    (element("plain_text_input"), None, "complete this required field"),
    (element("plain_text_input", min_length=3), "ab", "at least 3"),
    (element("plain_text_input", max_length=3), "abcd", "at most 3"),
    (element("plain_text_input"), "x" * 3001, "at most 3000"),
    (element("number_input", is_decimal_allowed=False), "1.5", "valid number"),
    (element("number_input", is_decimal_allowed=True), "many", "valid number"),
    (element("number_input", is_decimal_allowed=False, min_value="3"), "2", "at least 3"),
    (element("number_input", is_decimal_allowed=False, max_value="3"), "4", "at most 3"),
    (element("email_text_input"), "ann", "valid email"),
    (element("url_text_input"), "ann", "valid URL"),
    (element("multi_users_select", max_selected_items=1), ["U0PLAYGRND"] * 2, "at most 1"),
    (element("datepicker"), "tomorrow", "valid date"),
    (element("timepicker"), "noon", "valid time"),
    (select(action_id="value"), None, "complete this required field"),
]


@pytest.mark.parametrize(("control", "value", "says"), REFUSALS)
def test_what_the_client_refuses(slack: StandIn, hand: Actor, ann: User, it: Recorder,
                                 control: Json, value: Any, says: str) -> None:  # fmt: skip
    shown = show(slack, ann.id, field("f", control))
    outcome = hand.submit(values={"f": value})
    assert says in outcome.errors["f"]
    assert shown.errors == outcome.errors
    assert it.payloads == []
    assert outcome.modal is shown


def test_files(slack: StandIn, hand: Actor, ann: User, it: Recorder) -> None:
    show(slack, ann.id, field("f", element("file_input", max_files=1)))
    file = hand.upload(None, "leads.csv", b"a,b")
    hand.submit(values={"f": [file.id]})
    (sent,) = it.last["view"]["state"]["values"]["f"]["value"]["files"]
    assert (sent["id"], sent["name"], sent["size"]) == (file.id, "leads.csv", 3)


def test_response_urls_of_a_submission(
    slack: StandIn, hand: Actor, ann: User, leads: Channel, it: Recorder
) -> None:
    chooser = element("conversations_select", response_url_enabled=True)
    show(slack, ann.id, field("f", chooser))
    hand.submit(values={"f": leads.id})
    (found,) = it.last["response_urls"]
    assert found["channel_id"] == leads.id


def test_response_actions(slack: StandIn, hand: Actor, ann: User, it: Recorder) -> None:
    shown = show(slack, ann.id, field("name"))
    values = {"name": "x"}
    it.answer = {"response_action": "errors", "errors": {"name": "taken"}}
    assert hand.submit(values=values).errors == {"name": "taken"}
    it.answer = {"response_action": "update", "view": modal(field("more"))}
    updated = hand.submit().modal
    assert updated is shown
    assert updated.blocks[0]["block_id"] == "more"
    assert updated.errors == {}
    it.answer = {"response_action": "push", "view": modal(field("top"))}
    pushed = hand.submit(values={"more": "x"}).modal
    assert pushed is not None
    assert pushed.previous_view_id == shown.id
    it.answer = None
    assert hand.submit(values={"top": "x"}).modal is shown
    it.answer = {"response_action": "clear"}
    assert hand.submit(values={"more": "x"}).modal is None


TROUBLE: list[Any] = [
    "fine",
    {"response_action": "errors", "errors": {"unknown": "x"}},
    {"response_action": "errors", "errors": {}},
    {"response_action": "dance"},
    {"response_action": "update", "view": {"type": "modal"}},
    {"text": "hi"},
]


@pytest.mark.parametrize("answer", TROUBLE, ids=str)
def test_answers_that_make_no_sense(
    slack: StandIn, hand: Actor, ann: User, it: Recorder, answer: Any
) -> None:
    shown = show(slack, ann.id, field("name"))
    it.answer = answer
    outcome = hand.submit(values={"name": "x"})
    assert outcome.error == shown.notice == "We had some trouble connecting. Try again?"
    assert outcome.modal is shown


def test_a_submission_that_nobody_takes(slack: StandIn, hand: Actor, ann: User) -> None:
    shown = show(slack, ann.id, field("name"))
    outcome = hand.submit(values={"name": "x"})
    assert outcome.error == "We had some trouble connecting. Try again?"
    assert outcome.modal is shown


def test_modals_that_cannot_be_submitted(
    slack: StandIn, hand: Actor, ann: User, bob: User, it: Recorder
) -> None:
    with pytest.raises(NotPossible, match="no modal is open"):
        hand.submit()
    shown = show(slack, ann.id, section())
    with pytest.raises(NotPossible, match="no input"):
        hand.submit(values={"name": "x"})
    with pytest.raises(NotPossible, match="someone else"):
        slack.hand(bob).click(shown, "claim")
    view = {k: v for k, v in modal(section()).items() if k != "submit"}
    client_of(slack).views_update(view_id=shown.id, view=view)
    with pytest.raises(NotPossible, match="no submit"):
        hand.submit()


def test_closing(slack: StandIn, hand: Actor, ann: User, it: Recorder) -> None:
    root = show(slack, ann.id, field("a"), notify_on_close=True, callback_id="root")
    inside = slack.workspace.tickets.new_trigger(ann.id, root.id)
    client_of(slack).views_push(trigger_id=inside, view=modal(field("b"), callback_id="top"))
    with pytest.raises(NotPossible, match="not on top"):
        hand.click(root, "claim")
    assert hand.close().modal is root
    assert it.payloads == []
    assert hand.close(all_views=True).modal is None
    assert (it.last["type"], it.last["is_cleared"]) == ("view_closed", True)
    assert it.last["view"]["callback_id"] == "root"


def test_the_home_tab(slack: StandIn, hand: Actor, ann: User, bob: User, it: Recorder) -> None:
    shown = home(actions(button(), block_id="b"))
    client_of(slack).views_publish(user_id=ann.id, view=shown)
    tab = slack.home(ann)
    assert tab is not None
    assert hand.click(tab, "claim").ok
    assert it.last["view"]["type"] == "home"
    assert "response_url" not in it.last
    with pytest.raises(NotPossible, match="someone else"):
        slack.hand(bob).click(tab, "claim")


def test_writing_to_an_app_that_does_not_listen(
    slack: StandIn, hand: Actor, ann: User, leads: Channel, it: Recorder
) -> None:
    with pytest.raises(NotPossible, match="turned off"):
        hand.say(slack.im(ann), "hello?")
    assert hand.say(leads, "hello").user == ann.id
    reply = hand.say(leads, "again", thread=slack.messages(leads)[0])
    assert slack.thread(slack.messages(leads)[0]) == [reply]
    hand.upload(leads, "a.txt", b"a")
    assert it.endpoint.received == []


def test_message_events_for_those_who_subscribe(clock: Clock, serve: Serve) -> None:
    listening = manifest(also=("channels:history", "im:history", "app_mentions:read"))
    listening["features"]["app_home"]["messages_tab_read_only_enabled"] = False
    listening["settings"]["event_subscriptions"]["bot_events"] = [
        "app_mention", "message.channels", "message.im",
    ]  # fmt: skip
    with StandIn(listening, now=clock) as slack:
        endpoint = serve(Endpoint(lambda _request: (200, {}, b"")))
        slack.deliver_to(endpoint.url)
        ann = slack.add_user("ann")
        leads = slack.add_channel("leads", members=[ann])
        slack.hand(ann).say(leads, f"<@{slack.bot_user_id}> hi")
        slack.hand(ann).say(slack.im(ann), "hi")
        slack.wait_until(lambda: len(endpoint.received) == 3)
        events = [json.loads(request.body)["event"] for request in endpoint.received]
        kinds = {(event["type"], event["channel_type"]) for event in events}
        assert kinds == {("message", "channel"), ("app_mention", "channel"), ("message", "im")}


def test_clicks_without_interactivity(clock: Clock) -> None:
    closed = manifest()
    closed["settings"]["interactivity"]["is_enabled"] = False
    closed["features"]["shortcuts"] = []
    with StandIn(closed, now=clock) as slack:
        ann = slack.add_user("ann")
        leads = slack.add_channel("leads", members=[ann])
        card = post(slack, leads, actions(button()))
        with pytest.raises(NotPossible, match="interactivity"):
            slack.hand(ann).click(card, "claim")
