"""What Slack brings in for the home tab: someone opened it."""

from bot import slack
from bot.people import service as people
from bot.slack import Incoming, Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for opened home tabs."""

    def opened(incoming: Incoming) -> None:
        incoming.ack()
        if incoming.event.get("tab") != "home":
            return
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            slack.show(session, who.workspace_id, slack.HOME, who.id, who.slack_id)

    listening.event("app_home_opened", opened)
