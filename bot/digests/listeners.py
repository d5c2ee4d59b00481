"""What Slack brings in for digests: `/digest` for the running week, last week, and the formulas."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.digests import service, view
from bot.digests.model import Report
from bot.people import service as people
from bot.people.model import Person
from bot.slack import Command, Incoming, Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for digests."""

    def show(incoming: Incoming, verb: Callable[[Session, Person], Report]) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            report = verb(session, who)
        incoming.tell(view.digest(report))

    def running(incoming: Incoming, _rest: str) -> None:
        show(incoming, service.running)

    def last(incoming: Incoming, _rest: str) -> None:
        show(incoming, service.last)

    listening.command(Command("/digest", "", "show the running week in figures", running))
    listening.command(Command("/digest", "last", "show last week in figures", last))
    listening.command(Command("/digest", "formulas", "say how each figure is computed", _explain))


def _explain(incoming: Incoming, _rest: str) -> None:
    incoming.ack()
    incoming.tell(view.formulas())
