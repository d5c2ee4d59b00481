"""The durable work of standups: open, remind and close rounds, and draw their cards."""

from datetime import datetime

from bot.jobs import Tasks
from bot.slack import Cards
from bot.standups import service, view
from bot.store import Store


def register(tasks: Tasks, store: Store, cards: Cards) -> None:
    """Add the tasks and the cards."""

    def open_round(standup_id: int, slot: str) -> None:
        with store.transaction() as session:
            service.open_round(session, standup_id, datetime.fromisoformat(slot))

    def remind(round_id: int) -> None:
        with store.transaction() as session:
            service.remind(session, round_id)

    def close(round_id: int) -> None:
        with store.transaction() as session:
            service.close(session, round_id)

    tasks.add(service.OPEN, open_round)
    tasks.add(service.REMIND, remind)
    tasks.add(service.CLOSE, close)
    cards.add(service.PROMPT, lambda session, id_: view.prompt(service.entry_to_show(session, id_)))
    cards.add(
        service.REMINDER, lambda session, id_: view.reminder(service.entry_to_show(session, id_))
    )
    cards.add(
        service.SUMMARY, lambda session, id_: view.summary(service.round_to_show(session, id_))
    )
