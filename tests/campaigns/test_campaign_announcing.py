"""Announcing: once, by those who may, with a code that is nobody else's."""

from datetime import UTC, date, datetime
from functools import partial

import pytest

from bot.campaigns import announcing, drafting, queries
from bot.campaigns.models import Campaign
from bot.errors import NotAllowed
from bot.money import Money
from bot.people.models import Role
from tests.campaigns.scene import Company, draft
from tests.company import hire, install
from tests.moved_clock import NINE
from tests.threads import at_once


def test_the_row_says_all_that_was_drafted(company: Company) -> None:
    company.announce(budget=Money(1_250_000, "EUR"), expected_leads=80)
    with company.store.transaction() as session:
        campaign_id = queries.by_utm(session, company.workspace.id, "summer-trial-2026")
        assert campaign_id is not None
        campaign = queries.known(session, campaign_id)
    assert campaign.name == "Summer trial"
    assert campaign.kind == "search_ads"
    assert campaign.budget == Money(1_250_000, "EUR")
    assert campaign.expected_leads == 80
    assert (campaign.owner_id, campaign.announced_at) == (company.mara.id, NINE)


def test_it_is_announced_in_the_shared_channel_and_confirmed_after_that(company: Company) -> None:
    campaign = company.announce()
    assert [card.target for card in company.cards(announcing.CARD)] == ["C1"]
    assert company.jobs(announcing.CONFIRM) == 1
    with company.store.transaction() as session:
        announcing.confirm(session, campaign.id)
        announcing.confirm(session, campaign.id)
    assert [card.target for card in company.cards(announcing.CONFIRMATION)] == ["UMARA"]


def test_managers_hear_what_became_of_it_where_the_owner_has_left(company: Company) -> None:
    company.someone("UBOSS", Role.MANAGER)
    campaign = company.announce()
    company.leave(company.mara)
    with company.store.transaction() as session:
        announcing.confirm(session, campaign.id)
    assert company.targets(announcing.CONFIRMATION) == ["UBOSS"]


def test_the_card_is_drawn_anew_when_the_campaign_is_over(company: Company) -> None:
    company.announce()
    # The midnight after 30 June, in Berlin's summer time.
    assert company.due(announcing.END) == [datetime(2026, 6, 30, 22, tzinfo=UTC)]


def test_one_without_an_end_has_no_such_work(company: Company) -> None:
    company.announce(ends_on=None)
    assert company.due(announcing.END) == []


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MANAGER, Role.ADMIN])
def test_marketing_and_those_above_announce(company: Company, role: Role) -> None:
    who = company.someone("UX", role)
    with company.store.transaction() as session:
        assert announcing.announce(session, who, draft(), "form-1").owner_id == who.id


def test_others_are_told_whom_to_ask(company: Company) -> None:
    company.someone("UBOSS", Role.ADMIN)
    with company.store.transaction() as session, pytest.raises(NotAllowed) as raised:
        announcing.announce(session, company.sal, draft(), "form-1")
    assert "marketer" in raised.value.message
    assert "<@UBOSS>" in raised.value.message
    assert company.count(Campaign) == 0


def test_a_form_that_arrives_again_announces_nothing_new(company: Company) -> None:
    assert company.announce("form-1").id == company.announce("form-1").id
    assert company.count(Campaign) == 1
    assert company.jobs(announcing.CONFIRM) == 1


def test_a_form_that_arrives_eight_times_at_once_announces_once(company: Company) -> None:
    campaigns = at_once([partial(company.announce, "form-1")] * 8)
    assert len({campaign.id for campaign in campaigns}) == 1
    assert company.count(Campaign) == 1
    assert len(company.cards(announcing.CARD)) == 1
    assert company.jobs(announcing.CONFIRM) == 1


def test_two_forms_announce_two_campaigns(company: Company) -> None:
    company.announce("form-1", utm_campaign=None)
    company.announce("form-2", utm_campaign=None)
    assert company.count(Campaign) == 2


def test_a_code_that_is_taken_names_who_has_it(company: Company) -> None:
    company.announce("form-1")
    with pytest.raises(drafting.CodeTaken) as raised:
        company.announce("form-2", name="Another")
    assert raised.value.message == (
        "“Summer trial” already uses this code. "
        "Choose another, or use that one: `/campaign manage`."
    )


def test_a_code_is_given_to_one_of_eight_who_want_it_at_once(company: Company) -> None:
    def announce(number: int) -> bool:
        try:
            company.announce(f"form-{number}", name=f"Campaign {number}")
        except drafting.CodeTaken:
            return False
        return True

    assert sum(at_once([partial(announce, number) for number in range(8)])) == 1
    assert company.count(Campaign) == 1


def test_another_workspace_may_use_the_same_code_and_form(company: Company) -> None:
    company.announce("form-1")
    elsewhere = install(company.store, "T2", "C2")
    ana = hire(company.store, elsewhere, "UANA", "Ana", Role.MARKETER)
    with company.store.transaction() as session:
        announcing.announce(session, ana, draft(), "form-1")
        found = queries.by_utm(session, elsewhere.id, "summer-trial-2026")
        assert found is not None
        assert queries.known(session, found).owner_id == ana.id


def test_a_history_can_be_announced(company: Company) -> None:
    campaign = company.announce(starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31))
    assert company.due(announcing.END) == [datetime(2026, 1, 31, 23, tzinfo=UTC)]
    assert campaign.has_ended_by(date(2026, 2, 1))
