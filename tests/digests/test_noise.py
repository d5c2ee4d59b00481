"""The rule that tells a change from chance, held against the exact distributions."""

from math import comb, exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.significance import count_moved, share_moved

COUNTS = st.integers(0, 60)


def two_sided(now: int, together: int, weeks: int) -> float:
    """How likely a count at least so far from its share of all is, where all weeks are alike."""
    share = 1 / (weeks + 1)

    def binomial(k: int) -> float:
        return comb(together, k) * share**k * (1 - share) ** (together - k)

    chances = [binomial(k) for k in range(together + 1)]
    return sum(chance for chance in chances if chance <= chances[now] * (1 + 1e-9))


@given(now=COUNTS, before=COUNTS, weeks=st.integers(1, 4))
def test_what_counts_as_a_change_is_one_by_the_exact_test(
    now: int, before: int, weeks: int
) -> None:
    if count_moved(now, before, weeks):
        assert two_sided(now, now + before, weeks) < 0.07


@given(now=COUNTS, before=COUNTS, weeks=st.integers(1, 4))
def test_what_is_far_beyond_chance_is_always_seen(now: int, before: int, weeks: int) -> None:
    if two_sided(now, now + before, weeks) < 0.01:
        assert count_moved(now, before, weeks)


@pytest.mark.parametrize("usual", [1, 3, 10, 30])
@pytest.mark.parametrize("weeks", [1, 4])
def test_where_nothing_changes_it_speaks_in_fewer_than_one_week_of_twenty(
    usual: int, weeks: int
) -> None:
    most = usual * weeks * 3 + 40
    chance = {
        rate: [exp(k * log(rate) - rate - lgamma(k + 1)) for k in range(most)]
        for rate in (usual, usual * weeks)
    }
    alarms = sum(
        chance[usual][now] * chance[usual * weeks][before]
        for now in range(most)
        for before in range(most)
        if count_moved(now, before, weeks)
    )
    assert alarms < 0.05


@given(first=COUNTS, second=COUNTS)
def test_two_weeks_can_be_named_in_either_order(first: int, second: int) -> None:
    assert count_moved(first, second, 1) == count_moved(second, first, 1)


@given(count=st.integers(0, 10**6), weeks=st.integers(1, 4))
def test_the_same_again_is_no_change(count: int, weeks: int) -> None:
    assert not count_moved(count, count * weeks, weeks)


@pytest.mark.parametrize(
    ("now", "before", "weeks", "moved"),
    [
        (11, 6, 1, False),
        (142, 119, 1, False),
        (142, 90, 1, True),
        (6, 0, 1, True),
        (5, 0, 1, False),
        (0, 36, 1, True),
        (10, 80, 4, False),
        (9, 80, 4, True),
        (1_100, 1_000, 1, True),
    ],
)
def test_counts_that_a_manager_may_meet(now: int, before: int, weeks: int, moved: bool) -> None:
    assert count_moved(now, before, weeks) is moved


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    whole = draw(st.integers(0, 40))
    return draw(st.integers(0, whole)), whole


def exact(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Fisher's exact test, two-sided."""
    part, whole = one[0] + other[0], one[1] + other[1]
    ways = [
        comb(one[1], k) * comb(other[1], part - k)
        for k in range(max(0, part - other[1]), min(part, one[1]) + 1)
    ]
    observed = comb(one[1], one[0]) * comb(other[1], other[0])
    return sum(way for way in ways if way <= observed) / comb(whole, part)


@given(one=shares(), other=shares())
def test_a_share_that_moved_moved_by_the_exact_test(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    if share_moved(*one, *other):
        assert exact(one, other) < 0.07


@given(one=shares(), other=shares())
def test_shares_can_be_named_in_either_order_and_by_their_rest(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    moved = share_moved(*one, *other)
    assert share_moved(*other, *one) == moved
    rest = [(whole - part, whole) for part, whole in (one, other)]
    assert share_moved(*rest[0], *rest[1]) == moved


@pytest.mark.parametrize(
    ("one", "other", "moved"),
    [
        ((0, 0), (5, 10), False),
        ((5, 10), (0, 0), False),
        ((10, 10), (0, 10), True),
        ((8, 10), (6, 10), False),
        ((80, 100), (60, 100), True),
    ],
)
def test_shares_that_a_manager_may_meet(
    one: tuple[int, int], other: tuple[int, int], moved: bool
) -> None:
    assert share_moved(*one, *other) is moved
