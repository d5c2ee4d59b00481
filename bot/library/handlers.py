"""What Slack brings in for the library: `/handoff find`, and what is typed and clicked there."""

from functools import partial

from bot.library import messages, service
from bot.library.models import Found, Shelf
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_LOOK = Access("look into the library", ANY_ROLE)


class Library(Desk):
    """Where somebody looks something up."""

    def open(self, incoming: Incoming, words: str) -> None:
        """`/handoff find`, with words or without."""
        incoming.ack()
        incoming.open(messages.library(self._find(incoming, words)))

    def typed(self, incoming: Incoming) -> None:
        """Another character."""
        incoming.ack()
        found = messages.library(self._find(incoming, incoming.value))
        incoming.replace(found, keeps_typed=True)

    def searched(self, incoming: Incoming) -> None:
        """*Search* was pressed, or Enter: what was typed is looked for, and the modal stays."""
        words = str(incoming.fields[messages.FIELD] or "")
        found = messages.library(self._find(incoming, words))
        incoming.keep_open(found, keeps_typed=True)

    def turn(self, incoming: Incoming) -> None:
        """Another page of what was found."""
        incoming.ack()
        found = messages.library(self._find(incoming, incoming.note, incoming.id))
        incoming.replace(found, keeps_typed=True)

    def show(self, shelf: Shelf, incoming: Incoming) -> None:
        """One piece whole."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found = service.piece(session, who, shelf, incoming.id)
        incoming.open(messages.piece(found))

    def _find(self, incoming: Incoming, words: str, page: int = 0) -> Found:
        with self.serving(incoming, once=False) as (session, who):
            return service.find(session, who, words, page)


def register(listening: Listening, store: Store) -> None:
    """Listen for the library."""
    library = Library(store)
    usage = "`price`: look up talking points, objections, answers and what worked"
    listening.command(Command("/handoff", "find", usage, library.open, _LOOK))
    listening.action(messages.FIND, library.typed, _LOOK)
    listening.submission(messages.FIND, library.searched, _LOOK)
    listening.action(f"{messages.TURN}.previous", library.turn, _LOOK)
    listening.action(f"{messages.TURN}.next", library.turn, _LOOK)
    for shelf in Shelf:
        listening.action(messages.open_action(shelf), partial(library.show, shelf), _LOOK)
