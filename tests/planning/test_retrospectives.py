"""Looking back: both sides are asked once, and what they say is kept and shown."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.campaigns import announcing
from bot.campaigns import changing as campaign_changing
from bot.campaigns.models import Campaign, Kind, Stage
from bot.errors import FieldErrors, NotFound
from bot.intake import receiving
from bot.leads import claiming, outcomes
from bot.leads.models import Disposition
from bot.people.models import Person, Workspace
from bot.planning import cards, forms, proposals, queries, retrospectives
from bot.planning.models import Again, Retrospective
from bot.sources.lead_payload import LeadPayload
from tests.forms import sent
from tests.moved_clock import MovedClock
from tests.planning.scene import Company


def announced(company: Company, token: str = "form-2", **fields: Any) -> Campaign:
    campaign = company.draft(token, **fields)
    with company.store.transaction() as session:
        announcing.launch(session, company.mara, campaign.id)
    company.drawn()
    return campaign


def end(company: Company, campaign: Campaign) -> None:
    with company.store.transaction() as session:
        campaign_changing.end(session, company.mara, campaign.id)


def claim(company: Company, who: Person, campaign: Campaign) -> int:
    typed = LeadPayload.model_validate({"email": "ada@example.com", "external_id": "typed-9"})
    with company.store.transaction() as session:
        lead_id = receiving.type_in(
            session, company.workspace, company.mara, typed, campaign.id
        ).lead_id
        assert lead_id is not None
        claiming.claim(session, who, lead_id)
    return lead_id


def question(company: Company, who: Person) -> int:
    with company.store.transaction() as session:
        return session.query(Retrospective).filter_by(person_id=who.id).one().id


def say(company: Company, who: Person, worked: str, failed: str, again: Again = Again.YES) -> None:
    number = question(company, who)
    with company.store.transaction() as session:
        retrospectives.save_lesson(session, who, number, worked, failed, again)


def test_both_sides_are_asked_once(company: Company) -> None:
    end(company, announced(company))
    assert company.look() == 1
    assert company.look() == 0
    assert company.targets(cards.RETROSPECTIVE) == ["USAL", "USUE", "UMARA"]


def test_of_sales_those_are_asked_who_had_its_leads(company: Company) -> None:
    campaign = announced(company)
    claim(company, company.sue, campaign)
    end(company, campaign)
    company.look()
    assert company.targets(cards.RETROSPECTIVE) == ["USUE", "UMARA"]


def test_nobody_is_asked_about_what_ended_long_ago(company: Company, hands: MovedClock) -> None:
    end(company, announced(company))
    hands.forward(days=30)
    assert company.look() == 0
    assert company.targets(cards.RETROSPECTIVE) == []


def test_how_long_ago_it_ended_is_counted_in_the_days_of_the_workspace(
    company: Company, hands: MovedClock
) -> None:
    campaign = announced(company)
    with company.store.transaction() as session:
        session.get_one(Workspace, company.workspace.id).timezone = "Pacific/Kiritimati"
        ended = session.get_one(Campaign, campaign.id)
        ended.stage, ended.ends_on = Stage.ENDED, date(2026, 6, 1)
    hands.now = datetime(2026, 6, 15, 12, tzinfo=UTC)  # the 16th there: more than 14 days
    assert company.look() == 0
    hands.now = datetime(2026, 6, 15, 9, tzinfo=UTC)  # still the 15th
    company.look()
    assert len(company.targets(cards.RETROSPECTIVE)) == 3


def test_what_was_given_up_before_it_ran_is_no_question(company: Company) -> None:
    campaign = company.draft()
    with company.store.transaction() as session:
        proposals.give_up(session, company.mara, campaign.id)
    assert company.look() == 0


def test_answers_are_kept_and_gather_in_the_thread(company: Company, hands: MovedClock) -> None:
    campaign = announced(company)
    end(company, campaign)
    company.look()
    say(company, company.sal, "Short calls", "Too few leads", Again.CHANGED)
    hands.forward(minutes=1)
    say(company, company.mara, "", "The landing page was slow", Again.NO)
    assert company.targets(cards.LESSONS) == ["C1"]
    with company.store.transaction() as session:
        back = retrospectives.review(session, campaign.id)
    assert [(each.person.name, each.again) for each in back.answers] == [
        ("Sal", Again.CHANGED),
        ("Mara", Again.NO),
    ]
    assert back.asked_count == 3


def test_a_second_answer_replaces_the_first(company: Company) -> None:
    campaign = announced(company)
    end(company, campaign)
    company.look()
    say(company, company.sal, "Everything", "Nothing")
    say(company, company.sal, "Short calls", "", Again.NO)
    with company.store.transaction() as session:
        [answer] = retrospectives.review(session, campaign.id).answers
        assert (answer.worked, answer.failed, answer.again) == ("Short calls", "", Again.NO)


def test_one_answers_ones_own_question_and_says_something(company: Company) -> None:
    end(company, announced(company))
    company.look()
    number = question(company, company.sal)
    for stranger in (company.sue, company.mara, company.root, company.guest):
        with company.store.transaction() as session, pytest.raises(NotFound):
            retrospectives.save_lesson(session, stranger, number, "a", "b", Again.YES)
    with company.store.transaction() as session:
        modal = forms.Lesson.of(retrospectives.retrospective(session, company.sal, number))
    with pytest.raises(FieldErrors) as raised:
        forms.Lesson.read(sent(modal, worked=" ", failed="\u200e", again="yes"))
    assert list(raised.value.errors) == ["worked"]


def test_the_next_proposal_remembers(company: Company, hands: MovedClock) -> None:
    before = announced(company, name="Spring trial", utm_campaign="spring")
    lead_id = claim(company, company.sue, before)
    with company.store.transaction() as session:
        outcomes.lose(session, company.sue, lead_id, outcomes.Ending(Disposition.NO_BUDGET))
    end(company, before)
    company.look()
    say(company, company.sue, "", "Nobody had a budget", Again.CHANGED)
    announced(
        company, "form-7", name="Bank day", kind=Kind.EVENT, audience="Banks", utm_campaign=None
    )
    hands.forward(minutes=1)
    campaign = company.draft("form-8", utm_campaign="again")
    company.propose(campaign)
    with company.store.transaction() as session:
        [past] = queries.proposal_details(session, campaign.id).similar_campaigns
    assert past.name == "Spring trial"
    assert past.acceptance == "1 of 1"
    assert past.top_reason == "no budget"
    assert past.again == "1 of 1 would do it again"
    assert past.lesson == "Nobody had a budget"


def test_the_one_who_asked_hears_the_result(company: Company) -> None:
    request = company.ask()
    campaign = company.draft(request_id=request.id)
    company.propose(campaign)
    for who in (company.sal, company.sue):
        company.ready(who, campaign)
    with company.store.transaction() as session:
        proposals.announce(session, company.mara, campaign.id)
    assert company.targets(cards.REQUEST_RESULT) == []
    end(company, campaign)
    company.look()
    assert company.targets(cards.REQUEST_RESULT) == ["USAL"]
    assert company.look() == 0
