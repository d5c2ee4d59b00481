"""The rules of agreement, without a database: never by silence, never against a concern."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.planning.agreement_rule import (
    AgreementRule,
    Quorum,
    RaisedConcern,
    ReadyAnswer,
    Responses,
    current_responses,
    is_agreed,
)
from bot.planning.capacity import Capacity, Fit, TeamCapacity, capacity
from bot.planning.similar_campaigns import CampaignTraits, most_similar, similarity

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PEOPLE = list(range(1, 7))

people = st.sampled_from(PEOPLE)
moments = st.integers(0, 30).map(lambda minutes: NOON + timedelta(minutes=minutes))
answers = st.lists(st.builds(ReadyAnswer, people, st.integers(1, 4), moments), max_size=12)
concerns = st.lists(st.builds(RaisedConcern, people, moments, st.booleans()), max_size=6)
groups = st.sets(people)
rules = st.builds(
    AgreementRule, st.sampled_from(Quorum), st.integers(1, 8), st.frozensets(people, max_size=2)
)


def ready_answers(*ids: int, version: int = 1, minute: int = 0) -> list[ReadyAnswer]:
    return [ReadyAnswer(each, version, NOON + timedelta(minutes=minute)) for each in ids]


def concern(person: int, *, minute: int = 0, is_open: bool = True) -> RaisedConcern:
    return RaisedConcern(person, NOON + timedelta(minutes=minute), is_open)


MAJORITY = AgreementRule(Quorum.MAJORITY, 2, frozenset())


@given(groups, answers, concerns, st.integers(1, 4))
def test_everyone_who_is_asked_stands_in_one_place(
    ids: set[int], given_: list[ReadyAnswer], worries: list[RaisedConcern], holds_from: int
) -> None:
    now = current_responses(ids, given_, worries, holds_from)
    assert now.ready | now.concerned | now.silent == ids
    assert now.count == len(ids)


@given(groups, answers, concerns, st.integers(1, 4), rules)
def test_there_is_no_agreement_against_an_open_concern(
    ids: set[int],
    given_: list[ReadyAnswer],
    worries: list[RaisedConcern],
    holds_from: int,
    rule: AgreementRule,
) -> None:
    now = current_responses(ids, given_, worries, holds_from)
    if any(each.is_open for each in worries):
        assert not is_agreed(rule, now)


@given(groups, concerns, st.integers(1, 4), rules)
def test_there_is_no_agreement_by_silence(
    ids: set[int], worries: list[RaisedConcern], holds_from: int, rule: AgreementRule
) -> None:
    assert not is_agreed(rule, current_responses(ids, [], worries, holds_from))


@given(groups, answers, concerns, st.integers(1, 4), rules)
def test_an_agreement_has_enough_who_said_so_of_this_version(
    ids: set[int],
    given_: list[ReadyAnswer],
    worries: list[RaisedConcern],
    holds_from: int,
    rule: AgreementRule,
) -> None:
    now = current_responses(ids, given_, worries, holds_from)
    if is_agreed(rule, now):
        spoke = {each.person_id for each in given_ if each.version >= holds_from}
        assert len(spoke & ids) >= rule.needed(len(ids)) >= 1
        assert rule.required <= spoke


@given(groups, answers, concerns, st.integers(1, 3))
def test_a_binding_change_voids_what_was_said_before_it_and_nothing_else(
    ids: set[int], given_: list[ReadyAnswer], worries: list[RaisedConcern], holds_from: int
) -> None:
    before = current_responses(ids, given_, worries, holds_from)
    after = current_responses(ids, given_, worries, holds_from + 1)
    assert after.ready <= before.ready
    kept = [each for each in given_ if each.version > holds_from]
    assert after == current_responses(ids, kept, worries, 1)
    assert after.concerned == before.concerned


@given(groups, answers, concerns, st.integers(1, 4), people)
def test_one_more_who_is_ready_never_takes_an_agreement_away(
    ids: set[int],
    given_: list[ReadyAnswer],
    worries: list[RaisedConcern],
    holds_from: int,
    who: int,
) -> None:
    before = current_responses(ids, given_, worries, holds_from)
    late = ReadyAnswer(who, 4, NOON + timedelta(hours=1))
    after = current_responses(ids, [*given_, late], worries, holds_from)
    assert before.ready <= after.ready
    if is_agreed(MAJORITY, before):
        assert is_agreed(MAJORITY, after)


def test_more_than_half() -> None:
    def of(ready: int, everyone: int) -> bool:
        ids = range(everyone)
        return is_agreed(MAJORITY, current_responses(ids, ready_answers(*range(ready)), [], 1))

    assert [of(1, 1), of(1, 2), of(2, 2), of(2, 3), of(2, 4), of(3, 4)] == [
        True, False, True, True, False, True,
    ]  # fmt: skip
    assert not of(0, 0)


def test_everyone_a_number_and_the_named() -> None:
    two_ready = current_responses([1, 2, 3], ready_answers(1, 2), [], 1)
    assert not is_agreed(AgreementRule(Quorum.EVERYONE, 1, frozenset()), two_ready)
    assert is_agreed(AgreementRule(Quorum.SOME, 2, frozenset()), two_ready)
    assert not is_agreed(AgreementRule(Quorum.SOME, 3, frozenset()), two_ready)
    assert not is_agreed(AgreementRule(Quorum.SOME, 1, frozenset({3})), two_ready)
    assert is_agreed(AgreementRule(Quorum.SOME, 1, frozenset({2})), two_ready)
    # More than there are: then all of them.
    assert is_agreed(
        AgreementRule(Quorum.SOME, 9, frozenset()),
        current_responses([1, 2], ready_answers(1, 2), [], 1),
    )


def test_the_latest_word_counts() -> None:
    first_ready_then_worried = current_responses([1], ready_answers(1), [concern(1, minute=1)], 1)
    assert first_ready_then_worried.concerned == {1}
    # The owner has answered; whoever raised it has said nothing since.
    answered = current_responses([1], ready_answers(1), [concern(1, minute=1, is_open=False)], 1)
    assert answered.silent == {1}
    ready_after_all = current_responses(
        [1], ready_answers(1, minute=2), [concern(1, minute=1, is_open=False)], 1
    )
    assert ready_after_all.ready == {1}


def test_a_concern_of_somebody_who_left_still_stands() -> None:
    now = current_responses([1, 2], ready_answers(1, 2), [concern(9)], 1)
    assert now == Responses(frozenset({1, 2}), frozenset(), frozenset(), 1)
    assert not is_agreed(MAJORITY, now)


# ---- capacity --------------------------------------------------------------------------------

SMALL = TeamCapacity(
    days=20, people=Fraction(2), hours=Fraction(8), open_leads=10, room=30,
    arriving=Fraction(3), closing=Fraction(3),
)  # fmt: skip


def capacity_of(expected: int | None, **changes: object) -> Capacity:
    return capacity(expected, TeamCapacity(**vars(SMALL) | changes))


def test_the_room_lasts_or_it_does_not() -> None:
    fits = capacity_of(30)
    assert (fits.fit, fits.leads_per_day, fits.leads_per_person) == (
        Fit.FITS,
        Fraction(3, 2),
        Fraction(3, 4),
    )
    full = capacity_of(60)  # three a day fill a room of thirty
    assert (full.fit, full.full_after) == (Fit.FILLS_UP, 10)
    assert capacity_of(60, closing=Fraction(6)).fit is Fit.FITS
    assert capacity_of(60, arriving=Fraction(6)).full_after == 5
    assert capacity_of(31).full_after == 19


def test_without_a_limit_the_pace_decides() -> None:
    assert capacity_of(1, room=None).fit is Fit.PILES_UP
    assert capacity_of(20, room=None, closing=Fraction(4)).fit is Fit.FITS


def test_nobody_and_nothing() -> None:
    assert capacity_of(10, days=0).fit is Fit.NOBODY
    assert capacity_of(10, people=Fraction(0)).fit is Fit.NOBODY
    assert capacity_of(None).fit is Fit.UNKNOWN


@given(
    st.integers(1, 10_000), st.integers(1, 84), st.fractions(Fraction(1, 10), 50),
    st.none() | st.integers(0, 1_000), st.fractions(0, 100), st.fractions(0, 100),
)  # fmt: skip
def test_a_room_that_lasts_is_never_overrun(
    expected: int, days: int, hands: Fraction, room: int | None, arriving: Fraction,
    closing: Fraction,
) -> None:  # fmt: skip
    weight = capacity_of(
        expected, days=days, people=hands, room=room, arriving=arriving, closing=closing
    )
    assert weight.leads_per_day * days == expected
    assert weight.leads_per_person * hands == weight.leads_per_day
    if room is None:
        return
    held = [(weight.leads_per_day + arriving - closing) * day for day in range(1, days + 1)]
    if weight.fit is Fit.FITS:
        assert all(each <= room for each in held)
    else:
        assert weight.full_after is not None
        assert held[-1] > room
        assert weight.full_after == sum(each <= room for each in held)


# ---- last time -------------------------------------------------------------------------------


def like(kind: str = "email", audience: str = "", *channels: str) -> CampaignTraits:
    return CampaignTraits(kind, audience, channels)


def test_kind_audience_and_channels_make_campaigns_alike() -> None:
    wanted = like("email", "Small shops in Austria", "newsletter")
    past = [
        ("nothing", like("event", "Banks", "fair")),
        ("kind", like("email", "Banks", "fair")),
        ("all", like("email", "small SHOPS in Austria", "Newsletter")),
        ("audience", like("event", "Shops in Austria", "fair")),
        ("both", like("email", "Shops in Germany", "fair")),
    ]
    assert most_similar(wanted, past) == ["all", "both", "kind"]
    assert most_similar(wanted, past[:1]) == []
    assert similarity(wanted, past[2][1]) == 3


texts = st.text("abcd ", max_size=12)
likenesses = st.builds(
    CampaignTraits,
    st.sampled_from(["email", "event"]),
    texts,
    st.lists(texts, max_size=3).map(tuple),
)


@given(likenesses, likenesses)
def test_likeness_is_the_same_either_way_round(one: CampaignTraits, other: CampaignTraits) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 3


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_than_asked_for(most: int) -> None:
    past = [(number, like()) for number in range(9)]
    assert most_similar(like(), past, most) == list(range(most))
