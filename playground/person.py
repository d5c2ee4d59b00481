"""A person at the client: who they are, where they may be, and what they see.

What the client would not let a person do raises `NotPossible`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.outcome import NotPossible, Outcome, client_error
from playground.payloads import interaction
from playground.state import Channel, Json, Message, User, View

if TYPE_CHECKING:
    from playground.delivery import Delivery
    from playground.standin import StandIn

CHANNEL_NAMES = {"im": "directmessage", "private": "privategroup"}


class Person:
    """One person of the workspace, and what all their acts share."""

    def __init__(self, slack: StandIn, user: str) -> None:
        self.slack = slack
        self.user = user

    def _person(self) -> User:
        user = self.slack.workspace.users[self.user]
        if user.deleted:
            raise NotPossible(f"{user.name} is deactivated")
        return user

    def _place(self, channel: Channel | str | None) -> Channel:
        if channel is None:
            return self.slack.im(self.user)
        place = self.slack.channel(channel)
        if self.user not in place.members:
            raise NotPossible(f"not a member of #{place.name}")
        if place.is_archived:
            raise NotPossible(f"#{place.name} is archived")
        return place

    def _check_sees(self, message: Message) -> None:
        channel = self.slack.channel(message.channel)
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
        top = self.slack.modal(self.user)
        if top is None:
            raise NotPossible("no modal is open")
        if view is not None and view.id != top.id:
            raise NotPossible("this modal is not on top")
        return top

    def _channel_ref(self, channel_id: str) -> Json:
        channel = self.slack.channel(channel_id)
        return {"id": channel.id, "name": CHANNEL_NAMES.get(channel.kind, channel.name)}

    def _response_url(self, message: Message) -> str:
        path = self.slack.tickets.new_response(
            message.channel, self.user, message.ts, message.thread_ts
        )
        return self.slack.url + path

    def _interact(self, kind: str, name: str, more: Json) -> Outcome:
        if not self.slack.manifest.interactive:
            raise NotPossible("the app's manifest does not enable interactivity")
        body = interaction(self.slack, kind, self._person(), more)
        delivery = self.slack.deliveries.send("interaction", name, body)
        return self._outcome(delivery, client_error(delivery))

    def _outcome(
        self,
        delivery: Delivery | None,
        error: str | None,
        *,
        errors: dict[str, str] | None = None,
        messages: list[Message] | None = None,
    ) -> Outcome:
        return Outcome(error, errors or {}, self.slack.modal(self.user), messages or [], delivery)
