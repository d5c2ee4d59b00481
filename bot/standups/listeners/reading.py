"""Reading a summary: its pages, blockers to take across the table, ideas that become requests."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.model import Person
from bot.slack import Incoming, Listening
from bot.standups import service, view
from bot.store import Store

Deed = Callable[[Session, Person, int], object]


class Desk:
    """Where clicks on a summary arrive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open_pages(self, incoming: Incoming) -> None:
        """The first page of all answers."""
        incoming.ack()
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            modal = view.page(service.page(session, who, incoming.id, 0))
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page."""
        incoming.ack()
        round_id, _ = view.page_of(incoming.note)
        self._show_page(incoming, round_id, incoming.id)

    def take(self, incoming: Incoming) -> None:
        """Somebody takes a blocker."""
        self._do(incoming, service.take)

    def hand_back(self, incoming: Incoming) -> None:
        """Somebody hands one back."""
        self._do(incoming, service.hand_back)

    def lift(self, incoming: Incoming) -> None:
        """It is out of the way."""
        self._do(incoming, service.lift)

    def make(self, incoming: Incoming) -> None:
        """An idea becomes a request."""
        self._do(incoming, service.make_request)

    def _do(self, incoming: Incoming, deed: Deed) -> None:
        incoming.ack()
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            deed(session, who, incoming.id)
        if incoming.standing[0] == view.PAGE:
            self._show_page(incoming, *view.page_of(incoming.note))

    def _show_page(self, incoming: Incoming, round_id: int, number: int) -> None:
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            modal = view.page(service.page(session, who, round_id, number))
        incoming.replace(modal)


def register(listening: Listening, store: Store) -> None:
    """Listen for readers."""
    desk = Desk(store)
    listening.action(view.PAGE, desk.open_pages)
    listening.action(f"{view.PAGE}.previous", desk.turn)
    listening.action(f"{view.PAGE}.next", desk.turn)
    listening.action(view.TAKE, desk.take)
    listening.action(view.HAND_BACK, desk.hand_back)
    listening.action(view.LIFT, desk.lift)
    listening.action(view.MAKE, desk.make)
