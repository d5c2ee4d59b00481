"""The table at which two sit: a pair as it is now, locked, and the cards that show it.

Whoever changes a pair or one of its seats holds the pair's row first, so that two clicks at once
come one after the other.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.people.models import Person
from bot.shadowing.models import ShadowPair, ShadowSeat, Stage
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
    """The pair with its slots, seats and people, locked until the transaction ends."""
    return session.get_one(
        ShadowPair,
        pair_id,
        with_for_update={"of": ShadowPair},
        populate_existing=True,
        options=[
            selectinload(ShadowPair.slots),
            selectinload(ShadowPair.seats).joinedload(ShadowSeat.person),
        ],
    )


def sit_down(session: Session, who: Person, pair_id: int | None) -> tuple[ShadowPair, ShadowSeat]:
    """A pair, held, and the person's seat in it. Raises NotFound, NotYourPair, HandedOn."""
    known = session.scalar(
        select(ShadowPair.id).where(
            ShadowPair.id == pair_id, ShadowPair.workspace_id == who.workspace_id
        )
    )
    if known is None:
        raise NotFound(what="this pair")
    pair = hold(session, known)
    seat = pair.seat_of(who.id)
    if seat is None:
        mine = any(each.person_id == who.id for each in pair.seats)
        raise HandedOn if mine else NotYourPair
    return pair, seat


def sit_down_by_seat(session: Session, who: Person, seat_id: int) -> tuple[ShadowPair, ShadowSeat]:
    """Likewise, by the seat that a card belongs to. Raises NotFound, NotYourPair, HandedOn."""
    seat = session.get(ShadowSeat, seat_id)
    if seat is None or seat.workspace_id != who.workspace_id:
        raise NotFound(what="this pair")
    if seat.person_id != who.id:
        raise NotYourPair
    return sit_down(session, who, seat.pair_id)


def see_live(pair: ShadowPair) -> None:
    """Raises PairIsOver where the two are not still to meet."""
    if not Stage(pair.stage).is_live:
        raise PairIsOver(what=_OVER[Stage(pair.stage)])


def sign(session: Session, seat: ShadowSeat) -> None:
    """Note that the person did something."""
    seat.acted_at = clock.now()
    membership.note_sign(session, seat)


def redraw(session: Session, pair: ShadowPair) -> None:
    """Let all that shows the pair be drawn anew."""
    session.flush()
    cards = [(CARD, seat.id) for seat in pair.seats]
    slack.redraw_all(session, [*cards, *((slack.HOME, seat.person_id) for seat in pair.seats)])
