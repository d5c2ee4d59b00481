"""What a person does in Slack, with the requests that Slack then sends to the app.

An `Actor` is one person. Each method returns an `Outcome`: what the app answered and what the
person sees of it. What the client would not let a person do raises `NotPossible`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from playground import forms, submission
from playground.limits import check_options
from playground.limits.elements import offered
from playground.methods.call import SlackError
from playground.payloads import interaction, message_json, view_json
from playground.person import CHANNEL_NAMES, TROUBLE, NotPossible, Outcome, Person, client_error
from playground.responses import show
from playground.state import Change, Channel, File, Json, Message, View

Place: TypeAlias = Message | View
CHANNEL_TYPES = {"im": "im", "private": "group", "channel": "channel"}
BUTTONS = ("button", "icon_button")
BUTTON_FIELDS = ("text", "value", "style", "url")


class Actor(Person):
    """One person at the client, who clicks, types and chooses."""

    # ---- blocks -----------------------------------------------------------------------------

    def click(
        self,
        where: Place,
        action_id: str,
        block_id: str | None = None,
        *,
        confirm: bool = True,
    ) -> Outcome:
        """Press a button. `confirm=False` says no in its confirm dialog, if it has one.

        Pass a copy of a message (`slack.as_seen(message)`) to click on a card as it was earlier.
        """
        block, element = self._element(where, action_id, block_id)
        if element["type"] not in BUTTONS:
            raise NotPossible(f"{action_id} is a {element['type']}: use `choose`")
        if "confirm" in element and not confirm:
            return self._outcome(None, None)
        fields = {name: element[name] for name in BUTTON_FIELDS if name in element}
        return self._act(where, block, element, fields)

    def choose(
        self,
        where: Place,
        action_id: str,
        value: Any,
        block_id: str | None = None,
        *,
        confirm: bool = True,
    ) -> Outcome:
        """Choose in a select, overflow menu, picker, radio or checkbox group; or type a text.

        `value` as in `submit`. An input block without `dispatch_action` only remembers it:
        nothing is sent, and `delivery` is None.
        """
        block, element = self._element(where, action_id, block_id)
        if element["type"] in BUTTONS:
            raise NotPossible(f"{action_id} is a button: use `click`")
        if "confirm" in element and not confirm:
            return self._outcome(None, None)
        try:
            fields = self._chosen(where, block, element, value)
        except forms.NotOffered as error:
            raise NotPossible(f"{action_id}: {error}") from None
        if block["type"] == "input" and not block.get("dispatch_action"):
            return self._outcome(None, None)
        return self._act(where, block, element, fields)

    def _chosen(self, where: Place, block: Json, element: Json, value: Any) -> Json:
        if element["type"] == "overflow":
            return {"selected_option": forms.chosen_option(element, value)}
        shaped = {**block, "element": element}
        with self.workspace.changing():
            values = self.values(where)
            submission.put_value(self.workspace, self.user, where.blocks, values, shaped, value)
            entry = dict(values[block["block_id"]][element["action_id"]])
        return {k: v for k, v in entry.items() if k != "type"}

    def values(self, where: Place) -> Json:
        """What this person's client holds in the inputs of a view or message."""
        return where.values if isinstance(where, View) else where.values.setdefault(self.user, {})

    def suggestions(
        self, where: Place, action_id: str, typed: str = "", block_id: str | None = None
    ) -> list[Json]:
        """Type into an external select: the options, or option groups, that the app offers."""
        block, element = self._element(where, action_id, block_id)
        if "external_select" not in element["type"]:
            raise NotPossible(f"{action_id} is a {element['type']}")
        if len(typed) < element.get("min_query_length", 3):
            return []
        more = {"action_id": action_id, "block_id": block["block_id"], "value": typed}
        body = interaction(
            self.workspace, "block_suggestion", self._person(), more | self._context(where)
        )
        delivery = self.deliveries.send("options", action_id, body)
        answer = delivery.response
        if not delivery.ok or not isinstance(answer, dict) or check_options(answer):
            return []
        earlier = self.workspace.offers.get((self.user, action_id), [])
        self.workspace.offers[self.user, action_id] = [*offered(answer), *earlier][:500]
        return list(answer.get("options") or answer.get("option_groups") or [])

    def _element(self, where: Place, action_id: str, block_id: str | None) -> tuple[Json, Json]:
        if isinstance(where, Message):
            self._check_sees(where)
        else:
            self._check_open(where)
        try:
            return forms.find(where.blocks, action_id, block_id)
        except forms.NotOffered as error:
            raise NotPossible(str(error)) from None

    def _act(self, where: Place, block: Json, element: Json, fields: Json) -> Outcome:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            **fields,
            "action_ts": self.workspace.new_ts(),
        }
        view_id = where.id if isinstance(where, View) and where.type == "modal" else None
        more = self._context(where) | {
            "trigger_id": self.workspace.tickets.new_trigger(self.user, view_id),
            "actions": [action],
        }
        if isinstance(where, Message):
            more["response_url"] = self._response_url(where)
            more["state"] = {"values": forms.state_values(where.blocks, self.values(where))}
        return self._interact("block_actions", element["action_id"], more)

    def _context(self, where: Place) -> Json:
        """Where it took place: the view, or the message and its channel."""
        if isinstance(where, View):
            in_view = {"type": "view", "view_id": where.id}
            return {"container": in_view, "view": view_json(self.workspace, where)}
        container: Json = {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": where.channel,
            "is_ephemeral": where.ephemeral_to is not None,
        }
        if where.thread_ts:
            container["thread_ts"] = where.thread_ts
        context: Json = {"container": container, "channel": self._channel_ref(where.channel)}
        if where.ephemeral_to is None:
            context["message"] = message_json(self.workspace, where)
        return context

    # ---- modals and the Home tab ------------------------------------------------------------

    def submit(self, view: View | None = None, values: Mapping[str, Any] | None = None) -> Outcome:
        """Fill in a modal (none: the top one) and press its submit button.

        `values`: block_id → what is typed or chosen; a block that is not named keeps what it has.
        Texts, numbers, dates (YYYY-MM-DD), times (HH:MM): a string. Date and time: a Unix time.
        Options: the option's `value`; several: a list of them. People, channels, conversations,
        files: their ids. Rich text: a string or a rich_text block. None or "" clears.
        Unknown block ids raise NotPossible. What the client itself refuses comes in `errors`.
        """
        workspace, modal = self.workspace, self._top(view)
        if modal.submit is None or modal.submit_disabled:
            raise NotPossible("this modal has no submit button to press")
        with workspace.changing() as changes:
            submission.fill_in(workspace, modal, values or {})
            modal.errors, modal.notice = submission.client_errors(modal), ""
            changes.append(workspace.view_change(modal))
        if modal.errors:
            return self._outcome(None, None, errors=dict(modal.errors))
        body = submission.payload(workspace, self._person(), modal)
        delivery = self.deliveries.send("interaction", modal.callback_id, body)
        error = submission.settle(workspace, modal, delivery.response) if delivery.ok else TROUBLE
        if error:
            with workspace.changing() as changes:
                modal.notice = error
                changes.append(workspace.view_change(modal))
        return self._outcome(delivery, error, errors=dict(modal.errors))

    def close(self, view: View | None = None, *, all_views: bool = False) -> Outcome:
        """Press Cancel or Back on the top modal; or close the whole stack by its cross."""
        workspace, modal = self.workspace, self._top(view)
        cleared = all_views or modal.clear_on_close
        gone = list(workspace.modals[self.user]) if cleared else [modal]
        if cleared:
            workspace.clear_modals(self.user)
        else:
            workspace.drop_modal(modal)
        delivery = None
        for closed in reversed(gone):
            if closed.notify_on_close:
                more = {"view": view_json(workspace, closed), "is_cleared": cleared}
                body = interaction(workspace, "view_closed", self._person(), more)
                delivery = self.deliveries.send("interaction", closed.callback_id, body)
        return self._outcome(delivery, None)

    def open_home(self) -> Outcome:
        """Open the app's Home tab. The app may publish it later than this returns."""
        if not self.workspace.app.manifest.home_tab:
            raise NotPossible("the app has no Home tab")
        return self._opened("home")

    def open_messages(self) -> Outcome:
        """Open the direct message with the app (its Messages tab)."""
        return self._opened("messages")

    def _opened(self, tab: str) -> Outcome:
        workspace, user = self.workspace, self._person()
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": workspace.open_im(user.id).id,
            "tab": tab,
        }
        if tab == "home" and (home := workspace.homes.get(user.id)):
            event["view"] = view_json(workspace, home)
        delivery = self.deliveries.event(event, wait=True)
        return self._outcome(delivery, client_error(delivery) if delivery else None)

    # ---- messages ---------------------------------------------------------------------------

    def say(self, channel: Channel | str, text: str, thread: Message | None = None) -> Message:
        """Write a message; the app hears of it if its manifest subscribes to such messages."""
        place = self._place(channel)
        if place.kind == "im" and self.workspace.app.manifest.messages_tab_read_only:
            raise NotPossible("sending messages to this app has been turned off")
        parent = (thread.thread_ts or thread.ts) if thread else None
        return self._posted(place, text, parent, [])

    def upload(self, channel: Channel | str | None, name: str, data: bytes) -> File:
        """Upload a file into a channel, or (None) only to choose it in a file input."""
        workspace = self.workspace
        file = File(workspace.new_id("F"), name, self._person().id, name)
        file.data, file.length, file.complete = data, len(data), True
        file.created = int(self.workspace.now())
        with workspace.changing() as changes:
            workspace.files[file.id] = file
            changes.append(Change("file"))
        if channel is not None:
            place = self._place(channel)
            file.channels.append(place.id)
            self._posted(place, "", None, [file.id])
        return file

    def _posted(
        self, place: Channel, text: str, thread_ts: str | None, files: list[str]
    ) -> Message:
        workspace = self.workspace
        message = workspace.put_message(
            Message(place.id, workspace.new_ts(), self.user, text, thread_ts=thread_ts, files=files)
        )
        if workspace.app.bot_user_id in place.members:
            event = message_json(workspace, message) | {
                "channel": place.id,
                "event_ts": message.ts,
                "channel_type": CHANNEL_TYPES[place.kind],
            }
            if files:
                event["subtype"] = "file_share"
            self.deliveries.event(event)
            if f"<@{workspace.app.bot_user_id}>" in text and place.kind != "im":
                self.deliveries.event(event | {"type": "app_mention"})
        return message

    # ---- commands and shortcuts -------------------------------------------------------------

    def command(
        self, command: str, text: str = "", channel: Channel | str | None = None
    ) -> Outcome:
        """Send a slash command, from a channel (none: the direct message with the app)."""
        workspace, user, place = self.workspace, self._person(), self._place(channel)
        if (known := workspace.app.manifest.commands.get(command)) is None:
            raise NotPossible(f"{command} is not a valid command")
        body = {
            "token": workspace.app.verification_token,
            "team_id": workspace.team.id,
            "team_domain": workspace.team.domain,
            "channel_id": place.id,
            "channel_name": CHANNEL_NAMES.get(place.kind, place.name),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": self._escaped(text.strip()) if known.should_escape else text.strip(),
            "api_app_id": workspace.app.id,
            "is_enterprise_install": "false",
            "response_url": workspace.url + workspace.tickets.new_response(place.id, user.id),
            "trigger_id": workspace.tickets.new_trigger(user.id),
        }
        delivery = self.deliveries.send("command", command, body)
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
            return None, [show(self.workspace, place.id, self.user, answer)]
        except SlackError:
            return "invalid_command_response", []

    def _escaped(self, text: str) -> str:
        """Mentions by id, as a command with `should_escape` gets them."""
        workspace = self.workspace
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
                "trigger_id": self.workspace.tickets.new_trigger(self.user),
                "action_ts": self.workspace.new_ts(),
            },
        )

    def message_shortcut(self, callback_id: str, message: Message) -> Outcome:
        """Choose a message shortcut from a message's menu."""
        self._known_shortcut(callback_id, "message")
        self._check_sees(message)
        if message.ephemeral_to:
            raise NotPossible("ephemeral messages have no message shortcuts")
        workspace = self.workspace
        return self._interact(
            "message_action",
            callback_id,
            {
                "callback_id": callback_id,
                "trigger_id": workspace.tickets.new_trigger(self.user),
                "response_url": self._response_url(message),
                "action_ts": workspace.new_ts(),
                "message_ts": message.ts,
                "channel": self._channel_ref(message.channel),
                "message": message_json(workspace, message),
            },
        )

    def _known_shortcut(self, callback_id: str, kind: str) -> None:
        shortcut = self.workspace.app.manifest.shortcuts.get(callback_id)
        if shortcut is None or shortcut.kind != kind:
            raise NotPossible(f"the manifest has no {kind} shortcut {callback_id}")
