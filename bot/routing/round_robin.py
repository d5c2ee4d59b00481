"""Whose turn it is: fair shares by weight, whoever is away, and however often.

Start-time fair queueing (Goyal, Vin, Cheng, 1996), with salespeople for flows and leads for
packets: each turn takes 1 ÷ weight of virtual time. A person's next turn starts where their last
one ended, or at the time of the turn given last if they were away so long; so who is back comes
next once and is not flooded with what they missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.leads.claiming import DoesNotSell
from bot.leads.models import Lead
from bot.leads.notice_models import EscalationStep, LeadStep, ServiceLevel
from bot.leads.queries import open_counts
from bot.people import service as people
from bot.people.models import Person, Role
from bot.routing.models import RoundRobinWeight

# Divisible by every weight up to 10, so that the shares are exact.
TURN = 2_520
MOST_WEIGHT = 10


@dataclass(frozen=True)
class Place:
    """A person in the round robin; `turn` is when their last turn ended, in virtual time."""

    person_id: int
    weight: int = 1
    turn: int = 0


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: the rotation's time from now on, and when this person's turn ends."""

    person_id: int
    time: int
    ends: int


def next_turn(present: Iterable[Place], time: int) -> Turn | None:
    """Whose turn it is of those who are there, at this virtual time; None: nobody is."""
    starts = [
        (max(place.turn, time), place.person_id, place) for place in present if place.weight > 0
    ]
    if not starts:
        return None
    start, _, place = min(starts, key=lambda each: each[:2])
    return Turn(place.person_id, start, start + TURN // place.weight)


def unfairness(one: tuple[int, int], two: tuple[int, int]) -> Fraction:
    """How far two people, each `(leads, weight)`, are from their shares, in turns.

    Start-time fair queueing bounds it, over any time in which both are there without a break, by
    the length of a turn of each: 1 ÷ weight + 1 ÷ weight.
    """
    return abs(Fraction(one[0], one[1]) - Fraction(two[0], two[1]))


def next_in_turn(
    session: Session, lead: Lead, level: ServiceLevel, left: Sequence[Person]
) -> Person | None:
    """Whose turn it is, of those left to ask who have room; their turn is counted.

    The service level's row is the lock, so turns are given one after the other.
    """
    if not left:
        return None
    session.refresh(level, with_for_update={"key_share": True})
    here = {person.id: person for person in left}
    if level.most_open is not None:
        held, most = open_counts(session, lead.workspace_id), level.most_open
        here = {each: person for each, person in here.items() if held.get(each, 0) < most}
    turn = next_turn(_places(session, here), level.turn)
    if turn is None:
        return None
    level.turn = turn.time
    seat = insert(RoundRobinWeight).values(
        person_id=turn.person_id, workspace_id=lead.workspace_id, turn=turn.ends
    )
    session.execute(
        seat.on_conflict_do_update(
            index_elements=[RoundRobinWeight.person_id], set_={"turn": seat.excluded.turn}
        )
    )
    return here[turn.person_id]


def not_suggested_yet(session: Session, lead: Lead, present: Iterable[Person]) -> list[Person]:
    """Those of the people to whom the lead was not offered, and who have not given it back."""
    offered_to = {lead.passed_by, *_suggested(session, lead)}
    return [person for person in present if person.id not in offered_to]


@dataclass(frozen=True)
class Share:
    """What the rotation gave to one salesperson."""

    person: Person
    weight: int
    offered: int
    claimed: int
    """Leads that they own or owned last, however they came to them."""


def shares(session: Session, workspace_id: int, since: datetime) -> list[Share]:
    """What each salesperson was offered and has claimed since then."""
    offered = _count(session, LeadStep.person_id, LeadStep.workspace_id == workspace_id,
                     LeadStep.step == EscalationStep.SUGGEST, LeadStep.at >= since)  # fmt: skip
    claimed = _count(session, Lead.claimed_by, Lead.workspace_id == workspace_id,
                     Lead.claimed_at >= since)  # fmt: skip
    weights = dict(
        session.execute(
            select(RoundRobinWeight.person_id, RoundRobinWeight.weight).where(
                RoundRobinWeight.workspace_id == workspace_id
            )
        ).all()
    )
    return [
        Share(each, weights.get(each.id, 1), offered.get(each.id, 0), claimed.get(each.id, 0))
        for each in people.having(session, workspace_id, Role.SALESPERSON)
    ]


def set_weight(session: Session, who: Person, slack_id: str, weight: int) -> None:
    """Say how many leads somebody is offered for each one of a colleague with weight 1.

    Their turn stays where it is, so nobody gains by the change itself. `slack_id` is Slack's ID.
    Raises NotAllowed, DoesNotSell, ValueError for a weight that is out of bounds.
    """
    people.require(session, who, "change the rotation", Role.MANAGER)
    if not 0 <= weight <= MOST_WEIGHT:
        raise ValueError(weight)
    whom = people.person(session, who.workspace_id, slack_id)
    if Role.SALESPERSON not in whom.roles:
        raise DoesNotSell(who=whom.mention)
    session.execute(
        insert(RoundRobinWeight)
        .values(person_id=whom.id, workspace_id=who.workspace_id, weight=weight)
        .on_conflict_do_update(index_elements=[RoundRobinWeight.person_id], set_={"weight": weight})
    )


def _count(session: Session, by: Any, *where: ColumnElement[bool]) -> dict[int, int]:
    return dict(session.execute(select(by, func.count()).where(*where).group_by(by)).all())


def _places(session: Session, here: Iterable[int]) -> list[Place]:
    rows = select(RoundRobinWeight.person_id, RoundRobinWeight.weight, RoundRobinWeight.turn).where(
        RoundRobinWeight.person_id.in_(here)
    )
    seats = {row.person_id: Place(*row) for row in session.execute(rows)}
    return [seats.get(person_id, Place(person_id)) for person_id in here]


def _suggested(session: Session, lead: Lead) -> Sequence[int | None]:
    return session.scalars(
        select(LeadStep.person_id).where(
            LeadStep.lead_id == lead.id,
            LeadStep.assignment_no == lead.assignment_no,
            LeadStep.step == EscalationStep.SUGGEST,
        )
    ).all()
