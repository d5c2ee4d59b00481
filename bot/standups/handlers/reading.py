"""Reading a summary: its pages, blockers to take across the table, ideas that become requests."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people.desk import Deed, Desk, Listener
from bot.people.models import ANY_ROLE, Person
from bot.slack import Incoming, Listening
from bot.slack.access import Access
from bot.standups import messages, service
from bot.standups.forms import Answers
from bot.standups.handlers.answering import form
from bot.store import Store

_READ = Access("read standups", ANY_ROLE, or_team=True)
_LIFT = Access("take blockers", ANY_ROLE, or_team=True)
_MAKE = Access("ask for campaigns", ANY_ROLE)


class Summaries(Desk):
    """Where clicks on a summary and on its pages arrive."""

    def turn(self, incoming: Incoming) -> None:
        """Another page."""
        incoming.ack()
        round_id, _ = messages.page_of(incoming.note)
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
                if incoming.standing[0] == messages.PAGE:
                    modal = _page(session, who, *messages.page_of(incoming.note))
                elif incoming.standing[0] == Answers.callback_id:
                    modal = form(session, who, Answers.hidden(incoming)["entry_id"])
            if modal is not None:
                incoming.replace(modal)

        return listen


def register(listening: Listening, store: Store) -> None:
    """Listen for readers."""
    desk = Summaries(store)
    listening.action(messages.PAGE, desk.opens(_page), _READ)
    for way in ("previous", "next"):
        listening.action(f"{messages.PAGE}.{way}", desk.turn, _READ)
    listening.action(messages.TAKE, desk.doing(service.take), _LIFT)
    listening.action(messages.HAND_BACK, desk.doing(service.hand_back), _LIFT)
    listening.action(messages.LIFT, desk.doing(service.lift), _LIFT)
    listening.action(messages.MAKE, desk.doing(service.make_request), _MAKE)


def _page(session: Session, who: Person, round_id: int, number: int = 0) -> View:
    return messages.page(service.page(session, who, round_id, number))
