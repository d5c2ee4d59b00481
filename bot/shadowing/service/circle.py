"""The circle: who takes part, whom each may meet, and what speaks for two of them.

It is read once for a round. Who is out or rests is not in it; who is away for long is not either,
so that nobody waits for them; who is away now, or has a partner already, belongs to it and does not
take part this time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns.model import Campaign
from bot.leads.model import Lead
from bot.people.hours import Span
from bot.people.model import Person, Role, Workspace
from bot.people.rota import Rota, rota
from bot.shadowing import slots
from bot.shadowing.model import Reason, ShadowApart, ShadowMember, ShadowPair, ShadowRound, Stage
from bot.shadowing.pairing import Edge, Seeker, Tie

FORTNIGHT = timedelta(weeks=2)

_LEADS_OF = timedelta(days=90)

# Who does not work within that time is not waited for.
_AWAY_LONG = timedelta(weeks=8)


@dataclass(frozen=True)
class Work:
    """The leads of a marketer's campaigns that a salesperson works."""

    leads: int
    campaign_id: int
    """The campaign with the most of them."""


@dataclass(frozen=True)
class Circle:
    """The people of a round, and what is known of each two."""

    people: Mapping[int, Person]
    marketers: tuple[Seeker, ...]
    """Who takes part this time."""
    salespeople: tuple[Seeker, ...]
    seekers: Mapping[int, Seeker]
    """All who belong to the circle, also who does not take part this time."""
    ties: Mapping[Edge, Tie]
    """Who may meet this time, but for their laps."""
    work: Mapping[Edge, Work]
    free: Mapping[int, list[Span]]
    """Each person's working time until the round closes."""

    def shared(self, one: int, other: int) -> list[Span]:
        """When both work, until the round closes."""
        return list(slots.shared(self.free[one], self.free[other]))

    def why_left(self, person_id: int, allowed: Mapping[int, int]) -> Reason:
        """Why nobody was found for a person; never that two are kept apart."""
        if not self.seekers[person_id].everyone:
            return Reason.NOBODY
        if allowed.get(person_id):
            return Reason.UNEVEN
        if any(person_id in edge for edge in self.ties):
            return Reason.ALL_MET
        return Reason.NO_TIME


def sides(people: Iterable[Person]) -> tuple[list[int], list[int]]:
    """The marketers and the salespeople; who is both is counted where there are fewer."""
    found: tuple[list[int], list[int]] = ([], [])
    both = []
    for person in people:
        markets, sells = Role.MARKETER in person.roles, Role.SALESPERSON in person.roles
        if markets and sells:
            both.append(person.id)
        elif markets or sells:
            found[sells].append(person.id)
    for person_id in both:
        min(found, key=len).append(person_id)
    return sorted(found[0]), sorted(found[1])


def read(session: Session, workspace: Workspace, until: datetime) -> Circle:
    """The circle at this moment, for a round that closes at `until`."""
    now = clock.now()
    staff = rota(session, workspace)
    resting = _resting(session, workspace.id)
    working = {
        person_id: spans
        for person_id in staff.people
        if person_id not in resting
        and slots.can_meet(spans := _spans(staff, person_id, now, now + _AWAY_LONG))
    }
    free = {person_id: _until(spans, until) for person_id, spans in working.items()}
    inside = [staff.people[person_id] for person_id in working]
    ever = _may_meet(sides(inside), working, _apart(session, workspace.id))
    busy = _busy(session, workspace.id)
    here = {each for each in working if each not in busy and slots.can_meet(free[each])}
    seekers = _seekers(session, workspace.id, ever, working)
    work = _work(session, workspace.id, now - _LEADS_OF)
    last = _together_last(session, workspace.id)
    marketers, salespeople = sides(inside)
    times = _Times(free)
    return Circle(
        people=staff.people,
        marketers=tuple(seekers[each] for each in marketers if each in here),
        salespeople=tuple(seekers[each] for each in salespeople if each in here),
        seekers=seekers,
        ties={
            edge: Tie(work[edge].leads if edge in work else 0, edge in last)
            for edge in ever
            if edge[0] in here and edge[1] in here and times.meet(edge)
        },
        work=work,
        free=free,
    )


class _Times:
    """Whether two have an hour in common; people with the same hours are compared once."""

    def __init__(self, spans: Mapping[int, list[Span]]) -> None:
        shapes: dict[tuple[Span, ...], int] = {}
        self._spans = spans
        self._shape = {
            person_id: shapes.setdefault(tuple(each), len(shapes))
            for person_id, each in spans.items()
        }
        self._known: dict[Edge, bool] = {}

    def meet(self, edge: Edge) -> bool:
        one, other = edge
        shape = self._shape[one], self._shape[other]
        if shape not in self._known:
            self._known[shape] = slots.can_meet(slots.shared(self._spans[one], self._spans[other]))
        return self._known[shape]


def _may_meet(
    both: tuple[list[int], list[int]], working: Mapping[int, list[Span]], apart: set[Edge]
) -> set[Edge]:
    """Who may meet at all: not kept apart, and with working time in common."""
    times = _Times(working)
    return {
        (one, other)
        for one, other in product(*both)
        if (min(one, other), max(one, other)) not in apart and times.meet((one, other))
    }


def _seekers(
    session: Session, workspace_id: int, ever: set[Edge], people: Iterable[int]
) -> dict[int, Seeker]:
    everyone: dict[int, set[int]] = defaultdict(set)
    for one, other in ever:
        everyone[one].add(other)
        everyone[other].add(one)
    met = _met(session, workspace_id)
    waited = {member.person_id: member.waited for member in members(session, workspace_id)}
    return {
        each: Seeker(each, waited.get(each, 0), met.get(each, ()), frozenset(everyone[each]))
        for each in people
    }


def members(session: Session, workspace_id: int) -> Iterable[ShadowMember]:
    """Those who have a row: they were asked, are out, or wait."""
    return session.scalars(select(ShadowMember).where(ShadowMember.workspace_id == workspace_id))


def _resting(session: Session, workspace_id: int) -> set[int]:
    return {
        member.person_id
        for member in members(session, workspace_id)
        if member.is_out or member.rests
    }


def _spans(staff: Rota, person_id: int, start: datetime, end: datetime) -> list[Span]:
    """A person's working time between two moments."""
    return [
        (max(opens, start), min(closes, end))
        for opens, closes in staff.calendar(person_id).spans(start, end)
        if closes > start and opens < end
    ]


def _until(spans: Iterable[Span], end: datetime) -> list[Span]:
    return [(opens, min(closes, end)) for opens, closes in spans if opens < end]


def _apart(session: Session, workspace_id: int) -> set[Edge]:
    rows = select(ShadowApart.one_id, ShadowApart.other_id).where(
        ShadowApart.workspace_id == workspace_id
    )
    return {(one, other) for one, other in session.execute(rows)}


def _busy(session: Session, workspace_id: int) -> set[int]:
    """Who has a partner already, and is still to meet them."""
    rows = select(ShadowPair.marketer_id, ShadowPair.salesperson_id).where(
        ShadowPair.workspace_id == workspace_id,
        ShadowPair.stage.in_([Stage.FINDING, Stage.AGREED]),
    )
    return {person_id for row in session.execute(rows) for person_id in row}


def _met(session: Session, workspace_id: int) -> dict[int, list[int]]:
    """Whom each has met, in order."""
    met: dict[int, list[int]] = defaultdict(list)
    rows = (
        select(ShadowPair.marketer_id, ShadowPair.salesperson_id)
        .where(
            ShadowPair.workspace_id == workspace_id,
            ShadowPair.stage.in_([Stage.HELD, Stage.SETTLED]),
        )
        .order_by(ShadowPair.held_at, ShadowPair.id)
    )
    for one, other in session.execute(rows):
        met[one].append(other)
        met[other].append(one)
    return met


def _together_last(session: Session, workspace_id: int) -> set[Edge]:
    """Who was paired in the newest round, whatever came of it."""
    newest = (
        select(ShadowRound.id)
        .where(ShadowRound.workspace_id == workspace_id)
        .order_by(ShadowRound.day.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = select(ShadowPair.marketer_id, ShadowPair.salesperson_id).where(
        ShadowPair.round_id == newest
    )
    return {(one, other) for one, other in session.execute(rows)}


def _work(session: Session, workspace_id: int, since: datetime) -> dict[Edge, Work]:
    """Who works whose leads, as they came in since then."""
    count = func.count(Lead.id)
    rows = session.execute(
        select(Campaign.owner_id, Lead.claimed_by, Lead.campaign_id, count)
        .join(Campaign, Campaign.id == Lead.campaign_id)
        .where(
            Lead.workspace_id == workspace_id,
            Lead.received_at >= since,
            Lead.claimed_by.is_not(None),
            Lead.merged_into.is_(None),
        )
        .group_by(Campaign.owner_id, Lead.claimed_by, Lead.campaign_id)
        .order_by(count, Lead.campaign_id)
    )
    found: dict[Edge, Work] = {}
    for owner, claimer, campaign_id, leads in rows:
        assert claimer is not None
        assert campaign_id is not None
        before = found.get((owner, claimer))
        found[owner, claimer] = Work(leads + (before.leads if before else 0), campaign_id)
    return found
