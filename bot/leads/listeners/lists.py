"""What Slack brings in for somebody's own lists: the whole of one, and its pages."""

from functools import partial

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.leads import service, view
from bot.leads.model import Mine
from bot.people import service as people
from bot.people.model import Person
from bot.slack import Incoming, Listening
from bot.store import Store


class Lists:
    """Where somebody looks at their lists."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, which: Mine, incoming: Incoming) -> None:
        """The whole of a list, from the home tab."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), which, 0)
        incoming.open(modal)

    def turn(self, which: Mine, incoming: Incoming) -> None:
        """Another page."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), which, incoming.id)
        incoming.replace(modal)


def redraw(session: Session, who: Person, incoming: Incoming) -> View | None:
    """The list in which something was clicked, as it is now; None: it was no list."""
    if incoming.modal != view.LIST:
        return None
    which, _, page = incoming.note.partition(" ")
    return _page(session, who, Mine(which), int(page or 0))


def _page(session: Session, who: Person, which: Mine, page: int) -> View:
    """A page of a list; the last one there is, where it has become shorter."""
    count = service.count_mine(session, who)[which]
    page = min(page, max(count - 1, 0) // view.PAGE_SIZE)
    leads = service.mine(session, who, which, view.PAGE_SIZE, page * view.PAGE_SIZE)
    return view.whole_list(which, leads, page, count)


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for lists."""
    lists = Lists(store)
    for which in Mine:
        action = view.list_action(which)
        listening.action(action, partial(lists.open, which))
        listening.action(f"{action}.previous", partial(lists.turn, which))
        listening.action(f"{action}.next", partial(lists.turn, which))
