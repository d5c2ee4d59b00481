"""The durable work of leads: drawing their cards."""

from sqlalchemy.orm import Session

from bot.leads import service, view
from bot.leads.service.admitting import CARD, RETURNED
from bot.slack import Cards, Message


def register(cards: Cards) -> None:
    """Add how a lead's card is drawn."""
    cards.add(CARD, _card)
    cards.add(RETURNED, _returned)


def _card(session: Session, lead_id: int) -> Message:
    return view.card(service.facts(session, lead_id))


def _returned(session: Session, touch_id: int) -> Message:
    return view.returned(*service.touch(session, touch_id))
