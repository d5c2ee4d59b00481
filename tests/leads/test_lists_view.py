"""Leads that somebody looks up, and a campaign's rating summary: read the golden files."""

import re
from typing import Any

from bot.intake import forms as intake_forms
from bot.leads import forms
from bot.leads.lead_facts import LeadFacts
from bot.leads.list_models import Mine, RatingSummary
from bot.leads.messages import lead_modal, lists
from bot.leads.models import EventType, LeadEvent, LeadNote, Rating
from bot.people.models import Person
from playground import limits
from tests.golden_files import Golden
from tests.leads.test_lead_view import (
    CLAIMED,
    HOSTILE,
    NINE,
    SOFIA,
    SPRING,
    WON,
    drawn,
    lead,
)

BOSS = Person(id=9, workspace_id=1, slack_id="U9", name="Boss", roles=["manager"])


def test_what_was_found(golden: Golden) -> None:
    several = [lead(), lead(**CLAIMED), lead(**WON)]
    golden("found", {
        "several": drawn(lists.found("Lovelace", several)),
        "more": drawn(lists.found("a", [lead()] * (lists.MOST_FOUND + 1))),
        "none": drawn(lists.found("<!channel>", [])),
        "form": forms.FindLead.modal().to_dict(),
        "in the form": lists.found_in_form("Lovelace", several[:1]).to_dict(),
        "none in the form": lists.found_in_form("Lovelace", []).to_dict(),
    })  # fmt: skip


def test_what_is_found_says_nothing_that_is_the_owners_alone() -> None:
    text = str(drawn(lists.found("Ada", [lead(**CLAIMED)])))
    assert "23125001" not in text
    assert "ada@example.com" not in text


def test_what_is_mine(golden: Golden) -> None:
    counts = dict.fromkeys(Mine, 0)
    golden("mine", {
        "much": drawn(
            lists.mine([lead(**CLAIMED)] * lists.MOST_FOUND, dict.fromkeys(Mine, 1_200))
        ),
        "nothing": drawn(lists.mine([], counts)),
        "to_rate": drawn(lists.mine([], counts | {Mine.TO_RATE: 2})),
    })  # fmt: skip


def test_one_lead_in_a_modal(golden: Golden) -> None:
    everything = lead(**CLAIMED | {"message": HOSTILE, "company": HOSTILE})
    texts = [
        "Wants <40> seats\n> <!channel> *now*",
        HOSTILE * 5,
        *["Called, nobody there. " * 60] * 20,
    ]
    events = [EventType.NOTED, EventType.CALLED, *[EventType.REASSIGNED] * 20]
    notes = [
        (LeadNote(event_type=event_type, at=NINE, text=words), SOFIA)
        for event_type, words in zip(events, texts, strict=True)
    ]
    shown = {
        "owner": lead_modal.modal(
            LeadFacts(lead(**CLAIMED), SPRING, SOFIA, first_owner=SOFIA, viewer=SOFIA)
        ),
        "free": lead_modal.modal(LeadFacts(lead(), SPRING, None, viewer=BOSS)),
        "won": lead_modal.modal(LeadFacts(lead(**WON), SPRING, SOFIA, viewer=BOSS)),
        "others": lead_modal.modal(
            LeadFacts(lead(**CLAIMED), SPRING, SOFIA, first_owner=SOFIA, names_only=True)
        ),
        "hostile": lead_modal.modal(LeadFacts(everything, SPRING, SOFIA, first_owner=SOFIA)),
        "away": lead_modal.modal(
            LeadFacts(
                lead(**CLAIMED), SPRING, SOFIA, first_owner=SOFIA, may_ask=True, owner_back_at=NINE
            )
        ),
        "notes": lead_modal.modal(
            LeadFacts(lead(**CLAIMED), SPRING, SOFIA, first_owner=SOFIA, notes=notes)
        ),
    }
    for modal in shown.values():
        assert not limits.check_view(modal.to_dict(), "modal")
    views = {name: modal.to_dict() for name, modal in shown.items()}
    views["notes"]["blocks"] = [
        block for block in views["notes"]["blocks"] if re.search(r"\*Notes|older note", str(block))
    ]
    views["away"]["blocks"] = views["away"]["blocks"][-2:]
    golden("one", views)
    step = [LeadEvent(id=9, event_type=EventType.CONTACTED)]
    facts = LeadFacts(lead(**CLAIMED), SPRING, SOFIA, viewer=SOFIA, undoable=step)
    golden("contacted", drawn(lead_modal.noted("Contacted", facts)))


def test_a_lead_from_a_message(golden: Golden) -> None:
    message = (
        "Met Ada at the fair, she wants an offer &amp; a call: <tel:+493023125001|+49 30 23125001> "
        "or <mailto:ada@example.com|ada@example.com>, see <https://example.com>"
    )
    modal = intake_forms.NewLead.of([], message).to_dict()
    modal["private_metadata"] = "token"
    golden("from_message", modal)


def test_a_campaigns_tally(golden: Golden) -> None:
    ratings = {Rating.GREAT: 4, Rating.GOOD: 5, Rating.WEAK: 2, Rating.JUNK: 1}
    golden(
        "tally",
        {
            "some": drawn(
                lists.rating_summary(
                    RatingSummary(1_234, 20, ratings, [("no budget", 3), (HOSTILE, 2)])
                )
            ),
            "first": drawn(lists.rating_summary(RatingSummary(1, 1, {Rating.GREAT: 1}, []))),
        },
    )


def test_hostile_words_in_a_name_stay_words() -> None:
    message: dict[str, Any] = drawn(
        lists.found(HOSTILE, [lead(first_name=HOSTILE, company=HOSTILE)])
    )
    assert "<!channel>" not in str(message)
