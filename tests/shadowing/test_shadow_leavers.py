"""Somebody of a pair leaves the workspace: they meet nobody, and their partner is free again."""

from datetime import date

import pytest

from bot.people.models import Person
from bot.shadowing import debriefs, leavers, meeting, messages, queries
from bot.shadowing.models import ShadowPair, Stage
from tests.moved_clock import MovedClock
from tests.shadowing.scene import Company


@pytest.fixture
def pair(company: Company) -> ShadowPair:
    company.staff(1, 1)
    company.configure()
    company.round()
    [made] = company.pairs()
    return made


def two(pair: ShadowPair) -> tuple[Person, Person]:
    one, other = (participant.person for participant in pair.taken)
    return one, other


def look(company: Company) -> int:
    with company.store.transaction() as session:
        return leavers.release_partners(session)


def test_a_pair_whose_time_is_agreed_is_cancelled(
    company: Company, hands: MovedClock, pair: ShadowPair
) -> None:
    stays, leaver = two(pair)
    company.agree(pair)
    company.leave(leaver)
    assert look(company) == 1
    assert look(company) == 0
    ended = company.pair(pair.id)
    assert (ended.stage, ended.ended_by) == (Stage.CANCELLED, None)
    # Both were invited; the one who is left takes it out of their calendar again.
    assert company.jobs(meeting.INVITE) == 3
    assert company.member(stays).waited == 1
    participant = ended.participant_of(stays.id)
    assert participant is not None
    with company.store.transaction() as session:
        mine = queries.participant_to_show(session, participant.id)
        assert "has left, so you won't meet" in messages.card(mine, hands.now).text


def test_a_pair_that_looks_for_a_time_is_cancelled(company: Company, pair: ShadowPair) -> None:
    company.leave(two(pair)[0])
    assert look(company) == 1
    assert company.pair(pair.id).stage == Stage.CANCELLED
    assert company.jobs(meeting.INVITE) == 0


def test_who_left_just_before_the_time_has_not_met(
    company: Company, hands: MovedClock, pair: ShadowPair
) -> None:
    slot = company.agree(pair).agreed
    assert slot is not None
    company.leave(two(pair)[1])
    hands.to(slot.ends_at)
    with company.store.transaction() as session:
        assert not debriefs.over(session, pair.id, slot.id)
    assert company.pair(pair.id).stage == Stage.CANCELLED
    assert company.targets(meeting.ASK) == []
    with company.store.transaction() as session:
        assert queries.quarter(session, company.workspace.id, date(2026, 11, 30)).met == 0


def test_a_meeting_before_somebody_left_still_counts(company: Company, pair: ShadowPair) -> None:
    met = company.meet(pair)
    company.leave(two(met)[1])
    assert look(company) == 0
    assert company.pair(pair.id).stage == Stage.HELD


def test_pairs_of_others_are_left_alone(company: Company, pair: ShadowPair) -> None:
    company.leave(company.someone("UGONE"))
    assert look(company) == 0
    assert company.pair(pair.id).stage == Stage.FINDING
