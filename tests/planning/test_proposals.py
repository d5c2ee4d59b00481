"""Proposals: drafts that are taken up, answers pinned to a version, agreement by the rules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.campaigns import changing as campaign_changing
from bot.campaigns import drafting, history
from bot.campaigns.models import Campaign, CampaignEvent, Stage
from bot.errors import FieldErrors, HandoffError, NotAllowed, NotFound
from bot.money import Money
from bot.people.models import Person, Role
from bot.planning import cards, forms, proposal_answers, proposals, queries, rules
from bot.planning.agreement_rule import Quorum
from bot.planning.models import BudgetLine, Concern
from tests.company import hire, install
from tests.forms import sent
from tests.moved_clock import MovedClock
from tests.planning.scene import Company
from tests.threads import at_once

# 1 June 2026 is a Monday; sales works from 9 to 17 in Berlin.
TWO_DAYS_ON = datetime(2026, 6, 3, 15, tzinfo=UTC)
A_DAY_ON = datetime(2026, 6, 2, 15, tzinfo=UTC)


# ---- drafts ----------------------------------------------------------------------------------


def test_a_draft_may_lack_almost_everything_and_is_taken_up_again(company: Company) -> None:
    campaign = company.draft(audience="", offer="", terms="", talking_points="")
    assert campaign.stage == Stage.DRAFT
    assert company.targets(cards.PROPOSAL) == []
    with pytest.raises(FieldErrors) as raised:
        company.propose(campaign)
    assert set(raised.value.errors) == {"audience", "offer", "terms", "talking_points"}
    assert company.campaign(campaign).stage == Stage.DRAFT
    with company.store.transaction() as session:
        proposals.save_draft(session, company.mara, campaign.id, company.plan())
    company.propose(campaign)
    assert company.campaign(campaign).stage == Stage.PROPOSED


def test_the_same_form_makes_one_draft_and_a_later_one_writes_it_anew(company: Company) -> None:
    first = company.draft(name="First")
    assert company.draft(name="Second").id == first.id
    assert company.campaign(first).name == "Second"
    company.propose(first)
    assert company.draft(name="Third").name == "Second"  # it was proposed meanwhile


def test_the_budget_is_the_sum_of_its_lines(company: Company) -> None:
    lines = [("Search ads", Money(400_000, "EUR")), ("Flyers", Money(9_950, "EUR"))]
    campaign = company.draft(lines=lines)
    assert company.campaign(campaign).budget == Money(409_950, "EUR")
    company.draft(lines=lines[1:])
    assert company.campaign(campaign).budget == Money(9_950, "EUR")
    assert company.count(BudgetLine) == 1


def test_the_owner_is_somebody_in_marketing(company: Company) -> None:
    with pytest.raises(FieldErrors) as raised:
        company.draft(owner="USAL")
    assert list(raised.value.errors) == ["owner"]


def test_a_draft_is_proposed_and_then_handed_over(company: Company) -> None:
    campaign = company.draft(owner="UCLEO")
    company.propose(campaign)
    with company.store.transaction() as session:
        proposals.hand_over(session, company.mara, campaign.id, company.plan(owner="UCLEO"))
    assert company.campaign(campaign).owner_id == company.cleo.id
    with pytest.raises(drafting.NotYours):
        company.revise(campaign, terms="Other")
    with company.store.transaction() as session:  # the same form, delivered again
        assert company.draft(owner="UCLEO").id == campaign.id
        proposals.propose_once(session, company.mara, campaign.id)
        proposals.hand_over(session, company.mara, campaign.id, company.plan(owner="UCLEO"))


def test_drafts_are_ones_own_and_a_managers_are_all(company: Company) -> None:
    company.draft()
    with company.store.transaction() as session:
        assert proposals.count_drafts(session, company.mara) == 1
        assert [each.name for each in proposals.drafts(session, company.cleo, 5)] == [
            "Summer trial"
        ]
    hire(company.store, company.workspace, "UMAX", "Max", Role.MARKETER)
    company.draft("form-5", company.cleo, utm_campaign=None)
    with company.store.transaction() as session:
        assert proposals.count_drafts(session, company.mara) == 1
        assert proposals.count_drafts(session, company.cleo) == 2


def test_a_draft_is_given_up(company: Company) -> None:
    campaign = company.draft()
    with company.store.transaction() as session:
        proposals.give_up(session, company.mara, campaign.id)
    assert company.campaign(campaign).stage == Stage.CANCELLED


# ---- answers ---------------------------------------------------------------------------------


def test_a_proposal_is_put_before_sales_with_a_day_to_answer(company: Company) -> None:
    campaign = company.proposed()
    assert company.targets(cards.PROPOSAL) == ["C1"]
    assert company.proposal(campaign).answer_by == TWO_DAYS_ON


def test_it_is_agreed_when_enough_are_ready(company: Company) -> None:
    campaign = company.proposed()
    company.ready(company.sal, campaign)
    assert company.campaign(campaign).stage == Stage.PROPOSED  # of two, more than half are two
    company.ready(company.sue, campaign)
    assert company.campaign(campaign).stage == Stage.AGREED
    assert company.targets(cards.PROPOSAL_AGREED) == ["UMARA"]
    with pytest.raises(proposal_answers.AlreadyReady):
        company.ready(company.sue, campaign)


def test_answers_at_once_make_one_agreement(company: Company) -> None:
    campaign = company.proposed()
    at_once([partial(company.ready, who, campaign) for who in (company.sal, company.sue)])
    assert company.campaign(campaign).stage == Stage.AGREED
    with company.store.transaction() as session:
        deeds = [event.event_type for event in history.events(session, campaign.id)]
    assert deeds.count("agreed") == 1


def test_a_concern_stands_against_it_until_it_is_answered(
    company: Company, hands: MovedClock
) -> None:
    campaign = company.proposed()
    company.ready(company.sal, campaign)
    hands.forward(minutes=1)
    concern = company.raise_concern(company.sue, campaign)
    assert concern is not None
    company.rule(quorum=Quorum.SOME, number=1)
    assert company.campaign(campaign).stage == Stage.PROPOSED
    with company.store.transaction() as session:
        proposal_answers.answer_concern(
            session, company.mara, concern.id, "We take two days for it"
        )
    assert company.campaign(campaign).stage == Stage.AGREED


def test_being_ready_takes_ones_own_concern_back(company: Company, hands: MovedClock) -> None:
    campaign = company.proposed()
    company.raise_concern(company.sue, campaign)
    hands.forward(minutes=1)
    company.ready(company.sue, campaign)
    company.ready(company.sal, campaign)
    assert company.campaign(campaign).stage == Stage.AGREED
    with company.store.transaction() as session:
        [concern] = queries.concerns(session, campaign.id)
        assert (concern.answer, concern.closed_by) == (None, company.sue.id)


def test_a_concern_about_what_was_agreed_puts_it_before_sales_again(
    company: Company, hands: MovedClock
) -> None:
    campaign = company.agreed()
    hands.forward(minutes=1)
    concern = company.raise_concern(company.sue, campaign)
    assert concern is not None
    assert company.campaign(campaign).stage == Stage.PROPOSED
    with company.store.transaction() as session:
        proposal_answers.withdraw_concern(session, company.sue, concern.id)
    assert company.campaign(campaign).stage == Stage.PROPOSED  # she has not said that she is ready
    hands.forward(minutes=1)
    company.ready(company.sue, campaign)
    assert company.campaign(campaign).stage == Stage.AGREED


def test_a_concern_comes_once_and_is_closed_once(company: Company, hands: MovedClock) -> None:
    campaign = company.proposed()
    concern = company.raise_concern(company.sue, campaign)
    assert concern is not None
    assert company.raise_concern(company.sue, campaign) is None
    assert company.count(Concern) == 1
    with company.store.transaction() as session, pytest.raises(proposal_answers.NotYourConcern):
        proposal_answers.withdraw_concern(session, company.sal, concern.id)
    with company.store.transaction() as session:
        proposal_answers.withdraw_concern(session, company.sue, concern.id)
    with company.store.transaction() as session, pytest.raises(proposal_answers.ConcernClosed):
        proposal_answers.answer_concern(session, company.mara, concern.id, "Too late")


# ---- versions --------------------------------------------------------------------------------

BINDING: dict[str, Any] = {
    "audience": "Everyone",
    "offer": "Two months free",
    "terms": "Old customers too",
    "price": "EUR 39",
    "starts_on": datetime(2026, 6, 2, tzinfo=UTC).date(),
    "ends_on": datetime(2026, 7, 15, tzinfo=UTC).date(),
}
FREE: dict[str, Any] = {
    "name": "Another name",
    "talking_points": "Something else",
    "objections": "Too dear: it is half the price",
    "channels": ("Flyers",),
    "expected_leads": 99,
    "expected_customers": 9,
}


@pytest.mark.parametrize("field", BINDING)
def test_what_binds_asks_everyone_anew(company: Company, hands: MovedClock, field: str) -> None:
    campaign = company.agreed()
    hands.forward(days=1)
    company.revise(campaign, **{field: BINDING[field]})
    now = company.campaign(campaign)
    assert (now.stage, now.version, now.holds_from) == (Stage.PROPOSED, 2, 2)
    assert company.proposal(campaign).answer_by == TWO_DAYS_ON + timedelta(days=1)
    assert company.standing(campaign).silent == {company.sal.id, company.sue.id}
    company.ready(company.sal, campaign)
    company.ready(company.sue, campaign)
    assert company.campaign(campaign).stage == Stage.AGREED


@pytest.mark.parametrize("field", FREE)
def test_what_does_not_bind_leaves_the_answers(company: Company, field: str) -> None:
    campaign = company.proposed()
    company.ready(company.sal, campaign)
    company.revise(campaign, **{field: FREE[field]})
    assert company.standing(campaign).ready == {company.sal.id}
    company.ready(company.sue, campaign)
    assert company.campaign(campaign).stage == Stage.AGREED
    company.revise(campaign, **{field: FREE[field]} | {"late_callers": "Ask for autumn"})
    assert company.campaign(campaign).stage == Stage.AGREED


def test_a_new_version_is_told_in_the_thread(company: Company) -> None:
    campaign = company.proposed()
    company.revise(campaign, terms="Old customers too")
    company.revise(campaign, terms="Old customers too", talking_points="Another point")
    company.revise(campaign, terms="Old customers too", talking_points="Another point")
    assert company.targets(cards.PROPOSAL_VERSION) == ["C1", "C1"]


def test_a_change_that_another_verb_made_is_followed(company: Company) -> None:
    campaign = company.agreed()
    with company.store.transaction() as session:
        plan = company.plan(terms="Changed elsewhere")
        campaign_changing.change(session, company.mara, campaign.id, plan.draft_with_budget)
    assert company.look() == 1
    assert company.look() == 0
    assert company.targets(cards.PROPOSAL_VERSION) == ["C1"]
    assert company.proposal(campaign).version == 2
    assert company.standing(campaign).silent == {company.sal.id, company.sue.id}


def test_what_was_taken_back_is_a_draft_and_can_be_proposed_anew(company: Company) -> None:
    campaign = company.proposed()
    company.ready(company.sal, campaign)
    with company.store.transaction() as session:
        proposals.take_back(session, company.mara, campaign.id)
    assert company.campaign(campaign).stage == Stage.DRAFT
    with pytest.raises(proposal_answers.NotProposed):
        company.ready(company.sue, campaign)
    company.propose(campaign)
    assert company.standing(campaign).ready == {company.sal.id}  # it says what it said


# ---- silence ---------------------------------------------------------------------------------


def test_the_silent_are_reminded_once_and_silence_agrees_to_nothing(
    company: Company, hands: MovedClock
) -> None:
    campaign = company.proposed()
    company.ready(company.sal, campaign)
    hands.now = A_DAY_ON
    assert company.look() == 1
    assert company.targets(cards.PROPOSAL_REMINDER) == ["USUE"]
    hands.now = TWO_DAYS_ON + timedelta(seconds=1)
    company.drawn()
    assert company.look() == 1
    assert company.stale(cards.PROPOSAL) == [True]
    hands.forward(days=300)
    assert company.look() == 0
    assert company.targets(cards.PROPOSAL_REMINDER) == ["USUE"]
    assert company.campaign(campaign).stage == Stage.PROPOSED


def test_a_new_version_reminds_anew(company: Company, hands: MovedClock) -> None:
    campaign = company.proposed()
    hands.now = A_DAY_ON
    company.look()
    company.revise(campaign, terms="Old customers too")
    hands.forward(days=2)
    company.look()
    assert company.targets(cards.PROPOSAL_REMINDER) == ["USAL", "USUE", "USAL", "USUE"]


def test_what_is_agreed_reminds_nobody(company: Company, hands: MovedClock) -> None:
    company.agreed()
    hands.forward(days=30)
    assert company.look() == 0
    assert company.targets(cards.PROPOSAL_REMINDER) == []


# ---- rules -----------------------------------------------------------------------------------


def test_other_rules_hold_for_what_is_open(company: Company) -> None:
    campaign = company.proposed()
    company.ready(company.sal, campaign)
    company.rule(quorum=Quorum.SOME, number=1)
    assert company.campaign(campaign).stage == Stage.AGREED


def test_who_is_named_is_asked_and_needed(company: Company) -> None:
    company.rule(quorum=Quorum.SOME, number=1, required=["UCLEO"])
    campaign = company.proposed()
    company.ready(company.sal, campaign)
    assert company.campaign(campaign).stage == Stage.PROPOSED
    company.ready(company.cleo, campaign)
    assert company.campaign(campaign).stage == Stage.AGREED


def test_rules_that_make_no_sense_are_refused(company: Company) -> None:
    with company.store.transaction() as session:
        modal = forms.Rules.of(rules.rules_of(session, company.workspace.id), [])
    sensible: dict[str, Any] = {
        "roles": ["salesperson"],
        "quorum": "some",
        "quorum_number": "1",
        "days": "2",
    }
    assert forms.Rules.read(sent(modal, **sensible)).changes().number == 1
    for wrong in ({"roles": [], "days": "0"}, {"quorum_number": ""}):
        with pytest.raises(FieldErrors) as raised:
            forms.Rules.read(sent(modal, **sensible | wrong))
        assert set(raised.value.errors) == set(wrong)


def test_a_manager_agrees_in_place_of_sales_and_it_is_said(company: Company) -> None:
    campaign = company.proposed()
    company.raise_concern(company.sue, campaign)
    with company.store.transaction() as session:
        proposal_answers.overrule(session, company.cleo, campaign.id, "The fair is on Friday")
    assert company.campaign(campaign).stage == Stage.AGREED
    with company.store.transaction() as session:
        table = queries.proposal_details(session, campaign.id)
        assert table.is_overruled
        assert table.overruler is not None
        assert table.overruler.id == company.cleo.id
        [event] = session.query(CampaignEvent).filter_by(event_type="agreed").all()
        assert event.facts["overruled"] == "The fair is on Friday"
        assert event.person_id == company.cleo.id
    company.revise(campaign, terms="Old customers too")
    with company.store.transaction() as session:
        assert not queries.proposal_details(session, campaign.id).is_overruled


# ---- announcing ------------------------------------------------------------------------------


def test_only_what_is_agreed_is_announced(company: Company) -> None:
    campaign = company.proposed()
    with company.store.transaction() as session, pytest.raises(proposals.NotAgreed):
        proposals.announce(session, company.mara, campaign.id)
    company.ready(company.sal, campaign)
    company.ready(company.sue, campaign)
    with company.store.transaction() as session:
        proposals.announce(session, company.mara, campaign.id)
    assert company.campaign(campaign).stage == Stage.LIVE
    assert company.proposal(campaign).stage == Stage.LIVE
    with pytest.raises(proposal_answers.NotProposed):
        company.ready(company.sal, campaign)


# ---- from a request --------------------------------------------------------------------------


def test_a_request_takes_each_turn_of_its_campaign(company: Company) -> None:
    request = company.ask()
    campaign = company.draft(request_id=request.id)
    assert company.request(request).is_waiting  # a draft is no answer
    with company.store.transaction() as session, pytest.raises(proposals.PlannedAlready):
        proposals.plannable(session, company.mara, request.id)
    company.propose(campaign)
    assert company.request(request).status == "proposed"
    company.ready(company.sal, campaign)
    company.ready(company.sue, campaign)
    with company.store.transaction() as session:
        proposals.announce(session, company.mara, campaign.id)
    assert company.request(request).status == "announced"
    with company.store.transaction() as session:
        campaign_changing.end(session, company.mara, campaign.id)
    assert company.look() > 0
    assert company.look() == 0
    assert company.request(request).status == "ended"
    assert company.deeds(request) == ["asked", "drafted", "proposed", "announced", "ended"]


def test_a_request_waits_anew_when_its_campaign_is_given_up(
    company: Company, hands: MovedClock
) -> None:
    request = company.ask()
    campaign = company.draft(request_id=request.id)
    company.propose(campaign)
    hands.forward(days=7)
    with company.store.transaction() as session:
        proposals.give_up(session, company.mara, campaign.id)
    now = company.request(request)
    assert (now.status, now.campaign_id) == ("waiting", None)
    assert now.answer_by == datetime(2026, 6, 15, 15, tzinfo=UTC)
    company.draft("form-3", request_id=request.id)


# ---- who may ---------------------------------------------------------------------------------

Verb = Callable[[Company, Person, Campaign], object]


def verb(act: Callable[..., object], *rest: object) -> Verb:
    def run(company: Company, who: Person, campaign: Campaign) -> None:
        with company.store.transaction() as session:
            act(session, session.get_one(Person, who.id), campaign.id, *rest)

    return run


def answer(company: Company, who: Person, campaign: Campaign) -> None:
    company.raise_concern(company.sal, campaign)
    with company.store.transaction() as session:
        [concern] = queries.concerns(session, campaign.id)
        proposal_answers.answer_concern(session, who, concern.id, "We do it")


def withdraw(company: Company, who: Person, campaign: Campaign) -> None:
    company.raise_concern(company.sal, campaign)
    with company.store.transaction() as session:
        [concern] = queries.concerns(session, campaign.id)
        proposal_answers.withdraw_concern(session, who, concern.id)


VERBS: dict[str, Verb] = {
    "draft": lambda company, who, _campaign: company.draft(f"new-{who.id}", who, utm_campaign=None),
    "ready": verb(proposal_answers.answer_ready),
    "raise_concern": lambda company, who, campaign: company.raise_concern(who, campaign),
    "answer": answer,
    "withdraw": withdraw,
    "revise": lambda company, who, campaign: company.revise(
        campaign, who, terms="Other", utm_campaign=campaign.utm_campaign
    ),
    "take_back": verb(proposals.take_back),
    "give_up": verb(proposals.give_up),
    "overrule": verb(proposal_answers.overrule, "Because"),
    "rules": lambda company, who, _campaign: company.rule(who),
    "read": verb(queries.readable),
}
MAY = {
    "draft": {"mara", "max", "cleo", "root"},
    "ready": {"sal", "sue"},
    "raise_concern": {"sal", "sue"},
    "answer": {"mara", "cleo", "root"},
    "withdraw": {"sal"},
    "revise": {"mara", "cleo", "root"},
    "take_back": {"mara", "cleo", "root"},
    "give_up": {"mara", "cleo", "root"},
    "overrule": {"cleo", "root"},
    "rules": {"root"},
    "read": {"mara", "max", "sal", "sue", "cleo", "root"},
}


@pytest.mark.parametrize("deed", VERBS)
def test_who_may(company: Company, deed: str) -> None:
    people = {name: getattr(company, name) for name in ("mara", "sal", "sue", "cleo", "root")}
    people["max"] = hire(company.store, company.workspace, "UMAX", "Max", Role.MARKETER)
    people["guest"] = company.guest
    refused = company.proposed(token="refused", utm_campaign="refused")
    for name, who in people.items():
        if name in MAY[deed]:
            VERBS[deed](company, who, company.proposed(token=name, utm_campaign=name))
            continue
        with pytest.raises(HandoffError) as raised:
            VERBS[deed](company, who, refused)
        allowed = (
            NotAllowed,
            drafting.NotYours,
            proposal_answers.NotAsked,
            proposal_answers.NotYourConcern,
        )
        assert isinstance(raised.value, allowed), name


@pytest.mark.parametrize(
    "deed", ["ready", "raise_concern", "revise", "take_back", "overrule", "read"]
)
def test_another_workspace_finds_nothing(company: Company, deed: str) -> None:
    campaign = company.proposed()
    other = install(company.store, "T2", "C2")
    stranger = hire(company.store, other, "UX", "Xenia", Role.ADMIN, Role.SALESPERSON)
    with pytest.raises(NotFound):
        VERBS[deed](company, stranger, campaign)
