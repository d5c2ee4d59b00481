"""Reading: what a card, a message, `/shadow` and the digest tell."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bot import clock
from bot.people.models import Person, Role, Workspace
from bot.planning.models import Request, RequestStatus
from bot.shadowing.models import (
    LeftOver,
    Mine,
    Quarter,
    ShadowMember,
    ShadowPair,
    ShadowParticipant,
    ShadowSlot,
    Stage,
)
from bot.shadowing.rounds import next_round_at

_MOST_PARTICIPATIONS = 5


def participant_to_show(session: Session, participant_id: int) -> ShadowParticipant:
    """A participant with all that its card shows."""
    return session.get_one(ShadowParticipant, participant_id, options=_card())


def pair_to_show(session: Session, pair_id: int) -> ShadowPair:
    """A pair with all that a message tells of it."""
    return session.get_one(ShadowPair, pair_id, options=with_people())


def slot_to_show(session: Session, slot_id: int) -> tuple[ShadowSlot, ShadowPair]:
    """A time, and its pair with all that a message tells of it."""
    slot = session.get_one(ShadowSlot, slot_id)
    return slot, pair_to_show(session, slot.pair_id)


def left_over_to_show(session: Session, participant_id: int) -> LeftOver:
    """A place among the left over, with what came of it."""
    participant = session.get_one(ShadowParticipant, participant_id)
    replacement = session.scalar(
        select(ShadowParticipant.id)
        .where(
            ShadowParticipant.round_id == participant.round_id,
            ShadowParticipant.person_id == participant.person_id,
            ShadowParticipant.pair_id.is_not(None),
        )
        .limit(1)
    )
    return LeftOver(
        participant, replacement is not None, next_round_at(session, participant.workspace_id)
    )


def member_to_show(session: Session, participant_id: int) -> ShadowMember | None:
    """How the person of a participant stands to the rounds."""
    return session.get(ShadowMember, session.get_one(ShadowParticipant, participant_id).person_id)


def open_participations(session: Session, person: Person) -> Sequence[ShadowParticipant]:
    """Their parts in pairs that are not over, the newest first, with all that a card shows."""
    return session.scalars(
        select(ShadowParticipant)
        .join(ShadowPair, ShadowPair.id == ShadowParticipant.pair_id)
        .where(
            ShadowParticipant.person_id == person.id,
            ~ShadowParticipant.handed_on,
            ShadowPair.stage.in_([Stage.FINDING, Stage.AGREED, Stage.HELD]),
        )
        .options(*_card())
        .order_by(ShadowParticipant.id.desc())
        .limit(_MOST_PARTICIPATIONS)
    ).all()


def mine(session: Session, person: Person) -> Mine:
    """What `/shadow` tells a person: what is open, the newest first, and what comes."""
    return Mine(
        person=person,
        has_side=Role.MARKETER in person.roles or Role.SALESPERSON in person.roles,
        member=session.get(ShadowMember, person.id),
        participants=open_participations(session, person),
        next_round_at=next_round_at(session, person.workspace_id),
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
    wrote = ShadowParticipant.answered_at.is_not(None)
    answered = (RequestStatus.PROPOSED, RequestStatus.ANNOUNCED, RequestStatus.ENDED)
    counts = session.execute(
        select(
            func.count(ShadowParticipant.id).filter(wrote),
            func.count(ShadowParticipant.id).filter(wrote, ShadowParticipant.idea != ""),
            func.count(Request.id),
            func.count(Request.id).filter(Request.status.in_(answered)),
        )
        .join(ShadowPair, ShadowPair.id == ShadowParticipant.pair_id)
        .outerjoin(Request, Request.id == ShadowParticipant.request_id)
        .where(*held, ~ShadowParticipant.handed_on)
    ).one()
    debriefs, ideas, requests, campaigns = counts
    return Quarter(first, met, debriefs, ideas, requests, campaigns)


def _card() -> list[ORMOption]:
    pair = joinedload(ShadowParticipant.pair)
    return [
        joinedload(ShadowParticipant.person),
        joinedload(ShadowParticipant.round),
        pair.joinedload(ShadowPair.campaign),
        pair.selectinload(ShadowPair.slots),
        pair.selectinload(ShadowPair.participants).joinedload(ShadowParticipant.person),
    ]


def with_people() -> list[ORMOption]:
    """What loads pairs with all that a message tells of them."""
    return [
        selectinload(ShadowPair.slots),
        selectinload(ShadowPair.participants).options(
            joinedload(ShadowParticipant.person), joinedload(ShadowParticipant.request)
        ),
    ]
