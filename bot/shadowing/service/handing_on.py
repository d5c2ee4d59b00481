"""The verbs of a place that changes hands: a colleague goes instead."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError
from bot.people.models import Person, Workspace
from bot.shadowing.models import ShadowPair, ShadowSeat, ShadowSlot, Stage
from bot.shadowing.pairing import Seeker, may_meet
from bot.shadowing.service import circle, membership
from bot.shadowing.service.circle import Circle
from bot.shadowing.service.meeting import withdraw
from bot.shadowing.service.rounds import propose_times, take_seat
from bot.shadowing.service.settings import setting
from bot.shadowing.service.table import CARD, LEFT_OVER, hold, redraw, see_live, sit_down_by_seat


class NotFree(HandoffError):
    """This colleague cannot take the place any more. Please choose another one."""


def colleagues(session: Session, who: Person, seat_id: int) -> Sequence[Person]:
    """Who could take the person's place: those who have no partner, the longest waiting first.

    Raises NotFound, NotYourPair, HandedOn, PairIsOver.
    """
    pair, seat = sit_down_by_seat(session, who, seat_id)
    see_live(pair)
    there = _there(session, pair)
    return [there.people[each.id] for each in _free(there, pair, seat)]


def hand_on(session: Session, who: Person, seat_id: int, colleague_id: int) -> ShadowPair:
    """Give the place to a colleague; both find a new time, and the calendars are told.

    Raises NotFound, NotYourPair, HandedOn, PairIsOver, NotFree.
    """
    setting(session, who.workspace_id, lock=True)  # no round pairs the colleague meanwhile
    pair, seat = sit_down_by_seat(session, who, seat_id)
    see_live(pair)
    there = _there(session, pair)
    if colleague_id not in {each.id for each in _free(there, pair, seat)}:
        raise NotFree
    withdraw(session, pair)
    _start_anew(session, pair, seat)
    _put(pair, who.id, colleague_id, there)
    session.flush()
    propose_times(session, pair, there, session.get_one(Workspace, who.workspace_id))
    _welcome(session, pair, there, colleague_id)
    changed = hold(session, pair.id)
    redraw(session, changed)
    return changed


def _there(session: Session, pair: ShadowPair) -> Circle:
    """The circle for the fortnight in which the pair can still meet."""
    workspace = session.get_one(Workspace, pair.workspace_id)
    return circle.read(session, workspace, clock.now() + circle.FORTNIGHT)


def _free(there: Circle, pair: ShadowPair, seat: ShadowSeat) -> list[Seeker]:
    """Colleagues who may meet the partner; nobody, where the partner has left the circle since."""
    markets = seat.person_id == pair.marketer_id
    partner = there.seekers.get(pair.partner_of(seat).person_id)
    if partner is None:
        return []
    found = [
        each
        for each in (there.marketers if markets else there.salespeople)
        if may_meet(each, partner) and there.shared(each.id, partner.id)
    ]
    return sorted(found, key=lambda each: each.claim, reverse=True)


def _start_anew(session: Session, pair: ShadowPair, seat: ShadowSeat) -> None:
    seat.handed_on = True
    for each in pair.seats:
        each.picked = []
    pair.stage, pair.slot_id = Stage.FINDING, None
    session.execute(update(ShadowSlot).where(ShadowSlot.pair_id == pair.id).values(is_gone=True))


def _put(pair: ShadowPair, person_id: int, colleague_id: int, there: Circle) -> None:
    if pair.marketer_id == person_id:
        pair.marketer_id = colleague_id
    else:
        pair.salesperson_id = colleague_id
    work = there.work.get((pair.marketer_id, pair.salesperson_id))
    pair.campaign_id, pair.leads = (work.campaign_id, work.leads) if work else (None, 0)


def _welcome(session: Session, pair: ShadowPair, there: Circle, person_id: int) -> None:
    """The colleague gets a seat; one who had handed this very place on gets it back."""
    former = next((each for each in pair.seats if each.person_id == person_id), None)
    if former is None:
        take_seat(session, pair, there, person_id)
    else:
        former.handed_on = False
        slack.redraw(session, CARD, former.id)
    membership.member(session, pair.workspace_id, person_id).waited = 0
    left = select(ShadowSeat.id).where(
        ShadowSeat.round_id == pair.round_id,
        ShadowSeat.person_id == person_id,
        ShadowSeat.pair_id.is_(None),
    )
    for seat_id in session.scalars(left):
        slack.redraw(session, LEFT_OVER, seat_id)
