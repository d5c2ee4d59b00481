"""Small checks that compose: a shape says which fields an object may have and what each must be.

A check takes a value, the JSON pointer where it stands, and a list of reasons that it adds to. The
reasons are worded as Slack words them, e.g. "must be less than 76 characters
[json-pointer:/blocks/0/elements/0/text/text]".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Reasons: TypeAlias = list[str]
Check: TypeAlias = Callable[[Any, str, Reasons], None]
MAX_ID = 255


def complain(reasons: Reasons, pointer: str, text: str) -> None:
    """Add one reason."""
    reasons.append(f"{text} [json-pointer:{pointer}]")


def string(high: int | None = None, low: int = 0) -> Check:
    """A string of `low` to `high` characters."""

    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        if not isinstance(value, str):
            complain(reasons, pointer, "must be a string")
        elif high is not None and len(value) > high:
            complain(reasons, pointer, f"must be less than {high + 1} characters")
        elif len(value) < low:
            complain(reasons, pointer, f"must be more than {low - 1} characters")

    return check


def one_of(*allowed: str) -> Check:
    """One of these strings."""

    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        if value not in allowed:
            complain(reasons, pointer, f"must be a valid enum value: {', '.join(allowed)}")

    return check


def boolean(value: Any, pointer: str, reasons: Reasons) -> None:
    """True or false."""
    if not isinstance(value, bool):
        complain(reasons, pointer, "must be a boolean")


def integer(low: int | None = None, high: int | None = None) -> Check:
    """A whole number between the two."""

    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            complain(reasons, pointer, "must be an integer")
        elif (low is not None and value < low) or (high is not None and value > high):
            complain(reasons, pointer, f"must be between {low} and {high}")

    return check


def number(value: Any, pointer: str, reasons: Reasons) -> None:
    """Any number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        complain(reasons, pointer, "must be a number")


def anything(value: Any, pointer: str, reasons: Reasons) -> None:
    """Whatever Slack does not look into."""


def url(value: Any, pointer: str, reasons: Reasons) -> None:
    """An address on the web, at most 3,000 characters."""
    string(3000, 1)(value, pointer, reasons)
    if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:")):
        complain(reasons, pointer, "must be a valid URL")


def several(item: Check, high: int | None = None, low: int = 0) -> Check:
    """A list of `low` to `high` items."""

    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        if not isinstance(value, list):
            complain(reasons, pointer, "must provide an array")
            return
        if high is not None and len(value) > high:
            complain(reasons, pointer, f"no more than {high} items allowed")
        if len(value) < low:
            complain(reasons, pointer, f"no less than {low} items allowed")
        for index, entry in enumerate(value[:high]):
            item(entry, f"{pointer}/{index}", reasons)

    return check


@dataclass(frozen=True)
class Shape:
    """An object: `must` fields are required, `may` fields allowed, all others refused.

    `rule` looks at the whole object once its fields are known to be right.
    """

    must: Mapping[str, Check] = field(default_factory=dict)
    may: Mapping[str, Check] = field(default_factory=dict)
    rule: Check | None = None

    def __call__(self, value: Any, pointer: str, reasons: Reasons) -> None:
        """Check `value`."""
        if not isinstance(value, dict):
            complain(reasons, pointer, "must provide an object")
            return
        before = len(reasons)
        for name in self.must:
            if name not in value:
                complain(reasons, pointer, f"missing required field: {name}")
        for name, entry in value.items():
            if check := self.must.get(name) or self.may.get(name):
                check(entry, f"{pointer}/{name}", reasons)
            else:
                complain(reasons, pointer, f"invalid additional property: {name}")
        if self.rule and len(reasons) == before:
            self.rule(value, pointer, reasons)


def by_type(shapes: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of the shapes it must have."""

    def check(value: Any, pointer: str, reasons: Reasons) -> None:
        if not isinstance(value, dict):
            complain(reasons, pointer, "must provide an object")
        elif "type" not in value:
            complain(reasons, pointer, "missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in shapes:
            complain(reasons, f"{pointer}/type", f"unsupported type: {value['type']}")
        else:
            shapes[value["type"]](value, pointer, reasons)

    return check


def typed(
    must: Mapping[str, Check] | None = None,
    may: Mapping[str, Check] | None = None,
    rule: Check | None = None,
) -> Shape:
    """A shape that also carries its `type`, as blocks, elements and texts do."""
    return Shape({"type": string(), **(must or {})}, may or {}, rule)


def plain_text(high: int, low: int = 1) -> Check:
    """A plain_text object of at most `high` characters."""
    return by_type({"plain_text": typed({"text": string(high, low)}, {"emoji": boolean})})


def any_text(high: int, low: int = 1) -> Check:
    """A plain_text or mrkdwn object of at most `high` characters."""
    return by_type(
        {
            "plain_text": typed({"text": string(high, low)}, {"emoji": boolean}),
            "mrkdwn": typed({"text": string(high, low)}, {"verbatim": boolean}),
        }
    )
