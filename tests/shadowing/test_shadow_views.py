"""How shadowing looks: every message and modal as a person reads it, and within Slack's limits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.people.models import Person
from bot.shadowing import messages, notices
from bot.shadowing.forms import HandOn, KeepApart, ProposeTime, SetGoals, SetRounds, WriteDebrief
from bot.shadowing.models import (
    Goal,
    LeftOver,
    Mine,
    Quarter,
    Reason,
    ShadowExclusion,
    ShadowMember,
    ShadowPair,
    ShadowParticipant,
    ShadowRound,
    ShadowSetting,
    ShadowSlot,
    Stage,
)
from bot.slack import Message
from playground.limits import check_message, check_view
from tests.golden_files import Golden

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = "<!channel> *urgent* <https://evil.example|your account> &amp; `rm` @here\n>not a quote"
MARA = Person(id=1, slack_id="UMARA", name="Mara Lindqvist", roles=["marketer"])
SOFIA = Person(id=2, slack_id="USOFIA", name="Sofia Rossi", roles=["salesperson"])
BEN = Person(id=3, slack_id="UBEN", name="Ben Carter", roles=["salesperson"])
STAYS = Person(id=1, slack_id="UMARA", name="Mara Lindqvist", roles=["marketer"], active=True)
LEFT = Person(id=2, slack_id="USOFIA", name="Sofia Rossi", roles=["salesperson"], active=False)
ROOT = Person(id=3, slack_id="UBEN", name="Ben Carter", roles=["admin"])


def at(days: int, hour: int) -> datetime:
    return NOW.replace(hour=hour) + timedelta(days=days)


def a_seat(person: Person, number: int, **facts: Any) -> ShadowParticipant:
    facts = {
        "picked": [], "goals": [], "own_goal": "", "acted_at": None, "handed_on": False,
        "surprised": "", "change": "", "idea": "", "shares": False, "answered_at": None,
        "reason": None, "request_id": None, "campaign_id": None,
    } | facts  # fmt: skip
    opened = ShadowRound(id=4, opened_at=NOW, closes_at=NOW + timedelta(weeks=2))
    return ShadowParticipant(
        id=number, workspace_id=1, person_id=person.id, person=person, round=opened, **facts
    )


def a_pair(stage: Stage, *, campaign: bool = True, **facts: Any) -> ShadowPair:
    """Mara and Sofia, in participants 7 and 8, with three hours and a shift."""
    spring = Campaign(id=9, name="Spring start") if campaign else None
    slots = [(1, 8, 9), (3, 12, 13), (7, 14, 15), (8, 8, 16)]
    held = stage in (Stage.HELD, Stage.SETTLED)
    return ShadowPair(
        id=5, workspace_id=1, marketer_id=1, salesperson_id=2, campaign=spring, leads=12,
        stage=stage, **{"slot_id": None, "held_at": at(1, 9) if held else None, "ended_by": None,
                        "participants": [a_seat(MARA, 7), a_seat(SOFIA, 8)]} | facts,
        slots=[
            ShadowSlot(id=20 + n, pair_id=5, starts_at=at(day, opens), ends_at=at(day, closes),
                       is_gone=False)
            for n, (day, opens, closes) in enumerate(slots)
        ],
    )  # fmt: skip


def message(drawn: Message) -> dict[str, Any]:
    assert check_message(drawn.blocks) == []
    assert 0 < len(drawn.text) <= 4000
    return {"text": drawn.text, "blocks": drawn.blocks}


def modal(drawn: View) -> dict[str, Any]:
    shown = drawn.to_dict()
    assert not check_view(shown, "modal")
    return shown


def picked() -> ShadowPair:
    return a_pair(Stage.FINDING, participants=[
        a_seat(MARA, 7, picked=[21], goals=[Goal.CALLS, Goal.OFFER], acted_at=NOW),
        a_seat(SOFIA, 8, picked=[20], own_goal="How budgets are split", acted_at=NOW),
    ])  # fmt: skip


WROTE = {
    "surprised": "How short the first call is: under two minutes.",
    "change": "Put the price into the first paragraph.",
    "idea": "Ask for the phone number last: three gave up on it.",
    "answered_at": NOW,
}

CARDS = {
    "finding": a_pair(Stage.FINDING),
    "finding_without_campaign": a_pair(Stage.FINDING, campaign=False),
    "finding_picked": picked(),
    "agreed": a_pair(Stage.AGREED, slot_id=20),
    "agreed_other_proposed": a_pair(
        Stage.AGREED, slot_id=20, participants=[a_seat(MARA, 7, picked=[22]), a_seat(SOFIA, 8)]
    ),
    "held": a_pair(Stage.HELD),
    "held_one_wrote": a_pair(Stage.HELD, participants=[a_seat(MARA, 7, **WROTE), a_seat(SOFIA, 8)]),
    "settled": a_pair(
        Stage.SETTLED, participants=[a_seat(MARA, 7, **WROTE), a_seat(SOFIA, 8, answered_at=NOW)]
    ),
    "settled_one_wrote": a_pair(
        Stage.SETTLED, participants=[a_seat(MARA, 7, **WROTE), a_seat(SOFIA, 8)]
    ),
    "settled_nobody_wrote": a_pair(Stage.SETTLED),
    "cancelled": a_pair(Stage.CANCELLED, ended_by=1),
    "cancelled_left": a_pair(Stage.CANCELLED, participants=[a_seat(STAYS, 7), a_seat(LEFT, 8)]),
    "did_not_meet": a_pair(Stage.CANCELLED, ended_by=2, held_at=NOW),
    "lapsed": a_pair(Stage.LAPSED, participants=[a_seat(MARA, 7, acted_at=NOW), a_seat(SOFIA, 8)]),
}


@pytest.mark.parametrize("name", CARDS)
def test_the_card_of_each_of_the_two(name: str, golden: Golden) -> None:
    pair = CARDS[name]
    drawn = {
        participant.person.slack_id: message(messages.card(participant, NOW))
        for participant in pair.participants
    }
    golden(f"card.{name}", drawn)


def test_the_row_of_each_of_the_two_on_their_home_tab(golden: Golden) -> None:
    wants = a_pair(Stage.AGREED, slot_id=20, participants=[
        a_seat(MARA, 7, picked=[20], goals=[Goal.CALLS]), a_seat(SOFIA, 8, picked=[20]),
    ])  # fmt: skip
    waits = a_pair(Stage.FINDING, participants=[a_seat(MARA, 7, picked=[21]), a_seat(SOFIA, 8)])
    pairs = CARDS | {"agreed_one_has_goals": wants, "finding_one_picked": waits}
    rows = {
        (name, participant.person.slack_id): row.to_dict()
        for name, pair in pairs.items()
        for participant in pair.participants
        if (row := messages.row(participant, NOW)) is not None
    }
    over = ("settled", "cancelled", "did_not_meet", "lapsed")
    assert not [name for name, _ in rows if name.startswith(over)]
    golden("rows", {f"{name}.{whose}": [row] for (name, whose), row in rows.items()})


def test_a_place_that_was_handed_on(golden: Golden) -> None:
    pair = a_pair(Stage.FINDING, participants=[
        a_seat(MARA, 7), a_seat(SOFIA, 8, handed_on=True), a_seat(BEN, 10),
    ])  # fmt: skip
    drawn = {
        participant.person.slack_id: message(messages.card(participant, NOW))
        for participant in pair.participants
    }
    golden("card.handed_on", drawn)


def test_what_is_said_beside_the_card(golden: Golden) -> None:
    left = a_seat(SOFIA, 8)
    reasons = {
        reason: LeftOver(a_seat(SOFIA, 8, reason=reason), has_found=False, next_round_at=at(28, 9))
        for reason in Reason
    }
    resting = ShadowMember(person_id=2, silent=3, is_out=False, waited=0)
    back = ShadowMember(person_id=2, silent=0, is_out=False, waited=0)
    agreed = picked()
    agreed.stage, agreed.slot_id = Stage.AGREED, 20
    moved = a_pair(Stage.AGREED, slot_id=21)
    held = a_pair(Stage.HELD)
    wrote = a_pair(Stage.HELD, participants=[a_seat(MARA, 7, **WROTE), a_seat(SOFIA, 8)])
    golden("notices", {
        **{f"left_over.{name}": message(notices.left_over(each)) for name, each in reasons.items()},
        "left_over.no_next": message(notices.left_over(LeftOver(left, False, None))),
        "left_over.found": message(notices.left_over(LeftOver(left, True, None))),
        "rest": message(notices.rest(resting)),
        "rest.back": message(notices.rest(back)),
        "reminder": message(notices.reminder(agreed.slots[0], agreed)),
        "reminder.moved": message(notices.reminder(moved.slots[0], moved)),
        "ask": message(notices.ask(held.participants[0])),
        "ask.answered": message(notices.ask(wrote.participants[0])),
        "ask.cancelled": message(notices.ask(a_pair(Stage.CANCELLED).participants[0])),
    })  # fmt: skip


def test_the_answers_side_by_side(golden: Golden) -> None:
    both = a_pair(Stage.SETTLED, participants=[
        a_seat(MARA, 7, **WROTE),
        a_seat(SOFIA, 8, surprised="What a click costs.", change="I rate on the same day.",
               answered_at=NOW),
    ])  # fmt: skip
    one = a_pair(Stage.SETTLED, participants=[a_seat(MARA, 7, **WROTE), a_seat(SOFIA, 8)])
    became = a_pair(
        Stage.SETTLED, participants=[a_seat(MARA, 7, **WROTE, request_id=3), a_seat(SOFIA, 8)]
    )
    drafted = a_pair(
        Stage.SETTLED, participants=[a_seat(MARA, 7, **WROTE, campaign_id=3), a_seat(SOFIA, 8)]
    )
    golden("met", {
        "both": message(notices.met(both)),
        "one": message(notices.met(one)),
        "request": message(notices.met(became)),
        "draft": message(notices.met(drafted)),
        "shared": message(notices.shared(both)),
    })  # fmt: skip


def mine(*pairs: ShadowPair, **facts: Any) -> Mine:
    participants = [pair.participants[0] for pair in pairs]
    usual: dict[str, Any] = {"has_side": True, "member": None, "next_round_at": at(28, 9)}
    return Mine(person=MARA, participants=participants, shown_at=NOW, **usual | facts)


def a_member(**facts: Any) -> ShadowMember:
    return ShadowMember(**{"person_id": 1, "silent": 0, "is_out": False, "waited": 0} | facts)


def test_the_page_of_shadow(golden: Golden) -> None:
    golden("page", {
        "nothing": modal(messages.page(mine())),
        "agreed": modal(messages.page(mine(CARDS["agreed"]))),
        "out": modal(messages.page(mine(member=a_member(is_out=True)))),
        "rests": modal(messages.page(mine(member=a_member(silent=3)))),
        "waits": modal(messages.page(mine(member=a_member(waited=1)))),
        "no_rounds": modal(messages.page(mine(next_round_at=None))),
        "stranger": modal(messages.page(mine(has_side=False))),
    })  # fmt: skip


def test_the_modals(golden: Golden) -> None:
    participant = picked().participants[0]
    setting = ShadowSetting(workspace_id=1, active=False, every_weeks=4, day="mon",
                            at=NOW.time().replace(hour=10), two_pairs=False)  # fmt: skip
    two = ShadowSetting(workspace_id=1, active=True, every_weeks=2, day="fri",
                        at=NOW.time().replace(hour=14), two_pairs=True)  # fmt: skip
    kept = ShadowExclusion(id=3, one_id=1, other_id=2, one=MARA, other=SOFIA, by=MARA)
    golden("modals", {
        "another_time": modal(ProposeTime.of(participant, at(1, 9))),
        "goals": modal(SetGoals.of(participant)),
        "hand_on": modal(HandOn.of(participant, [BEN])),
        "hand_on.nobody": modal(HandOn.of(participant, [])),
        "debrief": modal(WriteDebrief.of(participant)),
        "debrief.again": modal(WriteDebrief.of(a_seat(MARA, 7, **WROTE, shares=True))),
        "settings": modal(SetRounds.of(setting, "Europe/Berlin", is_admin=False)),
        "settings.admin": modal(SetRounds.of(two, "Europe/Berlin", NOW, is_admin=True)),
        "apart": modal(KeepApart.of([kept], MARA)),
        "apart.nobody": modal(KeepApart.of([], MARA)),
        "apart.admin": modal(KeepApart.of([kept], ROOT)),
    })  # fmt: skip


def test_hostile_words_do_no_harm(golden: Golden) -> None:
    wrote = dict.fromkeys(("surprised", "change", "idea"), HOSTILE)
    bad = Person(id=2, slack_id="U2", name=HOSTILE, roles=[])
    pair = a_pair(Stage.FINDING, participants=[
        a_seat(MARA, 7, own_goal=HOSTILE, picked=[20]),
        a_seat(bad, 8, answered_at=NOW, own_goal=HOSTILE, **wrote),
    ])  # fmt: skip
    assert pair.campaign is not None
    pair.campaign.name = HOSTILE
    drawn = {
        "card": message(messages.card(pair.participants[0], NOW)),
        "met": message(notices.met(pair)),
    }
    pair.stage, pair.slot_id = Stage.AGREED, 20
    drawn["reminder"] = message(notices.reminder(pair.slots[0], pair))
    # A header is plain text, in which nothing is parsed.
    shown = str([[each["text"], *[b for b in each["blocks"] if b["type"] != "header"]]
                 for each in drawn.values()])  # fmt: skip
    assert "<!channel>" not in shown
    assert "<https" not in shown
    golden("hostile", drawn)


@pytest.mark.parametrize("letter", ["x", "&", "<", "é"])
def test_long_words_and_many_rows_stay_within_the_limits(letter: str) -> None:
    answers = dict.fromkeys(("surprised", "change", "idea"), letter * 1000)
    many = [
        ShadowSlot(id=100 + n, pair_id=5, starts_at=at(n + 1, 9), ends_at=at(n + 1, 10),
                   is_gone=False)
        for n in range(30)
    ]  # fmt: skip
    loud = Person(id=2, slack_id="U2", name=letter * 80, roles=[])
    pair = a_pair(Stage.FINDING, participants=[
        a_seat(MARA, 7, own_goal=letter * 200, goals=list(Goal), answered_at=NOW, **answers),
        a_seat(loud, 8, own_goal=letter * 200, goals=list(Goal), answered_at=NOW, **answers),
    ])  # fmt: skip
    pair.slots.extend(many)
    message(messages.card(pair.participants[0], NOW))
    message(notices.met(pair))
    total = sum(len(str(block)) for block in notices.met(pair).blocks)
    assert total < 12_000
    modal(messages.page(mine(*[pair] * 5)))
    modal(WriteDebrief.of(pair.participants[0]))
    crowd = [Person(id=n, slack_id=f"U{n}", name=letter * 80) for n in range(150)]
    modal(HandOn.of(pair.participants[0], crowd))
    kept = [
        ShadowExclusion(id=n, one_id=1, other_id=2, one=MARA, other=loud, by=MARA)
        for n in range(500)
    ]
    for page in (0, 5, 99):
        modal(KeepApart.of(kept, ROOT, page))
    pair.stage, pair.slot_id = Stage.AGREED, 20
    message(messages.card(pair.participants[0], NOW))
    message(notices.reminder(pair.slots[0], pair))


def test_a_quarter_in_a_line() -> None:
    first = NOW.date()
    assert notices.quarter_line(Quarter(first, 0, 0, 0, 0, 0)) == ""
    assert notices.quarter_line(Quarter(first, 1, 2, 1, 0, 0)) == (
        "Stay in my shoes: 1 pair met this quarter and wrote 2 debriefs with 1 idea."
    )
    assert notices.quarter_line(Quarter(first, 12, 20, 9, 4, 1)) == (
        "Stay in my shoes: 12 pairs met this quarter and wrote 20 debriefs with 9 ideas; 4 ideas "
        "became requests, 1 campaign came out of it."
    )
