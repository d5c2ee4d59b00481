"""Every limit: what just fits is taken, one more is refused with Slack's reason."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models import blocks as models

from playground import limits
from tests.playground.blocks import (
    Json,
    actions,
    bars,
    button,
    cell,
    field,
    home,
    modal,
    mrkdwn,
    option,
    pie,
    plain,
    section,
    select,
    table,
)


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A", **more}


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}


TEXT_INPUT = {"type": "plain_text_input", "action_id": "value"}
FITS: list[Json] = [
    section("x" * 3000),
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    section(accessory=image()),
    section(accessory=select(initial_option=option("hot"))),
    section(accessory={"type": "multi_users_select", "action_id": "who", "max_selected_items": 2}),
    section(expand=True),
    {"type": "divider"},
    {"type": "header", "text": plain("x" * 150)},
    context(*[mrkdwn()] * 10),
    context(image(), plain()),
    actions(*[button(f"b{i}") for i in range(25)]),
    actions(button(text="x" * 75, value="v" * 2000, style="danger", confirm=confirm())),
    actions(button(url="https://example.com")),
    actions(select(*[f"o{i}" for i in range(100)])),
    actions({"type": "overflow", "action_id": "more", "options": [option(c) for c in "abcde"]}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-02-28"}),
    actions({"type": "timepicker", "action_id": "t", "initial_time": "23:59"}),
    actions({"type": "datetimepicker", "action_id": "dt", "initial_date_time": 1_790_000_000}),
    actions({"type": "checkboxes", "action_id": "c",
             "options": [{"text": mrkdwn(), "value": str(i)} for i in range(10)]}),
    field("a", {**TEXT_INPUT, "multiline": True, "min_length": 1, "max_length": 3000}),
    field("a", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
    field("a", {"type": "email_text_input"}, optional=True, hint=plain()),
    field("a", {"type": "file_input", "filetypes": ["csv"], "max_files": 10}),
    field("a", TEXT_INPUT, dispatch_action=True),
    image(title=plain()),
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A"},
    {"type": "markdown", "text": "# Title"},
    table(100, 20, "x"),
    {"type": "table", "rows": [[cell()]], "column_settings": [{"align": "right"}, None]},
    {"type": "data_table", "caption": "Leads", "rows": [[cell()], [{"type": "raw_number",
     "value": 3, "text": "three"}]], "page_size": 10},
    pie(),
    bars([f"c{i}" for i in range(20)]),
    {"type": "card", "title": mrkdwn(), "body": mrkdwn("x" * 200), "actions": [button()]},
    {"type": "carousel", "elements": [{"type": "card", "title": mrkdwn()}] * 10},
    {"type": "video", "alt_text": "A", "title": plain(), "video_url": "https://example.com/v",
     "thumbnail_url": "https://example.com/t.png"},
    {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash",
     "text": plain("Delete"), "action_id": "del"}]},
    {"type": "plan", "title": "Plan", "tasks": [{"type": "task_card", "task_id": "1",
     "title": "One", "status": "pending"}]},
    rich({"type": "rich_text_section", "elements": [
        {"type": "text", "text": "a", "style": {"bold": True}},
        {"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "tada"},
        {"type": "link", "url": "https://example.com", "text": "b"},
        {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "c"}]}),
    rich({"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a"}]},
        {"type": "rich_text_quote", "elements": []}),
]  # fmt: skip


@pytest.mark.parametrize("block", FITS, ids=lambda block: block["type"])
def test_what_fits_is_taken(block: Json) -> None:
    assert limits.check_message([block]) == []


REFUSED: list[tuple[Json, str, str]] = [
    (section("x" * 3001), "must be less than 3001 characters", "/0/text/text"),
    (section(""), "must be more than 0 characters", "/0/text/text"),
    ({"type": "section"}, "must define either `text` or `fields`", "/0"),
    ({"type": "section", "text": "bare"}, "must provide an object", "/0/text"),
    ({"type": "section", "text": None}, "must provide an object", "/0/text"),
    (section(colour="red"), "invalid additional property: colour", "/0"),
    ({"type": "section", "fields": [mrkdwn()] * 11}, "no more than 10 items allowed", "/0/fields"),
    (
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "must be less than 2001 characters",
        "/0/fields/0/text",
    ),
    (section(accessory=TEXT_INPUT), "unsupported type: plain_text_input", "/0/accessory/type"),
    ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn", "/0/text/type"),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters",
        "/0/text/text",
    ),
    (context(*[mrkdwn()] * 11), "no more than 10 items allowed", "/0/elements"),
    (context(), "no less than 1 items allowed", "/0/elements"),
    (context(button()), "unsupported type: button", "/0/elements/0/type"),
    (
        actions(*[button(f"b{i}") for i in range(26)]),
        "no more than 25 items allowed",
        "/0/elements",
    ),
    (
        actions(button("a"), button("a")),
        '`action_id` "a" already exists',
        "/0/elements/1/action_id",
    ),
    (actions(button(text="x" * 76)), "must be less than 76 characters", "/0/elements/0/text/text"),
    (actions(button(value="x" * 2001)), "must be less than 2001 characters", "/0/elements/0/value"),
    (actions(button("x" * 256)), "must be less than 256 characters", "/0/elements/0/action_id"),
    (
        actions(button(style="green")),
        "must be a valid enum value: primary, danger",
        "/0/elements/0/style",
    ),
    (
        actions(button(confirm=confirm(title=plain("x" * 101)))),
        "must be less than 101 characters",
        "/0/elements/0/confirm/title/text",
    ),
    (
        actions(button(confirm=confirm(deny=plain("x" * 31)))),
        "must be less than 31 characters",
        "/0/elements/0/confirm/deny/text",
    ),
    (actions(button(url="javascript:alert(1)")), "must be a valid URL", "/0/elements/0/url"),
    (
        actions({"type": "button", "action_id": "a"}),
        "missing required field: text",
        "/0/elements/0",
    ),
    (
        actions(select(*[f"o{i}" for i in range(101)])),
        "no more than 100 items allowed",
        "/0/elements/0/options",
    ),
    (
        actions(select("x" * 151)),
        "must be less than 151 characters",
        "/0/elements/0/options/0/value",
    ),
    (
        actions(select(initial_option=option("warm"))),
        "initial option must match one of the options exactly",
        "/0/elements/0",
    ),
    (actions(select("a", "a")), "option values must be unique", "/0/elements/0/options"),
    (
        actions(select(placeholder=plain("x" * 151))),
        "must be less than 151 characters",
        "/0/elements/0/placeholder/text",
    ),
    (
        actions({"type": "static_select", "action_id": "a"}),
        "missing required field: options",
        "/0/elements/0",
    ),
    (
        actions({"type": "overflow", "action_id": "o", "options": [option(c) for c in "abcdef"]}),
        "no more than 5 items allowed",
        "/0/elements/0/options",
    ),
    (
        actions(
            {"type": "checkboxes", "action_id": "c", "options": [option(str(i)) for i in range(11)]}
        ),
        "no more than 10 items allowed",
        "/0/elements/0/options",
    ),
    (
        actions({"type": "datepicker", "initial_date": "28.02.2026"}),
        "must be a date in the format YYYY-MM-DD",
        "/0/elements/0/initial_date",
    ),
    (
        actions({"type": "datetimepicker", "initial_date_time": 1_790_000_000_000}),
        "must be between 1000000000 and 9999999999",
        "/0/elements/0/initial_date_time",
    ),
    (
        actions({"type": "multi_users_select"}),
        "unsupported type: multi_users_select",
        "/0/elements/0/type",
    ),
    ({"type": "input", "label": plain()}, "missing required field: element", "/0"),
    (
        field("a", {"type": "number_input"}),
        "missing required field: is_decimal_allowed",
        "/0/element",
    ),
    (
        field("a", {"type": "number_input", "is_decimal_allowed": True, "min_value": 1}),
        "must be a number in a string",
        "/0/element/min_value",
    ),
    (
        field(
            "a",
            {
                "type": "number_input",
                "is_decimal_allowed": True,
                "min_value": "2",
                "max_value": "1",
            },
        ),
        "`min_value` must not be greater than `max_value`",
        "/0/element",
    ),
    (field("a", button()), "unsupported type: button", "/0/element/type"),
    (image(slack_file={"id": "F1"}), "must define either `image_url` or `slack_file`", "/0"),
    (image(alt_text="x" * 2001), "must be less than 2001 characters", "/0/alt_text"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters", "/0/text"),
    (table(101, 1), "no more than 100 items allowed", "/0/rows"),
    (table(1, 21), "no more than 20 items allowed", "/0/rows/0"),
    (table(1, 1, ""), "must be more than 0 characters", "/0/rows/0/0/text"),
    (table(100, 1, "x" * 101), "tables: no more than 10000 characters allowed", ""),
    (
        {"type": "table", "rows": [[cell()], [cell(), cell()]]},
        "all rows must have the same number of cells",
        "/0/rows",
    ),
    (
        {"type": "data_table", "caption": "C", "rows": [[rich()], [cell()]]},
        "unsupported type: rich_text",
        "/0/rows/0/0/type",
    ),
    (pie(title="x" * 51), "must be less than 51 characters", "/0/title"),
    (
        pie(chart={"type": "pie", "segments": [{"label": "a", "value": 0}]}),
        "must be greater than 0",
        "/0/chart/segments/0/value",
    ),
    (
        pie(chart={"type": "pie", "segments": [{"label": "a", "value": 1}] * 7}),
        "no more than 6 items allowed",
        "/0/chart/segments",
    ),
    (pie(chart={"type": "radar"}), "unsupported type: radar", "/0/chart/type"),
    (bars(["x" * 21]), "must be less than 21 characters", "/0/chart/series/0/data/0/label"),
    (bars([f"c{i}" for i in range(21)]), "no more than 20 items allowed", "/0/chart/series/0/data"),
    (
        bars(data=[{"label": "Mon", "value": 1}]),
        "labels must match axis categories",
        "/0/chart/series/0/data",
    ),
    ({"type": "alert", "text": plain()}, "unsupported type: alert", "/0/type"),
    ({"type": "card"}, "must define one of `hero_image`, `title`, `actions`, `body`", "/0"),
    ({"type": "card", "title": "bare"}, "must provide an object", "/0/title"),
    (rich({"type": "text", "text": "a"}), "unsupported type: text", "/0/elements/0/type"),
    (
        rich({"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}),
        "must be more than 0 characters",
        "/0/elements/0/elements/0/text",
    ),
    ({"block_id": "a"}, "missing required field: type", "/0"),
    (section(block_id="x" * 256), "must be less than 256 characters", "/0/block_id"),
]


@pytest.mark.parametrize(("block", "reason", "where"), REFUSED)
def test_what_does_not_fit_is_refused(block: Json, reason: str, where: str) -> None:
    assert f"{reason} [json-pointer:/blocks{where}]" in limits.check_message([block])


def test_whole_messages() -> None:
    assert limits.check_message([{"type": "divider"}] * 50) == []
    assert limits.check_message([{"type": "divider"}] * 51) == [
        "no more than 50 items allowed [json-pointer:/blocks]"
    ]
    twice = [section(block_id="a"), section(block_id="a")]
    assert limits.check_message(twice) == [
        "`block_id` a already exists [json-pointer:/blocks/1/block_id]"
    ]
    assert limits.check_message([pie()] * 2) == []
    assert limits.check_message([pie()] * 3) == [
        "too many data_visualization blocks [json-pointer:/blocks]"
    ]
    long = {"type": "markdown", "text": "x" * 6001}
    assert limits.check_message([long] * 2) == [
        "markdown: must be less than 12001 characters [json-pointer:/blocks]"
    ]
    focused = [field("a", {**TEXT_INPUT, "focus_on_load": True}) | {"block_id": b} for b in "ab"]
    assert limits.check_message(focused) == [
        "only one element may have `focus_on_load` [json-pointer:/blocks]"
    ]


def test_views() -> None:
    assert limits.check_view(modal(), "modal") == []
    assert limits.check_view(home(), "home") == []
    assert limits.check_view(modal({"type": "alert", "text": plain(), "level": "info"}),
                             "modal") == []  # fmt: skip


VIEWS: list[tuple[Json, str, str]] = [
    (modal(title=plain("x" * 25)), "modal",
     "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=plain("x" * 25)), "modal",
     "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal(private_metadata="x" * 3001), "modal",
     "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(callback_id="x" * 256), "modal",
     "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal(*[{"type": "divider"}] * 101), "modal",
     "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal(table()), "modal", "unsupported type: table [json-pointer:/view/blocks/0/type]"),
    (modal(pie()), "modal",
     "unsupported type: data_visualization [json-pointer:/view/blocks/0/type]"),
    ({k: v for k, v in modal().items() if k != "submit"}, "modal",
     "must define `submit` to use an `input` block in modals [json-pointer:/view]"),
    ({k: v for k, v in modal().items() if k != "title"}, "modal",
     "missing required field: title [json-pointer:/view]"),
    (home(), "modal", "must be a valid enum value: modal [json-pointer:/view/type]"),
    (home(title=plain()), "home", "invalid additional property: title [json-pointer:/view]"),
    (home(pie()), "home",
     "unsupported type: data_visualization [json-pointer:/view/blocks/0/type]"),
    (home({"type": "markdown", "text": "a"}), "home",
     "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
]  # fmt: skip


@pytest.mark.parametrize(("view", "kind", "reason"), VIEWS)
def test_views_that_do_not_fit(view: Json, kind: str, reason: str) -> None:
    reasons = limits.check_view(view, kind)
    assert reason in reasons
    assert reasons[0] == "failed to match all allowed schemas [json-pointer:/view]"


def test_the_sdks_own_models_are_taken() -> None:
    made = [
        models.HeaderBlock(text="Lead"),
        models.SectionBlock(text="*Hi*", accessory=models.ButtonElement(
            text="Claim", action_id="claim", value="1", style="primary",
            confirm=models.ConfirmObject(title="Sure?", text="Really?"))),
        models.ContextBlock(elements=[models.MarkdownTextObject(text="now")]),
        models.RichTextBlock(elements=[models.RichTextSectionElement(
            elements=[models.RichTextElementParts.Text(text="a")])]),
        models.ActionsBlock(elements=[models.StaticSelectElement(
            action_id="s", placeholder="Pick", options=[models.Option(text="A", value="a")])]),
        models.InputBlock(label="Name", element=models.PlainTextInputElement(action_id="n")),
        models.TableBlock(rows=[[{"type": "raw_text", "text": "a"}]]),
    ]  # fmt: skip
    assert limits.check_message([block.to_dict() for block in made]) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def paths(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a value stands in a block, all of them."""
    inner: list[Any] = []
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    return [at, *(path for key, value in inner for path in paths(value, (*at, key)))]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_is_sent_is_judged_and_never_fails(data: st.DataObject) -> None:
    block = copy.deepcopy(data.draw(st.sampled_from(FITS)))
    path = data.draw(st.sampled_from(paths(block)))
    node: Any = {"root": block}
    for key in ("root", *path)[:-1]:
        node = node[key]
    node[("root", *path)[-1]] = data.draw(JUNK)
    reasons = limits.check_message([block])
    assert all("[json-pointer:/blocks" in reason for reason in reasons)
    limits.check_view(modal(block), "modal")
    limits.check_view(home(block), "home")


@settings(deadline=None)
@given(JUNK)
def test_junk_is_refused(junk: Any) -> None:
    assert limits.check_view(junk, "modal")
    assert junk == [] or limits.check_message(junk)


def test_option_groups_and_suggestions() -> None:
    group = {"label": plain("Group"), "options": [option("a")]}
    grouped = {"type": "static_select", "action_id": "a", "option_groups": [group],
               "initial_option": option("a")}  # fmt: skip
    assert limits.check_message([actions(grouped)]) == []
    assert limits.check_options({"options": [option("a")]}) == []
    assert limits.check_options({"options": [option("x" * 151)]})


def test_text_length_leaves_tables_out() -> None:
    assert limits.text_length([section("abc"), table(2, 2)]) == 3
