"""What Slack brings in at the end of a campaign: the question's button and its form."""

from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.model import Person
from bot.planning import modals, service, view
from bot.slack import Incoming, Listening
from bot.store import Store


class Lessons:
    """Where the answers to retrospectives arrive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, incoming: Incoming) -> None:
        """The form, for whom it was asked of."""
        incoming.ack()
        with self._store.transaction() as session:
            found = service.retrospective(session, _who(session, incoming), incoming.id)
        incoming.open(modals.look_back(found))

    def save(self, incoming: Incoming) -> None:
        """The form came."""
        said = {name: str(value or "") for name, value in incoming.fields.items()}
        with self._store.transaction() as session:
            service.answer_back(session, _who(session, incoming), incoming.noted_id, **said)
        incoming.ack()


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for retrospectives."""
    desk = Lessons(store)
    listening.action(view.LOOK_BACK, desk.open)
    listening.submission(modals.SAVE_LESSON, desk.save)
