"""What Slack brings in for somebody's own lists, and for one lead that was looked up."""

import re
from functools import partial

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.leads import service, view
from bot.leads.model import Mine
from bot.people.desk import Desk
from bot.people.model import Person
from bot.slack import Command, Incoming, Listening
from bot.store import Store

_NUMBER = re.compile(r"#?(\d{1,15})")


class Lists(Desk):
    """Where somebody looks at their lists, and looks leads up."""

    def open(self, which: Mine, incoming: Incoming) -> None:
        """The whole of a list, from the home tab."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _page(session, who, which, 0)
        incoming.open(modal)

    def turn(self, which: Mine, incoming: Incoming) -> None:
        """Another page."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _page(session, who, which, incoming.id)
        incoming.replace(modal)

    def mine(self, incoming: Incoming, _rest: str) -> None:
        """What is mine: the most urgent of it, and the ways to the rest."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            counts = service.count_mine(session, who)
            urgent = service.mine(session, who, Mine.TO_CALL, view.MOST_FOUND)
        incoming.tell(view.mine(urgent, counts))

    def find(self, incoming: Incoming, words: str) -> None:
        """Look leads up by what one remembers of them."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found = service.search(session, who, words, view.MOST_FOUND + 1)
        incoming.tell(view.found(words, found))

    def look_up(self, incoming: Incoming, words: str) -> None:
        """One lead by its number; anything else is looked for."""
        number = _NUMBER.fullmatch(words.strip())
        if number is None:
            self.find(incoming, words)
        else:
            self._show(incoming, int(number[1]))

    def show(self, incoming: Incoming) -> None:
        """One of those that were found."""
        self._show(incoming, incoming.id)

    def _show(self, incoming: Incoming, lead_id: int) -> None:
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _one(session, who, lead_id)
        incoming.open(modal)


def refresh(desk: Desk, incoming: Incoming) -> None:
    """Draw anew the list or the lead in which something was done, if it was in one."""
    callback_id, note = incoming.standing
    if callback_id not in (view.LIST, view.SHOW):
        return
    with desk.serving(incoming) as (session, who):
        if callback_id == view.SHOW:
            modal = _one(session, who, int(note))
        else:
            which, _, page = note.partition(" ")
            modal = _page(session, who, Mine(which), int(page))
    incoming.redraw(modal)


def _page(session: Session, who: Person, which: Mine, page: int) -> View:
    """A page of a list; the last one there is, where it has become shorter."""
    count = service.count_mine(session, who)[which]
    page = min(page, max(count - 1, 0) // view.PAGE_SIZE)
    leads = service.mine(session, who, which, view.PAGE_SIZE, page * view.PAGE_SIZE)
    return view.whole_list(which, leads, page, count)


def _one(session: Session, who: Person, lead_id: int) -> View:
    return view.one(service.look_at(session, who, lead_id))


def register(listening: Listening, store: Store) -> None:
    """Listen for lists, and for leads that are looked up."""
    lists = Lists(store)
    for which in Mine:
        action = view.list_action(which)
        listening.action(action, partial(lists.open, which))
        listening.action(f"{action}.previous", partial(lists.turn, which))
        listening.action(f"{action}.next", partial(lists.turn, which))
    listening.action(view.SHOW, lists.show)
    for word, usage, listener in (
        ("mine", "what is yours to call, to rate and to finish", lists.mine),
        ("find", "`Lovelace`: look a lead up by name, company, e-mail or phone", lists.find),
        ("<number>", "open one lead, by the number on its card", lists.look_up),
    ):
        listening.command(Command("/lead", word, usage, listener))
