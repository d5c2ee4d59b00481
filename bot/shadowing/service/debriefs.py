"""The verbs of a debrief: what surprised, what will change, and an idea."""

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError
from bot.people.models import Person
from bot.shadowing.models import Debrief, ShadowPair, ShadowParticipant, Stage
from bot.shadowing.service.afterwards import put_together
from bot.shadowing.service.pairs import ASK, MET, load_own_pair, redraw, sign


class NotYet(HandoffError):
    """You have not met yet. I ask you when the time that you agreed is over."""


class AlreadyTogether(HandoffError):
    """Your answers and those of the other are put together already, and stay as they are."""


class DidNotMeet(HandoffError):
    """This one did not take place, so there is nothing to write about."""


def answerable(session: Session, person: Person, participant_id: int) -> ShadowParticipant:
    """The participant, where they can write their debrief, or write it anew until the other has.

    Raises NotFound, NotYourPair, HandedOn, NotYet, AlreadyTogether, DidNotMeet.
    """
    return _answerable(session, person, participant_id)[1]


def debrief(session: Session, person: Person, participant_id: int, answers: Debrief) -> ShadowPair:
    """Take a debrief; once both are there, they are put together. One that comes later joins.

    Raises what `answerable` raises.
    """
    pair, participant = _answerable(session, person, participant_id)
    participant.surprised, participant.change = answers.surprised, answers.change
    participant.idea = answers.idea
    participant.shares = answers.shares
    participant.answered_at = clock.now()
    sign(session, participant)
    if pair.stage == Stage.SETTLED or all(each.answered_at for each in pair.taken):
        put_together(session, pair)
    slack.redraw(session, ASK, participant.id)
    slack.redraw(session, MET, pair.id)
    redraw(session, pair)
    return pair


def _answerable(
    session: Session, person: Person, participant_id: int
) -> tuple[ShadowPair, ShadowParticipant]:
    pair, participant = load_own_pair(session, person, participant_id)
    stage = Stage(pair.stage)
    if stage.is_live:
        raise NotYet
    if not stage.has_met:
        raise DidNotMeet
    if stage == Stage.SETTLED and participant.answered_at is not None:
        raise AlreadyTogether
    return pair, participant
