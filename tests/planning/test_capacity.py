"""Weighing: what is known of the team when a campaign is proposed."""

from datetime import date, timedelta
from fractions import Fraction

from bot.intake import receiving
from bot.leads import claiming, outcomes
from bot.leads.models import Disposition
from bot.leads.notice_models import ServiceLevel
from bot.people.models import Absence
from bot.planning import queries
from bot.planning.capacity import Capacity, Fit
from bot.sources.lead_payload import LeadPayload
from tests.moved_clock import NINE, MovedClock
from tests.planning.scene import Company


def capacity_of(company: Company, token: str = "form-2", **fields: object) -> Capacity:
    campaign = company.proposed(token=token, utm_campaign=token, **fields)
    with company.store.transaction() as session:
        return queries.proposal_details(session, campaign.id).capacity


def limit(company: Company, most: int) -> None:
    with company.store.transaction() as session:
        session.get_one(ServiceLevel, company.workspace.id).most_open = most


def work(company: Company, number: int, *, close: bool) -> None:
    typed = LeadPayload.model_validate(
        {"email": f"lead{number}@example.com", "external_id": f"typed-{number}"}
    )
    with company.store.transaction() as session:
        lead_id = receiving.type_in(session, company.workspace, company.mara, typed, None).lead_id
        assert lead_id is not None
        claiming.claim(session, company.sal, lead_id)
        if close:
            outcomes.lose(session, company.sal, lead_id, outcomes.Ending(Disposition.NO_BUDGET))


def test_days_people_and_hours_of_the_campaign(company: Company) -> None:
    weight = capacity_of(company, expected_leads=44)  # 1 to 30 June 2026: 22 working days
    hands = weight.team
    assert hands.days == 22
    assert hands.people == 2
    assert hands.hours == 8
    assert weight.leads_per_day == 2
    assert weight.leads_per_person == 1


def test_who_is_away_takes_no_leads(company: Company) -> None:
    with company.store.transaction() as session:
        session.add(
            Absence(
                workspace_id=company.workspace.id, person_id=company.sal.id,
                starts_at=NINE, ends_at=NINE + timedelta(days=90),
            )
        )  # fmt: skip
    assert capacity_of(company, expected_leads=44).team.people == 1


def test_what_came_and_was_closed_lately_and_the_room_that_is_left(
    company: Company, hands: MovedClock
) -> None:
    limit(company, 5)
    for number in range(6):
        work(company, number, close=number < 4)
    hands.forward(days=1)
    weight = capacity_of(company, expected_leads=44)
    assert weight.team.open_leads == 2
    assert weight.team.room == 8  # of five each, two are taken
    assert weight.team.arriving == Fraction(6, 20)
    assert weight.team.closing == Fraction(4, 20)
    assert weight.fit is Fit.FILLS_UP
    hands.forward(days=40)
    assert capacity_of(company, "later", ends_on=None, expected_leads=4).team.arriving == 0


def test_what_is_recent_is_the_same_at_every_hour_of_a_day(
    company: Company, hands: MovedClock
) -> None:
    for number in range(6):
        work(company, number, close=number < 4)
    seen = set()
    hands.forward(days=7)
    for hour in range(0, 14, 2):  # from nine in the morning until nine in the evening
        team = capacity_of(company, f"at-{hour}").team
        seen.add((team.arriving, team.closing))
        hands.forward(hours=2)
    assert seen == {(Fraction(6, 20), Fraction(4, 20))}


def test_of_a_long_campaign_a_part_is_looked_at(company: Company) -> None:
    weight = capacity_of(company, ends_on=date(2027, 5, 31), expected_leads=365)
    assert weight.team.days == 60  # twelve weeks
    assert weight.leads_per_day * 60 == 84


def test_a_campaign_of_a_free_day_has_nobody(company: Company) -> None:
    sunday = date(2026, 6, 7)
    assert capacity_of(company, starts_on=sunday, ends_on=sunday).fit is Fit.NOBODY
