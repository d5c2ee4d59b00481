"""Reading a summary: its pages, blockers to take across the table, ideas that become requests."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people.desk import Deed, Desk, Listener
from bot.people.model import Person
from bot.slack import Incoming, Listening
from bot.standups import service, view
from bot.standups.listeners.answering import form
from bot.store import Store


class Summaries(Desk):
    """Where clicks on a summary and on its pages arrive."""

    def turn(self, incoming: Incoming) -> None:
        """Another page."""
        incoming.ack()
        round_id, _ = view.page_of(incoming.note)
        with self.serving(incoming) as (session, who):
            modal = _page(session, who, round_id, incoming.id)
        incoming.replace(modal)

    def doing(self, deed: Deed) -> Listener:
        """A button of the summary; or of a page or a form, which then shows what has changed."""

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            modal = None
            with self.serving(incoming) as (session, who):
                deed(session, who, incoming.id)
                if incoming.standing[0] == view.PAGE:
                    modal = _page(session, who, *view.page_of(incoming.note))
                elif incoming.standing[0] == view.SEND:
                    modal = form(session, who, incoming.noted_id)
            if modal is not None:
                incoming.replace(modal)

        return listen


def register(listening: Listening, store: Store) -> None:
    """Listen for readers."""
    desk = Summaries(store)
    listening.action(view.PAGE, desk.opens(_page))
    for way in ("previous", "next"):
        listening.action(f"{view.PAGE}.{way}", desk.turn)
    listening.action(view.TAKE, desk.doing(service.take))
    listening.action(view.HAND_BACK, desk.doing(service.hand_back))
    listening.action(view.LIFT, desk.doing(service.lift))
    listening.action(view.MAKE, desk.doing(service.make_request))


def _page(session: Session, who: Person, round_id: int, number: int = 0) -> View:
    return view.page(service.page(session, who, round_id, number))
