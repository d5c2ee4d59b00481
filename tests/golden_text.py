"""Messages, modals and home tabs as text that a person can read, and review line by line.

Everything that stands in the JSON stands in the text; `unseen` finds what would not. A key that no
function here names is shown by its name, and a kind of block or element that is not known fails.
Left out on purpose: `verbatim`, since `tests/conftest.py` lets no text through that lacks it;
`emoji` where nothing in the text could become one; and flags that are off, as Slack takes them for
absent.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Part = dict[str, Any]

_SHORTCODE = re.compile(r":[\w+'-]+:")
_PLAIN_WORD = re.compile(r"[\w.:/@+-]+")
_MARK = re.compile(r"[-#>(\[|{?=~ ]|Notification: ")
_WIDEST = 90
_KINDS = {"plain_text": "plain", "mrkdwn": "mrkdwn"}
_STYLES = ("primary", "danger")


# Texts


def _visible(words: str) -> str:
    """The words, with what nobody can see (but new lines) written as an escape."""
    if "\\" not in words and words.replace("\n", "").isprintable():
        return words
    return "".join(
        each if each == "\n" or (each.isprintable() and each != "\\") else _escape(each)
        for each in words
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _inline(words: str) -> str:
    return _visible(words).replace("\n", r"\n")


def _lines(words: str) -> list[str]:
    """The lines of a text; a backslash stands before what looks like a mark of this module."""
    lines = _visible(words).split("\n")
    lines = [f"\\{line}" if _MARK.match(line) else line for line in lines]
    lines = [f"{line}\\" if line.endswith(" ") else line for line in lines]
    ends = (0, len(lines) - 1)
    return [line or ("\\" if at in ends else "") for at, line in enumerate(lines)]


def _kind(text: Part, usual: str) -> str:
    """What stands before a text: its type, where it is not the usual one."""
    marks = [] if text["type"] == usual else [_KINDS[text["type"]]]
    if text.get("emoji") is False and _SHORTCODE.search(text["text"]):
        marks.append("no emoji")
    rest = _rest(text, "text", "emoji", "verbatim").strip()
    marks += [rest] if rest else []
    return f"({', '.join(marks)}) " if marks else ""


def _paragraph(text: Part) -> list[str]:
    """A text that is usually mrkdwn."""
    [first, *more] = _lines(text["text"])
    return [_kind(text, "mrkdwn") + first, *more]


def _plain(text: Part) -> str:
    """A text that is usually plain, on one line."""
    return _kind(text, "plain_text") + _inline(text["text"])


def _word(value: Any) -> str:
    """A value on a line: as it is when it is one word, else as JSON."""
    if isinstance(value, dict) and value.get("type") in _KINDS:
        return f'"{_plain(value)}"'
    if isinstance(value, str) and _PLAIN_WORD.fullmatch(value) and value not in _STYLES:
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _rest(part: Part, *shown: str) -> str:
    """What else a part says, each key by its name."""
    left = {key: part[key] for key in sorted(part) if key not in ("type", *shown)}
    return "".join(
        f" {key}" if value is True else f" {key} {_word(value)}"
        for key, value in left.items()
        if value is not False and value is not None
    )


def _hang(lines: list[str]) -> list[str]:
    """The first line as it is, the others below it: an indented line belongs to what is above."""
    return [line if at == 0 or not line else f"  {line}" for at, line in enumerate(lines)]


def _mark(mark: str, lines: list[str]) -> list[str]:
    return [f"{mark}{lines[0]}", *_hang(["", *lines[1:]])[1:]]


# Elements


def _button(part: Part) -> list[str]:
    value = f" {_word(part['value'])}" if "value" in part else ""
    rest = _style(part) + _rest(part, "text", "action_id", "value", "style", "confirm")
    return [f"[{_plain(part['text'])} → {part['action_id']}{value}{rest}]", *_confirm(part)]


def _confirm(part: Part) -> list[str]:
    if "confirm" not in part:
        return []
    question = part["confirm"]
    says = f"{_plain(question['title'])}: {_plain(question['text'])}"
    rest = _style(question) + _rest(question, "title", "text", "confirm", "deny", "style")
    return [f"  ? {says} [{_plain(question['confirm'])}{rest}] [{_plain(question['deny'])}]"]


def _style(part: Part) -> str:
    return f" {part['style']}" if "style" in part else ""


def _option(option: Part) -> str:
    return f"{_plain(option['text'])} → {_word(option['value'])}{_rest(option, 'text', 'value')}"


def _options(part: Part) -> list[str]:
    """The options; where some are chosen at first, each with a mark that says whether it is."""
    chosen = [*part.get("initial_options", []), part.get("initial_option")]
    chosen = [each for each in chosen if each is not None]
    marks = {True: "(•) ", False: "( ) "} if chosen else {False: ""}
    offered = part.get("options", [])
    shown = [marks[each in chosen] + _option(each) for each in offered]
    return shown + [f"initial {_option(each)}" for each in chosen if each not in offered]


def _menu(part: Part) -> list[str]:
    """Any element but a button: a menu, a picker, a field to type in."""
    rest = _rest(part, "action_id", "options", "initial_option", "initial_options", "confirm")
    says, options = f"{part['type']} → {part['action_id']}{rest}", _options(part)
    if options and len(" | ".join(options)) <= _WIDEST:
        says, options = f"{says} [{' | '.join(options)}]", []
    return [f"({says})", *(f"  {each}" for each in options), *_confirm(part)]


ELEMENTS: dict[str, Callable[[Part], list[str]]] = {
    "button": _button,
    **dict.fromkeys(
        [
            "checkboxes", "conversations_select", "datepicker", "datetimepicker",
            "email_text_input", "multi_users_select", "number_input", "overflow",
            "plain_text_input", "radio_buttons", "static_select", "timepicker", "users_select",
        ],
        _menu,
    ),
}  # fmt: skip


def _element(part: Part) -> list[str]:
    return ELEMENTS[part["type"]](part)


# Rich text


def _leaf(part: Part) -> str:
    assert part["type"] in ("text", "link"), part
    styles = _rest(part.get("style", {})).strip()
    link = f" {part['url']}" if part["type"] == "link" else ""
    words = _visible(part.get("text", "")).replace("<", r"\<")
    says = words + link + _rest(part, "text", "url", "style")
    return f"<{styles}: {says}>" if styles or link else says


def _rich_line(part: Part) -> list[str]:
    lines = "".join(map(_leaf, part["elements"])).split("\n")
    return lines + _last(part, "elements")


def _rich_list(part: Part) -> list[str]:
    mark = {"bullet": "• ", "ordered": "1. "}[part["style"]]
    rows = [line for each in part["elements"] for line in _mark(mark, _rich_part(each))]
    return rows + _last(part, "elements", "style")


RICH: dict[str, Callable[[Part], list[str]]] = {
    "rich_text_section": _rich_line,
    "rich_text_quote": lambda part: [f"> {line}" for line in _rich_line(part)],
    "rich_text_list": _rich_list,
}


def _rich_part(part: Part) -> list[str]:
    return RICH[part["type"]](part)


# Blocks


def _header(block: Part) -> list[str]:
    return [" ".join([f"# {_plain(block['text'])}", *_last(block, "text")])]


def _divider(block: Part) -> list[str]:
    return [" ".join(["----", *_last(block)])]


def _section(block: Part) -> list[str]:
    text = block.get("text")
    lines = _paragraph(text) if text else []
    for field in block.get("fields", []):
        lines += _mark("- ", _paragraph(field))
    if "accessory" in block:
        lines += _element(block["accessory"])
    return _hang(lines + _last(block, "text", "fields", "accessory"))


def _last(block: Part, *shown: str) -> list[str]:
    rest = _rest(block, *shown)
    return [f"{{{rest.strip()}}}"] if rest else []


def _context(block: Part) -> list[str]:
    lines = [line for each in block["elements"] for line in _mark("> ", _paragraph(each))]
    return _hang(lines + _last(block, "elements"))


def _actions(block: Part) -> list[str]:
    lines = [line for each in block["elements"] for line in _element(each)]
    return _hang(lines + _last(block, "elements"))


def _input(block: Part) -> list[str]:
    [first, *more] = _element(block["element"])
    rest = _rest(block, "label", "element", "hint")
    lines = [f"({_plain(block['label'])}: {first[1:-1]};{rest})", *more]
    if "hint" in block:
        lines.append(f"hint: {_plain(block['hint'])}")
    return _hang(lines)


def _table(block: Part) -> list[str]:
    columns = " |".join(_rest(each) for each in block.get("column_settings", []))
    rows = [f"| {' | '.join(map(_cell, row))} |" for row in block["rows"]]
    rest = _rest(block, "rows", "column_settings")
    return _hang([f"(table:{columns}{rest})", *rows])


def _cell(cell: Part) -> str:
    if cell["type"] == "rich_text":
        lines = [line for part in cell["elements"] for line in _rich_part(part)]
        return "~ " + r"\n".join(lines) + _rest(cell, "elements")
    assert cell["type"] == "raw_text", cell
    return _inline(cell["text"]).replace("|", r"\|") + _rest(cell, "text")


def _chart(block: Part) -> list[str]:
    chart = block["chart"]
    assert chart["type"] in ("bar", "line"), chart
    axis = chart["axis_config"]
    head = (
        f"({chart['type']} chart: {_inline(block['title'])};"
        f" {' | '.join(map(_inline, axis['categories']))};{_rest(axis, 'categories')}"
        f"{_rest(block, 'title', 'chart')}{_rest(chart, 'series', 'axis_config')})"
    )
    return _hang([head, *(_series(each) for each in chart["series"])])


def _series(series: Part) -> str:
    points = [
        f"{_inline(each['label'])} {each['value']}{_rest(each, 'label', 'value')}"
        for each in series["data"]
    ]
    return f"{_inline(series['name'])}: {' | '.join(points)}{_rest(series, 'name', 'data')}"


def _rich_text(block: Part) -> list[str]:
    lines = [line for part in block["elements"] for line in _rich_part(part)]
    return _hang([f"(rich text{_rest(block, 'elements')})", *lines])


BLOCKS: dict[str, Callable[[Part], list[str]]] = {
    "actions": _actions,
    "context": _context,
    "data_visualization": _chart,
    "divider": _divider,
    "header": _header,
    "input": _input,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
}


# What a person sees


def _modal(view: Part) -> list[str]:
    texts = [key for key in ("title", "submit", "close") if key in view]
    keys = [{key: view[key]} for key in sorted(view) if key not in ("blocks", *texts)]
    keys = [each | _carried(each) for each in keys]
    return [
        *(f"{key.capitalize()}: {_plain(view[key])}" for key in texts),
        *(rest.strip() for rest in map(_rest, keys) if rest),
    ]


def _carried(part: Part) -> Part:
    """What a form carries along, as the JSON that it is."""
    try:
        carried = json.loads(part.get("private_metadata", ""))
    except ValueError:
        return {}
    return {"private_metadata": carried} if isinstance(carried, dict) else {}


def _draw(blocks: list[Part]) -> list[str]:
    return [line for block in blocks for line in BLOCKS[block["type"]](block)]


def golden_text(seen: Any) -> str:
    """A message (`text` and `blocks`), a modal, a list of blocks or a sentence, as text.

    Raises KeyError or AssertionError for what nobody has seen here before.
    """
    if isinstance(seen, str):
        lines = _lines(seen)
    elif isinstance(seen, list):
        lines = _draw(seen)
    elif seen.get("type") == "modal":
        lines = [*_modal(seen), "", *_draw(seen["blocks"])]
    else:
        assert set(seen) == {"text", "blocks"}, set(seen)
        lines = [*_mark("Notification: ", _lines(seen["text"])), *_draw(seen["blocks"])]
    return "\n".join(lines)


# What would not be seen


def unseen(seen: Any) -> list[str]:
    """The changes to the JSON that would leave the text as it is: faults of this module."""
    seen = copy.deepcopy(seen)
    blocks = seen["blocks"] if isinstance(seen, dict) else seen if isinstance(seen, list) else []
    shell = [dict(seen, blocks=[])] if isinstance(seen, dict) else []
    parts = [*shell, *({"text": "", "blocks": [block]} for block in blocks)]
    return [
        change
        for part, before in [(part, golden_text(part)) for part in parts]
        for change in _changes(part)
        if _text(part) == before
    ]


def _text(part: Part) -> str | None:
    try:
        return golden_text(part)
    except (KeyError, AssertionError):  # what nobody knows, fails
        return None


def _changes(part: Any) -> Iterator[str]:
    """Make each change to the part in turn, say which it is, and take it back."""
    keys = list(part) if isinstance(part, dict) else range(len(part))
    if isinstance(part, dict):
        part["new_key"] = 1
        yield f"a new key in {part}"
        del part["new_key"]
    for key in keys:
        value = part[key]
        if _is_left_out(part, key):
            continue
        if isinstance(value, dict | list):
            yield from _changes(value)
        else:
            part[key] = _another(value)
            yield f"{key}: {part[key]} in place of {value} in {part}"
        part[key] = value
        if isinstance(part, dict) and not _is_default(key, value):
            del part[key]
            yield f"{key} missing in {part}"
            part[key] = value


def _is_left_out(part: Any, key: Any) -> bool:
    return key == "verbatim" or (key == "emoji" and not _SHORTCODE.search(part["text"]))


def _is_default(key: Any, value: Any) -> bool:
    """Whether the part would be the same without the key: flags are off, but emoji are drawn."""
    return value == [] or value is (key == "emoji")


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return {"mrkdwn": "plain_text", "plain_text": "mrkdwn"}.get(value, value + "x")
    return value + 1
