"""Announcing at a set time: once, at that time, and at no other that was put off or taken back."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest

from bot.campaigns import announcing, changing, drafting, history, queries
from bot.campaigns.models import Campaign, CampaignEventType, CannotMove, Stage
from bot.errors import FieldErrors
from tests.campaigns.scene import Company, draft
from tests.moved_clock import NINE, MovedClock
from tests.threads import at_once

NOON = NINE + timedelta(hours=3)


def schedule(company: Company, at: datetime = NOON, token: str = "form-1") -> Campaign:
    with company.store.transaction() as session:
        return announcing.announce(session, company.mara, draft(), token, at)


def strike(company: Company, campaign: Campaign) -> None:
    """The timer of the announcement wakes."""
    with company.store.transaction() as session:
        announcing.launch_in_time(session, campaign.id)


def now(company: Company, campaign: Campaign) -> Campaign:
    with company.store.transaction() as session:
        return queries.known(session, campaign.id)


def test_it_is_announced_at_its_time_and_once(company: Company, hands: MovedClock) -> None:
    campaign = schedule(company)
    assert (campaign.stage, campaign.announced_at) == (Stage.DRAFT, None)
    assert company.due(announcing.LAUNCH) == [NOON]
    assert company.cards(announcing.CARD) == []
    assert [card.target for card in company.cards(announcing.CONFIRMATION)] == ["UMARA"]
    hands.now = NOON
    at_once([partial(strike, company, campaign)] * 8)
    live = now(company, campaign)
    assert (live.stage, live.announced_at) == (Stage.LIVE, NOON)
    assert len(company.cards(announcing.CARD)) == 1
    with company.store.transaction() as session:
        deeds = [event.event_type for event in history.events(session, campaign.id)]
        assert deeds == [CampaignEventType.SCHEDULED, CampaignEventType.ANNOUNCED]
        kept = history.version(session, campaign.id, 1)
        assert kept is not None
        assert kept.person_id == company.mara.id


def test_a_form_that_arrives_again_sets_one_timer(company: Company) -> None:
    assert schedule(company).id == schedule(company).id
    assert company.jobs(announcing.LAUNCH) == 1


def test_a_time_that_was_put_off_waits_for_the_new_one(company: Company, hands: MovedClock) -> None:
    campaign = schedule(company)
    with company.store.transaction() as session:
        announcing.launch(session, company.mara, campaign.id, NOON + timedelta(hours=1))
    hands.now = NOON
    strike(company, campaign)
    assert now(company, campaign).stage == Stage.DRAFT
    hands.forward(hours=1)
    strike(company, campaign)
    assert now(company, campaign).stage == Stage.LIVE


def test_a_time_that_was_brought_forward_counts_once(company: Company, hands: MovedClock) -> None:
    campaign = schedule(company)
    with company.store.transaction() as session:
        announcing.launch(session, company.mara, campaign.id, NOON - timedelta(hours=1))
    hands.now = NOON - timedelta(hours=1)
    strike(company, campaign)
    announced = now(company, campaign).announced_at
    hands.now = NOON
    strike(company, campaign)
    assert now(company, campaign).announced_at == announced


def test_one_that_was_taken_back_or_cancelled_is_not_announced(
    company: Company, hands: MovedClock
) -> None:
    kept = schedule(company)
    with company.store.transaction() as session:
        announcing.unschedule(session, company.mara, kept.id)
        announcing.unschedule(session, company.mara, kept.id)  # nothing more to take back
    given_up = company_without_code(company)
    with company.store.transaction() as session:
        changing.cancel(session, company.mara, given_up.id)
    hands.now = NOON
    for campaign in (kept, given_up):
        strike(company, campaign)
    assert company.cards(announcing.CARD) == []
    assert now(company, kept).stage == Stage.DRAFT


def company_without_code(company: Company) -> Campaign:
    with company.store.transaction() as session:
        return announcing.announce(session, company.mara, draft(utm_campaign=None), "form-2", NOON)


def test_a_timer_that_wakes_too_early_waits_on(company: Company) -> None:
    campaign = schedule(company)
    strike(company, campaign)
    assert now(company, campaign).stage == Stage.DRAFT
    assert company.due(announcing.LAUNCH) == [NOON, NOON]


def test_one_whose_last_day_was_brought_forward_is_left_alone(
    company: Company, hands: MovedClock
) -> None:
    campaign = schedule(company, NINE + timedelta(days=3))
    with company.store.transaction() as session:
        short = draft(ends_on=date(2026, 6, 2))
        drafting.save_draft(session, company.mara, campaign.id, short)
    hands.forward(days=3)
    strike(company, campaign)
    assert now(company, campaign).launch_at is None
    assert company.cards(announcing.CARD) == []


@pytest.mark.parametrize(
    ("after", "error"),
    [
        (timedelta(0), "Choose a time in the future"),
        (timedelta(days=400), "This is more than a year away."),
        (timedelta(days=31), "The campaign ends before that."),
    ],
)
def test_a_time_has_to_make_sense(company: Company, after: timedelta, error: str) -> None:
    with pytest.raises(FieldErrors) as raised:
        schedule(company, NINE + after)
    assert raised.value.errors["launch_at"].startswith(error)
    assert company.count(Campaign) == 0


def test_what_sales_is_asked_about_cannot_be_given_a_time(company: Company) -> None:
    with company.store.transaction() as session:
        campaign = drafting.draft_campaign(session, company.mara, draft(), "form-1")
        drafting.propose(session, company.mara, campaign.id)
    with company.store.transaction() as session, pytest.raises(CannotMove, match="is proposed"):
        announcing.launch(session, company.mara, campaign.id, NOON)


def test_what_was_agreed_is_announced_at_its_time(company: Company, hands: MovedClock) -> None:
    with company.store.transaction() as session:
        campaign = drafting.draft_campaign(session, company.mara, draft(), "form-1")
        drafting.propose(session, company.mara, campaign.id)
        drafting.agree(session, company.sal, campaign.id)
        announcing.launch(session, company.mara, campaign.id, NOON)
    hands.now = NOON
    strike(company, campaign)
    assert now(company, campaign).stage == Stage.LIVE
