"""The lead's card at every station of its way, and its modals: read the golden files."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot import clock
from bot.campaigns.models import AsOf, Campaign, CampaignVersion, Stage
from bot.contacts.models import Consent
from bot.intake import forms as intake_forms
from bot.leads import forms
from bot.leads.lead_facts import LeadFacts
from bot.leads.list_models import Mine
from bot.leads.messages import lead_card, lead_modal, lists
from bot.leads.models import (
    CallList,
    CallResult,
    Disposition,
    Lead,
    LeadAttempt,
    Rating,
    Status,
    Touch,
)
from bot.people.models import Person
from bot.slack import Message
from bot.slack.text import moment
from bot.sources.lead_payload import SHORT
from playground import limits
from playground.methods.views import MAX_VIEW_BYTES
from tests.forms import sent
from tests.golden_files import Golden

NINE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
SOFIA = Person(id=3, workspace_id=1, slack_id="U3", name="Sofia Rossi", roles=["salesperson"])
SPRING = Campaign(
    id=5, name="Spring start", offer="Three months free with a yearly contract",
    starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 30),
)  # fmt: skip
HOSTILE = "<!channel> *free* =cmd() \u202egnp.exe & <https://evil.example|click> " + "x" * 10_000


def lead(**changes: Any) -> Lead:
    facts: dict[str, Any] = {
        "id": 7, "workspace_id": 1, "source": "api", "external_id": "e7", "received_at": NINE,
        "status": Status.NEW, "first_name": "Ada", "last_name": "Lovelace",
        "company": "Analytical Engines", "job_title": "Head of purchasing",
        "email": "ada@example.com", "phone_raw": "030 23125001", "phone_e164": "+493023125001",
        "country": "DE", "message": "Please call me about the spring offer.",
        "score": 90, "is_hot": True, "labels": [],
        "score_reasons": [
            ["came through the website", 50], ["asked to be called", 30],
            ["free email address", -10],
        ],
    }  # fmt: skip
    return Lead(**facts | changes)


CLAIMED = {"claimed_by": 3, "claimed_at": NINE + timedelta(minutes=4), "first_claimed_by": 3,
           "first_claimed_at": NINE + timedelta(minutes=4)}  # fmt: skip
CONTACTED = CLAIMED | {"first_response_at": NINE + timedelta(minutes=6)}
RATED = CONTACTED | {"rating": Rating.GREAT, "rated_at": NINE + timedelta(minutes=30)}
WEAK = CONTACTED | {"rating": Rating.WEAK, "rating_reason": "Student project"}
ENDED = {"closed_at": NINE + timedelta(days=2)}
WON = RATED | ENDED | {"status": Status.WON, "won_minor": 1_250_000, "won_currency": "EUR"}
LOST = CONTACTED | ENDED | {"status": Status.LOST, "disposition": Disposition.NO_BUDGET,
                            "disposition_note": "Asks again in autumn"}  # fmt: skip
QUALIFIED = CONTACTED | {
    "status": Status.QUALIFIED, "expected_minor": 1_250_000, "expected_currency": "EUR",
    "expected_on": date(2026, 7, 15),
}  # fmt: skip
STATIONS = {
    "new": {}, "claimed": CLAIMED, "contacted": CONTACTED, "rated": RATED, "weak": WEAK,
    "won": WON, "lost_unrated": LOST, "qualified": QUALIFIED,
    "recycled": CONTACTED | {"status": Status.RECYCLED, "wake_at": NINE + timedelta(days=30),
                             "disposition": Disposition.BAD_TIMING},
    "snoozed": CONTACTED | {"snoozed_until": NINE + timedelta(days=1)},
}  # fmt: skip


def drawn(message: Message) -> dict[str, Any]:
    """The message as Slack gets it, which takes it."""
    assert not limits.check_message(message.blocks)
    return {"text": message.text, "blocks": message.blocks}


DUE = {"claim_due_at": NINE + timedelta(minutes=5), "response_due_at": NINE + timedelta(minutes=9)}
"""By when, of what was claimed four minutes after it came."""


def test_a_card_says_by_when_and_what_is_overdue(golden: Golden) -> None:
    claimed = LeadFacts(lead(**CLAIMED | DUE), SPRING, SOFIA, first_owner=SOFIA)
    shown = dict[str, Any]()
    for name, facts in (("free", LeadFacts(lead(**DUE), SPRING, None)), ("claimed", claimed)):
        for when, minutes in (("in_time", 4), ("late", 10)):
            at = NINE + timedelta(minutes=minutes)
            clock.use(partial(datetime.fromtimestamp, at.timestamp(), UTC))
            blocks = drawn(lead_card.card(facts))["blocks"]
            shown[f"{name}_{when}"] = [each for each in blocks if each["type"] == "context"]
    clock.use(lambda: NINE - timedelta(hours=20))  # the evening before
    shown["tomorrow"] = drawn(lead_card.card(claimed))["blocks"][-2:-1]
    golden("due", shown)


def test_a_call_is_logged_in_one_form(golden: Golden) -> None:
    tried = [
        LeadAttempt(at=NINE + timedelta(minutes=minutes), outcome=outcome)
        for minutes, outcome in ((12, CallResult.VOICEMAIL), (8, CallResult.NO_ANSWER))
    ]
    facts = LeadFacts(lead(**CLAIMED | {"call_attempts": 2}), SPRING, SOFIA, attempts=tried)
    golden("log_call", {
        "form": forms.LogCall.of(facts), "card": drawn(lead_card.card(facts)),
        "lost": forms.MarkLost.of(lead(), 3, Disposition.UNABLE_TO_REACH, 2),
    })  # fmt: skip


def test_the_lead_of_a_day_shows_its_offer_on_a_click(golden: Golden) -> None:
    version = CampaignVersion(
        number=1, name="Spring start", offer="Two months free", price="EUR 49 a month",
        terms="New customers only.", talking_points="No set-up fee\nData stays in Vienna",
        objections="Too expensive? It pays for itself.", materials=[],
        starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 30),
    )  # fmt: skip
    now = Campaign(
        id=5, name="Spring start", stage=Stage.LIVE, version=2, holds_from=2,
        starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 30),
    )  # fmt: skip
    offer = AsOf(now, version, Stage.LIVE, NINE.date(), NINE.date(), NINE.date())
    golden("offer", lead_modal.offer(LeadFacts(lead(), now, None, offer=offer)))


@pytest.mark.parametrize("station", STATIONS)
def test_card(station: str, golden: Golden) -> None:
    facts = lead(**STATIONS[station])
    owner = SOFIA if facts.claimed_by else None
    golden(
        f"card_{station}",
        drawn(lead_card.card(LeadFacts(facts, SPRING, owner, first_owner=owner))),
    )


def test_card_of_someone_who_came_back_and_was_known(golden: Golden) -> None:
    touches = [
        Touch(at=NINE + timedelta(hours=number), source="typeform", facts={"message": message})
        for number, message in ((3, "I tried to reach you. <!channel>"), (2, None))
    ]
    consent = Consent(granted=True, wording="v3 of the newsletter's terms", given_at=NINE,
                      purposes=["newsletter", "calls"])  # fmt: skip
    earlier = [lead(**WON), lead(**LOST)]
    facts = LeadFacts(lead(is_hot=False), SPRING, None, touches, consent, earlier)
    golden("card_came_back", drawn(lead_card.card(facts)))


def test_who_came_back_and_how_to_reach_them(golden: Golden) -> None:
    said = {
        "first_name": "Xenia", "last_name": "Xu", "company": "analytical  engines",
        "email": "xenia@example.com", "phone": "+49 (30) 23125 777", "message": "Call me",
    }  # fmt: skip
    before = Touch(at=NINE, source="form", facts={
        "message": "My budget is 20k", "answers": [{"question": "Seats", "answer": "12"}],
    })  # fmt: skip
    touches = [Touch(at=NINE + timedelta(hours=3), source="form", facts=said), before]
    facts = LeadFacts(lead(company="Analytical Engines"), SPRING, None, touches)
    assert "Xenia Xu · xenia@example.com · +49 (30) 23125 777" in lead_card.came_back(facts)
    assert lead_card.came_back(replace(facts, names_only=True)).endswith("Xenia Xu")
    golden("one_came_back", lead_modal.modal(replace(facts, viewer=SOFIA)).to_dict())
    golden("returned_anew", drawn(lead_card.returned(touches[0], lead(**CLAIMED))))


def test_card_with_the_offer_of_its_day(golden: Golden) -> None:
    version = CampaignVersion(
        number=1, name="Spring start", offer="Two months free", price="EUR 49 a month",
        terms="New customers only.", talking_points="No set-up fee\nData stays in Vienna",
        starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 30),
    )  # fmt: skip
    now = Campaign(
        id=5, name="Spring start", stage=Stage.LIVE, version=2, holds_from=2,
        starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 30),
    )  # fmt: skip
    offer = AsOf(now, version, Stage.LIVE, NINE.date(), NINE.date(), NINE.date())
    golden(
        "card_offer_of_its_day", drawn(lead_card.card(LeadFacts(lead(), now, None, offer=offer)))
    )


def test_a_win_as_its_campaign_reads_it(golden: Golden) -> None:
    for name, changes in {"win": WON, "win_taken_back": CONTACTED}.items():
        golden(name, lead_card.win(LeadFacts(lead(**changes), SPRING, SOFIA, names_only=True)))


def test_a_refusal_is_said() -> None:
    consent = Consent(granted=False, wording=None, given_at=NINE, purposes=[])
    card = drawn(lead_card.card(LeadFacts(lead(), None, None, consent=consent)))
    assert "Consent refused" in str(card)


def test_card_of_a_lead_that_was_merged(golden: Golden) -> None:
    merged = lead(**CLAIMED, merged_into=5)
    golden("card_merged", drawn(lead_card.card(LeadFacts(merged, None, SOFIA, first_owner=SOFIA))))


def test_the_owner_is_told_that_someone_came_back(golden: Golden) -> None:
    touch = Touch(at=NINE, source="form", facts={"message": "Any news? " + HOSTILE})
    golden("returned", drawn(lead_card.returned(touch, lead(**CLAIMED))))


def test_card_with_the_least_that_is_known(golden: Golden) -> None:
    bare = dict.fromkeys(
        ["first_name", "last_name", "company", "job_title", "email", "country", "message"]
    )
    facts = lead(**bare, phone_raw="ask for Ada", phone_e164=None, utm_campaign="unknown-code")
    golden("card_bare", drawn(lead_card.card(LeadFacts(facts, None, None))))


ASKED = [
    {"question": "Email", "answer": "ada@example.com", "field": "email"},
    {"question": "Work email", "answer": "ada@gmail", "problem": "is not an email address"},
    {"question": "adset_id", "answer": "120200000000002"},
    {"question": "How many seats?", "answer": "12\nor 13"},
    *({"question": f"Question {number}", "answer": "yes"} for number in range(5)),
]


def test_what_else_a_form_asked_stands_under_its_question(golden: Golden) -> None:
    touch = Touch(at=NINE, source="zoom", facts={
        "answers": [{"question": "Registered for", "answer": "Pricing"}],
    })  # fmt: skip
    facts = LeadFacts(lead(answers=ASKED), SPRING, None, [touch])
    golden("card_answers", drawn(lead_card.card(facts)))
    golden("one_answers", lead_modal.modal(replace(facts, viewer=SOFIA)).to_dict())
    assert "Registered for" in str(lead_card.returned(touch, lead()).blocks)
    names_only = str(lead_card.card(replace(facts, names_only=True)).blocks)
    assert "seats" not in names_only
    assert "Registered for" not in names_only


def test_a_moment_among_the_answers_is_told_on_each_readers_clock() -> None:
    answer = {
        "question": "Starts", "answer": "2026-06-02 10:00 Europe/Berlin (2026-06-02 08:00 UTC)",
        "at": "2026-06-02T08:00:00+00:00",
    }  # fmt: skip
    at = moment(datetime(2026, 6, 2, 8, tzinfo=UTC))
    card = lead_card.card(LeadFacts(lead(answers=[answer]), SPRING, None))
    assert f"*Starts*: {at}" in [block["text"]["text"] for block in card.blocks if "text" in block]
    touch = Touch(at=NINE, source="calendly", facts={"answers": [answer]})
    assert f"*Starts*: {at}" in str(lead_card.returned(touch, lead()).blocks)


def test_hostile_answers_are_disarmed_and_fit() -> None:
    answers = [{"question": HOSTILE, "answer": HOSTILE}] * 500
    facts = LeadFacts(lead(answers=answers), SPRING, None)
    assert "<!channel>" not in str(drawn(lead_card.card(facts))["blocks"])
    modal = lead_modal.modal(facts).to_dict()
    assert limits.check_view(modal, "modal") == []
    assert len(json.dumps(modal)) < MAX_VIEW_BYTES
    assert "more answers" in str(modal)


def test_hostile_text_is_disarmed_and_cut(golden: Golden) -> None:
    names = ["first_name", "last_name", "company", "job_title", "email", "country", "message"]
    facts = lead(**dict.fromkeys(names, HOSTILE))
    message = lead_card.card(LeadFacts(facts, SPRING, None))
    golden("card_hostile", drawn(message))
    assert "<!channel>" not in message.text
    assert "\u202e" not in str(message.blocks)


def test_rows_of_the_home_tab(golden: Golden) -> None:
    rows: dict[str, Sequence[Block]] = {
        "to_call": lists.rows(Mine.TO_CALL, [lead(**CLAIMED | {"response_due_at": NINE})]),
        "in_work": lists.rows(Mine.IN_WORK, [lead(**CONTACTED | {"status": Status.QUALIFIED})]),
        "snoozed": lists.rows(Mine.SNOOZED, [lead(**CONTACTED | {"snoozed_until": NINE})]),
        "to_rate": lists.rows(Mine.TO_RATE, [lead(**LOST)]),
        "closed": lists.rows(Mine.CLOSED, [lead(**WON)]),
        "calls": [lists.row_of_calls(CallList(id=4, name="Webinar <June>"), 12)],
    }
    golden("home_rows", {name: Message("", row).blocks for name, row in rows.items()})


def test_the_whole_of_a_list_has_pages(golden: Golden) -> None:
    shown = {
        "middle": lists.whole_list(Mine.TO_RATE, [lead(**LOST)] * 20, 1, 57),
        "only": lists.whole_list(Mine.IN_WORK, [lead(**CONTACTED)], 0, 1),
        "empty": lists.whole_list(Mine.TO_CALL, [], 0, 0),
    }
    assert not limits.check_view(shown["middle"].to_dict(), "modal")
    shown["middle"].blocks = shown["middle"].blocks[-4:]
    golden("whole_list", shown)


def test_details_that_are_long_are_saved_as_they_were_shown() -> None:
    names = ("first_name", "last_name", "company", "job_title", "country")
    most = dict.fromkeys(names, "x" * SHORT)
    view = forms.EditDetails.of(lead(**most), "EUR")
    details = forms.EditDetails.read(sent(view, phone="+49 30 23125002")).details
    assert details == most | {"phone": "+49 30 23125002", "email": "ada@example.com"}
    assert not limits.check_view(view.to_dict(), "modal")


def test_modals(golden: Golden) -> None:
    new = intake_forms.NewLead.of([SPRING]).to_dict()
    assert len(json.loads(new.pop("private_metadata"))["token"]) == 24
    shown = {
        "new": new,
        "reason": forms.RateLow.of(lead(), Rating.JUNK).to_dict(),
        "note_from_message": forms.NoteFromMessage.of(
            [lead(), lead(id=8, company=None), lead(id=9, first_name=HOSTILE, company=HOSTILE)],
            "Ada &amp; her team: <mailto:ada@example.com|ada@example.com>, <https://example.com>",
        ),
        "qualified": forms.MarkQualified.of(lead(), "EUR").to_dict(),
        "edit": forms.EditDetails.of(lead(**QUALIFIED), "USD").to_dict(),
        "edit_closed": forms.EditDetails.of(lead(**WON), "EUR").to_dict(),
        "won": forms.MarkWon.modal(
            lead_id=7, currency="EUR", blocks=[forms.subject(lead())]
        ).to_dict(),
        "lost": forms.MarkLost.of(lead(), 3).to_dict(),
        "lost_unable_to_reach": forms.MarkLost.of(lead(), 3, Disposition.UNABLE_TO_REACH).to_dict(),
        "lost_bad_timing": forms.MarkLost.of(lead(), 3, Disposition.BAD_TIMING).to_dict(),
        "lost_no_fit": forms.MarkLost.of(lead(), 3, Disposition.NO_FIT).to_dict(),
    }
    golden("modal", shown)
