"""Reminding: once, in each person's working time, and nobody who has read it meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.campaigns import announcing, changing, queries
from bot.campaigns.models import Campaign, CampaignReminder
from bot.people.models import Absence, Role
from tests.campaigns.scene import Company, draft
from tests.moved_clock import NINE, MovedClock

DUE = NINE + announcing.REMIND_AFTER


@pytest.fixture
def campaign(company: Company) -> Campaign:
    return company.announce()


def strike(company: Company, campaign: Campaign, version: int = 1) -> None:
    """The timers of all who sell wake."""
    with company.store.transaction() as session:
        for person in (company.sal, company.sue):
            announcing.remind(session, campaign.id, version, person.id)


def reminded(company: Company) -> list[str]:
    return [card.target for card in company.cards(announcing.REMINDER)]


def test_the_timers_run_on_working_time(company: Company, campaign: Campaign) -> None:
    assert company.due(announcing.REMIND) == [DUE, DUE]


def test_an_announcement_in_the_evening_is_waited_for_until_noon(
    company: Company, hands: MovedClock
) -> None:
    hands.forward(hours=10)  # 19:00 in Berlin, where the day ends at 17:00
    company.announce()
    assert company.due(announcing.REMIND) == [datetime(2026, 6, 2, 11, tzinfo=UTC)] * 2


def test_only_who_has_not_read_is_reminded_and_once(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    company.got_it(company.sal, campaign)
    hands.now = DUE
    strike(company, campaign)
    strike(company, campaign)
    assert reminded(company) == ["USUE"]
    with company.store.transaction() as session:
        assert queries.readership(session, campaign).reminded == 1
        _, read = announcing.reminder(session, company.cards(announcing.REMINDER)[0].subject_id)
    assert not read


def test_who_reads_after_that_sees_it_settled(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    hands.now = DUE
    strike(company, campaign)
    company.got_it(company.sue, campaign)
    with company.store.transaction() as session:
        facts = [
            announcing.reminder(session, card.subject_id)[1]
            for card in company.cards(announcing.REMINDER)
        ]
        assert queries.readership(session, campaign).reminded == 1
    assert sorted(facts) == [False, True]


def test_who_is_away_is_reminded_when_they_are_back(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    back = datetime(2026, 6, 4, 8, tzinfo=UTC)
    with company.store.transaction() as session:
        session.add(Absence(workspace_id=company.workspace.id, person_id=company.sue.id,
                            starts_at=NINE, ends_at=back))  # fmt: skip
    hands.now = DUE
    strike(company, campaign)
    assert reminded(company) == ["USAL"]
    assert company.due(announcing.REMIND)[-1] == back


def test_nobody_is_reminded_of_what_asks_nobody_any_more(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    hands.now = DUE
    with company.store.transaction() as session:
        new = draft(offer="Two months free")
        changing.change(session, company.mara, campaign.id, new)
    strike(company, campaign, version=1)
    assert reminded(company) == []
    with company.store.transaction() as session:
        session.merge(company.sal).roles = [Role.MANAGER]
        changing.pause(session, company.mara, campaign.id)
    strike(company, campaign, version=2)
    assert reminded(company) == []
    with company.store.transaction() as session:
        changing.resume(session, company.mara, campaign.id)
    strike(company, campaign, version=2)
    assert reminded(company) == ["USUE"]
    assert company.count(CampaignReminder) == 1


def test_a_new_offer_reminds_anew_and_new_words_do_not(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    with company.store.transaction() as session:
        changing.change(session, company.mara, campaign.id, draft(talking_points="Set up in a day"))
    assert company.jobs(announcing.REMIND) == 2
    with company.store.transaction() as session:
        changing.change(session, company.mara, campaign.id, draft(offer="Two months free"))
    assert company.jobs(announcing.REMIND) == 4


def test_one_that_is_over_reminds_nobody(
    company: Company, campaign: Campaign, hands: MovedClock
) -> None:
    hands.forward(days=30, hours=4)
    strike(company, campaign)
    assert reminded(company) == []


def test_one_that_has_not_begun_is_read_before_it_begins(
    company: Company, hands: MovedClock
) -> None:
    later = company.announce(starts_on=NINE.date() + timedelta(days=9))
    hands.now = DUE
    strike(company, later)
    assert reminded(company) == ["USAL", "USUE"]
