"""Reading: what a card, a message, `/shadow` and the digest tell."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bot import clock
from bot.people.models import Person, Role, Workspace
from bot.planning.models import Request, Turn
from bot.shadowing.models import (
    LeftOver,
    Mine,
    Quarter,
    ShadowMember,
    ShadowPair,
    ShadowSeat,
    ShadowSlot,
    Stage,
)
from bot.shadowing.service.settings import next_round_at

_MOST_SEATS = 5


def seat_to_show(session: Session, seat_id: int) -> ShadowSeat:
    """A seat with all that its card shows."""
    return session.get_one(ShadowSeat, seat_id, options=_shown())


def pair_to_show(session: Session, pair_id: int) -> ShadowPair:
    """A pair with all that a message tells of it."""
    return session.get_one(ShadowPair, pair_id, options=_told())


def slot_to_show(session: Session, slot_id: int) -> tuple[ShadowSlot, ShadowPair]:
    """A time, and its pair with all that a message tells of it."""
    slot = session.get_one(ShadowSlot, slot_id)
    return slot, pair_to_show(session, slot.pair_id)


def left_over_to_show(session: Session, seat_id: int) -> LeftOver:
    """A place among the left over, with what came of it."""
    seat = session.get_one(ShadowSeat, seat_id)
    found = session.scalar(
        select(ShadowSeat.id)
        .where(
            ShadowSeat.round_id == seat.round_id,
            ShadowSeat.person_id == seat.person_id,
            ShadowSeat.pair_id.is_not(None),
        )
        .limit(1)
    )
    return LeftOver(seat, found is not None, next_round_at(session, seat.workspace_id))


def member_to_show(session: Session, seat_id: int) -> ShadowMember | None:
    """How the person of a seat stands to the rounds."""
    return session.get(ShadowMember, session.get_one(ShadowSeat, seat_id).person_id)


def open_seats(session: Session, who: Person) -> Sequence[ShadowSeat]:
    """The person's seats that are not over, the newest first, with all that a card shows."""
    return session.scalars(
        select(ShadowSeat)
        .join(ShadowPair, ShadowPair.id == ShadowSeat.pair_id)
        .where(
            ShadowSeat.person_id == who.id,
            ~ShadowSeat.handed_on,
            ShadowPair.stage.in_([Stage.FINDING, Stage.AGREED, Stage.HELD]),
        )
        .options(*_shown())
        .order_by(ShadowSeat.id.desc())
        .limit(_MOST_SEATS)
    ).all()


def mine(session: Session, who: Person) -> Mine:
    """What `/shadow` tells a person: what is open, the newest first, and what comes."""
    return Mine(
        person=who,
        has_side=Role.MARKETER in who.roles or Role.SALESPERSON in who.roles,
        member=session.get(ShadowMember, who.id),
        seats=open_seats(session, who),
        next_round_at=next_round_at(session, who.workspace_id),
        shown_at=clock.now(),
    )


def quarter(session: Session, workspace_id: int, day: date) -> Quarter:
    """What came of shadowing in the quarter of a day, in the workspace's zone."""
    zone = session.get_one(Workspace, workspace_id).days
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    begins, ends = (
        datetime.combine(each, time(), zone).astimezone(UTC) for each in (first, following)
    )
    held = (
        ShadowPair.workspace_id == workspace_id,
        ShadowPair.stage.in_([Stage.HELD, Stage.SETTLED]),
        ShadowPair.held_at >= begins,
        ShadowPair.held_at < ends,
    )
    met: Any = session.scalar(select(func.count(ShadowPair.id)).where(*held))
    wrote = ShadowSeat.answered_at.is_not(None)
    answered = (Turn.PROPOSED, Turn.ANNOUNCED, Turn.ENDED)
    counts = session.execute(
        select(
            func.count(ShadowSeat.id).filter(wrote),
            func.count(ShadowSeat.id).filter(wrote, ShadowSeat.idea != ""),
            func.count(Request.id),
            func.count(Request.id).filter(Request.turn.in_(answered)),
        )
        .join(ShadowPair, ShadowPair.id == ShadowSeat.pair_id)
        .outerjoin(Request, Request.id == ShadowSeat.request_id)
        .where(*held, ~ShadowSeat.handed_on)
    ).one()
    debriefs, ideas, requests, campaigns = counts
    return Quarter(first, met, debriefs, ideas, requests, campaigns)


def _shown() -> list[ORMOption]:
    pair = joinedload(ShadowSeat.pair)
    return [
        joinedload(ShadowSeat.person),
        joinedload(ShadowSeat.round),
        pair.joinedload(ShadowPair.campaign),
        pair.selectinload(ShadowPair.slots),
        pair.selectinload(ShadowPair.seats).joinedload(ShadowSeat.person),
    ]


def _told() -> list[ORMOption]:
    return [
        selectinload(ShadowPair.slots),
        selectinload(ShadowPair.seats).options(
            joinedload(ShadowSeat.person), joinedload(ShadowSeat.request)
        ),
    ]
