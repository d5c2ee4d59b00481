"""What Slack brings in for digests: `/digest` for the running week, and how it is counted."""

from bot.digests import service, view
from bot.people import service as people
from bot.slack import Command, Incoming, Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for digests."""

    def show(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            report = service.running(session, who)
        message = view.digest(report)
        incoming.tell(message.text, message.content)

    def explain(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        message = view.formulas()
        incoming.tell(message.text, message.content)

    listening.command(Command("/digest", "", "show the running week in figures", show))
    listening.command(Command("/digest", "formulas", "say how each figure is computed", explain))
