"""Answers: by the owner or a manager, on the question, on the card, and to whoever asked."""

import pytest

from bot.campaigns import drafting, forms, questions
from bot.campaigns.models import Campaign
from bot.errors import FieldErrors, NotAllowed, NotFound
from bot.people.models import Person, Role
from tests.campaigns.scene import Company
from tests.company import hire, install
from tests.forms import sent


@pytest.fixture
def campaign(company: Company) -> Campaign:
    return company.announce()


@pytest.fixture
def question(company: Company, campaign: Campaign) -> int:
    company.ask(company.sal, campaign, "Is it for old customers too?")
    return company.cards(questions.QUESTION)[0].subject_id


def answer(company: Company, who: Person, question_id: int, text: str = "No, new ones.") -> None:
    with company.store.transaction() as session:
        questions.answer(session, who, question_id, text)


def test_an_answer_stands_with_its_question_and_is_told(
    company: Company, campaign: Campaign, question: int
) -> None:
    answer(company, company.mara, question, "No,\nnew ones.")
    with company.store.transaction() as session:
        since = questions.since(session, campaign)
    [kept] = since.answered
    assert (kept.answer, kept.answerer) == ("No,\nnew ones.", kept.answerer)
    assert kept.answerer is not None
    assert kept.answerer.name == "Mara"
    assert [card.target for card in company.cards(questions.ANSWERED)] == ["USAL"]


def test_a_better_answer_takes_the_place_of_the_first(
    company: Company, campaign: Campaign, question: int
) -> None:
    for words in ("No.", "No.", "Yes, from July on."):
        answer(company, company.mara, question, words)
    with company.store.transaction() as session:
        assert questions.question(session, question).answer == "Yes, from July on."
    assert len(company.cards(questions.ANSWERED)) == 1


def test_who_may_answer(company: Company, question: int) -> None:
    jonas = company.someone("UJONAS", Role.MARKETER)
    with pytest.raises(drafting.NotYours):
        answer(company, jonas, question)
    for stranger in (company.sal, company.someone("UX")):
        with pytest.raises(NotAllowed):
            answer(company, stranger, question)
    spy = hire(company.store, install(company.store, "T2", "C2"), "USPY", "Spy", Role.ADMIN)
    for who, question_id in ((spy, question), (company.mara, question + 1_000)):
        with pytest.raises(NotFound):
            answer(company, who, question_id)
    answer(company, company.someone("UBOSS", Role.MANAGER), question)


def test_who_answers_themselves_is_told_nothing(company: Company, campaign: Campaign) -> None:
    company.ask(company.mara, campaign, "Who calls?", "form-2")
    answer(company, company.mara, company.cards(questions.QUESTION)[0].subject_id)
    assert company.cards(questions.ANSWERED) == []


@pytest.mark.parametrize("words", ["", " \n", "x" * 1_001])
def test_an_answer_needs_words_and_not_too_many(
    company: Company, question: int, words: str
) -> None:
    with company.store.transaction() as session:
        modal = forms.Answer.of(questions.answerable(session, company.mara, question))
    with pytest.raises(FieldErrors) as raised:
        forms.Answer.read(sent(modal, answer=words))
    assert list(raised.value.errors) == ["answer"]
    assert forms.Answer.read(sent(modal, answer=" No,\nnew ones. ")).answer == "No,\nnew ones."


def test_the_card_has_the_newest_answers_and_the_pages_have_all(
    company: Company, campaign: Campaign
) -> None:
    for number in range(23):
        company.ask(company.sal, campaign, f"Question {number}?", f"form-{number}")
    for card in company.cards(questions.QUESTION)[:5]:
        answer(company, company.mara, card.subject_id, "Yes.")
    with company.store.transaction() as session:
        since = questions.since(session, campaign)
        pages = [questions.questions(session, campaign.id, page)[0] for page in range(4)]
    assert since.questions == 23
    assert sorted(each.text for each in since.answered) == [
        "Question 2?", "Question 3?", "Question 4?"
    ]  # fmt: skip
    assert [len(page) for page in pages] == [10, 10, 3, 0]
    assert [each.text for page in pages for each in page] == [
        f"Question {number}?" for number in reversed(range(23))
    ]
