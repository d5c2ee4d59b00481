"""What Slack brings in for the whole: an opened home tab, an admin's upkeep, `/handoff status`."""

from bot import slack
from bot.home import service, view
from bot.people import service as people
from bot.slack import Command, Incoming, Listening
from bot.slack.text import plural
from bot.store import Store


class Hall:
    """Where what concerns no single capability arrives."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def opened(self, incoming: Incoming) -> None:
        """Somebody opened their home tab."""
        incoming.ack()
        if incoming.event.get("tab") != "home":
            return
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            slack.show(session, who.workspace_id, slack.HOME, who.id, who.slack_id)

    def status(self, incoming: Incoming, _rest: str) -> None:
        """How does it do?"""
        incoming.ack()
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            condition = service.condition(session, who.workspace_id)
        incoming.tell(view.status(condition))

    def sources(self, incoming: Incoming) -> None:
        """Which sources speak?"""
        incoming.ack()
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            heard = service.sources(session, who)
        incoming.open(view.sources(heard))

    def retry(self, incoming: Incoming) -> None:
        """One piece of failed work shall run again."""
        incoming.ack()
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            service.retry(session, who, incoming.id)

    def retry_all(self, incoming: Incoming) -> None:
        """All of it shall."""
        incoming.ack()
        with self._store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            count = service.retry_all(session, who)
        incoming.tell(f"{plural(count, 'piece')} of work will run again.")


def register(listening: Listening, store: Store) -> None:
    """Listen for home tabs and what admins do there."""
    hall = Hall(store)
    listening.event("app_home_opened", hall.opened)
    listening.action(view.SOURCES_OPEN, hall.sources)
    listening.action(view.RETRY, hall.retry)
    listening.action(view.RETRY_ALL, hall.retry_all)
    listening.command(Command("/handoff", "status", "how the installation does", hall.status))
