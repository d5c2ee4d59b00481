"""Whoever leaves the workspace is not waited for, and their campaigns are looked after."""

from bot.campaigns import announcing, changing
from bot.campaigns.models import Stage
from bot.planning import cards, queries
from bot.planning.agreement_rule import Quorum
from tests.planning.scene import Company


def test_somebody_who_left_is_not_needed_any_more(company: Company) -> None:
    company.rule(quorum=Quorum.SOME, number=1, required=["UCLEO"])
    campaign = company.proposed()
    company.leave(company.cleo)
    with company.store.transaction() as session:
        assert not queries.proposal_details(session, campaign.id).required
    company.ready(company.sal, campaign)
    assert company.campaign(campaign).stage == Stage.AGREED


def test_managers_hear_of_an_agreement_where_the_owner_has_left(company: Company) -> None:
    campaign = company.proposed()
    company.leave(company.mara)
    company.ready(company.sal, campaign)
    company.ready(company.sue, campaign)
    assert company.targets(cards.PROPOSAL_AGREED) == ["UCLEO"]


def test_admins_hear_of_it_where_there_is_no_manager_either(company: Company) -> None:
    campaign = company.proposed()
    company.leave(company.mara)
    company.leave(company.cleo)
    company.ready(company.sal, campaign)
    company.ready(company.sue, campaign)
    assert company.targets(cards.PROPOSAL_AGREED) == ["UROOT"]


def test_a_manager_looks_back_for_an_owner_who_has_left(company: Company) -> None:
    campaign = company.draft()
    with company.store.transaction() as session:
        announcing.launch(session, company.mara, campaign.id)
        changing.end(session, company.mara, campaign.id)
    company.leave(company.mara)
    company.look()
    assert company.targets(cards.RETROSPECTIVE) == ["USAL", "USUE", "UCLEO"]
