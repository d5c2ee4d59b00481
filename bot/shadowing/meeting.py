"""The two of a pair: say what suits, propose, agree by it, goals, and cancel.

Whoever changes a pair or one of its participants holds the pair's row first, so that two clicks at
once come one after the other.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from bot import clock, slack
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.people.models import Person
from bot.shadowing import membership
from bot.shadowing.models import (
    LONGEST_GOAL,
    MINUTES,
    Goal,
    ShadowPair,
    ShadowParticipant,
    ShadowSlot,
    Stage,
)
from bot.slack.text import clean
from bot.tasks import enqueue

CARD = "shadow.pair"
LEFT_OVER = "shadow.left_over"
ASK = "shadow.ask"
MET = "shadow.met"


class NotYourPair(HandoffError):
    """This pair isn't yours. See yours with `/shadow`."""


class HandedOn(HandoffError):
    """A colleague is going instead of you. See your pairs with `/shadow`."""


class PairIsOver(HandoffError):
    """This is over: {what}. See when the next round starts with `/shadow`."""


_OVER = {
    Stage.HELD: "its time has passed",
    Stage.SETTLED: "you've met",
    Stage.CANCELLED: "it was cancelled",
    Stage.LAPSED: "you didn't find a time before the round ended",
}


_HELD = (
    select(ShadowPair)
    .with_for_update(of=ShadowPair)
    .execution_options(populate_existing=True)
    .options(
        selectinload(ShadowPair.slots),
        selectinload(ShadowPair.participants).joinedload(ShadowParticipant.person),
    )
)


def hold(session: Session, pair_id: int) -> ShadowPair:
    """The pair with its slots, participants and people, locked until the transaction ends."""
    return session.scalars(_HELD.where(ShadowPair.id == pair_id)).one()


def load_pair(
    session: Session, person: Person, pair_id: int | None
) -> tuple[ShadowPair, ShadowParticipant]:
    """A pair, held, and the person as its participant. Raises NotFound, NotYourPair, HandedOn."""
    ours = ShadowPair.workspace_id == person.workspace_id
    pair = session.scalar(_HELD.where(ShadowPair.id == pair_id, ours))
    if pair is None:
        raise NotFound(what="this pair")
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


INVITE = "shadow.invite"
REMIND = "shadow.remind"
OVER = "shadow.over"

REMINDER = "shadow.reminder"

_FURTHEST = timedelta(days=90)
_REMIND_BEFORE = timedelta(hours=2)
_MOST_SLOTS = 20


class SlotGone(HandoffError):
    """This time is no longer available. Choose one on the card."""


class Clash(HandoffError):
    """You're meeting somebody else at that time. Choose another."""


class TooManySlots(HandoffError):
    """There are already {count} times to choose from. Choose one of them."""


def changeable(session: Session, person: Person, participant_id: int) -> ShadowParticipant:
    """The participant, where the two are still to meet.

    Raises NotFound, NotYourPair, HandedOn, PairIsOver.
    """
    pair, participant = load_own_pair(session, person, participant_id)
    see_live(pair)
    return participant


def pick(session: Session, person: Person, slot_id: int) -> ShadowPair:
    """Say that a time suits; it is agreed once both have.

    Raises NotFound, NotYourPair, HandedOn, PairIsOver, SlotGone, Clash.
    """
    pair, participant, slot = _choice(session, person, slot_id)
    if slot.id == pair.slot_id:
        return pair
    if slot not in pair.open_slots(clock.now()):
        raise SlotGone
    _see_free(session, person, pair, slot)
    _pick(session, pair, participant, slot)
    return pair


def unpick(session: Session, person: Person, slot_id: int) -> ShadowPair:
    """Take back that a time suits; what is agreed stays. Raises as `pick` does."""
    pair, participant, slot = _choice(session, person, slot_id)
    if slot.id != pair.slot_id:
        participant.picked = [each for each in participant.picked if each != slot.id]
        sign(session, participant)
        redraw(session, pair)
    return pair


def propose(
    session: Session, person: Person, participant_id: int, starts_at: datetime, minutes: int
) -> ShadowPair:
    """Propose another time; what was agreed holds until the other takes the new one.

    Raises NotFound, NotYourPair, HandedOn, PairIsOver, Clash, TooManySlots, and FieldErrors for
    `starts_at` and `minutes`.
    """
    pair, participant = load_own_pair(session, person, participant_id)
    see_live(pair)
    now = clock.now()
    if not now < starts_at <= now + _FURTHEST:
        raise FieldErrors({"starts_at": f"Choose a time in the next {_FURTHEST.days} days."})
    if minutes not in MINUTES:
        raise FieldErrors({"minutes": "Choose how long it takes."})
    slot = _slot(session, pair, starts_at, starts_at + timedelta(minutes=minutes))
    if slot.id == pair.slot_id:
        return pair
    _see_free(session, person, pair, slot)
    _pick(session, pair, participant, slot)
    return pair


def set_goals(
    session: Session, person: Person, participant_id: int, goals: Iterable[str], own: str
) -> ShadowPair:
    """Say what one wants of it. Raises NotFound, NotYourPair, HandedOn, PairIsOver."""
    pair, participant = load_own_pair(session, person, participant_id)
    see_live(pair)
    chosen = set(goals)
    participant.goals = [goal.value for goal in Goal if goal in chosen]
    participant.own_goal = " ".join(clean(own, LONGEST_GOAL).split())
    sign(session, participant)
    redraw(session, pair)
    return pair


def cancel(session: Session, person: Person, participant_id: int) -> ShadowPair:
    """Call it off, or say afterwards that it did not take place; a second time does nothing.

    Whoever loses a partner before the time comes first in the next round. Raises NotFound,
    NotYourPair, HandedOn, PairIsOver.
    """
    pair, participant = load_own_pair(session, person, participant_id)
    if pair.stage == Stage.CANCELLED and pair.ended_by == person.id:
        return pair
    untold = pair.stage == Stage.HELD and not any(each.answered_at for each in pair.taken)
    if not untold:
        see_live(pair)
        membership.let_wait(session, pair.partner_of(participant))
    withdraw(session, pair)
    pair.stage, pair.ended_by = Stage.CANCELLED, person.id
    sign(session, participant)
    redraw(session, pair)
    return pair


def withdraw(session: Session, pair: ShadowPair) -> None:
    """Take a time that was agreed out of both calendars, and its reminders back."""
    if pair.slot_id is None or pair.stage != Stage.AGREED:
        return
    pair.sequence += 1
    _send_invitations(session, pair, pair.slot_id, is_cancelled=True)
    slack.redraw(session, REMINDER, pair.slot_id)


def _choice(
    session: Session, person: Person, slot_id: int
) -> tuple[ShadowPair, ShadowParticipant, ShadowSlot]:
    known = session.get(ShadowSlot, slot_id)
    if known is None or known.workspace_id != person.workspace_id:
        raise NotFound(what="this time")
    pair, participant = load_pair(session, person, known.pair_id)
    see_live(pair)
    return pair, participant, next(slot for slot in pair.slots if slot.id == slot_id)


def _pick(
    session: Session, pair: ShadowPair, participant: ShadowParticipant, slot: ShadowSlot
) -> None:
    participant.picked = sorted({*participant.picked, slot.id})
    sign(session, participant)
    if slot.id in pair.partner_of(participant).picked:
        _agree(session, pair, slot)
    redraw(session, pair)


def _agree(session: Session, pair: ShadowPair, slot: ShadowSlot) -> None:
    """Both said the same time: invite, and let the clock remind and end it."""
    before = pair.slot_id
    pair.slot_id, pair.stage = slot.id, Stage.AGREED
    pair.sequence += 1
    for participant in pair.taken:
        # What else suited is not on the table any more.
        participant.picked = [slot.id]
    if before is not None:
        slack.redraw(session, REMINDER, before)
    _send_invitations(session, pair, slot.id)
    remind_at = slot.starts_at - _REMIND_BEFORE
    if remind_at > clock.now():
        enqueue(session, REMIND, at=remind_at, pair_id=pair.id, slot_id=slot.id)
    enqueue(session, OVER, at=slot.ends_at, pair_id=pair.id, slot_id=slot.id)


def _send_invitations(
    session: Session, pair: ShadowPair, slot_id: int, *, is_cancelled: bool = False
) -> None:
    for participant in pair.taken:
        if participant.person.active:  # Slack takes no file for who has left
            enqueue(
                session, INVITE, participant_id=participant.id, slot_id=slot_id,
                sequence=pair.sequence, is_cancelled=is_cancelled,
            )  # fmt: skip


def _slot(session: Session, pair: ShadowPair, starts_at: datetime, ends_at: datetime) -> ShadowSlot:
    """The pair's slot of this time, new or known."""
    for known in pair.slots:
        if (known.starts_at, known.ends_at) == (starts_at, ends_at):
            known.is_gone = False
            return known
    if len(pair.slots) >= _MOST_SLOTS:
        raise TooManySlots(count=len(pair.slots))
    slot = ShadowSlot(
        workspace_id=pair.workspace_id, starts_at=starts_at, ends_at=ends_at, is_gone=False
    )
    pair.slots.append(slot)
    session.flush()
    return slot


def _see_free(session: Session, person: Person, pair: ShadowPair, slot: ShadowSlot) -> None:
    """Raises Clash where the person meets somebody else at that time."""
    other = session.scalar(
        select(ShadowSlot.id)
        .join(ShadowPair, ShadowPair.slot_id == ShadowSlot.id)
        .where(
            or_(ShadowPair.marketer_id == person.id, ShadowPair.salesperson_id == person.id),
            ShadowPair.stage == Stage.AGREED,
            ShadowPair.id != pair.id,
            ShadowSlot.starts_at < slot.ends_at,
            ShadowSlot.ends_at > slot.starts_at,
        )
        .limit(1)
    )
    if other is not None:
        raise Clash
