"""views.*: triggers, stacks, hashes, and what inputs keep."""

import secrets
from typing import Any

from slack_sdk import WebClient

from playground.standin import StandIn
from playground.state import User
from tests.playground.blocks import Json, field, home, modal, section
from tests.playground.world import Clock, client_of, error, manifest, refusal


def text_input(initial: str | None = None) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": "value"}
    return element | ({"initial_value": initial} if initial else {})


def opened(slack: StandIn, client: WebClient, user: User, view: Json | None = None) -> Any:
    trigger = slack.workspace.tickets.new_trigger(user.id)
    return client.views_open(trigger_id=trigger, view=view or modal())["view"]


def test_open(slack: StandIn, client: WebClient, ann: User) -> None:
    view = opened(slack, client, ann, modal(private_metadata="42"))
    shown = slack.modal(ann)
    assert shown is not None
    assert (shown.id, shown.private_metadata) == (view["id"], "42")
    assert view["root_view_id"] == view["id"]
    assert view["state"]["values"] == {
        "name": {"value": {"type": "plain_text_input", "value": None}}
    }


def test_triggers(slack: StandIn, client: WebClient, ann: User, clock: Clock) -> None:
    view = modal()
    unknown = error(client, "views.open", trigger_id="1.2.x", view=view)
    assert unknown == "invalid_trigger_id"
    used = slack.workspace.tickets.new_trigger(ann.id)
    client.views_open(trigger_id=used, view=modal())
    assert error(client, "views.open", trigger_id=used, view=view) == "exchanged_trigger_id"
    just = slack.workspace.tickets.new_trigger(ann.id)
    late = slack.workspace.tickets.new_trigger(ann.id)
    clock.time += 3
    assert client.views_open(trigger_id=just, view=modal())["ok"]
    clock.time += 0.01
    assert error(client, "views.open", trigger_id=late, view=view) == "expired_trigger_id"


def test_an_invalid_view_leaves_the_trigger(slack: StandIn, client: WebClient, ann: User) -> None:
    trigger = slack.workspace.tickets.new_trigger(ann.id)
    bad = refusal(client, "views.open", trigger_id=trigger, view='{"type": "modal"}')
    assert bad["error"] == "invalid_arguments"
    assert "missing required field: title" in bad["response_metadata"]["messages"][1]
    assert client.views_open(trigger_id=trigger, view=modal())["ok"]


def test_views_that_are_refused(slack: StandIn, client: WebClient, ann: User) -> None:
    def refused(view: Json | str) -> str:
        trigger = slack.workspace.tickets.new_trigger(ann.id)
        return error(client, "views.open", trigger_id=trigger, view=view)

    big = modal(*[section(secrets.token_hex(1500)) for _ in range(90)], section())
    assert refused(big) == "view_too_large"
    assert refused("[]") == "invalid_arguments"
    assert refused("{") == "invalid_arguments"
    opened(slack, client, ann, modal(external_id="one"))
    assert refused(modal(external_id="one")) == "duplicate_external_id"


def test_push_needs_a_trigger_from_a_modal(slack: StandIn, client: WebClient, ann: User) -> None:
    view, pushed = opened(slack, client, ann), modal()
    outside = slack.workspace.tickets.new_trigger(ann.id)
    assert error(client, "views.push", trigger_id=outside, view=pushed) == "not_found"
    for _ in range(2):
        inside = slack.workspace.tickets.new_trigger(ann.id, view["id"])
        second = client.views_push(trigger_id=inside, view=modal())["view"]
        assert second["root_view_id"] == view["id"]
    inside = slack.workspace.tickets.new_trigger(ann.id, view["id"])
    assert error(client, "views.push", trigger_id=inside, view=pushed) == "push_limit_reached"
    assert len(slack.workspace.modals[ann.id]) == 3


def test_update(slack: StandIn, client: WebClient, ann: User) -> None:
    view = opened(slack, client, ann, modal(external_id="x"))
    changed = client.views_update(view_id=view["id"], view=modal(section("new")), hash=view["hash"])
    shown = slack.modal(ann)
    assert shown is not None
    assert shown.blocks[0]["text"]["text"] == "new"
    assert changed["view"]["hash"] != view["hash"]
    stale = {"view_id": view["id"], "view": modal(), "hash": view["hash"]}
    assert error(client, "views.update", **stale) == "hash_conflict"
    assert error(client, "views.update", view_id="V404", view=stale["view"]) == "not_found"
    assert error(client, "views.update", external_id="y", view=stale["view"]) == "not_found"
    assert error(client, "views.update", view=stale["view"]) == "invalid_arguments"
    slack.hand(ann).close()
    assert error(client, "views.update", view_id=view["id"], view=stale["view"]) == "not_found"


def test_update_keeps_what_was_typed(slack: StandIn, client: WebClient, ann: User) -> None:
    view = opened(slack, client, ann, modal(field("a", text_input("first")), field("b")))
    slack.hand(ann).choose(slack.workspace.views[view["id"]], "value", "typed", "b")
    redrawn = modal(field("a", text_input("second")), field("b"), field("c", text_input("new")))
    state = client.views_update(view_id=view["id"], view=redrawn)["view"]["state"]["values"]
    assert {block: held["value"]["value"] for block, held in state.items()} == {
        "a": "first",  # as in Slack's client: the same ids keep what they show
        "b": "typed",
        "c": "new",
    }


def test_publish(slack: StandIn, client: WebClient, ann: User) -> None:
    first = client.views_publish(user_id=ann.id, view=home())["view"]
    client.views_publish(user_id=ann.id, view=home(section("two")), hash=first["hash"])
    shown = slack.home(ann)
    assert shown is not None
    assert shown.blocks[0]["text"]["text"] == "two"
    view = home()
    stale = error(client, "views.publish", user_id=ann.id, view=view, hash=first["hash"])
    assert stale == "hash_conflict"
    assert error(client, "views.publish", user_id="U404", view=view) == "user_not_found"
    wrong = error(client, "views.publish", user_id=ann.id, view=modal())
    assert wrong == "invalid_arguments"


def test_publish_without_a_home_tab(clock: Clock) -> None:
    closed = manifest()
    closed["features"]["app_home"]["home_tab_enabled"] = False
    with StandIn(closed, now=clock) as slack:
        ann = slack.add_user("ann")
        refused = error(client_of(slack), "views.publish", user_id=ann.id, view=home())
        assert refused == "not_enabled"
