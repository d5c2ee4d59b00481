"""What Slack brings in for the whole: an opened home tab, an admin's upkeep, `/handoff status`."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import slack
from bot.home import messages, service
from bot.people.desk import Desk
from bot.people.models import Person, Role
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.slack.text import plural
from bot.store import Store

_SOURCES = Access("look at the sources", (Role.ADMIN,))
_RETRY = Access("retry failed work", (Role.ADMIN,))
_STATUS = Access("see how the installation does", (Role.ADMIN,))


class Hall(Desk):
    """Where somebody comes in."""

    def opened(self, incoming: Incoming) -> None:
        """Somebody opened their home tab."""
        incoming.ack()
        if incoming.event.get("tab") != "home":
            return
        with self.serving(incoming) as (session, who):
            slack.show(session, who.workspace_id, slack.HOME, who.id, who.slack_id)


def register(listening: Listening, store: Store) -> None:
    """Listen for home tabs and what admins do there."""
    hall = Hall(store)
    listening.event("app_home_opened", hall.opened)
    listening.action(messages.SOURCES_OPEN, hall.opens(_sources), _SOURCES)
    listening.action(messages.RETRY, hall.does(service.retry), _RETRY)
    listening.action(messages.RETRY_ALL, hall.tells(_retry_all), _RETRY)
    usage = "how the installation does (admins)"
    listening.command(Command("/handoff", "status", usage, hall.tells(_status), _STATUS))


def _status(session: Session, who: Person, _id: int) -> str:
    """How does it do?"""
    return messages.status(service.condition(session, who.workspace_id))


def _sources(session: Session, who: Person, _id: int) -> View:
    """Which sources speak?"""
    return messages.sources(service.sources(session, who), service.webhooks_health(session, who))


def _retry_all(session: Session, who: Person, _id: int) -> str:
    """All failed work shall run again."""
    return f"{plural(service.retry_all(session, who), 'piece')} of work will run again."
