"""The surfaces that the page really has: a message, a home tab, a modal with its drafts.

Each one knows how to find what it stands for at the moment of a click, since a message may have
gone or a modal been replaced since it was drawn here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from playground.actor import Actor, Place
from playground.page.avatars import display_name
from playground.page.session import Session
from playground.page.surface import Choice, Presses, Upload, choices_of
from playground.page.values import all_options, current
from playground.person import NotPossible, Outcome
from playground.state import Message, View

Json = dict[str, Any]
_KINDS = {"channel": "public", "private": "private", "im": "im"}


class Drafts:
    """What was typed into one place and not yet sent, by block_id and action_id."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], Any] = {}

    def put(self, block_id: str, element: Json, value: Any) -> None:
        """Remember a value."""
        self.values[block_id, str(element.get("action_id") or "")] = value

    def keep(self, blocks: list[Json]) -> None:
        """Forget what was typed into blocks that are no longer there, as Slack does."""
        block_ids = {str(block.get("block_id")) for block in blocks}
        self.values = {key: value for key, value in self.values.items() if key[0] in block_ids}


class LiveSurface:
    """What all places have in common: the lists behind selects, uploads, clicks by hand."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.reader = session.reader()
        self.drafts = Drafts()
        self.presses = Presses()

    def place(self) -> Place:
        """The message or view as it is now. Raises NotPossible when it is gone."""
        raise NotImplementedError

    def value(self, block_id: str, element: Json) -> Any:
        """The draft, or else what the stand-in holds."""
        key = (block_id, str(element.get("action_id") or ""))
        if key in self.drafts.values:
            return self.drafts.values[key]
        try:
            held = self.session.hand().values(self.place())
        except NotPossible:  # it went away while it was being drawn
            held = {}
        return current(held, block_id, element)

    def error(self, _block_id: str) -> str | None:
        """Only modals show errors below their fields."""
        return None

    def remember(self, block_id: str, element: Json, value: Any) -> None:
        """Keep a draft; it is handed over before the next thing that the app is told."""
        self.drafts.put(block_id, element, value)

    async def click(self, block_id: str, element: Json) -> None:
        """Press a button; the app sees what was typed so far."""
        action_id = str(element.get("action_id") or "")
        await self._with_drafts(lambda hand: hand.click(self.place(), action_id, block_id))

    async def choose(self, block_id: str, element: Json, value: Any) -> None:
        """Choose something that the app is told at once, with what was typed so far."""
        action_id = str(element.get("action_id") or "")
        self.drafts.values.pop((block_id, action_id), None)
        await self._with_drafts(lambda hand: hand.choose(self.place(), action_id, value, block_id))

    async def _with_drafts(self, do: Callable[[Actor], Outcome]) -> None:
        dispatching = _dispatching_blocks(self.place().blocks)
        quiet = {key: v for key, v in self.drafts.values.items() if key[0] not in dispatching}

        def hand_over(hand: Actor) -> Outcome:
            for (block_id, action_id), value in quiet.items():
                hand.choose(self.place(), action_id, value, block_id)
            return do(hand)

        await self.session.act(hand_over)

    def people(self) -> list[Choice]:
        """Every active person, by name; the app is no person."""
        users = [u for u in self.session.slack.workspace.users.values() if not u.deleted]
        people = [u for u in users if not u.is_bot]
        return [Choice(u.id, display_name(u)) for u in sorted(people, key=display_name)]

    def conversations(self, element: Json) -> list[Choice]:
        """What a conversations or channels select offers this person."""
        wanted = set((element.get("filter") or {}).get("include") or ["public", "private"])
        if "channels_select" in str(element.get("type")):
            wanted = {"public"}
        channels = [c for c in self.session.channels() if _KINDS[c.kind] in wanted]
        return [Choice(c.id, f"# {c.name}") for c in channels if not c.is_archived]

    async def suggestions(self, block_id: str, element: Json, typed: str) -> list[Choice]:
        """What the app offers in an external select."""
        action_id = str(element.get("action_id") or "")

        def ask(hand: Actor) -> list[Json]:
            return hand.suggestions(self.place(), action_id, typed, block_id)

        options = await self.session.act(ask) or []
        if options and "options" in options[0]:
            return choices_of(all_options({"option_groups": options}))
        return choices_of(all_options({"options": options}))

    async def upload(self, file: Upload) -> str | None:
        """Give Slack a file for a file input."""
        stored = await self.session.act(lambda hand: hand.upload(None, file.name, file.data))
        return stored.id if stored else None


class MessageSurface(LiveSurface):
    """A message, found again by its channel and time stamp, with the blocks that stand here.

    A card may be redrawn at the moment of a press: what the person saw is what they pressed.
    """

    def __init__(self, session: Session, message: Message) -> None:
        super().__init__(session)
        self._key = (message.channel, message.ts)
        self._blocks = message.blocks

    def place(self) -> Message:
        """The message, with its blocks as they were drawn."""
        message = self.session.slack.workspace.message(*self._key)
        if message is None:
            raise NotPossible("This message is no longer there.")
        return replace(message, blocks=self._blocks)


class HomeSurface(LiveSurface):
    """The acting person's Home tab."""

    def place(self) -> View:
        """The home tab as it is now."""
        view = self.session.slack.home(self.session.user_id)
        if view is None:
            raise NotPossible("This Home tab is empty.")
        return view


class ModalSurface(LiveSurface):
    """A modal. Typing stays here until a button needs it: submit sends all of it at once."""

    def __init__(self, session: Session, view_id: str) -> None:
        super().__init__(session)
        self._view_id = view_id

    def place(self) -> View:
        """The modal as it is now."""
        view = self.session.slack.workspace.views.get(self._view_id)
        if view is None:
            raise NotPossible("This window was closed.")
        return view

    def error(self, block_id: str) -> str | None:
        """What the app (or Slack's client) has against this field."""
        view = self.session.slack.workspace.views.get(self._view_id)
        return view.errors.get(block_id) if view else None

    def submission(self) -> dict[str, Any]:
        """What `Actor.submit` takes: block_id → plain value, for blocks that are still there."""
        inputs = {str(b.get("block_id")) for b in self.place().blocks if b.get("type") == "input"}
        return {block: value for (block, _), value in self.drafts.values.items() if block in inputs}


def _dispatching_blocks(blocks: list[Json]) -> set[str]:
    """Input blocks that tell the app by themselves: their drafts are theirs to send."""
    return {str(block.get("block_id")) for block in blocks if block.get("dispatch_action")}
