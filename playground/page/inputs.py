"""Interactive elements with a value of their own: text, dates and times, boxes to tick, files.

The same element stands in a message (where it tells the app at once) or in an input block (where
what is typed waits for the submit button); `dispatches` says which.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nicegui import events, ui

from playground.page import dom, icons
from playground.page.mrkdwn import text_html
from playground.page.popups import confirmed
from playground.page.richtext import plain_of, rich_text_of
from playground.page.selects import draw_select
from playground.page.surface import OnValue, Surface, Upload
from playground.page.values import text_of

Json = dict[str, Any]
PICKERS = {"datepicker": "date", "timepicker": "time", "datetimepicker": "datetime-local"}
FIELDS = {
    "plain_text_input": "text",
    "email_text_input": "email",
    "url_text_input": "url",
    "number_input": "decimal",
    "rich_text_input": "text",
}


def draw_element(
    element: Json, block_id: str, surface: Surface, *, dispatches: bool = True
) -> ui.element | None:
    """Draw one element that holds a value; None where the page does not know its type."""
    kind = str(element.get("type"))
    on_value = _handler(element, block_id, surface, dispatches=dispatches)
    if kind.endswith("_select"):
        drawn: ui.element = draw_select(element, block_id, surface, on_value)
    elif kind in PICKERS:
        drawn = draw_picker(element, block_id, surface, on_value)
    elif kind in FIELDS:
        drawn = draw_field(element, block_id, surface, on_value, dispatches=dispatches)
    elif kind in ("radio_buttons", "checkboxes"):
        drawn = draw_boxes(element, block_id, surface, on_value)
    elif kind == "file_input":
        drawn = draw_file_input(element, block_id, surface)
    else:
        return None
    drawn.props["data-action-id"] = element.get("action_id")
    return drawn


def _handler(element: Json, block_id: str, surface: Surface, *, dispatches: bool) -> OnValue:
    """What happens with a new value: the app is told, or it is only kept."""

    async def keep(value: Any) -> None:
        surface.remember(block_id, element, value)

    async def send(value: Any) -> None:
        if await confirmed(element.get("confirm")):
            await surface.choose(block_id, element, value)

    return send if dispatches else keep


def draw_picker(element: Json, block_id: str, surface: Surface, on_value: OnValue) -> ui.element:
    """Date, time, or both: the browser's own picker, in the reader's zone."""
    kind = str(element["type"])
    value = surface.value(block_id, element)
    zone = surface.reader.tz
    if kind == "datetimepicker" and value:
        value = datetime.fromtimestamp(int(value), zone).strftime("%Y-%m-%dT%H:%M")

    async def changed(event: events.ValueChangeEventArguments[str | None]) -> None:
        picked: str | int | None = event.value or None
        if str(picked).startswith("0") and kind != "timepicker":
            return  # the browser tells of each digit of a year that is being typed
        if kind == "datetimepicker" and picked:
            moment = datetime.fromisoformat(str(picked)).replace(tzinfo=zone)
            picked = int(moment.timestamp())
        await on_value(picked)

    drawn = ui.input(value=str(value or ""), on_change=changed)
    drawn.props(f"outlined dense hide-bottom-space type={PICKERS[kind]}")
    drawn.props["aria-label"] = text_of(element.get("placeholder")) or kind
    return drawn.classes(f"in-picker in-{kind}")


def draw_field(
    element: Json, block_id: str, surface: Surface, on_value: OnValue, *, dispatches: bool
) -> ui.element:
    """A text field, of one line or of many; told to the app by Enter, or by every character."""
    rich = element["type"] == "rich_text_input"
    many = rich or bool(element.get("multiline"))
    value = surface.value(block_id, element)
    text = plain_of(value) if isinstance(value, dict) else str(value if value is not None else "")
    drawn = (ui.textarea if many else ui.input)(
        value=text, placeholder=text_of(element.get("placeholder"))
    )
    drawn.props("outlined dense hide-bottom-space").classes("in-field")
    drawn.props["inputmode"] = FIELDS[str(element["type"])]
    if many:
        drawn.props("autogrow").classes("in-many")
    if most := element.get("max_length"):
        drawn.props["maxlength"] = int(most)
    if element.get("focus_on_load"):
        drawn.props("autofocus")
    triggers = (element.get("dispatch_action_config") or {}).get("trigger_actions_on") or [
        "on_enter_pressed"
    ]

    def shaped() -> Any:
        typed = str(drawn.value or "")
        return rich_text_of(typed) if rich and typed else typed or None

    async def changed() -> None:
        surface.remember(block_id, element, shaped())
        if dispatches and "on_character_entered" in triggers:
            await on_value(shaped())

    async def entered() -> None:
        if dispatches and "on_enter_pressed" in triggers:
            await on_value(shaped())

    drawn.on_value_change(changed)
    if not many:
        drawn.on("keydown.enter", entered, args=[])
    return drawn


def draw_boxes(element: Json, block_id: str, surface: Surface, on_value: OnValue) -> ui.element:
    """Radio buttons or checkboxes, with their descriptions."""
    many = element["type"] == "checkboxes"
    value = surface.value(block_id, element)
    chosen: list[str] = list(value or []) if many else [value] if value else []
    group = dom.tag("div", "in-boxes", role="group" if many else "radiogroup")
    with group:
        for option in element.get("options") or []:
            _box(option, chosen, element, block_id, surface, on_value)
    return group


def _box(
    option: Json,
    chosen: list[str],
    element: Json,
    block_id: str,
    surface: Surface,
    on_value: OnValue,
) -> None:
    many = element["type"] == "checkboxes"
    value = str(option.get("value", ""))

    async def ticked(event: events.GenericEventArguments) -> None:
        if not many:
            chosen[:] = [value]
        elif event.args and value not in chosen:
            chosen.append(value)
        elif not event.args and value in chosen:
            chosen.remove(value)
        order = [str(o.get("value")) for o in element.get("options") or []]
        await on_value(sorted(chosen, key=order.index) if many else value)

    with dom.tag("label", "in-box"):
        box = dom.tag(
            "input",
            type="checkbox" if many else "radio",
            name=f"{block_id}-{element.get('action_id')}-{id(chosen)}",
            checked=value in chosen,
            data_testid="option",
            data_value=value,
        )
        box.on("change", ticked, js_handler="(e) => emit(e.target.checked)")
        with dom.tag("span", "in-box-text"):
            dom.leaf(text_html(option.get("text"), surface.reader), "", "span")
            if option.get("description"):
                dom.leaf(text_html(option["description"], surface.reader), "in-box-hint", "span")


def draw_file_input(element: Json, block_id: str, surface: Surface) -> ui.element:
    """A field for files; the list below it is what will be submitted."""
    most = int(element.get("max_files") or 10)
    chosen: list[tuple[str, str]] = [
        (str(f), str(f)) for f in surface.value(block_id, element) or []
    ]
    box = dom.tag("div", "in-files")
    with box:
        names = dom.tag("div", "in-files-list")

        def redraw() -> None:
            names.clear()
            with names:
                for entry in chosen:
                    _line(entry, drop)
            surface.remember(block_id, element, [file_id for file_id, _ in chosen])

        def drop(entry: tuple[str, str]) -> None:
            chosen.remove(entry)
            redraw()

        async def picked(event: events.UploadEventArguments) -> None:
            file = Upload(event.file.name, await event.file.read())
            file_id = await surface.upload(file)
            if file_id and not box.is_deleted and len(chosen) < most:
                chosen.append((file_id, file.name))
                redraw()

        picker(picked, element, many=most > 1)
        if chosen:
            redraw()
    return box


def picker(on_upload: Any, element: Json, *, many: bool, label: str = "Add files") -> ui.element:
    """A button that opens the browser's file dialog and uploads what was picked."""
    upload = ui.upload(on_upload=on_upload, multiple=many, auto_upload=True).classes(
        "hidden-upload"
    )
    upload.on("finish", upload.reset, args=[])  # or the same file could not be picked again
    types = ",".join(f".{kind}" for kind in element.get("filetypes") or [])
    if types:
        upload.props["accept"] = types
    button = dom.button("btn btn-quiet", label, icon=icons.ATTACH, aria_label=label or "Add files",
                        data_testid="pick-files")  # fmt: skip
    button.on("click", lambda: upload.run_method("pickFiles"), args=[])
    return button


def _line(entry: tuple[str, str], drop: Any) -> None:
    with dom.tag("div", "in-file", data_testid="file"):
        dom.leaf(icons.FILE, "ic", "span")
        dom.words("span", "in-file-name", entry[1])
        remove = dom.button("icon-btn", icon=icons.CLOSE, aria_label=f"Remove {entry[1]}")
        remove.on("click", lambda: drop(entry), args=[])
