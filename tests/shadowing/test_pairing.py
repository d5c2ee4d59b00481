"""What the pairing promises, over random teams and many rounds."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.shadowing.pairing import Edge, Pairing, Participant, Tie, pair
from tests.shadowing.oracle import most_covered


@dataclass
class Team:
    """A company in a computer: who is there, who may not meet, and what has happened so far."""

    marketers: list[int]
    salespeople: list[int]
    forbidden: set[Edge] = field(default_factory=set)
    ties: dict[Edge, int] = field(default_factory=dict)
    met: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    waited: Counter[int] = field(default_factory=Counter)
    twice: bool = False

    def may_meet(self, one: int, other: int) -> bool:
        return (one, other) not in self.forbidden

    def everyone(self, person: int) -> frozenset[int]:
        if person in self.marketers:
            return frozenset(s for s in self.salespeople if self.may_meet(person, s))
        return frozenset(m for m in self.marketers if self.may_meet(m, person))

    def participants(self, people: list[int], away: set[int]) -> list[Participant]:
        return [
            Participant(p, self.waited[p], tuple(self.met[p]), self.everyone(p))
            for p in people
            if p not in away
        ]

    def round(self, away: set[int]) -> tuple[Pairing, dict[int, Participant]]:
        marketers = self.participants(self.marketers, away)
        salespeople = self.participants(self.salespeople, away)
        ties = {
            (m.id, s.id): Tie(self.ties.get((m.id, s.id), 0), self.met[m.id][-1:] == [s.id])
            for m in marketers
            for s in salespeople
            if self.may_meet(m.id, s.id)
        }
        participants = {each.id: each for each in (*marketers, *salespeople)}
        return pair(marketers, salespeople, ties, twice=self.twice), participants

    def live(self, outcome: Pairing) -> None:
        for one, other in outcome.pairs:
            self.met[one].append(other)
            self.met[other].append(one)
            self.waited[one] = self.waited[other] = 0
        for person in outcome.left_over:
            self.waited[person] += 1


def team(chance: Random, *, twice: bool = False) -> Team:
    marketers = list(range(1, chance.randint(1, 7) + 1))
    salespeople = list(range(101, 101 + chance.randint(1, 9)))
    density = chance.choice([0.0, 0.1, 0.4])
    edges = [(m, s) for m in marketers for s in salespeople]
    return Team(
        marketers,
        salespeople,
        forbidden={edge for edge in edges if chance.random() < density},
        ties={edge: chance.randint(1, 60) for edge in edges if chance.random() < 0.3},
        twice=twice,
    )


def fresh(crew: Team, participants: dict[int, Participant]) -> Iterator[Edge]:
    """Who may be paired in this round, told anew: the laps by counting, not by replaying sets."""
    laps = {person: lap(crew, person) for person in participants}
    for m in crew.marketers:
        for s in crew.salespeople:
            here = m in laps and s in laps and crew.may_meet(m, s)
            if here and s not in laps[m] and m not in laps[s]:
                yield m, s


def lap(crew: Team, person: int) -> list[int]:
    """Nobody comes twice in a lap, so laps are pieces of the list as long as there are others."""
    size, met = len(crew.everyone(person)), crew.met[person]
    begun = len(met) % size if size else 0
    return met[len(met) - begun :]


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_random_teams_over_many_rounds(seed: int, twice: bool) -> None:
    """100 teams a seed: absences at random in every round, and three laps where nobody is away."""
    chance = Random(seed)
    for _ in range(50):
        crew = team(chance, twice=twice)
        absent = chance.choice([0.0, 0.0, 0.2, 0.5])
        for _ in range(3 * max(len(crew.marketers), len(crew.salespeople))):
            people = [*crew.marketers, *crew.salespeople]
            away = {p for p in people if chance.random() < absent}
            outcome, participants = crew.round(away)
            allowed = list(fresh(crew, participants))
            # Nobody who is away, nobody forbidden, nobody again before all were met.
            assert set(outcome.pairs) <= set(allowed)
            counts = Counter(person for edge in outcome.pairs for person in edge)
            assert max(counts.values(), default=0) <= (2 if twice else 1)
            # Nobody disappears: each is in a pair or told.
            assert set(counts) | set(outcome.left_over) == set(participants)
            assert not set(counts) & set(outcome.left_over)
            if not twice:
                # Nobody is left over, and nobody twice running, if any other pairing avoids it.
                covered = Counter(crew.waited[person] for person in counts)
                assert covered == most_covered(allowed, crew.waited)
            crew.live(outcome)


@pytest.mark.parametrize(("marketers", "salespeople"), [(1, 1), (3, 3), (2, 4), (4, 7), (6, 9),
                                                        (1, 5), (3, 10), (8, 8)])  # fmt: skip
def test_where_everybody_comes_the_turns_are_even(marketers: int, salespeople: int) -> None:
    crew = Team(list(range(marketers)), list(range(100, 100 + salespeople)))
    few, many = sorted((marketers, salespeople))
    longest = -(-many // few) - 1
    for number in range(1, 3 * many + 1):
        outcome, _ = crew.round(set())
        assert len(outcome.pairs) == few  # the smaller department is always there in full
        crew.live(outcome)
        assert max(crew.waited.values()) <= longest
        turns = [len(crew.met[person]) for person in
                 (crew.salespeople if many == salespeople else crew.marketers)]  # fmt: skip
        assert max(turns) - min(turns) <= 1
        assert sum(turns) == few * number
    if many <= 2 * few:
        assert longest <= 1  # so nobody is ever left over twice running


@pytest.mark.parametrize("marketers", range(1, 8))
def test_whatever_the_sizes_the_smaller_side_is_full_and_the_turns_are_even(marketers: int) -> None:
    """And nobody waits more than one round longer than cannot be helped."""
    for salespeople in range(1, 10):
        crew = Team(list(range(marketers)), list(range(100, 100 + salespeople)))
        few, many = sorted((marketers, salespeople))
        larger = crew.salespeople if many == salespeople else crew.marketers
        for _ in range(2 * many):
            outcome, _ = crew.round(set())
            assert len(outcome.pairs) == few
            crew.live(outcome)
            turns = [len(crew.met[person]) for person in larger]
            assert max(turns) - min(turns) <= 1
            assert max(crew.waited.values()) <= -(-many // few)


@pytest.mark.parametrize("seed", range(30))
def test_somebody_may_always_meet_while_everybody_comes(seed: int) -> None:
    """The rule of laps locks nobody out for good, whoever was away before."""
    chance = Random(seed)
    crew = team(chance)
    crew.forbidden.clear()
    for _ in range(40):
        people = [*crew.marketers, *crew.salespeople]
        outcome, _ = crew.round({p for p in people if chance.random() < 0.4})
        crew.live(outcome)
        assert crew.round(set())[0].pairs


def test_the_marketer_of_a_campaign_meets_whoever_works_its_leads() -> None:
    crew = Team([1, 2], [101, 102], ties={(1, 102): 12, (2, 101): 3})
    outcome, _ = crew.round(set())
    assert outcome.pairs == [(1, 102), (2, 101)]


def test_who_was_left_over_comes_before_any_number_of_leads() -> None:
    crew = Team([1], [101, 102], ties={(1, 101): 50})
    crew.waited[102] = 1
    outcome, _ = crew.round(set())
    assert outcome.pairs == [(1, 102)]
    assert outcome.left_over == [101]


def test_two_who_found_no_time_do_not_try_again_at_once() -> None:
    ties = {(1, 101): Tie(50, just_together=True), (1, 102): Tie()}
    people = [Participant(101, everyone=frozenset({1})), Participant(102, everyone=frozenset({1}))]
    outcome = pair([Participant(1, everyone=frozenset({101, 102}))], people, ties)
    assert outcome.pairs == [(1, 102)]


def test_a_newcomer_is_met_before_anybody_again() -> None:
    crew = Team([1], [101, 102])
    for _ in range(3):
        crew.live(crew.round(set())[0])
    crew.salespeople.append(103)
    assert crew.round(set())[0].pairs in ([(1, 103)], [(1, 102)])
    third = crew.met[1][-1]
    crew.live(crew.round(set())[0])
    crew.live(crew.round(set())[0])
    assert len({third, *crew.met[1][-2:]}) == 3


def test_without_two_pairs_the_larger_department_waits_and_with_them_less() -> None:
    crew = Team([1, 2], [101, 102, 103, 104, 105])
    assert len(crew.round(set())[0].pairs) == 2
    crew.twice = True
    outcome, _ = crew.round(set())
    assert len(outcome.pairs) == 4
    assert len(outcome.left_over) == 1


def test_nobody_to_meet_leaves_everybody_over() -> None:
    alone = Participant(1, everyone=frozenset())
    assert pair([alone], [], {}) == Pairing([], [1], {})


@given(met=st.lists(st.integers(1, 6), max_size=40), everyone=st.frozensets(st.integers(1, 6)))
def test_a_lap_is_never_full(met: list[int], everyone: frozenset[int]) -> None:
    lap = Participant(0, met=met, everyone=everyone).lap
    assert lap <= everyone
    assert lap != everyone or not everyone


def test_long_waits_stay_exact() -> None:
    """Forty ranks of waiting weigh more than a float could tell apart."""
    people = [Participant(100 + n, waited=n, everyone=frozenset({1})) for n in range(40)]
    ties = {(1, each.id): Tie(leads=50 - each.waited) for each in people}
    outcome = pair([Participant(1, everyone=frozenset(e.id for e in people))], people, ties)
    assert outcome.pairs == [(1, 139)]
