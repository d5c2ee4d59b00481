"""What Slack brings in for the whole: an opened home tab, and `/handoff status`."""

from bot import slack
from bot.home import service, view
from bot.people import service as people
from bot.slack import Command, Incoming, Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for opened home tabs and for `/handoff status`."""

    def opened(incoming: Incoming) -> None:
        incoming.ack()
        if incoming.event.get("tab") != "home":
            return
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            slack.show(session, who.workspace_id, slack.HOME, who.id, who.slack_id)

    def status(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            condition = service.condition(session, who.workspace_id)
        incoming.tell(view.status(condition))

    listening.event("app_home_opened", opened)
    listening.command(Command("/handoff", "status", "how the installation does", status))
