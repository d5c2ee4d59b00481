"""What Slack brings in for files on a schedule: `/digest export`, its form, and *Remove*."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.model import Person
from bot.reports.exports import service, view
from bot.slack import Command, Incoming, Listening
from bot.store import Store


class Desk:
    """Where managers say which files come."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def show(self, incoming: Incoming, _rest: str) -> None:
        """`/digest export`: what comes, and a form for more."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _modal(session, _who(session, incoming), incoming.channel)
        incoming.open(modal)

    def save(self, incoming: Incoming) -> None:
        """Another file."""
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.set_up(session, who, incoming.fields)
            modal = _modal(session, who, incoming.fields["channel"])
        incoming.ack({"response_action": "update", "view": modal.to_dict()})

    def remove(self, incoming: Incoming) -> None:
        """One less."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.remove(session, who, incoming.id)
            modal = _modal(session, who, None)
        incoming.replace(modal)


def register(listening: Listening, store: Store) -> None:
    """Listen for files on a schedule."""
    desk = Desk(store)
    usage = "let files come into a channel (managers)"
    listening.command(Command("/digest", "export", usage, desk.show))
    listening.submission(view.SAVE, desk.save)
    listening.action(view.REMOVE, desk.remove)


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def _modal(session: Session, who: Person, channel: str | None) -> View:
    is_channel = channel is not None and channel.startswith(("C", "G"))
    return view.exports(service.exports(session, who), channel if is_channel else None)
