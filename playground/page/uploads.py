"""File inputs: pick files, see them listed, take one away again."""

from __future__ import annotations

from typing import Any

from nicegui import events, ui

from playground.page import dom, icons
from playground.page.surface import Surface, Upload

Json = dict[str, Any]


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
    types = ",".join(f".{kind}" for kind in element.get("filetypes") or [])
    if types:
        upload.props["accept"] = types
    button = dom.button("btn btn-quiet", label, icon=icons.ATTACH, data_testid="pick-files")
    button.on("click", lambda: upload.run_method("pickFiles"), args=[])
    return button


def _line(entry: tuple[str, str], drop: Any) -> None:
    with dom.tag("div", "in-file", data_testid="file"):
        dom.leaf(icons.FILE, "ic", "span")
        dom.words("span", "in-file-name", entry[1])
        remove = dom.button("icon-btn", icon=icons.CLOSE, aria_label=f"Remove {entry[1]}")
        remove.on("click", lambda: drop(entry), args=[])
