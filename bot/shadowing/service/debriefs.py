"""The verbs of a debrief: what surprised, what will change, and an idea."""

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError
from bot.people.models import Person
from bot.shadowing.models import Debrief, ShadowPair, ShadowSeat, Stage
from bot.shadowing.service.afterwards import put_together
from bot.shadowing.service.table import ASK, MET, redraw, sign, sit_down_by_seat


class NotYet(HandoffError):
    """You have not met yet. I ask you when the time that you agreed is over."""


class AlreadyTogether(HandoffError):
    """Your answers and those of the other are put together already, and stay as they are."""


class DidNotMeet(HandoffError):
    """This one did not take place, so there is nothing to write about."""


def answerable(session: Session, who: Person, seat_id: int) -> ShadowSeat:
    """The seat of somebody who can write their debrief, or write it anew until the other has.

    Raises NotFound, NotYourPair, HandedOn, NotYet, AlreadyTogether, DidNotMeet.
    """
    return _answerable(session, who, seat_id)[1]


def debrief(session: Session, who: Person, seat_id: int, answers: Debrief) -> ShadowPair:
    """Take a debrief; once both are there, they are put together. One that comes later joins.

    Raises what `answerable` raises.
    """
    pair, seat = _answerable(session, who, seat_id)
    seat.surprised, seat.change, seat.idea = answers.surprised, answers.change, answers.idea
    seat.shares = answers.shares
    seat.answered_at = clock.now()
    sign(session, seat)
    if pair.stage == Stage.SETTLED or all(each.answered_at for each in pair.taken):
        put_together(session, pair)
    slack.redraw(session, ASK, seat.id)
    slack.redraw(session, MET, pair.id)
    redraw(session, pair)
    return pair


def _answerable(session: Session, who: Person, seat_id: int) -> tuple[ShadowPair, ShadowSeat]:
    pair, seat = sit_down_by_seat(session, who, seat_id)
    stage = Stage(pair.stage)
    if stage.is_live:
        raise NotYet
    if not stage.has_met:
        raise DidNotMeet
    if stage == Stage.SETTLED and seat.answered_at is not None:
        raise AlreadyTogether
    return pair, seat
