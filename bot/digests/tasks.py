"""What the clock brings in for digests: the hour of each audience, and how its cards are drawn."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.digests import messages, service
from bot.digests.models import Audience
from bot.digests.report import Report
from bot.shadowing import messages as shadowing
from bot.slack import Cards, Message
from bot.store import Store
from bot.tasks import Tasks, in_transaction


def register(tasks: Tasks, store: Store, cards: Cards, page: str = "") -> None:
    """Add the task and the cards; `page` is the address of the report page, if there is one."""

    def send(workspace_id: int, audience: str, slot: str) -> None:
        # The slot and not the clock says which week: a retry at night reports the same one.
        at = datetime.fromisoformat(slot)
        in_transaction(
            store, lambda session: service.send(session, workspace_id, Audience(audience), at)
        )

    tasks.add(service.SEND, send)
    cards.add(service.HEADLINE, _drawn(_headline(page)))
    cards.add(service.DETAILS, _drawn(lambda report, _: messages.details(report)))
    cards.add(service.MONEY, _drawn(lambda report, _: messages.money(report)))
    cards.add(service.OWN, _own)
    cards.add(
        service.QUARTER,
        lambda session, key: shadowing.quarter_message(service.quarter(session, key)),
    )


def _drawn(draw: Callable[[Report, bool], Message]) -> Callable[[Session, int], Message | None]:
    """A card of what a delivery reports."""

    def card(session: Session, delivery_id: int) -> Message | None:
        found = service.delivered(session, delivery_id)
        return draw(*found) if found else None

    return card


def _headline(page: str) -> Callable[[Report, bool], Message]:
    return lambda report, shows_money: messages.digest(
        report, shows_money=shows_money, in_thread=True, page=page
    )


def _own(session: Session, delivery_id: int) -> Message | None:
    found = service.told(session, delivery_id)
    return messages.own(found[0], wanted=found[1]) if found else None
