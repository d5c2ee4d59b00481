"""What Slack brings in for somebody's own lists, and for one lead that was looked up."""

import re
from datetime import timedelta
from functools import partial

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.leads import messages, service
from bot.leads.models import Mine
from bot.people.desk import Deed, Desk, Draw, Form, Listener
from bot.people.models import ANY_ROLE, Person
from bot.slack import Command, Incoming, Listening, Message
from bot.slack.access import Access
from bot.store import Store

_NUMBER = re.compile(r"#?(\d{1,15})")
_NOTE = re.compile(r"#?(\d{1,15}) +note +(.+)", re.IGNORECASE)

WORK = Access("work on leads", ANY_ROLE)
"""Its owner or a manager works on a lead: the verbs see to that."""
NOTES = Access("write notes about leads", ANY_ROLE)
_LOOK_UP = Access("look leads up", ANY_ROLE)


DOUBLE_CLICK = timedelta(seconds=1)
"""A card redraws at once, and puts the next step's button under the pointer: nobody takes a lead
two steps on so soon."""


class Misspelt(HandoffError):
    """Please name leads by the numbers on their cards: `/lead {example}`."""


def numbers_of(words: str, count: int, example: str) -> list[int]:
    """The numbers of leads in what someone wrote. Raises Misspelt."""
    found = [int(digits) for digits in re.findall(r"\d{1,15}", words)]
    if len(found) != count:
        raise Misspelt(example=example)
    return found


def number_of(words: str, example: str) -> int:
    """The number of the one lead in what someone wrote. Raises Misspelt."""
    return numbers_of(words, 1, example)[0]


def _is_double(session: Session, who: Person, lead_id: int) -> bool:
    return service.has_moved_since(session, who, lead_id, clock.now() - DOUBLE_CLICK)


class Working(Desk):
    """A desk where leads are worked: a list or a lead that is open shows what was done."""

    def works(self, deed: Deed) -> Listener:
        """A click does something with a lead; the second one of a double click does not."""

        def once(session: Session, who: Person, lead_id: int) -> object:
            if _is_double(session, who, lead_id):
                return None
            try:
                return deed(session, who, lead_id)
            except HandoffError:
                if _is_double(session, who, lead_id):  # both came at once: the first has done it
                    return None
                raise

        return self._redrawing(self.does(once))

    def changes(self, deed: Deed) -> Listener:
        """A click changes something whose button stays where it is."""
        return self._redrawing(self.does(deed))

    def asks(self, draw: Draw) -> Listener:
        """A click opens a form about a lead; the second one of a double click does not."""

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            with self.serving(incoming) as (session, who):
                is_double = _is_double(session, who, incoming.id)
                modal = None if is_double else draw(session, who, incoming.id)
            if modal is not None:
                incoming.open(modal)

        return listen

    def settles(self, form: Form) -> Listener:
        """A form about a lead came."""
        return self._redrawing(self.takes(form))

    def _redrawing(self, done: Listener) -> Listener:
        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            done(incoming)
            self._redraw(incoming)

        return listen

    def _redraw(self, incoming: Incoming) -> None:
        callback_id, note = incoming.standing
        if callback_id not in (messages.LIST, messages.SHOW):
            return
        with self.serving(incoming) as (session, who):
            if callback_id == messages.SHOW:
                modal = _one(session, who, int(note))
            else:
                which, _, page = note.partition(" ")
                modal = _page(session, who, int(page), Mine(which))
        incoming.redraw(modal)


class Lists(Desk):
    """Where somebody looks leads up."""

    def find(self, incoming: Incoming, words: str) -> None:
        """Look leads up by what one remembers of them."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found = service.search(session, who, words, messages.MOST_FOUND + 1)
        incoming.tell(messages.found(words, found))

    def look_up(self, incoming: Incoming, words: str) -> None:
        """One lead by its number; anything else is looked for."""
        if note := _NOTE.fullmatch(words.strip()):
            self._note(incoming, int(note[1]), note[2])
            return
        number = _NUMBER.fullmatch(words.strip())
        if number is None:
            self.find(incoming, words)
            return
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _one(session, who, int(number[1]))
        incoming.open(modal)

    def _note(self, incoming: Incoming, lead_id: int, words: str) -> None:
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead = service.add_note(session, who, lead_id, words)
        incoming.tell(f"Your note is on lead #{lead.id}.")


def _mine(session: Session, who: Person, _id: int) -> Message:
    """What is mine: the most urgent of it, and the ways to the rest."""
    urgent = service.mine(session, who, Mine.TO_CALL, messages.MOST_FOUND)
    return messages.mine(urgent, service.count_mine(session, who))


def _page(session: Session, who: Person, page: int, which: Mine) -> View:
    """A page of a list; the last one there is, where it has become shorter."""
    count = service.count_mine(session, who)[which]
    page = min(page, max(count - 1, 0) // messages.PAGE_SIZE)
    leads = service.mine(session, who, which, messages.PAGE_SIZE, page * messages.PAGE_SIZE)
    return messages.whole_list(which, leads, page, count, service.last_moves(session, leads))


def _one(session: Session, who: Person, lead_id: int) -> View:
    return messages.one(service.look_at(session, who, lead_id))


def register(listening: Listening, store: Store) -> None:
    """Listen for lists, and for leads that are looked up."""
    lists = Lists(store)
    for which in Mine:
        action = messages.list_action(which)
        page = partial(_page, which=which)
        listening.action(action, lists.opens(page), WORK)
        listening.action(f"{action}.previous", lists.replaces(page), WORK)
        listening.action(f"{action}.next", lists.replaces(page), WORK)
    listening.action(messages.SHOW, lists.opens(_one), _LOOK_UP)
    usage = "what is yours to call, to rate and to finish"
    listening.command(Command("/lead", "mine", usage, lists.tells(_mine), WORK))
    for word, usage, listener in (
        ("find", "`Lovelace`: look a lead up by name, company, e-mail or phone", lists.find),
        (
            "<number>",
            "open one lead, by the number on its card; `12 note wants 40 seats` adds a note",
            lists.look_up,
        ),
    ):
        listening.command(Command("/lead", word, usage, listener, _LOOK_UP))
