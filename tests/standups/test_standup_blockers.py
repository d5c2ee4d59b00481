"""A blocker is taken across the table by one, handed back, and resolved; the other hears of it."""

import pytest
from sqlalchemy import select

from bot.errors import NotAllowed, NotFound
from bot.people.models import Person, Role
from bot.planning.models import Request
from bot.slack.cards import Card
from bot.standups import answering, blockers, queries, rounds
from bot.standups.models import StandupAnswer
from tests.moved_clock import MovedClock
from tests.standups.scene import Company, found
from tests.threads import at_once


@pytest.fixture
def mia(company: Company) -> Person:
    return company.someone("UMIA", Role.MARKETER, name="Mia", team="Marketing")


@pytest.fixture
def blocked(company: Company, ada: Person, hands: MovedClock) -> int:
    """Ada's blocker, in a summary that is posted."""
    company.ask()
    company.says(ada, blockers="No price list")
    hands.forward(minutes=150)
    company.close()
    with company.store.transaction() as session:
        for card in session.scalars(select(Card)):
            card.stale = False
    return company.blocker_of(ada)


def stale(company: Company) -> set[tuple[str, str]]:
    with company.store.transaction() as session:
        rows = session.execute(select(Card.kind, Card.target).where(Card.stale))
        return {(row.kind, row.target) for row in rows}


def take(company: Company, who: Person, blocker: int) -> StandupAnswer:
    with company.store.transaction() as session:
        return blockers.take_on(session, who, blocker)


def hand_back(company: Company, who: Person, blocker: int) -> StandupAnswer:
    with company.store.transaction() as session:
        return blockers.hand_back(session, who, blocker)


def resolve(company: Company, who: Person, blocker: int) -> StandupAnswer:
    with company.store.transaction() as session:
        return blockers.resolve(session, who, blocker)


def test_someone_across_takes_it_and_both_have_it_before_them(
    company: Company, mia: Person, blocked: int, hands: MovedClock
) -> None:
    taken = take(company, mia, blocked)
    assert (taken.taken_by, taken.taken_at) == (mia.id, hands.now)
    assert stale(company) == {
        (blockers.HELP, "UADA"), (blockers.HELP, "UMIA"), (rounds.SUMMARY, "C1"),
    }  # fmt: skip


def test_nobody_of_the_same_team_takes_it(
    company: Company, ada: Person, bo: Person, blocked: int
) -> None:
    stranger = company.someone("UX", name="Stranger")
    for who in (ada, bo, stranger):
        with pytest.raises(blockers.SameTeam):
            take(company, who, blocked)


def test_who_leads_all_may_take_it(company: Company, max_: Person, blocked: int) -> None:
    assert take(company, max_, blocked).taken_by == max_.id


def test_one_wins(company: Company, blocked: int) -> None:
    helpers = iter([company.someone(f"UM{n}", name=f"M{n}", team="Marketing") for n in range(6)])

    def try_() -> str:
        try:
            return str(take(company, next(helpers), blocked).taken_by)
        except blockers.AlreadyTaken:
            return "told"

    outcomes = at_once([try_] * 6)
    assert outcomes.count("told") == 5
    assert len(company.cards(blockers.HELP)) == 2


def test_the_second_is_told_who_has_it(company: Company, mia: Person, blocked: int) -> None:
    take(company, mia, blocked)
    other = company.someone("UMO", name="Mo", team="Marketing")
    with pytest.raises(blockers.AlreadyTaken, match="Mia is already helping"):
        take(company, other, blocked)
    with pytest.raises(blockers.AlreadyTaken, match="You're already helping"):
        take(company, mia, blocked)


def test_it_is_handed_back_and_taken_by_another(
    company: Company, mia: Person, blocked: int
) -> None:
    take(company, mia, blocked)
    other = company.someone("UMO", name="Mo", team="Marketing")
    with pytest.raises(blockers.NotTheirs, match="Only Mia can do that"):
        hand_back(company, other, blocked)
    assert hand_back(company, mia, blocked).taken_by is None
    with pytest.raises(blockers.NotTheirs):
        hand_back(company, mia, blocked)
    assert take(company, other, blocked).taken_by == other.id
    assert set(company.targets(blockers.HELP)) == {"UADA", "UMIA", "UMO"}


def test_resolved_the_blocked_one_hears_of_it(
    company: Company, mia: Person, blocked: int, hands: MovedClock
) -> None:
    take(company, mia, blocked)
    assert resolve(company, mia, blocked).resolved_at == hands.now
    assert set(company.targets(blockers.RESOLVED)) == {"UADA"}
    for act in (take, hand_back, resolve):
        with pytest.raises((blockers.AlreadyResolved, blockers.AlreadyTaken)):
            act(company, mia, blocked)


def test_the_blocked_one_says_so_and_the_taker_hears_of_it(
    company: Company, ada: Person, mia: Person, blocked: int
) -> None:
    take(company, mia, blocked)
    resolve(company, ada, blocked)
    assert set(company.targets(blockers.RESOLVED)) == {"UMIA"}


def test_nobody_else_says_so(
    company: Company, bo: Person, mia: Person, max_: Person, blocked: int
) -> None:
    take(company, mia, blocked)
    for who in (bo, max_):
        with pytest.raises(blockers.NotTheirs):
            resolve(company, who, blocked)


def test_a_blocker_that_is_gone_from_the_form_is_resolved_where_it_was_taken(
    company: Company, ada: Person, mia: Person, hands: MovedClock
) -> None:
    company.ask()
    company.says(ada, blockers="No price list")
    blocker = company.blocker_of(ada)
    take(company, mia, blocker)
    company.says(ada, blockers="")
    with company.store.transaction() as session:
        kept = session.get_one(StandupAnswer, blocker)
    assert (kept.text, kept.resolved_at) == ("No price list", hands.now)


def test_what_is_no_blocker_or_of_another_workspace_is_not_found(
    company: Company, ada: Person, mia: Person
) -> None:
    company.ask()
    company.says(ada, blockers="No list")
    blocker = company.blocker_of(ada)
    elsewhere = found(company.store, "T2", "C9").someone("UZ", Role.MANAGER, team="Marketing")
    with company.store.transaction() as session:
        plan = session.scalars(select(StandupAnswer.id).where(StandupAnswer.id != blocker)).one()
    for who, what in ((mia, plan), (mia, 0), (elsewhere, blocker)):
        for act in (take, hand_back, resolve):
            with pytest.raises(NotFound):
                act(company, who, what)


def test_an_idea_becomes_one_request_however_often_it_is_pressed(
    company: Company, ada: Person, mia: Person, hands: MovedClock
) -> None:
    company.ask()
    company.says(ada, ideas="x" * 3000, blockers="No list")
    with company.store.transaction() as session:
        idea = session.scalars(
            select(StandupAnswer.id).where(StandupAnswer.text.startswith("xxx"))
        ).one()

    def press() -> int:
        with company.store.transaction() as session:
            return blockers.make_request(session, mia, idea).id

    assert len(set(at_once([press] * 4))) == 1
    with company.store.transaction() as session:
        request = session.get_one(Request, press())
        assert session.get_one(StandupAnswer, idea).request_id == request.id
    assert request.asker_id == ada.id
    assert request.text.endswith("Idea by Ada, Sales standup, Monday, 23 Nov.")


def test_where_the_author_may_not_ask_the_request_is_of_who_pressed(
    company: Company, mia: Person
) -> None:
    cy = company.someone("UCY", name="Cy", team="Sales")
    company.ask()
    company.says(cy, ideas="Lunch")
    with company.store.transaction() as session:
        idea = session.scalars(select(StandupAnswer.id).where(StandupAnswer.text == "Lunch")).one()
        assert blockers.make_request(session, mia, idea).asker_id == mia.id


def test_what_is_no_idea_is_not_found_and_a_stranger_asks_nothing(
    company: Company, ada: Person, mia: Person
) -> None:
    company.ask()
    company.says(ada, plan="Call", ideas="Lunch")
    with company.store.transaction() as session:
        plan, idea = session.scalars(select(StandupAnswer.id).order_by(StandupAnswer.id))
    elsewhere = found(company.store, "T2", "C9").someone("UZ", Role.MANAGER, team="Marketing")
    for who, what in ((mia, plan), (mia, 0), (elsewhere, idea)):
        with pytest.raises(NotFound), company.store.transaction() as session:
            blockers.make_request(session, who, what)
    stranger = company.someone("UX", name="Stranger")
    with pytest.raises(NotAllowed), company.store.transaction() as session:
        blockers.make_request(session, stranger, idea)


def test_a_round_is_read_by_its_own_workspace_alone(company: Company, mia: Person) -> None:
    opened = company.opened()
    elsewhere = found(company.store, "T2", "C9").someone("UZ", Role.MANAGER, team="Marketing")
    with company.store.transaction() as session:
        assert queries.summary_page(session, mia, opened.id, 0).round.id == opened.id
        for who, what in ((elsewhere, opened.id), (mia, 0)):
            with pytest.raises(NotFound):
                queries.summary_page(session, who, what, 0)


def test_what_is_in_the_way_is_told_until_it_is_resolved(
    company: Company, hands: MovedClock, ada: Person, mia: Person
) -> None:
    def blockers_for(who: Person) -> list[int]:
        with company.store.transaction() as session:
            return [each.id for each in answering.facts(session, who).blockers]

    company.ask()
    company.says(ada, blockers="No list", ideas="Lunch")
    blocker = company.blocker_of(ada)
    assert blockers_for(ada) == [], "it is in the form itself"
    hands.forward(minutes=150)
    company.close()
    assert (blockers_for(ada), blockers_for(mia)) == ([blocker], [])
    with company.store.transaction() as session:
        blockers.take_on(session, mia, blocker)
    assert (blockers_for(ada), blockers_for(mia)) == ([blocker], [blocker])
    hands.forward(days=14, minutes=1)
    assert (blockers_for(ada), blockers_for(mia)) == ([], []), "nobody is reminded for ever"
    hands.forward(days=-14)
    with company.store.transaction() as session:
        blockers.resolve(session, mia, blocker)
    assert (blockers_for(ada), blockers_for(mia)) == ([], [])
