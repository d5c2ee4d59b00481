"""The verbs of the clock: remind, see the time over, ask for the debrief, and wait no longer."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.people.models import Workspace
from bot.shadowing.models import ShadowPair, Stage
from bot.shadowing.service.meeting import REMINDER
from bot.shadowing.service.pairs import ASK, CARD, MET, hold, redraw
from bot.tasks import enqueue

SETTLE = "shadow.settle"
SHARED = "shadow.shared"

_ANSWER_WITHIN = timedelta(days=7)


def remind(session: Session, pair_id: int, slot_id: int) -> bool:
    """Remind both on the day, if that time is still agreed."""
    pair = hold(session, pair_id)
    if pair.stage != Stage.AGREED or pair.slot_id != slot_id:
        return False
    for participant in pair.taken:
        slack.show(session, pair.workspace_id, REMINDER, slot_id, participant.person.slack_id,
                   thread_of=(CARD, participant.id))  # fmt: skip
    return True


def over(session: Session, pair_id: int, slot_id: int) -> bool:
    """The time that was agreed is over: ask both for a debrief, once."""
    pair = hold(session, pair_id)
    if pair.stage != Stage.AGREED or pair.slot_id != slot_id:
        return False
    pair.stage, pair.held_at = Stage.HELD, clock.now()
    for participant in pair.taken:
        slack.show(session, pair.workspace_id, ASK, participant.id, participant.person.slack_id,
                   thread_of=(CARD, participant.id))  # fmt: skip
    enqueue(session, SETTLE, at=clock.now() + _ANSWER_WITHIN, pair_id=pair_id)
    redraw(session, pair)
    return True


def settle(session: Session, pair_id: int) -> bool:
    """A week is over: what was written goes to both, and nobody is asked any more."""
    pair = hold(session, pair_id)
    if pair.stage != Stage.HELD:
        return False
    put_together(session, pair)
    return True


def put_together(session: Session, pair: ShadowPair) -> None:
    """Let the answers meet: one message to both, and to the channel if both agree."""
    pair.stage = Stage.SETTLED
    session.flush()
    if any(participant.answered_at for participant in pair.taken):
        for participant in pair.taken:
            slack.show(session, pair.workspace_id, MET, pair.id, participant.person.slack_id)
    if all(participant.answered_at and participant.shares for participant in pair.taken):
        channel = session.get_one(Workspace, pair.workspace_id).channel
        slack.show(session, pair.workspace_id, SHARED, pair.id, channel)
    for participant in pair.taken:
        slack.redraw(session, ASK, participant.id)
    redraw(session, pair)
