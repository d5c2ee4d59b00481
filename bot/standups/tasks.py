"""The durable work of standups: ask the people of a zone, remind, close, and draw their cards."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack import Message
from bot.standups import (
    asking,
    blockers,
    capability,
    messages,
    queries,
    rounds,
    setup,
    summary_messages,
)

capability.installation(setup.install)
capability.each_tick(every=10)(asking.follow_people)
capability.each_tick(every=5)(rounds.remind)
capability.each_tick(every=5)(rounds.close)


@capability.task(asking.OPEN)
def ask(session: Session, standup_id: int, place: str, slot: str) -> None:
    """Ask the people of a zone; `slot` is the time for which they are asked."""
    asking.ask(session, standup_id, place, datetime.fromisoformat(slot))


@capability.card(asking.PROMPT)
def _prompt(session: Session, entry_id: int) -> Message:
    return messages.prompt(rounds.entry_to_show(session, entry_id))


@capability.card(rounds.REMINDER)
def _reminder(session: Session, entry_id: int) -> Message:
    return messages.reminder(rounds.entry_to_show(session, entry_id))


@capability.card(rounds.SUMMARY)
def _summary(session: Session, round_id: int) -> Message:
    return summary_messages.summary(queries.round_summary(session, round_id))


@capability.card(rounds.WEEK)
def _week(session: Session, round_id: int) -> Message:
    return summary_messages.week(queries.round_to_show(session, round_id))


@capability.card(blockers.HELP)
def _blocker(session: Session, answer_id: int) -> Message:
    return messages.blocker(blockers.answer_to_show(session, answer_id))


@capability.card(blockers.RESOLVED)
def _resolved(session: Session, answer_id: int) -> Message:
    return messages.resolved(blockers.answer_to_show(session, answer_id))
