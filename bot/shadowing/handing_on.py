"""The verbs of a place that changes hands: a colleague goes instead."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError
from bot.people.models import Person, Workspace
from bot.shadowing import membership
from bot.shadowing.meeting import CARD, LEFT_OVER, hold, load_own_pair, redraw, see_live, withdraw
from bot.shadowing.models import ShadowPair, ShadowParticipant, ShadowSlot, Stage
from bot.shadowing.pairing import Participant, may_meet
from bot.shadowing.pool import FORTNIGHT, Pool, read_pool
from bot.shadowing.rounds import add_participants, load_setting, propose_times


class NotFree(HandoffError):
    """This colleague is no longer free. Choose another one."""


def colleagues(session: Session, person: Person, participant_id: int) -> Sequence[Person]:
    """Who could take the person's place: those who have no partner, the longest waiting first.

    Raises NotFound, NotYourPair, HandedOn, PairIsOver.
    """
    pair, participant = load_own_pair(session, person, participant_id)
    see_live(pair)
    pool = _pool(session, pair)
    return [pool.people[each.id] for each in _free(pool, pair, participant)]


def hand_on(session: Session, person: Person, participant_id: int, colleague_id: int) -> ShadowPair:
    """Give the place to a colleague; both find a new time, and the calendars are told.

    Raises NotFound, NotYourPair, HandedOn, PairIsOver, NotFree.
    """
    load_setting(session, person.workspace_id, lock=True)  # no round pairs the colleague meanwhile
    pair, participant = load_own_pair(session, person, participant_id)
    see_live(pair)
    pool = _pool(session, pair)
    if colleague_id not in {each.id for each in _free(pool, pair, participant)}:
        raise NotFree
    withdraw(session, pair)
    _start_anew(session, pair, participant)
    _put(pair, person.id, colleague_id, pool)
    session.flush()
    propose_times(session, pair, pool, session.get_one(Workspace, person.workspace_id))
    _welcome(session, pair, pool, colleague_id)
    changed = hold(session, pair.id)
    redraw(session, changed)
    return changed


def _pool(session: Session, pair: ShadowPair) -> Pool:
    """The pool for the fortnight in which the pair can still meet."""
    workspace = session.get_one(Workspace, pair.workspace_id)
    return read_pool(session, workspace, clock.now() + FORTNIGHT)


def _free(pool: Pool, pair: ShadowPair, participant: ShadowParticipant) -> list[Participant]:
    """Colleagues who may meet the partner; nobody, where the partner has left the pool since."""
    markets = participant.person_id == pair.marketer_id
    partner = pool.participants.get(pair.partner_of(participant).person_id)
    if partner is None:
        return []
    free = [
        each
        for each in (pool.marketers if markets else pool.salespeople)
        if may_meet(each, partner) and pool.shared(each.id, partner.id)
    ]
    return sorted(free, key=lambda each: each.claim, reverse=True)


def _start_anew(session: Session, pair: ShadowPair, participant: ShadowParticipant) -> None:
    participant.handed_on = True
    for each in pair.participants:
        each.picked = []
    pair.stage, pair.slot_id = Stage.FINDING, None
    session.execute(update(ShadowSlot).where(ShadowSlot.pair_id == pair.id).values(is_gone=True))


def _put(pair: ShadowPair, person_id: int, colleague_id: int, pool: Pool) -> None:
    if pair.marketer_id == person_id:
        pair.marketer_id = colleague_id
    else:
        pair.salesperson_id = colleague_id
    work = pool.work.get((pair.marketer_id, pair.salesperson_id))
    pair.campaign_id, pair.leads = (work.campaign_id, work.leads) if work else (None, 0)


def _welcome(session: Session, pair: ShadowPair, pool: Pool, person_id: int) -> None:
    """The colleague takes part; one who had handed this very place on gets it back."""
    former = next((each for each in pair.participants if each.person_id == person_id), None)
    if former is None:
        add_participants(session, pair, pool, [person_id])
    else:
        former.handed_on = False
        slack.redraw(session, CARD, former.id)
    membership.member(session, pair.workspace_id, person_id).waited = 0
    left = select(ShadowParticipant.id).where(
        ShadowParticipant.round_id == pair.round_id,
        ShadowParticipant.person_id == person_id,
        ShadowParticipant.pair_id.is_(None),
    )
    for participant_id in session.scalars(left):
        slack.redraw(session, LEFT_OVER, participant_id)
