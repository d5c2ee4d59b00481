"""Slash commands and shortcuts, as a person gives them."""

from __future__ import annotations

import re
from typing import Any

from playground.methods.call import SlackError
from playground.outcome import NotPossible, Outcome, client_error
from playground.payloads import message_json
from playground.person import CHANNEL_NAMES, Person
from playground.responses import show
from playground.state import Channel, Message


class Commands(Person):
    """The part of `Hand` that types commands and opens menus."""

    def command(
        self, command: str, text: str = "", channel: Channel | str | None = None
    ) -> Outcome:
        """Send a slash command, from a channel (none: the direct message with the app)."""
        slack, user, place = self.slack, self._person(), self._place(channel)
        if (known := slack.manifest.commands.get(command)) is None:
            raise NotPossible(f"{command} is not a valid command")
        body = {
            "token": slack.verification_token,
            "team_id": slack.workspace.team.id,
            "team_domain": slack.workspace.team.domain,
            "channel_id": place.id,
            "channel_name": CHANNEL_NAMES.get(place.kind, place.name),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": self._escaped(text.strip()) if known.should_escape else text.strip(),
            "api_app_id": slack.app_id,
            "is_enterprise_install": "false",
            "response_url": slack.url + slack.tickets.new_response(place.id, user.id),
            "trigger_id": slack.tickets.new_trigger(user.id),
        }
        delivery = slack.deliveries.send("command", command, body)
        error = client_error(delivery)
        messages: list[Message] = []
        if error is None:
            error, messages = self._command_answer(place, delivery.response)
        return self._outcome(delivery, error, messages=messages)

    def _command_answer(self, place: Channel, answer: Any) -> tuple[str | None, list[Message]]:
        if isinstance(answer, str):
            answer = {"text": answer}
        if not answer or not answer.keys() & {"text", "blocks", "attachments"}:
            return None, []
        try:
            return None, [show(self.slack, place.id, self.user, answer)]
        except SlackError:
            return "invalid_command_response", []

    def _escaped(self, text: str) -> str:
        """Mentions by id, as a command with `should_escape` gets them."""
        workspace = self.slack.workspace
        users = {user.name: user for user in workspace.users.values()}
        channels = {channel.name: channel for channel in workspace.channels.values()}

        def mention(match: re.Match[str]) -> str:
            sign, name = match[1], match[2]
            if sign == "@" and name in users:
                return f"<@{users[name].id}|{name}>"
            if sign == "#" and name in channels:
                return f"<#{channels[name].id}|{name}>"
            return match[0]

        return re.sub(r"([@#])([\w.-]+)", mention, text)

    def shortcut(self, callback_id: str) -> Outcome:
        """Choose a global shortcut."""
        self._known_shortcut(callback_id, "global")
        return self._interact(
            "shortcut",
            callback_id,
            {
                "callback_id": callback_id,
                "trigger_id": self.slack.tickets.new_trigger(self.user),
                "action_ts": self.slack.workspace.new_ts(),
            },
        )

    def message_shortcut(self, callback_id: str, message: Message) -> Outcome:
        """Choose a message shortcut from a message's menu."""
        self._known_shortcut(callback_id, "message")
        self._check_sees(message)
        if message.ephemeral_to:
            raise NotPossible("ephemeral messages have no message shortcuts")
        slack = self.slack
        return self._interact(
            "message_action",
            callback_id,
            {
                "callback_id": callback_id,
                "trigger_id": slack.tickets.new_trigger(self.user),
                "response_url": self._response_url(message),
                "action_ts": slack.workspace.new_ts(),
                "message_ts": message.ts,
                "channel": self._channel_ref(message.channel),
                "message": message_json(slack, message),
            },
        )

    def _known_shortcut(self, callback_id: str, kind: str) -> None:
        found = self.slack.manifest.shortcuts.get(callback_id)
        if found is None or found.kind != kind:
            raise NotPossible(f"the manifest has no {kind} shortcut {callback_id}")
