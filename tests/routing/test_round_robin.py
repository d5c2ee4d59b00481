"""The rotation is fair: over absences, caps and weights, for 10,000 leads."""

import random
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.routing.round_robin import MOST_WEIGHT, TURN, Place, next_turn, unfairness


class Rotation:
    """A rotation that is remembered, as the database does."""

    def __init__(self, weights: list[int]) -> None:
        self.weights = weights
        self.turns = [0] * len(weights)
        self.time = 0

    def offer(self, present: list[int]) -> int | None:
        places = [Place(each, self.weights[each], self.turns[each]) for each in present]
        turn = next_turn(places, self.time)
        if turn is None:
            return None
        assert turn.time >= self.time
        self.time, self.turns[turn.person_id] = turn.time, turn.ends
        return turn.person_id


weights = st.lists(st.integers(1, MOST_WEIGHT), min_size=1, max_size=6)


def test_who_stands_equal_takes_turns() -> None:
    rotation = Rotation([1, 1, 1])
    assert [rotation.offer([0, 1, 2]) for _ in range(6)] == [0, 1, 2, 0, 1, 2]


def test_a_weight_is_a_share() -> None:
    rotation = Rotation([3, 1])
    assert [rotation.offer([0, 1]) for _ in range(8)].count(0) == 6


def test_who_was_away_comes_next_once_and_is_not_flooded() -> None:
    rotation = Rotation([1, 1])
    for _ in range(50):
        rotation.offer([0])
    back = [rotation.offer([0, 1]) for _ in range(20)]
    assert back[:2] in ([0, 1], [1, 0])
    assert back.count(1) == 10


def test_nobody_and_weight_nought_get_nothing() -> None:
    assert next_turn([], 0) is None
    assert next_turn([Place(1, weight=0)], 7) is None
    assert TURN % 7 == TURN % 8 == TURN % 9 == 0


@given(st.data(), weights)
@settings(max_examples=200)
def test_shares_are_kept_while_two_are_there_whatever_the_others_do(
    data: st.DataObject, weights: list[int]
) -> None:
    rotation = Rotation([*weights, 2, 3])
    one, two = len(weights), len(weights) + 1
    others = st.lists(st.integers(0, len(weights) - 1), unique=True)
    for _ in range(data.draw(st.integers(0, 20))):  # what was before does not matter
        rotation.offer(data.draw(st.lists(st.integers(0, two), unique=True)))
    got = [0] * len(rotation.weights)
    for present in data.draw(st.lists(others, max_size=60)):
        chosen = rotation.offer([*present, one, two])
        assert chosen is not None
        got[chosen] += 1
        bound = Fraction(1, 2) + Fraction(1, 3)
        assert unfairness((got[one], 2), (got[two], 3)) <= bound


def test_ten_thousand_leads_over_absences_caps_and_weights() -> None:
    draw = random.Random(4)
    weights = [1, 1, 2, 3, 1, 5]
    everyone, cap = range(len(weights)), 40
    rotation = Rotation(weights)
    got, away_until, held = [0] * 6, [0] * 6, [0] * 6
    together = {pair: [0, 0] for pair in combinations(everyone, 2)}
    longest = served = 0
    for lead in range(10_000):
        if draw.random() < 0.004:
            away_until[draw.randrange(6)] = lead + draw.randrange(50, 600)
        held = [each - (each > 0 and draw.random() < each / 150) for each in held]
        present = [n for n in everyone if away_until[n] <= lead and held[n] < cap]
        chosen = rotation.offer(present)
        if chosen is None:
            continue
        served, got[chosen], held[chosen] = served + 1, got[chosen] + 1, held[chosen] + 1
        for (one, two), counts in together.items():
            if one not in present or two not in present:
                counts[:] = 0, 0
                continue
            counts[0] += chosen == one
            counts[1] += chosen == two
            shares = (counts[0], weights[one]), (counts[1], weights[two])
            assert unfairness(*shares) <= Fraction(1, weights[one]) + Fraction(1, weights[two])
            longest = max(longest, sum(counts))
        assert max(held) <= cap
    assert served > 9_500
    assert longest > 100
    assert all(got)
