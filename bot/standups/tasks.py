"""The durable work of standups: ask the people of a zone, remind, close, and draw their cards."""

from datetime import datetime

from bot.slack import Cards
from bot.standups import messages, service
from bot.store import Store
from bot.tasks import Tasks


def register(tasks: Tasks, store: Store, cards: Cards) -> None:
    """Add the task, what each tick does, and the cards."""

    def ask(standup_id: int, place: str, slot: str) -> None:
        with store.transaction() as session:
            service.ask(session, standup_id, place, datetime.fromisoformat(slot))

    tasks.add(service.OPEN, ask)
    tasks.each_tick(service.follow_people, every=10)
    tasks.each_tick(service.remind, every=5)
    tasks.each_tick(service.close, every=5)
    _draw(cards)


def _draw(cards: Cards) -> None:
    """Say how each card looks."""
    entry, blocker = service.entry_to_show, service.answer_to_show
    cards.add(service.PROMPT, lambda session, id_: messages.prompt(entry(session, id_)))
    cards.add(service.REMINDER, lambda session, id_: messages.reminder(entry(session, id_)))
    cards.add(service.SUMMARY, lambda session, id_: messages.summary(service.heard(session, id_)))
    cards.add(service.WEEK, lambda session, id_: messages.week(service.round_to_show(session, id_)))
    cards.add(service.HELP, lambda session, id_: messages.blocker(blocker(session, id_)))
    cards.add(service.LIFTED, lambda session, id_: messages.lifted(blocker(session, id_)))
