"""A second opinion on a pairing: who can be covered, found by another algorithm.

Augmenting paths instead of weights: whoever waits longest is taken first and keeps a place; the
sets that a matching can cover are a matroid, so this greedy way finds the best profile.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from bot.shadowing.pairing import Edge


def most_covered(edges: Iterable[Edge], waited: Mapping[int, int]) -> Counter[int]:
    """How many of those who waited so long a matching can cover, the longest first."""
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    mates: dict[int, int] = {}
    for person in sorted(near, key=lambda each: -waited[each]):
        if person not in mates:
            _augment(person, near, mates, waited)
    return Counter(waited[person] for person in mates)


def _augment(
    start: int, near: Mapping[int, set[int]], mates: dict[int, int], waited: Mapping[int, int]
) -> bool:
    """Find a place for `start`: a free mate, or one freed by moving others along."""
    queue, came_from = [start], {start: start}
    while queue:
        person = queue.pop()
        for other in near[person]:
            if other in came_from:
                continue
            came_from[other] = person
            if other not in mates:
                _flip(other, came_from, mates, start)
                return True
            came_from[mates[other]] = other
            queue.append(mates[other])
    # No mate is free: one of the same side who waited less may give up the place.
    freed = min((each for each in came_from if _same_side(each, start, came_from)),
                key=lambda each: waited[each])  # fmt: skip
    if waited[freed] >= waited[start]:
        return False
    mate = mates.pop(freed)
    mates.pop(mate)
    _flip(mate, came_from, mates, start)
    return True


def _same_side(each: int, start: int, came_from: Mapping[int, int]) -> bool:
    steps = 0
    while each != start:
        each, steps = came_from[each], steps + 1
    return steps % 2 == 0


def _flip(end: int, came_from: Mapping[int, int], mates: dict[int, int], start: int) -> None:
    while True:
        person = came_from[end]
        before = mates.get(person)
        mates[person], mates[end] = end, person
        if person == start:
            return
        assert before is not None
        end = before
