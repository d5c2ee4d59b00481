"""Answering: *Got it* counts each reader once, and a question is asked once."""

from functools import partial

import pytest

from bot import slack
from bot.campaigns import announcing, forms, queries, questions
from bot.campaigns.models import Campaign, CampaignQuestion, CampaignReceipt
from bot.errors import FieldErrors, NotAllowed, NotFound
from bot.people.models import Role
from bot.slack.cards import Card
from tests.campaigns.scene import Company
from tests.company import hire, install
from tests.forms import sent
from tests.moved_clock import MovedClock
from tests.threads import at_once


@pytest.fixture
def campaign(company: Company) -> Campaign:
    """Announced, and posted."""
    campaign = company.announce()
    with company.store.transaction() as session:
        card = session.get_one(Card, company.cards(announcing.CARD)[0].id)
        card.stale, card.channel, card.ts = False, "C1", "1.1"
    return campaign


def is_stale(company: Company) -> bool:
    return company.cards(announcing.CARD)[0].stale


def test_a_reader_is_counted_and_the_card_redrawn(company: Company, campaign: Campaign) -> None:
    assert company.got_it(company.sal, campaign)
    assert company.readers(campaign) == ["Sal"]
    assert is_stale(company)


def test_pressing_twice_says_so_and_changes_nothing(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    company.got_it(company.sal, campaign)
    with company.store.transaction() as session:
        session.get_one(Card, company.cards(announcing.CARD)[0].id).stale = False
    hands.forward(hours=1)
    with pytest.raises(announcing.AlreadyRead) as raised:
        company.got_it(company.sal, campaign)
    assert raised.value.message == (
        "You already confirmed “Summer trial” "
        "<!date^1780297200^{date_short_pretty} {time}|2026-06-01 07:00 UTC>."
    )
    assert company.count(CampaignReceipt) == 1
    assert not is_stale(company)


def test_eight_clicks_at_once_are_one_reader(company: Company, campaign: Campaign) -> None:
    def click() -> bool:
        try:
            return company.got_it(company.sal, campaign)
        except announcing.AlreadyRead:
            return False

    assert sum(at_once([click] * 8)) == 1
    assert company.count(CampaignReceipt) == 1


def test_many_readers_at_once_are_all_counted(company: Company, campaign: Campaign) -> None:
    crowd = [company.someone(f"U{number}", Role.SALESPERSON) for number in range(8)]
    assert all(at_once([partial(company.got_it, person, campaign) for person in crowd]))
    assert len(company.readers(campaign)) == 8


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MANAGER, Role.ADMIN])
def test_who_is_not_in_sales_is_noted_and_not_counted(
    company: Company, campaign: Campaign, role: Role
) -> None:
    assert not company.got_it(company.someone("UX", role), campaign)
    assert company.readers(campaign) == []
    assert company.count(CampaignReceipt) == 1


def test_readers_are_those_who_are_in_sales_today(company: Company, campaign: Campaign) -> None:
    company.got_it(company.sal, campaign)
    company.got_it(company.sue, campaign)
    with company.store.transaction() as session:
        session.merge(company.sal).active = False
        session.merge(company.sue).roles = [Role.MARKETER]
        session.flush()
        readership = queries.readership(session, campaign)
    assert readership.size == 0


def test_who_has_no_role_is_told_whom_to_ask(company: Company, campaign: Campaign) -> None:
    stranger = company.someone("UX")
    with pytest.raises(NotAllowed, match="can confirm campaigns"):
        company.got_it(stranger, campaign)
    with pytest.raises(NotAllowed, match="can ask about campaigns"):
        company.ask(stranger, campaign, "Why?")


def test_a_click_on_a_campaign_that_is_over_comes_too_late(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    hands.forward(days=29)  # its last day
    company.got_it(company.sal, campaign)
    hands.forward(days=1)
    with pytest.raises(announcing.Ended, match=r"“Summer trial” has ended"):
        company.got_it(company.sue, campaign)
    assert company.readers(campaign) == ["Sal"]
    assert company.ask(company.sue, campaign, "May I still offer it?")


def test_a_campaign_of_another_workspace_is_not_found(company: Company, campaign: Campaign) -> None:
    elsewhere = install(company.store, "T2", "C2")
    spy = hire(company.store, elsewhere, "USPY", "Spy", Role.ADMIN)
    with pytest.raises(NotFound):
        company.got_it(spy, campaign)
    with pytest.raises(NotFound):
        company.ask(spy, campaign, "What is it?")


def test_a_question_stands_in_the_announcements_thread(
    company: Company, campaign: Campaign
) -> None:
    assert company.ask(company.sal, campaign, "Is it for\nold customers too?")
    [card] = company.cards(questions.QUESTION)
    assert (card.target, card.parent_id) == ("C1", company.cards(announcing.CARD)[0].id)
    with company.store.transaction() as session:
        question = questions.question(session, card.subject_id)
    assert question.text == "Is it for\nold customers too?"
    assert (question.person.name, question.campaign.owner.name) == ("Sal", "Mara")


def test_a_question_goes_where_the_announcement_stands(
    company: Company, campaign: Campaign
) -> None:
    install(company.store, "T1", "CNEW")  # the shared channel is another one by now
    company.ask(company.sal, campaign, "Is it?")
    [card] = company.cards(questions.QUESTION)
    assert (card.target, card.parent_id) == ("C1", company.cards(announcing.CARD)[0].id)


def test_a_question_before_the_announcement_stands_waits_in_its_lane(company: Company) -> None:
    campaign = company.announce()
    with company.store.transaction() as session:
        assert slack.place(session, announcing.CARD, campaign.id) is None
    company.ask(company.sal, campaign, "Is it?")
    assert [card.target for card in company.cards(questions.QUESTION)] == ["C1"]


def test_a_form_that_arrives_again_asks_once(company: Company, campaign: Campaign) -> None:
    assert company.ask(company.sal, campaign, "Is it?", "form-1")
    assert not company.ask(company.sal, campaign, "Is it?", "form-1")
    assert sum(at_once([partial(company.ask, company.sal, campaign, "Is it?", "form-2")] * 8)) == 1
    assert company.count(CampaignQuestion) == 2
    assert len(company.cards(questions.QUESTION)) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("  \n", "Write your question here."),
        ("\x00\u202e", "Write your question here."),
        ("x" * 1_001, "This has 1,001 characters. Please shorten it to 1,000 or fewer."),
    ],
)
def test_a_question_needs_words_and_not_too_many(
    company: Company, campaign: Campaign, text: str, problem: str
) -> None:
    with company.store.transaction() as session:
        modal = forms.Ask.of(questions.askable(session, company.sal, campaign.id), "token")
    with pytest.raises(FieldErrors) as raised:
        forms.Ask.read(sent(modal, question=text))
    assert raised.value.errors == {"question": problem}
    typed = forms.Ask.read(sent(modal, question="  Is it for\nold customers too? \x00"))
    assert typed.question == "Is it for\nold customers too?"
