"""What a person does in Slack, with the requests that Slack then sends to the app.

A `Hand` belongs to one person. Each method returns an `Outcome`: what the app answered and what
the person sees of it. What the client would not let a person do raises `NotPossible`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from playground import forms, submission
from playground.commands import Commands
from playground.limits import check_options
from playground.limits.elements import offered
from playground.outcome import TROUBLE, NotPossible, Outcome, client_error
from playground.payloads import interaction, message_json, view_json
from playground.state import Change, Channel, File, Json, Message, View

__all__ = ["Hand", "NotPossible", "Outcome"]
Place: TypeAlias = Message | View
CHANNEL_TYPES = {"im": "im", "private": "group", "channel": "channel"}
BUTTONS = ("button", "icon_button")
BUTTON_FIELDS = ("text", "value", "style", "url")


class Hand(Commands):
    """One person's hand on the client: `Hand(slack, user_id)`."""

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
        with self.slack.workspace.changing():
            values = self.values(where)
            submission.put_value(self.slack, self.user, where.blocks, values, shaped, value)
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
            self.slack, "block_suggestion", self._person(), more | self._context(where)
        )
        delivery = self.slack.deliveries.send("options", action_id, body)
        answer = delivery.response
        if not delivery.ok or not isinstance(answer, dict) or check_options(answer):
            return []
        earlier = self.slack.offers.get((self.user, action_id), [])
        self.slack.offers[self.user, action_id] = [*offered(answer), *earlier][:500]
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
            "action_ts": self.slack.workspace.new_ts(),
        }
        view_id = where.id if isinstance(where, View) and where.type == "modal" else None
        more = self._context(where) | {
            "trigger_id": self.slack.tickets.new_trigger(self.user, view_id),
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
            return {"container": in_view, "view": view_json(self.slack, where)}
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
            context["message"] = message_json(self.slack, where)
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
        slack, modal = self.slack, self._top(view)
        if modal.submit is None or modal.submit_disabled:
            raise NotPossible("this modal has no submit button to press")
        with slack.workspace.changing() as changes:
            submission.fill_in(slack, modal, values or {})
            modal.errors, modal.notice = submission.client_errors(modal), ""
            changes.append(slack.workspace.view_change(modal))
        if modal.errors:
            return self._outcome(None, None, errors=dict(modal.errors))
        body = submission.payload(slack, self._person(), modal)
        delivery = slack.deliveries.send("interaction", modal.callback_id, body)
        error = submission.settle(slack, modal, delivery.response) if delivery.ok else TROUBLE
        if error:
            with slack.workspace.changing() as changes:
                modal.notice = error
                changes.append(slack.workspace.view_change(modal))
        return self._outcome(delivery, error, errors=dict(modal.errors))

    def close(self, view: View | None = None, *, all_views: bool = False) -> Outcome:
        """Press Cancel or Back on the top modal; or close the whole stack by its cross."""
        slack, modal = self.slack, self._top(view)
        cleared = all_views or modal.clear_on_close
        gone = list(slack.workspace.modals[self.user]) if cleared else [modal]
        if cleared:
            slack.workspace.clear_modals(self.user)
        else:
            slack.workspace.drop_modal(modal)
        delivery = None
        for closed in reversed(gone):
            if closed.notify_on_close:
                more = {"view": view_json(slack, closed), "is_cleared": cleared}
                body = interaction(slack, "view_closed", self._person(), more)
                delivery = slack.deliveries.send("interaction", closed.callback_id, body)
        return self._outcome(delivery, None)

    def open_home(self) -> Outcome:
        """Open the app's Home tab. The app may publish it later than this returns."""
        if not self.slack.manifest.home_tab:
            raise NotPossible("the app has no Home tab")
        return self._opened("home")

    def open_messages(self) -> Outcome:
        """Open the direct message with the app (its Messages tab)."""
        return self._opened("messages")

    def _opened(self, tab: str) -> Outcome:
        slack, user = self.slack, self._person()
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": slack.im(user).id,
            "tab": tab,
        }
        if tab == "home" and (home := slack.home(user)):
            event["view"] = view_json(slack, home)
        delivery = slack.deliveries.event(event, wait=True)
        return self._outcome(delivery, client_error(delivery) if delivery else None)

    # ---- messages ---------------------------------------------------------------------------

    def say(self, channel: Channel | str, text: str, thread: Message | None = None) -> Message:
        """Write a message; the app hears of it if its manifest subscribes to such messages."""
        slack, place = self.slack, self._place(channel)
        if place.kind == "im" and slack.manifest.messages_tab_read_only:
            raise NotPossible("sending messages to this app has been turned off")
        parent = (thread.thread_ts or thread.ts) if thread else None
        return self._said(place, text, parent, [])

    def upload(self, channel: Channel | str | None, name: str, data: bytes) -> File:
        """Upload a file into a channel, or (None) only to choose it in a file input."""
        workspace = self.slack.workspace
        file = File(workspace.new_id("F"), name, self._person().id, name)
        file.data, file.length, file.complete = data, len(data), True
        file.created = int(self.slack.now())
        with workspace.changing() as changes:
            workspace.files[file.id] = file
            changes.append(Change("file"))
        if channel is not None:
            place = self._place(channel)
            file.channels.append(place.id)
            self._said(place, "", None, [file.id])
        return file

    def _said(self, place: Channel, text: str, thread_ts: str | None, files: list[str]) -> Message:
        slack, workspace = self.slack, self.slack.workspace
        message = workspace.put_message(
            Message(place.id, workspace.new_ts(), self.user, text, thread_ts=thread_ts, files=files)
        )
        if slack.bot_user_id in place.members:
            event = message_json(slack, message) | {
                "channel": place.id,
                "event_ts": message.ts,
                "channel_type": CHANNEL_TYPES[place.kind],
            }
            if files:
                event["subtype"] = "file_share"
            slack.deliveries.event(event)
            if f"<@{slack.bot_user_id}>" in text and place.kind != "im":
                slack.deliveries.event(event | {"type": "app_mention"})
        return message
