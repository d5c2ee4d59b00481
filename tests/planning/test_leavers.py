"""Whoever leaves the workspace is not waited for."""

from bot.campaigns.models import Stage
from bot.planning import queries
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
