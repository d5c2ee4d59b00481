"""The durable work of the home tab: drawing it."""

from sqlalchemy.orm import Session

from bot import slack
from bot.home import messages, service
from bot.people.models import Person
from bot.slack import Cards, Message


def register(cards: Cards) -> None:
    """Add how a home tab is drawn."""
    cards.add(slack.HOME, _page)


def _page(session: Session, person_id: int) -> Message | None:
    """Nothing for who has left: Slack would refuse it."""
    if not session.get_one(Person, person_id).active:
        return None
    return messages.home(service.page(session, person_id))
