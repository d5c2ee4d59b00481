"""A round as it is read for whoever draws it: in order, page by page, and without the silent."""

from itertools import pairwise

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import slack
from bot.people.models import Person, Role
from bot.slack.cards import Card
from bot.standups import answering, blockers, queries
from bot.standups.models import ANSWERS_A_PAGE, Answer, StandupAnswer, Theme
from tests.standups.scene import SAID, Company

TEAM = ["Gil", "Ada", "Zoe", "Bo", "Cy", "Mia", "Tom"]


@pytest.fixture
def round_id(company: Company) -> int:
    """Five answer every question, one of them again; one skips, and one says nothing."""
    team = [company.someone(f"U{name}", Role.SALESPERSON, name=name, team="Sales") for name in TEAM]
    opened = company.opened()
    with company.store.transaction() as session:
        for person in team[:5]:
            answers = {key: f"{person.name}: {key}" for key in SAID}
            answering.answer(session, person, company.entry_of(person), answers)
        answering.skip(session, team[5], company.entry_of(team[5]))
    return opened.id


def place(answer: StandupAnswer) -> tuple[int, bool, str]:
    """Where an answer stands."""
    rank = list(Theme).index(Theme(answer.question.theme))
    return rank, answer.resolved_at is not None, answer.entry.person.name


def test_by_theme_open_blockers_first_then_by_name(company: Company, round_id: int) -> None:
    across = company.someone("UX", Role.MARKETER, name="Xia", team="Marketing")
    with company.store.transaction() as session:
        blocker = queries.round_summary(session, round_id).answers[0]
        blockers.take_on(session, across, blocker.id)
        blockers.resolve(session, across, blocker.id)
        heard = queries.round_summary(session, round_id)
    assert all(place(one) <= place(other) for one, other in pairwise(heard.answers))
    assert [each.text for each in heard.answers[:5]] == [
        f"{name}: blockers" for name in ("Bo", "Cy", "Gil", "Zoe", "Ada")
    ]
    assert heard.answers[4].taken_by == across.id
    assert heard.counts == {Answer.ANSWERED: 5, Answer.SKIPPED: 1, Answer.ASKED: 1}


def test_its_pages_have_all_of_it_once(company: Company, round_id: int) -> None:
    with company.store.transaction() as session:
        pages = [
            queries.summary_page(session, person(session), round_id, number) for number in (0, 1)
        ]
        whole = queries.round_summary(session, round_id).answers
        beyond = queries.summary_page(session, person(session), round_id, 99)
        before = queries.summary_page(session, person(session), round_id, -3)
    assert [len(each.answers) for each in pages] == [ANSWERS_A_PAGE, 25 - ANSWERS_A_PAGE]
    assert [answer.id for each in pages for answer in each.answers] == [
        answer.id for answer in whole
    ]
    assert {(each.count, each.pages) for each in (*pages, beyond)} == {(25, 2)}
    assert (beyond.number, before.number) == (1, 0)


def test_the_home_tab_follows_an_answer(company: Company, round_id: int) -> None:
    home = Card.kind == slack.HOME
    with company.store.transaction() as session:
        who = person(session)
        slack.show(session, who.workspace_id, slack.HOME, who.id, who.slack_id)
        session.execute(update(Card).where(home).values(stale=False))
        answering.answer(session, who, company.entry_of(who), SAID)
        assert session.scalars(select(Card.stale).where(home)).one()


def person(session: Session) -> Person:
    """One of those who answered."""
    return session.scalars(select(Person).where(Person.name == "Ada")).one()
