"""What the ladder says, and the modals of handing on: read the golden files."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.leads import forms
from bot.leads.lead_facts import LeadFacts
from bot.leads.messages import lead_card, notifications
from bot.leads.models import Touch
from bot.leads.notice_models import (
    LISTED_STEPS,
    EscalationStep,
    LeadNotice,
    LeadStep,
    Listed,
    NoticeFacts,
    NoticeKind,
    StepFacts,
)
from bot.people.models import Person
from bot.routing import forms as settings_forms
from bot.routing import messages
from bot.routing.absences import MOST_HANDED_OVER
from bot.routing.models import AwayOffer, Cover, Handover, SlaTerms
from bot.routing.round_robin import Share
from playground import limits
from tests.golden_files import Golden
from tests.leads.test_lead_view import (
    CLAIMED,
    CONTACTED,
    HOSTILE,
    NINE,
    SOFIA,
    SPRING,
    WON,
    drawn,
    lead,
)

PROMISE = SlaTerms(respond_minutes=5, nudge_minutes=3, message_minutes=15, suggest_minutes=30,
                  manager_minutes=60, remind_minutes=3, take_back_minutes=60,
                  head_start_seconds=0, attempts=3, most_open=None,
                  names_only=False)  # fmt: skip
BEN = Person(id=4, workspace_id=1, slack_id="U4", name="Ben Okafor", roles=["salesperson"])


OTHERS = (EscalationStep.HAND_OVER, EscalationStep.DETAILS, EscalationStep.GIVEN)
TOLD = (
    EscalationStep.MOVED, EscalationStep.ASKED, EscalationStep.KEPT, EscalationStep.CLOSED
)  # fmt: skip


def taken(step: EscalationStep) -> LeadStep:
    return LeadStep(
        id=11, workspace_id=1, lead_id=7, assignment_no=0, step=step, person_id=3, at=NINE
    )


@pytest.mark.parametrize("kind", sorted(set(EscalationStep) - {*OTHERS, *TOLD, *LISTED_STEPS}))
def test_every_step_says_what_is_to_be_done_and_then_what_came_of_it(
    kind: EscalationStep, golden: Golden
) -> None:
    owned = kind in (EscalationStep.REMIND, EscalationStep.WAKE)
    facts = {"assignment_no": 0, "suggested_to": 3, "reserved_until": NINE + timedelta(minutes=2)}
    waiting = lead(**facts, **(CLAIMED if owned else {}))
    claimed = lead(**CLAIMED | {"assignment_no": 1, "first_response_at": NINE})
    asks = notifications.step(StepFacts(taken(kind), waiting, SOFIA if owned else None))
    done = notifications.step(StepFacts(taken(kind), claimed, SOFIA))
    assert not asks.too_late
    assert done.too_late == (kind is not EscalationStep.TAKE_BACK)
    golden(f"steps.{kind}", {"asks": drawn(asks), "done": drawn(done)})


def test_colleagues_hear_of_a_handover_and_of_who_asks_for_it(golden: Golden) -> None:
    boss = Person(id=5, workspace_id=1, slack_id="U5", name="Boss", roles=["manager"])
    his, mine = (
        lead(claimed_by=4, claimed_at=NINE, assignment_no=0),
        lead(**CLAIMED | {"assignment_no": 0}),
    )
    lent = lead(claimed_by=4, claimed_at=NINE, assignment_no=0, returns_to=3)
    gone = lead(claimed_by=5, claimed_at=NINE, assignment_no=1)
    shown = {
        "given": StepFacts(taken(EscalationStep.MOVED), his, BEN, by=boss),
        "taken_while_away": StepFacts(taken(EscalationStep.MOVED), lent, BEN, by=BEN),
        "given_back_to_all": StepFacts(taken(EscalationStep.MOVED), lead(), None, by=boss),
        "mine_again": StepFacts(taken(EscalationStep.MOVED), mine, SOFIA, by=boss),
        "asked": StepFacts(taken(EscalationStep.ASKED), mine, SOFIA, by=BEN),
        "manager_asked": StepFacts(taken(EscalationStep.ASKED), his, BEN, by=boss),
        "kept": StepFacts(taken(EscalationStep.ASKED), mine, SOFIA, by=BEN, is_kept=True),
        "handed_over": StepFacts(taken(EscalationStep.ASKED), gone, boss, by=BEN),
        "refused": StepFacts(taken(EscalationStep.KEPT), mine, SOFIA, by=SOFIA),
    }
    drawings = {name: drawn(notifications.step(facts)) for name, facts in shown.items()}
    golden("steps.colleagues", drawings)


def test_the_details_are_the_owners_for_as_long_as_it_is_theirs(golden: Golden) -> None:
    facts = LeadFacts(
        lead(**CLAIMED | {"assignment_no": 2}), SPRING, SOFIA, first_owner=SOFIA, names_only=True
    )
    channel = str(drawn(lead_card.card(facts)))
    assert not [each for each in ("23125001", "ada@", "Please call me") if each in channel]
    details = StepFacts(taken(EscalationStep.DETAILS), facts.lead, SOFIA)
    mine = notifications.details(details, facts)
    gone = replace(facts, lead=lead(claimed_by=4, claimed_at=NINE), owner=BEN)
    golden("names_only", {
        "channel": drawn(lead_card.card(facts)), "owner": drawn(mine),
        "former_owner": drawn(notifications.details(details, gone)),
    })  # fmt: skip


def test_hostile_words_do_no_harm() -> None:
    offered = lead(first_name=HOSTILE, assignment_no=0, suggested_to=3)
    message = notifications.step(StepFacts(taken(EscalationStep.SUGGEST), offered, None))
    assert "<!channel>" not in str(drawn(message))


def test_who_stands_in_and_what_came_back(golden: Golden) -> None:
    mine, won = lead(**CLAIMED), lead(id=8, **WON)
    free = lead(id=9, first_name=HOSTILE, company=None)
    handed = Handover(SOFIA, NINE, [(mine, BEN), (won, BEN), (free, None)], f"Call {HOSTILE}",
                      reader=BEN.slack_id)  # fmt: skip
    many = Handover(SOFIA, NINE, [(lead(company="A" * 90, last_name="B" * 90), BEN)] * 80)
    for shown in (messages.stands_in(many), messages.came_back(many)):
        assert not limits.check_message(shown.blocks)
    # One came back and stayed, another came back and was given to Ben since.
    given = lead(id=10, **CLAIMED)
    paused = lead(id=11, **CLAIMED | {"status": "recycled", "wake_at": NINE})
    came_back = [(mine, SOFIA), (given, BEN), (paused, SOFIA)]
    returned = replace(
        handed, leads=[*came_back, *handed.leads[1:]], returned={each.id for each, _ in came_back}
    )
    covered = Cover(5, SOFIA, BEN, NINE, is_over=False, leads=[mine])
    assert not limits.check_message(
        messages.covers(replace(covered, leads=[mine] * 80), "U4").blocks
    )
    offer = AwayOffer(id=3, person_id=3, until=NINE, at=NINE, declined=False)
    golden("absence", {
        "away_offer": drawn(messages.away_offer(offer, None)),
        "covers": drawn(messages.covers(covered, "U4")),
        "covered": drawn(messages.covers(replace(covered, is_over=True), "U4")),
        "cover_ended": drawn(messages.covers(replace(covered, is_over=True), "U3")),
        "stands_in": drawn(messages.stands_in(handed)),
        "came_back": drawn(messages.came_back(returned)),
    })  # fmt: skip


def test_the_modals_of_handing_on(golden: Golden) -> None:
    mine = lead(**CLAIMED)
    shown = {
        "snooze": forms.Snooze.modal(
            lead_id=mine.id, blocks=[forms.subject(mine)], until=NINE + timedelta(days=1)
        ),
        "reassign": forms.Reassign.of(mine, [BEN, SOFIA], {4: 12}, {BEN.id}),
        "nobody_else": forms.nobody_else(mine),
        "away": settings_forms.Away.of(3, NINE + timedelta(days=1)),
        "away_covered": settings_forms.Away.of(3, NINE + timedelta(days=1), covered=True),
        "away_handing_over": settings_forms.Away.of(
            3, NINE + timedelta(days=1), [mine, lead(id=8, company=HOSTILE)], {7: BEN}
        ),
        "away_handing_over_much": settings_forms.Away.of(
            90, NINE, [lead(id=n) for n in range(MOST_HANDED_OVER)], {}
        ),
        "promise": settings_forms.ChangeSla.of(PROMISE, SOFIA),
        "turns": settings_forms.ChangeWeight.of(
            [Share(SOFIA, 1, 30, 12), Share(BEN, 3, 90, 20)], 28
        ),
        "turns_of_nobody": settings_forms.ChangeWeight.of([], 28),
        "turns_of_many": settings_forms.ChangeWeight.of([Share(SOFIA, 1, 30, 12)] * 1_200, 28),
        "away_with_nothing": settings_forms.Away.of(0, NINE + timedelta(days=1)),
    }
    for modal in shown.values():
        assert not limits.check_view(modal.to_dict(), "modal")
    del shown["turns_of_many"], shown["away_handing_over_much"]
    golden("handing", shown)


def test_one_message_tells_of_several_stalled_leads(golden: Golden) -> None:
    found = LeadNotice(id=1, workspace_id=1, kind=NoticeKind.STALLED, lead_ids=[7])
    listed = [Listed(lead(id=n, **CONTACTED), SOFIA, NINE) for n in range(12)]
    golden("notice_stalled", {
        name: drawn(notifications.notice(NoticeFacts(found, SOFIA, some)))
        for name, some in (("one", listed[:1]), ("many", listed), ("none", []))
    })  # fmt: skip


def test_one_message_tells_of_several_unclaimed_leads(golden: Golden) -> None:
    """A manager assigns, a salesperson claims, and whoever else is named looks."""
    found = LeadNotice(id=1, workspace_id=1, kind=NoticeKind.UNCLAIMED, lead_ids=[*range(12)])
    listed = [Listed(lead(id=n), None, None, nobody_free=n == 1) for n in range(12)]
    boss = Person(id=5, workspace_id=1, slack_id="U5", name="Boss", roles=["manager"])
    mara = Person(id=6, workspace_id=1, slack_id="U6", name="Mara", roles=["marketer"])
    to_assign = NoticeFacts(found, boss, listed, [(BEN, 12), (SOFIA, 0)])
    shown = {
        "manager": to_assign,
        "manager_one": replace(to_assign, listed=listed[:1]),
        "manager_of_many": replace(to_assign, listed=listed[:2], colleagues=[(BEN, 1)] * 31),
        "salesperson": NoticeFacts(found, SOFIA, listed[:2]),
        "named": NoticeFacts(found, mara, listed[:2]),
        "done": replace(to_assign, listed=[]),
        "replaced": NoticeFacts(LeadNotice(kind=NoticeKind.UNCLAIMED, lead_ids=[]), boss, []),
    }
    drawings = {name: drawn(notifications.notice(facts)) for name, facts in shown.items()}
    hostile = replace(to_assign, listed=[Listed(lead(first_name=HOSTILE), None, None)] * 200)
    for each in (hostile, to_assign):
        assert not limits.check_message(notifications.notice(each).blocks)
        assert not limits.check_view(notifications.whole_notice(each).to_dict(), "modal")
    golden("notice_unclaimed", drawings | {"whole": notifications.whole_notice(shown["named"])})


def test_a_colleague_is_told_that_somebody_wrote_again(golden: Golden) -> None:
    touch = Touch(source="typeform", facts={"message": HOSTILE})
    known = LeadFacts(lead(**CONTACTED), None, SOFIA)
    shown = {
        "whole": notifications.cover(touch, known),
        "names_only": notifications.cover(touch, replace(known, names_only=True)),
        "settled": notifications.cover(touch, replace(known, owner=None)),
    }
    assert "free" in str(shown["whole"].blocks)
    assert "free" not in str(shown["names_only"].blocks)
    golden("cover", {name: drawn(each) for name, each in shown.items()})


def test_of_more_colleagues_than_slack_lists_everybody_is_found_by_name() -> None:
    def element(count: int) -> dict[str, Any]:
        crew = [Person(id=n, name=f"Ann {n}", slack_id=f"U{n}") for n in range(count)]
        shown = forms.Reassign.of(lead(**CLAIMED), crew, {}, set()).to_dict()
        assert not limits.check_view(shown, "modal")
        return dict(shown["blocks"][1]["element"])

    assert len(element(100)["options"]) == 100
    assert element(101)["type"] == "users_select"
