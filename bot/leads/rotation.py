"""Whose turn it is: fair shares by weight, whoever is away, and however often.

Start-time fair queueing (Goyal, Vin, Cheng, 1996), with salespeople for flows and leads for
packets: each turn takes 1 ÷ weight of virtual time. A person's next turn starts where their last
one ended, or at the time of the turn given last if they were away so long; so who is back comes
next once and is not flooded with what they missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

# Divisible by every weight up to 10, so that the shares are exact.
TURN = 2_520
MOST_WEIGHT = 10


@dataclass(frozen=True)
class Place:
    """A person in the rotation; `turn` is when their last turn ended, in virtual time."""

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
