"""What exactly is promised, for whoever asks: `/offer`, and the pages of what it finds."""

from bot.campaigns import messages, service
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_LOOK_UP = Access("look offers up", ANY_ROLE)


class Offers(Desk):
    """Where questions about offers arrive."""

    def look_up(self, incoming: Incoming, words: str) -> None:
        """One that is found is told; of several there is a list to choose from."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found = service.offers(session, who, words)
        if found.count > len(found.offers):
            incoming.open(messages.pages(found, words, 0, service.MOST))
        else:
            incoming.tell(messages.found(found))

    def turn(self, incoming: Incoming) -> None:
        """Another page of what was found."""
        incoming.ack()
        words, page = incoming.note, incoming.id
        with self.serving(incoming) as (session, who):
            found = service.offers(session, who, words, page)
        incoming.replace(messages.pages(found, words, page, service.MOST))

    def show(self, incoming: Incoming) -> None:
        """One of several that were found."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found = service.offer(session, who, incoming.id)
        if incoming.standing[0]:
            incoming.open(messages.whole_offer(found))
        else:
            incoming.tell(messages.offer(found))


def register(listening: Listening, store: Store) -> None:
    """Listen for those who want to know an offer."""
    desk = Offers(store)
    usage = "see the offers that hold today"
    listening.command(Command("/offer", "", usage, desk.look_up, _LOOK_UP))
    usage = "see the exact terms of one, today or on a day: `/offer summer on 2026-05-01`"
    listening.command(Command("/offer", "<words>", usage, desk.look_up, _LOOK_UP))
    listening.action(messages.SHOW, desk.show, _LOOK_UP)
    for way in ("previous", "next"):
        listening.action(f"{messages.OFFERS}.{way}", desk.turn, _LOOK_UP)
