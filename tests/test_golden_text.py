"""Golden texts: nothing that a person sees, or that the app relies on, is left out of them."""

from pathlib import Path
from typing import Any

import pytest

from tests.golden_files import FOLDER, GoldenFile
from tests.golden_text import BLOCKS, ELEMENTS, RICH, golden_text, unseen

Part = dict[str, Any]


def plain(text: str, **more: Any) -> Part:
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: str) -> Part:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def option(text: str, value: str, **more: Any) -> Part:
    return {"text": plain(text), "value": value, **more}


SURE = {
    "title": plain("Drop it?"), "text": plain("It is gone then."), "confirm": plain("Drop"),
    "deny": plain("Keep"), "style": "danger",
}  # fmt: skip
BUTTON = {"type": "button", "text": plain("Drop"), "action_id": "drop", "value": "7",
          "style": "danger", "url": "https://h.example", "confirm": SURE}  # fmt: skip
FEW = [option("A", "a"), option("B", "b", description=plain("The other"))]
MANY = [option(f"The choice with the number {n}", str(n)) for n in range(9)]
TYPED: Part = {"initial_value": "x y", "placeholder": plain("Say"), "focus_on_load": True}
FIELDS: list[Part] = [
    {"type": "checkboxes", "options": FEW, "initial_options": FEW[1:], "confirm": SURE},
    {"type": "conversations_select", "filter": {"include": ["public"], "exclude_bot_users": True},
     "initial_conversation": "C1"},
    {"type": "datepicker", "initial_date": "2026-06-01"},
    {"type": "datetimepicker", "initial_date_time": 1_780_304_400},
    {"type": "email_text_input", **TYPED},
    {"type": "multi_users_select", "initial_users": ["U1", "U2"], "max_selected_items": 3},
    {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"},
    {"type": "overflow", "options": [option("A", "a", url="https://h.example")]},
    {"type": "plain_text_input", "multiline": True, "min_length": 1, "max_length": 9, **TYPED,
     "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}},
    {"type": "radio_buttons", "options": MANY, "initial_option": MANY[3]},
    {"type": "static_select", "options": FEW, "placeholder": plain("Choose")},
    {"type": "timepicker", "initial_time": "09:30", "timezone": "Europe/Berlin"},
    {"type": "users_select", "initial_user": "U1"},
]  # fmt: skip
LINE = {"type": "rich_text_section", "elements": [
    {"type": "text", "text": "Say <it>\nso ", "style": {"bold": True, "italic": False}},
    {"type": "link", "text": "here", "url": "https://h.example"},
]}  # fmt: skip
RICH_TEXT = {"type": "rich_text", "elements": [
    LINE, {**LINE, "type": "rich_text_quote", "border": 1},
    {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [LINE, LINE]},
]}  # fmt: skip
CHART = {"type": "bar", "series": [{"name": "Won", "data": [{"label": "May", "value": 3}]}],
         "axis_config": {"categories": ["May"], "x_label": "Month", "y_label": "n"}}  # fmt: skip
EXAMPLES: list[Part] = [
    {"type": "header", "text": plain("Won: Ada · Engines"), "block_id": "h"},
    {"type": "divider", "block_id": "d"},
    {"type": "section", "text": mrkdwn("*Ada*\n\n> quoted"), "fields": [mrkdwn("*Phone*\n1"),
     plain(":wave:", emoji=False)], "accessory": BUTTON, "block_id": "s"},
    {"type": "section", "text": plain("(plain) ")},
    {"type": "context", "elements": [mrkdwn("one"), plain("two\nlines")], "block_id": "c"},
    {"type": "actions", "elements": [{**BUTTON, "value": "primary"}, *(
        {**field, "action_id": "act"} for field in FIELDS)], "block_id": "a"},
    *({"type": "input", "label": plain("Reason"), "hint": plain("In short."), "block_id": "i",
       "optional": True, "dispatch_action": True, "element": {**field, "action_id": "act"}}
      for field in FIELDS),
    {"type": "table", "block_id": "t", "column_settings": [
        {"align": "right", "is_wrapped": True}, {"align": "left"}],
     "rows": [[{"type": "raw_text", "text": "a | b"}, RICH_TEXT]]},
    {"type": "data_visualization", "title": "Won", "chart": CHART, "block_id": "v"},
    {"type": "data_visualization", "title": "Won", "chart": {**CHART, "type": "line"}},
    {**RICH_TEXT, "block_id": "r"},
]  # fmt: skip
MODAL = {
    "type": "modal", "title": plain("Lost"), "submit": plain("Save"), "close": plain("Cancel"),
    "callback_id": "lost", "private_metadata": "7 1", "notify_on_close": True,
    "clear_on_close": False, "blocks": EXAMPLES,
}  # fmt: skip
MESSAGE = {"text": "Ada is yours.", "blocks": EXAMPLES}


def types(part: Any) -> set[str]:
    """The types of everything in the JSON."""
    if isinstance(part, list):
        return set().union(*map(types, part))
    if not isinstance(part, dict):
        return set()
    return {str(part.get("type"))}.union(*map(types, part.values()))


def test_there_is_an_example_of_each_kind() -> None:
    assert types(EXAMPLES) >= {*BLOCKS, *ELEMENTS, *RICH}


@pytest.mark.parametrize("seen", [MODAL, MESSAGE, EXAMPLES], ids=["modal", "message", "blocks"])
def test_whatever_changes_is_seen(seen: Any) -> None:
    assert unseen(seen) == []


def test_what_would_not_be_seen_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BLOCKS, "header", lambda block: [f"# {block['text']['text']}"])
    assert [each.partition(" ")[0] for each in unseen([EXAMPLES[0]])] == [
        "a", "a", "type:", "type", "block_id:", "block_id",
    ]  # fmt: skip


def test_what_is_left_out_on_purpose() -> None:
    text = golden_text([{"type": "section", "text": mrkdwn("Ada :wave:")}])
    parsed = {"type": "mrkdwn", "text": "Ada :wave:"}  # which no message of ours may send
    assert golden_text([{"type": "section", "text": parsed}]) == text
    header = {"type": "header", "text": plain("Ada", emoji=False)}  # there is nothing to draw
    assert golden_text([header]) == "# Ada"
    emoji = {"type": "section", "text": plain(":wave:", emoji=True)}  # as it is without the flag
    assert golden_text([emoji]) == golden_text([{"type": "section", "text": plain(":wave:")}])
    off = {"type": "section", "text": mrkdwn("Ada :wave:"), "expand": False}  # Slack's default
    assert golden_text([off]) == text


def test_how_it_reads() -> None:
    blocks = [EXAMPLES[0], EXAMPLES[2], {"type": "divider"}, EXAMPLES[4]]
    assert golden_text({"text": "Ada is yours.", "blocks": blocks}).splitlines() == [
        "Notification: Ada is yours.",
        "# Won: Ada · Engines {block_id h}",
        "*Ada*",
        "",
        r"  \> quoted",
        "  - *Phone*",
        "    1",
        "  - (plain, no emoji) :wave:",
        "  [Drop → drop 7 danger url https://h.example]",
        "    ? Drop it?: It is gone then. [Drop danger] [Keep]",
        "  {block_id s}",
        "----",
        "> one",
        "  > (plain) two",
        "    lines",
        "  {block_id c}",
    ]


@pytest.mark.parametrize(("words", "text"), [
    ("> Ada", r"\> Ada"), ("  Ada", r"\  Ada"), ("[Claim]", r"\[Claim]"), ("Ada ", "Ada \\"),
    ("\nAda\n", "\\\nAda\n\\"), ("a\\b", r"a\\b"), ("a\u200bb\u202e", r"a\u200bb\u202e"),
    ("== Ada ==", r"\== Ada =="), ("a\r\nb", "a\\r\nb"), ("Ä · “ü”", "Ä · “ü”"),
])  # fmt: skip
def test_no_words_look_like_anything_else(words: str, text: str) -> None:
    assert golden_text(words) == text
    assert golden_text(f"{words}x") != text


@pytest.mark.parametrize("strange", [
    [{"type": "video"}], [{"type": "actions", "elements": [{"type": "workflow_button"}]}],
    [{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": []}]}],
    {"type": "home", "blocks": []},
])  # fmt: skip
def test_an_unknown_kind_fails(strange: Any) -> None:
    with pytest.raises((KeyError, AssertionError)):
        golden_text(strange)


def test_a_golden_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.golden_files.FOLDER", tmp_path)
    tests = Path("tests/leads/test_card.py")
    new, read = GoldenFile(tests, anew=True), GoldenFile(tests, anew=False)
    header = [{"type": "header", "text": plain("Ada")}]
    new.compare("won", {"second": "== Ada ==\n", "first": header})
    new.compare("lost", header)
    assert (tmp_path / "leads.card.txt").read_text() == (
        "== lost ==\n# Ada\n\n== won, first ==\n# Ada\n\n== won, second ==\n\\== Ada ==\n\\\n"
    )
    read.compare("won", {"first": header, "second": "== Ada ==\n"})
    with pytest.raises(AssertionError, match=r"found in leads\.card\.txt is missing"):
        read.compare("found", header)
    with pytest.raises(AssertionError, match=r"(?s)won, first in leads\.card\.txt .*\n\+# Bob"):
        read.compare("won", {"first": [{"type": "header", "text": plain("Bob")}]})
    with pytest.raises(AssertionError, match="lost"):
        read.compare("lost", [{"type": "header", "text": plain("A" * 151)}])


def test_each_golden_file_belongs_to_a_file_of_tests() -> None:
    folder = Path(__file__).parent
    for file in FOLDER.iterdir():
        room, name, kind = file.name.split(".")
        assert kind == "txt"
        assert (folder / room / f"test_{name}.py").exists(), file.name
