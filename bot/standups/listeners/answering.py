"""Answering and skipping: `/standup`, the buttons of the prompt, and the form."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.model import Person
from bot.slack import Command, Incoming, Listening
from bot.standups import service, view
from bot.store import Store


class Desk:
    """Where answers arrive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open_now(self, incoming: Incoming, _rest: str) -> None:
        """`/standup`: the form of the one that can be answered, or a choice of several."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            found = service.answerable_now(session, who)
            waiting = [each for each in found if each.waits] or found
            if len(waiting) == 1:
                modal = _form(session, who, service.entry_now(session, who, waiting[0].standup.id))
            else:
                modal = view.choice(found)
        incoming.open(modal)

    def skip_now(self, incoming: Incoming, _rest: str) -> None:
        """`/standup skip`: whatever waits today."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            found = service.answerable_now(session, who)
            waiting = [each for each in found if each.waits] or found[:1]
            entries = [service.entry_now(session, who, each.standup.id) for each in waiting]
            answer = view.skipping([service.skip(session, who, each) for each in entries])
        incoming.tell(answer)

    def open_form(self, incoming: Incoming) -> None:
        """The button of the prompt or of the reminder."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _form(session, _who(session, incoming), incoming.id)
        incoming.open(modal)

    def begin(self, incoming: Incoming) -> None:
        """A standup was chosen by itself, maybe before it is asked."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            modal = _form(session, who, service.entry_now(session, who, incoming.id))
        incoming.open(modal)

    def skip(self, incoming: Incoming) -> None:
        """The other button of the prompt."""
        incoming.ack()
        with self._store.transaction() as session:
            service.skip(session, _who(session, incoming), incoming.id)

    def send(self, incoming: Incoming) -> None:
        """The form came."""
        with self._store.transaction() as session:
            who = _who(session, incoming)
            try:
                service.answer(session, who, incoming.noted_id, incoming.fields)
            except service.StandupClosed as error:
                # Said beside the first field, so that what was written can still be copied.
                raise FieldErrors({next(iter(incoming.fields)): error.message}) from error
        incoming.ack(response_action="clear")


def register(listening: Listening, store: Store) -> None:
    """Listen for answers."""
    desk = Desk(store)
    listening.command(Command("/standup", "", "answer your standup, early or late", desk.open_now))
    listening.command(Command("/standup", "skip", "skip it today", desk.skip_now))
    listening.action(view.ANSWER, desk.open_form)
    listening.action(view.BEGIN, desk.begin)
    listening.action(view.SKIP, desk.skip)
    listening.submission(view.SEND, desk.send)


def _form(session: Session, who: Person, entry_id: int) -> View:
    return view.form(service.answerable(session, who, entry_id), service.facts(session, who))


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)
