"""The durable work of planning: drawing its cards, and what the clock looks at."""

from sqlalchemy.orm import Session

from bot import clock
from bot.jobs import Tasks
from bot.planning import service, view
from bot.slack import Cards, Message


def register(tasks: Tasks, cards: Cards) -> None:
    """Add how each card is drawn, and what each tick of the clock does."""
    cards.add(service.CARD, _card)
    cards.add(service.TOLD, _told)
    cards.add(service.REMINDER, _reminder)
    tasks.each_tick(service.remind)


def _card(session: Session, request_id: int) -> Message:
    return view.card(service.facts(session, request_id), clock.now())


def _told(session: Session, request_id: int) -> Message:
    return view.told(service.facts(session, request_id), clock.now())


def _reminder(session: Session, request_id: int) -> Message:
    return view.reminder(service.facts(session, request_id), clock.now())
