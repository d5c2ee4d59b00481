"""A person at Slack's client: where they may be, what they see, and what comes of what they do.

What the client would not let a person do raises `NotPossible`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.delivery import Deliveries, Delivery
from playground.payloads import interaction
from playground.state import Channel, Json, Message, User, View
from playground.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
CHANNEL_NAMES = {"im": "directmessage", "private": "privategroup"}


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


class Person:
    """One person of the workspace, by their id, and what all their acts share."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries, user: str) -> None:
        self.workspace = workspace
        self.deliveries = deliveries
        self.user = user

    def _person(self) -> User:
        user = self.workspace.users[self.user]
        if user.deleted:
            raise NotPossible(f"{user.name} is deactivated")
        return user

    def _place(self, channel: Channel | str | None) -> Channel:
        if channel is None:
            return self.workspace.open_im(self.user)
        place = self.workspace.channel(channel)
        if self.user not in place.members:
            raise NotPossible(f"not a member of #{place.name}")
        if place.is_archived:
            raise NotPossible(f"#{place.name} is archived")
        return place

    def _check_sees(self, message: Message) -> None:
        channel = self.workspace.channel(message.channel)
        if message.deleted or message.ephemeral_to not in (None, self.user):
            raise NotPossible("this person does not see that message")
        if channel.kind != "channel" and self.user not in channel.members:
            raise NotPossible("this person does not see that channel")

    def _check_open(self, view: View) -> None:
        if view.user != self.user:
            raise NotPossible("that view belongs to someone else")
        if view.type == "modal":
            self._top(view)

    def _top(self, view: View | None) -> View:
        top = self.workspace.top_modal(self.user)
        if top is None:
            raise NotPossible("no modal is open")
        if view is not None and view.id != top.id:
            raise NotPossible("this modal is not on top")
        return top

    def _channel_ref(self, channel_id: str) -> Json:
        channel = self.workspace.channel(channel_id)
        return {"id": channel.id, "name": CHANNEL_NAMES.get(channel.kind, channel.name)}

    def _response_url(self, message: Message) -> str:
        path = self.workspace.tickets.new_response(
            message.channel, self.user, message.ts, message.thread_ts
        )
        return self.workspace.url + path

    def _interact(self, kind: str, name: str, more: Json) -> Outcome:
        if not self.workspace.app.manifest.interactive:
            raise NotPossible("the app's manifest does not enable interactivity")
        body = interaction(self.workspace, kind, self._person(), more)
        delivery = self.deliveries.send("interaction", name, body)
        return self._outcome(delivery, client_error(delivery))

    def _outcome(
        self,
        delivery: Delivery | None,
        error: str | None,
        *,
        errors: dict[str, str] | None = None,
        messages: list[Message] | None = None,
    ) -> Outcome:
        return Outcome(
            error, errors or {}, self.workspace.top_modal(self.user), messages or [], delivery
        )
