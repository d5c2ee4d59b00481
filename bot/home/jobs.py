"""The durable work of the home tab: drawing it."""

from sqlalchemy.orm import Session

from bot import slack
from bot.home import service, view
from bot.slack import Cards, Message


def register(cards: Cards) -> None:
    """Add how a home tab is drawn."""
    cards.add(slack.HOME, _page)


def _page(session: Session, person_id: int) -> Message:
    return view.home(service.page(session, person_id))
