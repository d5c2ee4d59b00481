"""The durable work of standups: ask the people of a zone, remind, close, and draw their cards."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack import Message
from bot.standups import capability, messages, service

capability.installation(service.install)
capability.each_tick(every=10)(service.follow_people)
capability.each_tick(every=5)(service.remind)
capability.each_tick(every=5)(service.close)


@capability.task(service.OPEN)
def ask(session: Session, standup_id: int, place: str, slot: str) -> None:
    """Ask the people of a zone; `slot` is the time for which they are asked."""
    service.ask(session, standup_id, place, datetime.fromisoformat(slot))


@capability.card(service.PROMPT)
def _prompt(session: Session, entry_id: int) -> Message:
    return messages.prompt(service.entry_to_show(session, entry_id))


@capability.card(service.REMINDER)
def _reminder(session: Session, entry_id: int) -> Message:
    return messages.reminder(service.entry_to_show(session, entry_id))


@capability.card(service.SUMMARY)
def _summary(session: Session, round_id: int) -> Message:
    return messages.summary(service.heard(session, round_id))


@capability.card(service.WEEK)
def _week(session: Session, round_id: int) -> Message:
    return messages.week(service.round_to_show(session, round_id))


@capability.card(service.HELP)
def _blocker(session: Session, answer_id: int) -> Message:
    return messages.blocker(service.answer_to_show(session, answer_id))


@capability.card(service.LIFTED)
def _resolved(session: Session, answer_id: int) -> Message:
    return messages.lifted(service.answer_to_show(session, answer_id))
