"""Short ways to write plain HTML elements with NiceGUI, so that the rest reads like the page.

One element is one node of the page, whatever stands in it: `tag` for what holds other elements,
`leaf` for our own escaped HTML, `words` for any text. Attributes are set as values, never parsed.
"""

from __future__ import annotations

from html import escape

from nicegui import ui

Attribute = str | int | bool | None


def tag(tag_name: str, css: str = "", /, **attributes: Attribute) -> ui.element:
    """An element to put others into; `aria_label="x"` becomes `aria-label`."""
    return _dress(ui.element(tag_name), css, attributes)


def leaf(html: str, css: str = "", tag_name: str = "div", /, **attributes: Attribute) -> ui.html:
    """An element with HTML of ours in it; only the modules that escape may make it."""
    element = ui.html(html, sanitize=False, tag=tag_name)
    _dress(element, css, attributes)
    return element


def words(tag_name: str, css: str, text: str, /, **attributes: Attribute) -> ui.html:
    """An element with a text, whoever wrote it."""
    return leaf(escape(text), css, tag_name, **attributes)


def button(
    css: str, text: str = "", /, *, icon: str = "", after: str = "", **attributes: Attribute
) -> ui.html:
    """A real `<button>` with a text, and icons (SVG of ours) before and after it."""
    html = "".join(
        f'<span class="{name}">{part}</span>'
        for name, part in (("ic", icon), ("tx", escape(text)), ("ic", after))
        if part
    )
    return leaf(html, css, "button", type="button", **attributes)


def _dress(element: ui.element, css: str, attributes: dict[str, Attribute]) -> ui.element:
    """Set classes and attributes; None and False leave an attribute out."""
    if css:
        element.classes(css)
    with element.props.suspend_updates():
        for key, value in attributes.items():
            set_attribute(element, key.replace("_", "-"), value)
    return element


def set_attribute(element: ui.element, name: str, value: Attribute) -> None:
    """Give an element another attribute; None and False take it away."""
    if value is not None and value is not False:
        element.props[name] = value
    else:
        element.props.pop(name, None)


def set_disabled(element: ui.element, disabled: bool) -> None:
    """Grey a control out while it waits, or give it back."""
    if not element.is_deleted:
        set_attribute(element, "disabled", disabled)


def set_busy(element: ui.element, busy: bool) -> None:
    """Show on a button that its click is under way; it cannot be pressed meanwhile."""
    set_disabled(element, busy)
    if not element.is_deleted:
        element.classes(add="is-busy" if busy else "", remove="" if busy else "is-busy")


class Flow:
    """HTML that is gathered into as few elements as the other elements between it allow."""

    def __init__(self, css: str = "bk") -> None:
        self._css = css
        self._html: list[str] = []

    def add(self, html: str) -> None:
        """More of our own escaped HTML."""
        self._html.append(html)

    def flush(self) -> None:
        """Put what was gathered into the element that is open."""
        if html := "".join(self._html):
            leaf(html, self._css)
        self._html.clear()
