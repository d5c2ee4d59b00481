"""The pool: who takes part, whom each may meet, and what speaks for two of them.

It is read once for a round. Who is out or rests is not in it; who is away for long is not either,
so that nobody waits for them; who is away now, or has a partner already, belongs to it and does not
take part this time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy.orm import Session

from bot import clock
from bot.people.hours import Span
from bot.people.models import Person, Role, Workspace
from bot.people.rota import Rota, rota
from bot.shadowing import history, slots
from bot.shadowing.history import Work
from bot.shadowing.models import Reason, ShadowMember
from bot.shadowing.pairing import Edge, Participant, Tie

FORTNIGHT = timedelta(weeks=2)

_LEADS_OF = timedelta(days=90)

# Who does not work within that time is not waited for.
_AWAY_LONG = timedelta(weeks=8)


@dataclass(frozen=True)
class Pool:
    """The people of a round, and what is known of each two."""

    people: Mapping[int, Person]
    marketers: tuple[Participant, ...]
    """Who takes part this time."""
    salespeople: tuple[Participant, ...]
    participants: Mapping[int, Participant]
    """All who belong to the pool, also who does not take part this time."""
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
        if not self.participants[person_id].everyone:
            return Reason.NOBODY
        if allowed.get(person_id):
            return Reason.UNEVEN
        if any(person_id in edge for edge in self.ties):
            return Reason.ALL_MET
        return Reason.NO_TIME


def sides(people: Iterable[Person]) -> tuple[list[int], list[int]]:
    """The marketers and the salespeople; who is both is counted where there are fewer."""
    both_sides: tuple[list[int], list[int]] = ([], [])
    both = []
    for person in people:
        markets, sells = Role.MARKETER in person.roles, Role.SALESPERSON in person.roles
        if markets and sells:
            both.append(person.id)
        elif markets or sells:
            both_sides[sells].append(person.id)
    for person_id in both:
        min(both_sides, key=len).append(person_id)
    return sorted(both_sides[0]), sorted(both_sides[1])


def read_pool(session: Session, workspace: Workspace, until: datetime) -> Pool:
    """The pool at this moment, for a round that closes at `until`."""
    now = clock.now()
    staff = rota(session, workspace)
    members = history.members(session, workspace.id)
    resting = {each.person_id for each in members if each.is_out or each.rests}
    working = {
        person_id: spans
        for person_id in staff.people
        if person_id not in resting
        and slots.can_meet(spans := _spans(staff, person_id, now, now + _AWAY_LONG))
    }
    free = {person_id: _until(spans, until) for person_id, spans in working.items()}
    inside = [staff.people[person_id] for person_id in working]
    ever = _may_meet(sides(inside), working, history.excluded(session, workspace.id))
    busy = history.busy(session, workspace.id)
    available = {each for each in working if each not in busy and slots.can_meet(free[each])}
    participants = _participants(history.met(session, workspace.id), members, ever, working)
    work = history.work(session, workspace.id, now - _LEADS_OF)
    last = history.last_pairs(session, workspace.id)
    marketers, salespeople = sides(inside)
    times = _Times(free)
    return Pool(
        people=staff.people,
        marketers=tuple(participants[each] for each in marketers if each in available),
        salespeople=tuple(participants[each] for each in salespeople if each in available),
        participants=participants,
        ties={
            edge: Tie(work[edge].leads if edge in work else 0, edge in last)
            for edge in ever
            if edge[0] in available and edge[1] in available and times.meet(edge)
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
    both: tuple[list[int], list[int]], working: Mapping[int, list[Span]], excluded: set[Edge]
) -> set[Edge]:
    """Who may meet at all: not kept apart, and with working time in common."""
    times = _Times(working)
    return {
        (one, other)
        for one, other in product(*both)
        if (min(one, other), max(one, other)) not in excluded and times.meet((one, other))
    }


def _participants(
    met: Mapping[int, list[int]],
    members: Iterable[ShadowMember],
    ever: set[Edge],
    people: Iterable[int],
) -> dict[int, Participant]:
    everyone: dict[int, set[int]] = defaultdict(set)
    for one, other in ever:
        everyone[one].add(other)
        everyone[other].add(one)
    waited = {member.person_id: member.waited for member in members}
    return {
        each: Participant(each, waited.get(each, 0), met.get(each, ()), frozenset(everyone[each]))
        for each in people
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
