"""Two find a time: by clicks that may come at once, and only by their own."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot import clock
from bot.errors import FieldErrors, NotFound
from bot.people.models import Person, Role
from bot.shadowing import debriefs, handing_on, meeting, membership
from bot.shadowing.models import Goal, ShadowPair, Stage
from tests.moved_clock import MovedClock
from tests.shadowing.scene import SAID, Company
from tests.threads import tried_at_once


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


def participant_of(company: Company, pair: ShadowPair, who: Person) -> int:
    participant = company.pair(pair.id).participant_of(who.id)
    assert participant is not None
    return participant.id


def test_the_first_time_that_suits_both_is_agreed(company: Company, pair: ShadowPair) -> None:
    mara, sofia = two(pair)
    first, second, third, *_ = pair.slots
    for slot in (first, second):
        company.does(meeting.pick, mara, slot.id)
    company.does(meeting.pick, sofia, third.id)
    assert company.pair(pair.id).stage == Stage.FINDING
    company.does(meeting.pick, sofia, second.id)
    agreed = company.pair(pair.id)
    assert (agreed.stage, agreed.slot_id, agreed.sequence) == (Stage.AGREED, second.id, 1)
    assert company.jobs(meeting.INVITE) == 2
    assert company.jobs(meeting.OVER) == company.jobs(meeting.REMIND) == 1
    assert agreed.open_slots(clock.now()) == []


def test_two_clicks_at_once_agree_once(company: Company, pair: ShadowPair) -> None:
    mara, sofia = two(pair)
    slot = pair.slots[0]
    acts = [partial(company.does, meeting.pick, who, slot.id) for who in (mara, sofia) * 4]
    assert not [each for each in tried_at_once(acts) if isinstance(each, Exception)]
    agreed = company.pair(pair.id)
    assert (agreed.stage, agreed.slot_id, agreed.sequence) == (Stage.AGREED, slot.id, 1)
    assert company.jobs(meeting.INVITE) == 2
    assert company.jobs(meeting.OVER) == 1


def test_clicks_on_many_times_at_once_agree_on_one(company: Company, pair: ShadowPair) -> None:
    mara, sofia = two(pair)
    acts = [
        partial(company.does, meeting.pick, who, slot.id)
        for who in (mara, sofia)
        for slot in pair.slots
    ]
    outcomes = tried_at_once(acts)
    assert all(isinstance(each, ShadowPair | meeting.SlotGone) for each in outcomes)
    agreed = company.pair(pair.id)
    assert agreed.stage == Stage.AGREED
    assert agreed.sequence == 1
    assert [participant.picked for participant in agreed.taken] == [[agreed.slot_id]] * 2


def test_agreeing_and_cancelling_at_once_ends_in_one_of_both(
    company: Company, pair: ShadowPair
) -> None:
    mara, sofia = two(pair)
    slot = pair.slots[0]
    company.does(meeting.pick, mara, slot.id)
    tried_at_once([
        partial(company.does, meeting.pick, sofia, slot.id),
        partial(company.does, meeting.cancel, mara, participant_of(company, pair, mara)),
    ])  # fmt: skip
    ended = company.pair(pair.id)
    assert ended.stage == Stage.CANCELLED
    # Agreed before: two invitations and two that take them back. Else there never was a time.
    assert company.jobs(meeting.INVITE) == (4 if ended.sequence else 0)


def test_what_suits_can_be_taken_back_until_it_is_agreed(
    company: Company, pair: ShadowPair
) -> None:
    mara, sofia = two(pair)
    first, second, *_ = pair.slots
    company.does(meeting.pick, mara, first.id)
    company.does(meeting.unpick, mara, first.id)
    company.does(meeting.unpick, mara, first.id)
    company.does(meeting.pick, sofia, first.id)
    assert company.pair(pair.id).stage == Stage.FINDING
    company.does(meeting.pick, mara, first.id)
    company.does(meeting.unpick, mara, first.id)
    assert company.pair(pair.id).slot_id == first.id
    with pytest.raises(meeting.SlotGone):
        company.does(meeting.pick, mara, second.id)


def test_another_time_changes_what_was_agreed_once_both_take_it(
    company: Company, pair: ShadowPair
) -> None:
    mara, sofia = two(pair)
    agreed = company.agree(pair)
    later = clock.now() + timedelta(days=9)
    company.does(meeting.propose, mara, participant_of(company, pair, mara), later, 120)
    company.does(meeting.propose, mara, participant_of(company, pair, mara), later, 120)
    proposed = company.pair(pair.id)
    assert proposed.slot_id == agreed.slot_id
    [new] = proposed.open_slots(clock.now())
    company.does(meeting.pick, sofia, new.id)
    moved = company.pair(pair.id)
    assert (moved.slot_id, moved.sequence) == (new.id, 2)
    assert moved.agreed is not None
    assert (moved.agreed.starts_at, moved.agreed.ends_at) == (later, later + timedelta(hours=2))
    with company.store.transaction() as session:
        # The clock of the time before means nothing any more.
        assert agreed.slot_id is not None
        assert not debriefs.over(session, pair.id, agreed.slot_id)
        assert not debriefs.remind(session, pair.id, agreed.slot_id)


def test_both_propose_the_same_time_and_it_is_agreed(company: Company, pair: ShadowPair) -> None:
    at = clock.now() + timedelta(days=3)
    acts = [
        partial(company.does, meeting.propose, who, participant_of(company, pair, who), at, 60)
        for who in two(pair)
    ]
    tried_at_once(acts)
    assert company.pair(pair.id).stage == Stage.AGREED


@pytest.mark.parametrize(
    ("by", "minutes", "field"),
    [(timedelta(), 60, "starts_at"), (timedelta(days=91), 60, "starts_at"),
     (timedelta(days=1), 61, "minutes")],
)  # fmt: skip
def test_a_time_that_does_not_fit_is_told_at_its_field(
    company: Company, pair: ShadowPair, by: timedelta, minutes: int, field: str
) -> None:
    mara, _ = two(pair)
    with pytest.raises(FieldErrors) as caught:
        company.does(
            meeting.propose, mara, participant_of(company, pair, mara), clock.now() + by, minutes
        )
    assert list(caught.value.errors) == [field]


def test_there_are_only_so_many_times_on_the_table(company: Company, pair: ShadowPair) -> None:
    mara, _ = two(pair)
    participant = participant_of(company, pair, mara)
    for hours in range(1, 21 - len(pair.slots)):
        company.does(meeting.propose, mara, participant, clock.now() + timedelta(hours=hours), 60)
    with pytest.raises(meeting.TooManySlots):
        company.does(meeting.propose, mara, participant, clock.now() + timedelta(hours=40), 60)


def test_goals_come_from_the_list_and_from_own_words(company: Company, pair: ShadowPair) -> None:
    mara, _ = two(pair)
    participant = participant_of(company, pair, mara)
    chosen = [Goal.TOOLS, "made_up", Goal.CALLS]
    company.does(meeting.set_goals, mara, participant, chosen, "  See the\n list ")
    wants = company.pair(pair.id).participants[0].wants
    assert wants == [Goal.CALLS.label, Goal.TOOLS.label, "See the list"]


def test_who_loses_a_partner_comes_first_next_time(
    company: Company, pair: ShadowPair, hands: MovedClock
) -> None:
    mara, sofia = two(pair)
    company.agree(pair)
    for _ in range(2):
        company.does(meeting.cancel, mara, participant_of(company, pair, mara))
    with pytest.raises(meeting.PairIsOver):
        company.does(meeting.cancel, sofia, participant_of(company, pair, sofia))
    assert company.member(sofia).waited == 1
    assert company.jobs(meeting.INVITE) == 4
    hands.forward(weeks=4)
    company.round()
    assert len(company.pairs()) == 1  # they have not met, so they may be paired again


def test_a_colleague_takes_the_place_and_who_was_left_over_comes_first(company: Company) -> None:
    company.staff(1, 3)
    company.configure()
    company.round()
    [pair] = company.pairs()
    mara, sofia = two(pair)
    participant = participant_of(company, pair, sofia)
    company.agree(pair)
    free = company.does(handing_on.colleagues, sofia, participant)
    assert {each.id for each in free} == company.left_over()
    company.does(handing_on.hand_on, sofia, participant, free[0].id)
    changed = company.pair(pair.id)
    assert (changed.salesperson_id, changed.stage, changed.slot_id) == (
        free[0].id, Stage.FINDING, None,
    )  # fmt: skip
    assert [each.person_id for each in changed.taken] == [mara.id, free[0].id]
    assert changed.open_slots(clock.now())
    assert company.member(free[0]).waited == 0
    assert company.jobs(meeting.INVITE) == 4
    with pytest.raises(meeting.HandedOn):
        company.does(meeting.set_goals, sofia, participant, [], "")
    other = participant_of(company, pair, free[0])
    with pytest.raises(handing_on.NotFree):
        company.does(handing_on.hand_on, free[0], other, mara.id)
    # And back again: the place is free for the one who had it.
    company.does(handing_on.hand_on, free[0], other, sofia.id)
    assert company.pair(pair.id).salesperson_id == sofia.id
    company.agree(company.pair(pair.id), company.pair(pair.id).open_slots(clock.now())[0])


def test_nobody_is_found_for_a_partner_who_is_out(company: Company) -> None:
    company.staff(1, 2)
    company.configure()
    company.round()
    [pair] = company.pairs()
    mara, sofia = two(pair)
    company.does(membership.go_out, mara)
    assert company.does(handing_on.colleagues, sofia, participant_of(company, pair, sofia)) == []


def test_a_place_is_handed_on_to_one_only_however_many_do(company: Company) -> None:
    company.staff(2, 3)
    company.configure()
    company.round()
    [last] = company.left_over()
    acts = []
    for pair in company.pairs():
        sofia = next(s.person for s in pair.taken if s.person_id == pair.salesperson_id)
        participant = participant_of(company, pair, sofia)
        acts.append(partial(company.does, handing_on.hand_on, sofia, participant, last))
    outcomes = tried_at_once(acts)
    assert sum(isinstance(each, handing_on.NotFree) for each in outcomes) == 1
    assert sum(pair.salesperson_id == last for pair in company.pairs()) == 1


def test_nobody_is_promised_to_two_at_the_same_time(company: Company) -> None:
    [mara], _ = company.staff(1, 2)
    company.configure(two_pairs=True)
    company.round()
    one, other = company.pairs()
    assert one.marketer_id == other.marketer_id == mara.id
    company.agree(one)
    same = next(slot for slot in other.slots if slot.starts_at == one.slots[0].starts_at)
    with pytest.raises(meeting.Clash):
        company.does(meeting.pick, mara, same.id)


def test_the_clock_reminds_both_and_asks_both_afterwards(
    company: Company, pair: ShadowPair, hands: MovedClock
) -> None:
    agreed = company.agree(pair).agreed
    assert agreed is not None
    with company.store.transaction() as session:
        assert debriefs.remind(session, pair.id, agreed.id)
    assert sorted(company.targets(meeting.REMINDER)) == ["M0", "S0"]
    hands.to(agreed.ends_at)
    for first in (True, False):
        with company.store.transaction() as session:
            assert debriefs.over(session, pair.id, agreed.id) is first
    assert company.pair(pair.id).stage == Stage.HELD
    assert sorted(company.targets(meeting.ASK)) == ["M0", "S0"]
    assert company.jobs(debriefs.SETTLE) == 1


VERBS: list[Callable[[Company, Person, ShadowPair], Any]] = [
    lambda company, who, pair: company.does(meeting.pick, who, pair.slots[0].id),
    lambda company, who, pair: company.does(meeting.unpick, who, pair.slots[0].id),
    lambda company, who, pair: company.does(meeting.cancel, who, pair.participants[0].id),
    lambda company, who, pair: company.does(
        meeting.set_goals, who, pair.participants[0].id, [], ""
    ),
    lambda company, who, pair: company.does(
        meeting.propose, who, pair.participants[0].id, clock.now() + timedelta(days=1), 60
    ),
    lambda company, who, pair: company.does(handing_on.colleagues, who, pair.participants[0].id),
    lambda company, who, pair: company.does(
        handing_on.hand_on, who, pair.participants[0].id, who.id
    ),
    lambda company, who, pair: company.does(meeting.changeable, who, pair.participants[0].id),
    lambda company, who, pair: company.does(debriefs.answerable, who, pair.participants[0].id),
    lambda company, who, pair: company.does(debriefs.debrief, who, pair.participants[0].id, SAID),
]


@pytest.mark.parametrize("verb", range(len(VERBS)))
@pytest.mark.parametrize("role", [Role.SALESPERSON, Role.MANAGER, Role.ADMIN])
def test_nobody_else_acts_on_a_pair_whatever_their_role(
    company: Company, pair: ShadowPair, verb: int, role: Role
) -> None:
    with pytest.raises(meeting.NotYourPair):
        VERBS[verb](company, company.someone("UELSE", role), pair)


@pytest.mark.parametrize("verb", range(2, len(VERBS)))
def test_the_partner_does_not_act_for_the_other_seat(
    company: Company, pair: ShadowPair, verb: int
) -> None:
    with pytest.raises(meeting.NotYourPair):
        VERBS[verb](company, pair.participants[1].person, pair)


@pytest.mark.parametrize("act", [meeting.pick, meeting.unpick, meeting.cancel, meeting.changeable])
def test_a_row_that_is_not_there_is_not_found(
    company: Company, pair: ShadowPair, act: Callable[..., Any]
) -> None:
    with pytest.raises(NotFound):
        company.does(act, pair.participants[0].person, 999)
