"""How proposals look, each in every state that a person can meet."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from bot.campaigns.draft import Draft
from bot.campaigns.history import changes
from bot.campaigns.models import Campaign, CampaignVersion, Kind, Stage
from bot.people.models import Person
from bot.planning import forms, proposal_messages, texts
from bot.planning.agreement_rule import AgreementRule, Quorum, Responses
from bot.planning.capacity import Capacity, Fit, TeamCapacity, capacity
from bot.planning.models import (
    BudgetLine,
    Concern,
    PlanningRules,
    Proposal,
    ProposalDetails,
    ProposalReminder,
    Request,
    SimilarCampaign,
)
from bot.planning.proposals import Plan
from playground.limits import check_message, check_view
from tests.campaigns.scene import SPRING, TODAY
from tests.forms import sent
from tests.golden_files import Golden

NOW = datetime(2026, 5, 18, 7, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
MARA = Person(id=1, slack_id="U0MARA", name="Mara Berger", roles=["marketer"])
CLEO = Person(id=2, slack_id="U0CLEO", name="Cleo Wang", roles=["manager"])
SALES = [
    Person(id=3 + number, slack_id=f"U{number}", name=name, roles=["salesperson"])
    for number, name in enumerate(("Ana", "Ben", "Cem", "Dora"))
]
HANDS = TeamCapacity(
    days=22, people=Fraction(7, 2), hours=Fraction(8), open_leads=31, room=40,
    arriving=Fraction(6), closing=Fraction(5),
)  # fmt: skip
PAST = [
    SimilarCampaign("Spring trial", "1–30 Apr 2026", "78%", "140%", "no budget"),
    SimilarCampaign("Winter fair", "on 3 Dec 2025 only", "n/a", "n/a", None),
]
HOSTILE = "<!channel> *free* <https://evil.example|click> & `code`\n> quoted"


def campaign(**changed: Any) -> Campaign:
    facts: dict[str, Any] = {
        name: getattr(SPRING, name)
        for name in ("name", "kind", "audience", "offer", "terms", "talking_points", "starts_on",
                     "ends_on", "utm_campaign", "expected_leads", "expected_customers")
    }  # fmt: skip
    facts |= {
        "id": 7, "owner": MARA, "stage": Stage.PROPOSED, "version": 1, "holds_from": 1,
        "price": "EUR 49 a month instead of 98", "channels": ["Google Ads", "newsletter"],
        "objections": "Too early in the year: it can start in July",
        "materials": [["Price list", "https://example.com/prices"]],
        "currency": "EUR", "budget_minor": 520_000, "target_cost_per_lead_minor": 6_500,
        "expected_leads": 80, "expected_customers": 8, "late_callers": "",
    }  # fmt: skip
    return Campaign(**facts | changed)


def concern(**changed: Any) -> Concern:
    facts: dict[str, Any] = {
        "id": 4, "campaign_id": 7, "person": SALES[1], "campaign": campaign(), "version": 1,
        "text": "Half price until when? Customers will ask.", "raised_at": NOW,
        "closer": None, "closed_at": None, "answer": None,
    }  # fmt: skip
    return Concern(**facts | changed)


def standing(ready: int = 0, concerned: int = 0, of: int = 4) -> Responses:
    ids = [person.id for person in SALES[:of]]
    return Responses(
        frozenset(ids[:ready]),
        frozenset(ids[ready : ready + concerned]),
        frozenset(ids[ready + concerned :]),
        concerned,
    )


def table(
    now: Responses | None = None, weight: Capacity | None = None, *,
    concerns: list[Concern] | None = None, before: CampaignVersion | None = None,
    proposal: dict[str, Any] | None = None, rule: AgreementRule | None = None, **changed: Any,
) -> ProposalDetails:  # fmt: skip
    found = campaign(**changed)
    return ProposalDetails(
        proposal=Proposal(campaign_id=7, answer_by=NOW + timedelta(days=2), **proposal or {}),
        campaign=found,
        respondents=SALES,
        responses=now or standing(),
        concerns=concerns or [],
        rule=rule or AgreementRule(Quorum.MAJORITY, 2, frozenset()),
        required=[CLEO] if rule and rule.required else [],
        previous=before,
        changed=changes(before, found) if before else {},
        capacity=weight or capacity(80, HANDS),
        similar_campaigns=PAST,
        overruler=CLEO if proposal else None,
    )


def version(**changed: Any) -> CampaignVersion:
    found = campaign()
    names = ("name", "audience", "offer", "terms", "price", "talking_points", "objections",
             "channels", "materials", "starts_on", "ends_on")  # fmt: skip
    facts = {name: getattr(found, name) for name in names} | {"number": 1}
    return CampaignVersion(**facts | changed)


def test_a_new_proposal(golden: Golden) -> None:
    golden("proposal_new", proposal_messages.card(table(), NOW))


def test_some_have_answered(golden: Golden) -> None:
    found = table(standing(ready=2, concerned=1), concerns=[concern()])
    golden("proposal_answered", proposal_messages.card(found, NOW))


def test_silence_is_shown(golden: Golden) -> None:
    golden("proposal_silence", proposal_messages.card(table(standing(ready=1)), LATER))


def test_a_second_version(golden: Golden) -> None:
    found = table(before=version(terms="Old ones.", ends_on=None), version=2, holds_from=2)
    golden("proposal_second_version", proposal_messages.card(found, NOW))


def test_it_is_agreed(golden: Golden) -> None:
    found = table(standing(ready=4), stage=Stage.AGREED)
    golden("proposal_agreed", proposal_messages.card(found, NOW))
    golden("proposal_told_agreed", proposal_messages.agreed(found))
    timed = table(standing(ready=4), stage=Stage.AGREED, launch_at=LATER)
    golden("proposal_told_agreed_for_later", proposal_messages.agreed(timed))


def test_a_manager_agreed(golden: Golden) -> None:
    by = {"overruled_by": 2, "overruled_because": "The fair is on Friday", "overruled_version": 1}
    found = table(standing(concerned=1), stage=Stage.AGREED, proposal=by, concerns=[concern()])
    golden("proposal_overruled", proposal_messages.card(found, NOW))


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.LIVE, Stage.ENDED, Stage.CANCELLED])
def test_it_is_over_or_goes_on_elsewhere(golden: Golden, stage: Stage) -> None:
    found = table(standing(ready=3), stage=stage)
    golden(f"proposal_{stage}", proposal_messages.card(found, LATER))


def test_the_named_and_everyone(golden: Golden) -> None:
    found = table(rule=AgreementRule(Quorum.EVERYONE, 1, frozenset({2})))
    golden("proposal_named", proposal_messages.card(found, NOW))


def test_hostile_words_are_disarmed(golden: Golden) -> None:
    words: dict[str, Any] = dict.fromkeys(("name", "audience", "offer", "terms", "price"), HOSTILE)
    found = table(
        standing(concerned=1), concerns=[concern(text=HOSTILE)], channels=[HOSTILE],
        before=version(terms=HOSTILE * 2), **words,
    )  # fmt: skip
    card = proposal_messages.card(found, NOW)
    assert "<!" not in card.text.replace("<!date", "")
    golden("proposal_hostile", card)


def test_the_budget_is_not_for_the_channel() -> None:
    assert "5,200" not in str(proposal_messages.card(table(), NOW).blocks)


def test_concerns_in_the_thread(golden: Golden) -> None:
    golden("concern_open", proposal_messages.concern(concern()))
    closed: dict[str, Any] = {"closer": MARA, "closed_at": LATER}
    answer = "For three months; after that the usual price."
    golden("concern_answered", proposal_messages.concern(concern(**closed, answer=answer)))
    golden("concern_withdrawn", proposal_messages.concern(concern(**closed)))


def test_a_new_version_in_the_thread(golden: Golden) -> None:
    before, after = version(), version(number=2, terms="Old customers too", ends_on=None)
    found = table(version=2, holds_from=2)
    golden(
        "version_binding",
        proposal_messages.new_version(after, before, found, changes(before, after)),
    )
    after = version(number=2, talking_points="No set-up fee", channels=["Flyers"])
    golden(
        "version_free", proposal_messages.new_version(after, before, found, changes(before, after))
    )


def test_the_reminder(golden: Golden) -> None:
    found = ProposalReminder(person_id=SALES[3].id, version=1)
    golden("proposal_reminder", proposal_messages.reminder(found, table()))
    answered = proposal_messages.reminder(found, table(standing(ready=4)))
    assert answered.too_late
    golden("proposal_reminder_answered", answered)


@pytest.mark.parametrize(
    "weight",
    [
        capacity(80, TeamCapacity(**vars(HANDS) | {"closing": Fraction(12)})),
        capacity(200, HANDS),
        capacity(2_000, HANDS),
        capacity(200, TeamCapacity(**vars(HANDS) | {"room": None})),
        capacity(None, HANDS),
        capacity(80, TeamCapacity(**vars(HANDS) | {"people": Fraction()})),
    ],
    ids=["fits", "fills_up", "no_day", "piles_up", "unknown", "nobody"],
)
def test_capacity_in_plain_words(weight: Capacity, golden: Golden,
                                 request: pytest.FixtureRequest) -> None:  # fmt: skip
    case = request.node.callspec.id
    assert weight.fit is (Fit.FILLS_UP if case == "no_day" else Fit(case))
    golden(f"capacity_{case}", texts.capacity_in_words(weight))


LINES = [
    BudgetLine(name="Search ads", minor=400_000, currency="EUR"),
    BudgetLine(name="Flyers", minor=120_000, currency="EUR"),
]


def test_everything_in_a_modal(golden: Golden) -> None:
    concerns = [concern(), concern(closer=MARA, closed_at=LATER, answer="For three months")]
    golden("proposal_whole", proposal_messages.full_view(table(), LINES, concerns, money=True))
    without = proposal_messages.full_view(table(), LINES, [], money=False)
    assert "5,200" not in str(without.to_dict())
    golden("proposal_whole_without_money", without)


def test_the_forms(golden: Golden) -> None:
    known = ("token", TODAY, "EUR", "U0MARA")
    golden("plan_new", forms.SavePlan.new(*known))
    request = Request(id=5, text="A trial that is paid monthly", audience="")
    golden("plan_for_a_request", forms.SavePlan.new(*known, request))
    golden("plan_taken_up", forms.SavePlan.of("token", TODAY, campaign(), LINES, "U0MARA"))
    golden("plan_change", forms.Revise.of(TODAY, campaign(), LINES, "U0MARA"))
    golden("concern_form", forms.RaiseConcern.of(campaign(), "token"))
    golden("concern_answer_form", forms.AnswerConcern.of(concern()))
    golden("overrule_form", forms.Overrule.of(campaign()))
    golden("launch_form", forms.Launch.of(campaign()))


def test_a_plan_is_read_as_it_was_drawn() -> None:
    modal = forms.SavePlan.of("abc", TODAY, campaign(), LINES, "U0MARA")
    typed: dict[str, Any] = {"name": "Fair", "kind": "event", "starts_on": "2026-06-01",
                             "owner": "U0MARA", "then": "keep",
                             "budget": "Search ads 4000.00\nFlyers 1200.00"}  # fmt: skip
    names = [each["block_id"] for each in modal.to_dict()["blocks"] if each["type"] == "input"]
    empty: dict[str, Any] = dict.fromkeys(names)
    form = forms.SavePlan.read(sent(modal, **empty | typed))
    assert (form.token, form.campaign_id, form.request_id, form.then) == ("abc", 7, None, "keep")
    assert form.plan() == Plan(
        Draft("Fair", Kind.EVENT, "", "", "", "", TODAY),
        tuple((line.name, line.amount) for line in LINES),
        "U0MARA",
    )


def test_the_rules(golden: Golden) -> None:
    rules = PlanningRules(
        quorum="some",
        quorum_number=3,
        required_people=[2],
        asked_roles=["salesperson"],
        ready_days=2,
    )
    golden("rules", forms.Rules.of(rules, [CLEO]))


def test_the_drafts(golden: Golden) -> None:
    golden(
        "drafts",
        proposal_messages.drafts([campaign(), campaign(id=8, name="Fair", offer="")], 0, 2),
    )
    golden("drafts_empty", proposal_messages.drafts([], 0, 0))
    long = [campaign(id=number, name="&" * 80, offer="&" * 300) for number in range(20)]
    assert check_view(proposal_messages.drafts(long, 3, 1_000).to_dict(), "modal") == []


def test_the_longest_words_fit() -> None:
    words: dict[str, Any] = {
        "name": "&" * 80, "audience": "&" * 200, "offer": "&" * 300, "terms": "&" * 2_000,
        "price": "&" * 200, "talking_points": "&" * 2_000, "objections": "&" * 2_000,
        "channels": ["&" * 200], "materials": [["&" * 100, "https://example.com/" + "x" * 400]] * 4,
    }  # fmt: skip
    worries = [concern(text="&" * 1_000) for _ in range(40)]
    old = {name: f"{value}x" if isinstance(value, str) else [] for name, value in words.items()}
    past = [SimilarCampaign("&" * 80, "1–30 Apr 2026", "78%", "140%", "&" * 90)] * 3
    found = table(standing(concerned=4), concerns=worries, before=version(**old), **words)
    found = ProposalDetails(**vars(found) | {"similar_campaigns": past})
    card = proposal_messages.card(found, NOW)
    assert check_message(card.blocks) == []
    assert len(str(card.blocks)) < 24_000
    lines = [BudgetLine(name="x" * 80, minor=10**12, currency="EUR")] * 20
    modal = proposal_messages.full_view(found, lines, worries, money=True)
    assert check_view(modal.to_dict(), "modal") == []
    form = forms.SavePlan.of("t", TODAY, found.campaign, lines, "U1")
    assert check_view(form.to_dict(), "modal") == []
