"""The durable work of routing: the escalation of each lead, and the end of absences."""

from sqlalchemy.orm import Session

from bot.routing import (
    absences,
    capability,
    covering,
    escalation,
    messages,
    slack_status,
    unclaimed,
)
from bot.slack import Message

capability.installation(escalation.install)
capability.each_tick(every=10)(absences.release_for_leavers)
capability.each_tick()(escalation.sweep)


@capability.task(absences.END_ABSENCE)
def come_back(session: Session, absence_id: int) -> None:
    """An absence is over: lent leads return to their owner."""
    absences.end_absence(session, absence_id)


@capability.task(unclaimed.WRITE_AGAIN)
def write_unclaimed_again(session: Session, notice_id: int) -> None:
    """A while after a message: tell of the unclaimed leads that were added to it."""
    unclaimed.write_again(session, notice_id)


@capability.card(absences.STANDS_IN)
def _stands_in(session: Session, absence_id: int, target: str) -> Message:
    return messages.stands_in(absences.handover(session, absence_id, target))


@capability.card(absences.COVERS)
def _covers(session: Session, absence_id: int, target: str) -> Message:
    return messages.covers(covering.cover(session, absence_id), target)


@capability.card(absences.AWAY_OFFER)
def _away_offer(session: Session, offer_id: int) -> Message:
    return messages.away_offer(*slack_status.with_absence(session, offer_id))


@capability.card(absences.CAME_BACK)
def _came_back(session: Session, absence_id: int, target: str) -> Message:
    return messages.came_back(absences.handover(session, absence_id, target))
