"""What comes of an act: what the app answered, and what the person sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playground.state import Message, View

if TYPE_CHECKING:
    from playground.delivery import Delivery

TROUBLE = "We had some trouble connecting. Try again?"


class NotPossible(Exception):
    """The client offers no such thing to this person: no such button, option, command or modal."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act.

    `error` is what the client says when the app did not answer well ("operation_timeout",
    "dispatch_failed", "http_client_error", "http_service_error", for a modal "We had some trouble
    connecting. Try again?"), else None. `errors` are the errors below the fields of a modal, by
    block_id: the client's own, or the app's. `modal` is the modal on top of this person's stack
    afterwards. `messages` are those that came with the answer itself (a command's reply).
    `delivery` is None where nothing was sent to the app.
    """

    error: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    modal: View | None = None
    messages: list[Message] = field(default_factory=list)
    delivery: Delivery | None = None

    @property
    def ok(self) -> bool:
        """Whether the app took it: acknowledged in time, no errors below fields."""
        return self.error is None and not self.errors

    @property
    def text(self) -> str:
        """The text of the messages that came with the answer."""
        return "\n".join(message.text for message in self.messages)


def client_error(delivery: Delivery) -> str | None:
    """What Slack's client says of a delivery that failed, by the codes that people report."""
    if delivery.failure == "http_timeout":
        return "operation_timeout"
    if delivery.failure == "http_error":
        return "http_client_error" if (delivery.status or 0) < 500 else "http_service_error"
    return "dispatch_failed" if delivery.failure else None
