"""Who meets whom: a pure function over the people of a round.

Who takes part is a vertex, who may meet is an edge, and a round is a matching. What it promises, in
this order, each before the next:

1. Nobody meets whom they may not meet, and nobody meets anyone again in the same lap. A lap of a
   person is over when they have met everyone of the other side whom they may meet at all; two can
   only meet when neither has met the other in their own lap.
2. As many people meet as possible.
3. Those who were left over in the last rounds come first, the longest first: no other pairing
   that keeps 1 would find a place for more of those who waited longest, then of the next longest.
   Among those who waited equally long, who had fewer turns comes first.
4. Two who were together in the last round, whether they met or not, wait if that can be helped.
5. The marketer of a campaign meets whoever works its leads: the more leads, the rather.

Promises 2 and 3 do not conflict: what a matching can cover is a matroid, so the people with the
most weight are part of a largest matching (Lawler, Combinatorial Optimization, 1976, chapter 5).
Edges weigh the sum of their ends, the ranks of the claims lie far enough apart, and all numbers are
whole, so that the matching of most weight (networkx, Edmonds' blossoms) keeps the order exactly.

Nor does the rule of laps lock everybody out: whoever's lap began longest ago has somebody left in
it, and that one's lap began later, so they may meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

Edge = tuple[int, int]
"""A marketer's id and a salesperson's."""

# More leads than that make two people no closer.
_MOST_LEADS = 50


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part in a round."""

    id: int
    waited: int = 0
    """How many rounds in a row they were left over."""
    met: Sequence[int] = ()
    """Whom they met, in order, from the beginning."""
    everyone: frozenset[int] = frozenset()
    """Whom of the other side they may meet at all, whether they take part this time or not."""

    @property
    def claim(self) -> tuple[int, int]:
        """Who has the higher one comes first."""
        return self.waited, -len(self.met)

    @property
    def lap(self) -> frozenset[int]:
        """Whom they have met since they had met everyone."""
        lap: set[int] = set()
        for other in self.met:
            if other in self.everyone:
                lap.add(other)
            if lap == self.everyone:
                lap.clear()
        return frozenset(lap)


def may_meet(one: Participant, other: Participant) -> bool:
    """Whether two may meet at all, and have not met in the lap of either."""
    known = other.id in one.everyone and one.id in other.everyone
    return known and other.id not in one.lap and one.id not in other.lap


@dataclass(frozen=True)
class Tie:
    """What speaks for and against two people who may meet."""

    leads: int = 0
    """How many leads of the marketer's campaigns the salesperson works."""
    just_together: bool = False


@dataclass(frozen=True)
class Pairing:
    """The outcome of a round."""

    pairs: Sequence[Edge]
    left_over: Sequence[int]
    """By id; whoever is in no pair."""
    allowed: Mapping[int, int] = field(default_factory=dict)
    """How many each could have met: the left over learn from it why they are."""


def pair(
    marketers: Sequence[Participant],
    salespeople: Sequence[Participant],
    ties: Mapping[Edge, Tie],
    *,
    twice: bool = False,
) -> Pairing:
    """The pairs of a round. `ties` holds all that may meet this time, whatever their laps.

    With `twice`, somebody of the smaller side may be in two pairs. The same people and ties give
    the same pairs.
    """
    import networkx as nx  # noqa: PLC0415 - a tenth of the start, for once in some weeks

    fresh = _fresh(marketers, salespeople, ties)
    smaller = marketers if len(marketers) <= len(salespeople) else salespeople
    doubled = {participant.id for participant in smaller} if twice else set()
    weights = _waiting([*marketers, *salespeople])
    # What comes later in the order weighs less, all of it together, than one of what comes before.
    novelty = _MOST_LEADS * len(weights) + 1
    place = novelty * (len(weights) + 1)
    graph: nx.Graph[Edge] = nx.Graph()
    for (marketer, salesperson), tie in sorted(fresh.items()):
        strength = min(tie.leads, _MOST_LEADS) + (0 if tie.just_together else novelty)
        for ends in _copies(marketer, salesperson, doubled):
            places = sum(weights[person] for person, copy in ends if not copy)
            graph.add_edge(*ends, weight=places * place + strength)
    matched = nx.max_weight_matching(graph)
    pairs = sorted(_edge(ends, fresh) for ends in matched)
    paired = {person for edge in pairs for person in edge}
    left = [
        participant.id for participant in (*marketers, *salespeople) if participant.id not in paired
    ]
    return Pairing(pairs, sorted(left), _degrees(fresh))


def _fresh(
    marketers: Iterable[Participant], salespeople: Iterable[Participant], ties: Mapping[Edge, Tie]
) -> dict[Edge, Tie]:
    """The ties of two who have not met in the lap of either."""
    laps = {participant.id: participant.lap for participant in (*marketers, *salespeople)}
    return {
        (one, other): tie
        for (one, other), tie in ties.items()
        if one in laps and other in laps and other not in laps[one] and one not in laps[other]
    }


def _waiting(participants: Sequence[Participant]) -> dict[int, int]:
    """A weight for each: one who comes before others outweighs all of them together."""
    ranks = {
        claim: rank for rank, claim in enumerate(sorted({each.claim for each in participants}))
    }
    return {each.id: (len(participants) + 1) ** ranks[each.claim] for each in participants}


def _copies(marketer: int, salesperson: int, doubled: set[int]) -> Iterable[tuple[Edge, Edge]]:
    """The ends of an edge; somebody who may be in two pairs stands in the graph twice."""
    for first in range(2 if marketer in doubled else 1):
        for second in range(2 if salesperson in doubled else 1):
            yield (marketer, first), (salesperson, second)


def _edge(ends: tuple[Edge, Edge], fresh: Mapping[Edge, Tie]) -> Edge:
    (one, _), (other, _) = ends
    return (one, other) if (one, other) in fresh else (other, one)


def _degrees(fresh: Iterable[Edge]) -> dict[int, int]:
    degrees: dict[int, int] = {}
    for edge in fresh:
        for person in edge:
            degrees[person] = degrees.get(person, 0) + 1
    return degrees
