"""What the clock brings in for digests: Monday's report, and how its card is drawn."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.digests import service, view
from bot.jobs import Tasks
from bot.people.model import Workspace
from bot.slack import Cards, Message
from bot.store import Store


def register(tasks: Tasks, store: Store, cards: Cards) -> None:
    """Add the task and the card."""

    def weekly(workspace_id: int, slot: str) -> None:
        # The slot and not the clock says which week: a retry at night reports the same one.
        with store.transaction() as session:
            at = datetime.fromisoformat(slot)
            service.sum_up(session, session.get_one(Workspace, workspace_id), at)

    tasks.add(service.WEEKLY, weekly)
    cards.add(service.CARD, _card)


def _card(session: Session, digest_id: int) -> Message | None:
    report = service.reported(session, digest_id)
    return view.digest(report) if report else None
