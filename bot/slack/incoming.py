"""What Slack brings in: one small object per request, so that listeners read like sentences.

A listener acknowledges, opens a transaction, calls a verb and answers. How to answer, wherever the
person was (a modal, a channel, their home), is known here.
"""

import logging
from secrets import token_hex
from typing import Any, TypeVar

from slack_bolt import Ack
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from bot.slack.blocks import MENU
from bot.slack.client import SILENT, Slack
from bot.slack.errors import NO_ANSWER, CannotMessage, NeedsAdmin, SlackRefused
from bot.slack.message import Message, view_json
from bot.slack.text import is_plain, safe, typed, unescaped, unquoted

logger = logging.getLogger(__name__)

ModalJson = dict[str, Any]
T = TypeVar("T")

# What a modal carries of its own ends here; after it stands which modal lies below.
_BELOW = "\n"

# Slack's documents, blocks: what our messages and modals have in common.
_IN_MODALS = {"section", "context", "divider", "header", "actions", "image", "rich_text"}

_MOST_TEXT = 2_900  # of the 3,000 characters that a section takes

# Slack keeps what was typed by block id while a modal is updated, so a block id ends with what it
# is typed about: behind this mark, the same for a whole form, and nothing where it was opened.
_ABOUT = "#"


class Incoming:
    """A click, a command, a shortcut, a submitted modal or an event, and the ways to answer it."""

    def __init__(self, body: dict[str, Any], ack: Ack, slack: Slack) -> None:
        self.body = body
        self.ack = ack
        self.slack = slack
        self.form = self._form()
        """The id and the hash of the modal that was submitted; None for anything else."""

    def _form(self) -> tuple[str, str] | None:
        view = self.body.get("view") or {}
        return (view["id"], view["hash"]) if self._is_submission and "hash" in view else None

    @property
    def team(self) -> str:
        """Slack's ID of the workspace that the request comes from."""
        team = self.body.get("team_id") or (self.body.get("team") or {}).get("id")
        return str(team or (self.body.get("user") or {}).get("team_id") or "")

    @property
    def user(self) -> str:
        """Slack's ID of the person."""
        event = self.body.get("event") or {}
        user = self.body.get("user") or self.body.get("user_id") or event.get("user") or ""
        return str(user["id"] if isinstance(user, dict) else user)

    @property
    def channel(self) -> str | None:
        """The channel that the request comes from, if it comes from one."""
        channel = self.body.get("channel") or self.body.get("channel_id")
        return channel["id"] if isinstance(channel, dict) else channel

    @property
    def event(self) -> dict[str, Any]:
        """The event itself, for a request of the Events API."""
        return dict(self.body["event"])

    @property
    def words(self) -> str:
        """What stands behind a slash command, as a keyboard has it and without quotes around it."""
        return unquoted(typed(str(self.body.get("text") or "")))

    @property
    def message(self) -> str:
        """What the message says on which a shortcut was chosen."""
        return str((self.body.get("message") or {}).get("text") or "")

    @property
    def _action(self) -> dict[str, Any]:
        return dict((self.body.get("actions") or [{}])[0])

    @property
    def _pressed(self) -> tuple[str, str]:
        """The action id and the value of the button that was clicked; of a menu of buttons
        (`bot.slack.blocks.menu`), those of the one that was chosen."""
        action_id, option = str(self._action.get("action_id") or ""), self._option
        value = str(self._action.get("value") or option.get("value") or "")
        if not action_id.endswith(MENU):
            return action_id, value
        chosen, _, value = value.partition(" ")
        return chosen, value

    @property
    def _option(self) -> dict[str, Any]:
        return self._action.get("selected_option") or {}

    @property
    def is_from_menu(self) -> bool:
        """Whether it was chosen in a menu of buttons, which no second click of another hits."""
        return self._action.get("type") == "overflow"

    @property
    def is_from_message(self) -> bool:
        """Whether it was clicked in a message, of the channel or for this person alone."""
        return (self.body.get("container") or {}).get("type") == "message"

    @property
    def action_id(self) -> str:
        """What was clicked or chosen."""
        return self._pressed[0]

    @property
    def value(self) -> str:
        """The value of the button that was clicked, or of the option that was chosen."""
        return self._pressed[1]

    @property
    def label(self) -> str:
        """What stands on the button that was clicked; empty for what has no label of its own."""
        text = self._action.get("text") or self._option.get("text")
        return str(text.get("text") or "") if isinstance(text, dict) else ""

    @property
    def id(self) -> int:
        """The row's id that the button carries; an old or foreign value is 0, which no row has."""
        return int(self.value) if self.value.isdecimal() and len(self.value) < 19 else 0

    @property
    def carried(self) -> str:
        """What the modal carries along (`private_metadata`)."""
        return self._metadata.partition(_BELOW)[0]

    @property
    def _is_submission(self) -> bool:
        return self.body.get("type") == "view_submission"

    @property
    def _metadata(self) -> str:
        return str((self.body.get("view") or {}).get("private_metadata") or "")

    @property
    def standing(self) -> tuple[str, str]:
        """The callback id and the note of the modal that stays: in which a button was clicked, or
        which lies below the one that was submitted. Both are empty where there is none."""
        if self._is_submission:
            callback_id, _, note = self._metadata.partition(_BELOW)[2].partition(_BELOW)
            return callback_id, note
        return str((self.body.get("view") or {}).get("callback_id") or ""), self.carried

    @property
    def is_pushed(self) -> bool:
        """Whether the modal lies over another one."""
        return bool((self.body.get("view") or {}).get("previous_view_id"))

    @property
    def is_deepest(self) -> bool:
        """Whether the modal lies over two others, the most that Slack stacks."""
        view = self.body.get("view") or {}
        return self.is_pushed and view["previous_view_id"] != view.get("root_view_id")

    @property
    def carried_id(self) -> int:
        """The row's id that the modal carries along."""
        return int(self.carried) if self.carried.isdecimal() and len(self.carried) < 19 else 0

    @property
    def fields(self) -> dict[str, Any]:
        """The values of a submitted modal by block id: text, an option's value, or a list."""
        state = self.body["view"]["state"]["values"]
        return {
            block.partition(_ABOUT)[0]: _value(next(iter(by_action.values())))
            for block, by_action in state.items()
        }

    @property
    def inputs(self) -> dict[str, Any]:
        """The values of the modal's fields by their names; of what else it has, such as a menu
        beside a text, nothing."""
        held = self.fields
        return {name: held.get(name) for name in self._block_ids}

    @property
    def empty_fields(self) -> list[str]:
        """The fields that need something and hold nothing."""
        held = self.fields
        blocks = (self.body.get("view") or {}).get("blocks") or []
        names = {
            str(block.get("block_id")).partition(_ABOUT)[0]: bool(block.get("optional"))
            for block in blocks
            if block.get("type") == "input"
        }
        return [
            name
            for name, optional in names.items()
            if not optional and name in held and held[name] in (None, "", [])
        ]

    @property
    def _block_ids(self) -> dict[str, str]:
        """The block ids of the modal's inputs by their names."""
        blocks = (self.body.get("view") or {}).get("blocks") or []
        ids = [str(block.get("block_id")) for block in blocks if block.get("type") == "input"]
        return {block_id.partition(_ABOUT)[0]: block_id for block_id in ids}

    def below(self, errors: dict[str, str]) -> dict[str, str]:
        """Errors by field as Slack shows them, by block id; those of fields that are not in the
        modal stand below its first one.

        Empty where the modal has no field, or where an error names people or times: below a field
        Slack would show their codes.
        """
        if not all(map(is_plain, errors.values())):
            return {}
        ids, by_block = self._block_ids, dict[str, str]()
        for name, sentence in errors.items():
            error = unescaped(sentence)
            block_id = ids.get(name) or next(iter(ids.values()), None)
            if block_id is not None:
                by_block[block_id] = (
                    f"{by_block[block_id]} {error}" if block_id in by_block else error
                )
        return by_block

    def open(self, modal: View | ModalJson) -> None:
        """Open a modal; has to happen within 3 seconds of the request."""
        view = view_json(modal)
        # Over a modal that is open already, Slack wants the new one pushed.
        inside_modal = (self.body.get("view") or {}).get("type") == "modal"
        method = "views.push" if inside_modal else "views.open"
        if inside_modal:
            own = str(view.get("private_metadata") or "")
            view = {**view, "private_metadata": _BELOW.join([own, *self.standing])}
        self.slack.call(method, trigger_id=self.body["trigger_id"], view=view)

    def replace(self, modal: View | ModalJson, *, keeps_typed: bool = False) -> None:
        """Put another content into the modal in which something was clicked; what it carries of
        the one below stays. What was typed stays where the modal carries the same as before, or
        with `keeps_typed`."""
        view = view_json(modal)
        _, mark, below = self._metadata.partition(_BELOW)
        own = str(view.get("private_metadata") or "")
        view = self._about(view, same=keeps_typed or own == self.carried)
        self._update(self.body["view"]["id"], {**view, "private_metadata": own + mark + below})

    def redraw(self, modal: View | ModalJson) -> None:
        """Put another content into the modal that stays (`standing`)."""
        (self.replace_root if self._is_submission else self.replace)(modal)

    def replace_root(self, modal: View | ModalJson) -> None:
        """Put another content into the modal below the one that was submitted."""
        view = self.body["view"]
        self._update(view.get("previous_view_id") or view["root_view_id"], view_json(modal))

    def keep_open(self, modal: View | ModalJson, *, keeps_typed: bool = False) -> None:
        """Acknowledge a submitted modal, which stays open with another content. What was typed is
        taken by now, and gone, unless it `keeps_typed`."""
        view = self._about(view_json(modal), same=keeps_typed)
        self.ack(response_action="update", view=view)

    def push(self, modal: View) -> None:
        """Acknowledge a submitted modal, which stays as it is below this one."""
        self.ack(response_action="push", view=view_json(modal))

    def _about(self, view: ModalJson, *, same: bool) -> ModalJson:
        """The view with block ids that say whether it is about the same as the one before."""
        before = next(iter(self._block_ids.values()), "").partition(_ABOUT)[2]
        about = before if same else token_hex(4)
        if not about:
            return view
        blocks = [
            {**block, "block_id": f"{block['block_id']}{_ABOUT}{about}"}
            if block.get("block_id")
            else block
            for block in view["blocks"]
        ]
        return {**view, "blocks": blocks}

    def _update(self, view_id: str, view: ModalJson) -> None:
        self.slack.call("views.update", view_id=view_id, view=view)

    def tell(self, answer: str | Message) -> None:
        """Tell this person alone, where they are: over the modal or the home tab in which something
        was clicked, by the response URL, else in a direct message."""
        message = Message(answer) if isinstance(answer, str) else answer
        if not self._open_over(message) and not self._respond(message):
            self._direct(message)

    def _open_over(self, message: Message) -> bool:
        """Say it in a modal over the modal or the home tab, where nobody sees what is said anywhere
        else; False where that cannot be: neither of them, three modals already, or an answer that
        came too late."""
        is_click = self.body.get("type") == "block_actions" and "trigger_id" in self.body
        inside_view = (self.body.get("view") or {}).get("type") in ("modal", "home")
        if not is_click or not inside_view or self.is_deepest:
            return False
        drawn = [_as_text(block) if block["type"] == "table" else block for block in message.blocks]
        blocks = [block for block in drawn if block["type"] in _IN_MODALS]
        words = [SectionBlock(text=message.text)]
        modal = View(type="modal", title="Handoff", close="Back", blocks=words).to_dict()
        try:
            self.open({**modal, "blocks": blocks or modal["blocks"]})
        except SlackRefused as error:
            logger.warning("it could not be said over the modal: %s", error)
            return False
        return True

    def _direct(self, message: Message) -> None:
        """Tell this person in a direct message; one who cannot be messaged is only logged."""
        try:
            self.slack.post(self.user, message)
        except (CannotMessage, NeedsAdmin) as error:
            logger.warning("nobody could be told: %s", error)

    def _respond(self, message: Message) -> bool:
        url = self.body.get("response_url")
        if not url:
            return False
        # Where charts are not known yet, the same without them.
        drawings = [message.blocks] + [message.without_charts] * message.has_charts
        return any(self._answer(url, message.text, blocks) for blocks in drawings)

    def _answer(self, url: str, text: str, blocks: list[dict[str, Any]]) -> bool:
        """Use a response URL; it works 5 times in 30 minutes, and only its status says so."""
        client = WebhookClient(
            url, retry_handlers=[], timeout=10, ssl=self.slack.web.ssl, logger=SILENT
        )
        try:
            answer = client.send(
                text=text, blocks=blocks or None, response_type="ephemeral", replace_original=False
            )
        except NO_ANSWER:
            return False
        return answer.status_code == 200


def _as_text(table: dict[str, Any]) -> dict[str, Any]:
    """A table, which modals do not take, in a section: its first column to the left."""
    rows = [[str(cell.get("text", "")) for cell in row] for row in table["rows"]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    ]
    text = "\n".join(lines)
    return SectionBlock(text=f"```{safe(text, _MOST_TEXT)}```").to_dict()


def _value(element: dict[str, Any]) -> Any:
    """The value of one input, whatever its kind; None when nothing was given."""
    value = next(
        (element[key] for key in element if key == "value" or key.startswith("selected_")), None
    )
    return [_chosen(each) for each in value] if isinstance(value, list) else _chosen(value)


def _chosen(value: Any) -> Any:
    """What an option stands for; anything else is its own value."""
    return value["value"] if isinstance(value, dict) else value
