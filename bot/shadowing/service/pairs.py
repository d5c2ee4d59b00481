"""A pair as it is now, locked, and the cards that show it.

Whoever changes a pair or one of its participants holds the pair's row first, so that two clicks at
once come one after the other.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.people.models import Person
from bot.shadowing.models import ShadowPair, ShadowParticipant, Stage
from bot.shadowing.service import membership

CARD = "shadow.pair"
LEFT_OVER = "shadow.left_over"
ASK = "shadow.ask"
MET = "shadow.met"


class NotYourPair(HandoffError):
    """This is between two other people. `/shadow` shows what is yours."""


class HandedOn(HandoffError):
    """You have handed this place on to a colleague. `/shadow` shows what is yours now."""


class PairIsOver(HandoffError):
    """This one is over: {what}. `/shadow` says when the next round is."""


_OVER = {
    Stage.HELD: "its time has passed",
    Stage.SETTLED: "you have met",
    Stage.CANCELLED: "it was cancelled",
    Stage.LAPSED: "no time was found until the round had ended",
}


def hold(session: Session, pair_id: int) -> ShadowPair:
    """The pair with its slots, participants and people, locked until the transaction ends."""
    return session.get_one(
        ShadowPair,
        pair_id,
        with_for_update={"of": ShadowPair},
        populate_existing=True,
        options=[
            selectinload(ShadowPair.slots),
            selectinload(ShadowPair.participants).joinedload(ShadowParticipant.person),
        ],
    )


def load_pair(
    session: Session, person: Person, pair_id: int | None
) -> tuple[ShadowPair, ShadowParticipant]:
    """A pair, held, and the person as its participant. Raises NotFound, NotYourPair, HandedOn."""
    known = session.scalar(
        select(ShadowPair.id).where(
            ShadowPair.id == pair_id, ShadowPair.workspace_id == person.workspace_id
        )
    )
    if known is None:
        raise NotFound(what="this pair")
    pair = hold(session, known)
    participant = pair.participant_of(person.id)
    if participant is None:
        mine = any(each.person_id == person.id for each in pair.participants)
        raise HandedOn if mine else NotYourPair
    return pair, participant


def load_own_pair(
    session: Session, person: Person, participant_id: int
) -> tuple[ShadowPair, ShadowParticipant]:
    """Likewise, by the participant whose card it is. Raises NotFound, NotYourPair, HandedOn."""
    participant = session.get(ShadowParticipant, participant_id)
    if participant is None or participant.workspace_id != person.workspace_id:
        raise NotFound(what="this pair")
    if participant.person_id != person.id:
        raise NotYourPair
    return load_pair(session, person, participant.pair_id)


def see_live(pair: ShadowPair) -> None:
    """Raises PairIsOver where the two are not still to meet."""
    if not Stage(pair.stage).is_live:
        raise PairIsOver(what=_OVER[Stage(pair.stage)])


def sign(session: Session, participant: ShadowParticipant) -> None:
    """Note that the person did something."""
    participant.acted_at = clock.now()
    membership.note_sign(session, participant)


def redraw(session: Session, pair: ShadowPair) -> None:
    """Let all that shows the pair be drawn anew."""
    session.flush()
    cards = [(CARD, participant.id) for participant in pair.participants]
    slack.redraw_all(
        session,
        [*cards, *((slack.HOME, participant.person_id) for participant in pair.participants)],
    )
