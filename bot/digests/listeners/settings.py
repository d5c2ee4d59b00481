"""What Slack brings in from managers who say when digests come."""

from bot.digests import modals, service
from bot.people import service as people
from bot.people.model import Role
from bot.slack import Command, Incoming, Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for the settings."""

    def show(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            modal = modals.overview(service.timetables(session, who))
        incoming.open(modal)

    def change(incoming: Incoming) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            timetable = service.changeable(session, who, incoming.id)
            modal = modals.change(timetable, by_admin=who.has(Role.ADMIN))
        incoming.open(modal)

    def save(incoming: Incoming) -> None:
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            service.change(session, who, incoming.noted_id, incoming.fields)
            modal = modals.overview(service.timetables(session, who))
        incoming.ack()
        incoming.replace_root(modal)

    usage = "who gets it, on which day and hour (managers)"
    listening.command(Command("/digest", "settings", usage, show))
    listening.action(modals.CHANGE, change)
    listening.submission(modals.SAVE, save)
