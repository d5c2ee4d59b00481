"""Short ways to write plain HTML elements with NiceGUI, so that the rest reads like the page.

`tag` never takes markup from messages: its text becomes a text node, and its attributes are set as
values, never parsed. Only `raw` takes HTML, and only from the modules that escape.
"""

from __future__ import annotations

from nicegui import ui


def tag(
    tag_name: str, css: str = "", text: str | None = None, /, **attributes: str | int | bool | None
) -> ui.element:
    """An element; `aria_label="x"` becomes `aria-label`, None and False leave the attribute out."""
    element = ui.element(tag_name)
    if css:
        element.classes(css)
    for key, value in attributes.items():
        if value is not None and value is not False:
            element.props[key.rstrip("_").replace("_", "-")] = value
    if text is not None:
        with element:
            ui.html(_escaped(text), sanitize=False, tag="span").classes("tx")
    return element


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def raw(html: str, css: str = "", name: str = "div") -> ui.html:
    """Our own escaped HTML as one element."""
    element = ui.html(html, sanitize=False, tag=name)
    return element.classes(css) if css else element


def button(
    css: str, text: str | None = None, /, *, icon: str = "", **attributes: str | int | bool | None
) -> ui.element:
    """A real `<button>` with an optional icon (SVG of ours) before its text."""
    element = tag("button", css, type="button", **attributes)
    with element:
        if icon:
            raw(icon, "ic", "span")
        if text is not None:
            raw(_escaped(text), "tx", "span")
    return element


def set_disabled(element: ui.element, disabled: bool) -> None:
    """Grey a control out while it waits, or give it back."""
    if element.is_deleted:
        return
    if disabled:
        element.props["disabled"] = True
    else:
        element.props.pop("disabled", None)
