"""How requests look, each in every state that a person can meet."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.people.models import Person
from bot.planning import forms, request_messages
from bot.planning.models import Request, RequestDetails, RequestRow
from playground.limits import check_message, check_view
from tests.golden_files import Golden

NOW = datetime(2026, 6, 1, 7, tzinfo=UTC)
SAL = Person(id=1, slack_id="U0SAL", name="Sal Rossi", roles=["salesperson"])
MARA = Person(id=2, slack_id="U0MARA", name="Mara Berger", roles=["marketer"])
OTHERS = [
    Person(id=3 + number, slack_id=f"U{number}", name=name, roles=["salesperson"])
    for number, name in enumerate(("Ana", "Ben", "Cem", "Dora", "Emil", "Finn", "Gül"))
]
HOSTILE = "<!channel> *free* <https://evil.example|click> & `code`\n> quoted"


def request(**changes: Any) -> Request:
    facts: dict[str, Any] = {
        "id": 5,
        "text": "A trial of three months that is paid monthly",
        "audience": "Small shops in Austria",
        "frequency": "weekly",
        "example": "We would start tomorrow if we did not have to pay for a year.",
        "lead_id": 15,
        "status": "waiting",
        "asked_at": NOW,
        "answer_by": NOW + timedelta(days=7),
    }
    return Request(**facts | changes)


def facts(others: int = 0, **changes: Any) -> RequestDetails:
    found = request(**changes)
    seen = MARA if found.seen_at else None
    answered = MARA if found.answered_at else None
    return RequestDetails(found, SAL, OTHERS[:others], seen, answered)


SEEN: dict[str, Any] = {"seen_at": NOW + timedelta(hours=1)}
DECLINED: dict[str, Any] = {
    "status": "declined",
    "answered_at": NOW + timedelta(days=1),
    "reason": "A year is what the set-up costs us. We look at it again in autumn.",
}
LATER = NOW + timedelta(days=8)


def test_a_new_request(golden: Golden) -> None:
    golden("request_new", request_messages.card(facts(), NOW))


def test_many_hear_it(golden: Golden) -> None:
    golden("request_heard_by_many", request_messages.card(facts(others=7, **SEEN), NOW))


def test_an_idea_has_nothing_but_its_words(golden: Golden) -> None:
    bare = facts(audience="", frequency=None, example="", lead_id=None)
    golden("request_bare", request_messages.card(bare, NOW))


def test_a_request_is_overdue(golden: Golden) -> None:
    golden("request_overdue", request_messages.card(facts(others=1), LATER))


def test_a_request_was_declined(golden: Golden) -> None:
    golden("request_declined", request_messages.card(facts(others=1, **SEEN, **DECLINED), NOW))


def test_hostile_words_are_disarmed(golden: Golden) -> None:
    hostile = facts(
        text=HOSTILE, audience=HOSTILE, example=HOSTILE, **DECLINED | {"reason": HOSTILE}
    )
    card = request_messages.card(hostile, NOW)
    assert "<!" not in card.text.replace("<!date", "")
    golden("request_hostile", card)


def test_what_the_one_who_asked_hears(golden: Golden) -> None:
    golden("request_told_new", request_messages.for_asker(facts(), NOW))
    golden("request_told_seen", request_messages.for_asker(facts(others=3, **SEEN), NOW))
    golden("request_told_overdue", request_messages.for_asker(facts(others=1), LATER))
    golden("request_told_declined", request_messages.for_asker(facts(**DECLINED), NOW))


def test_the_reminder_to_marketing(golden: Golden) -> None:
    golden("request_reminder", request_messages.reminder(facts(others=2), NOW))
    golden("request_reminder_overdue", request_messages.reminder(facts(**SEEN), LATER))
    answered = request_messages.reminder(facts(**DECLINED), LATER)
    assert answered.too_late  # it only changes what was posted
    golden("request_reminder_answered", answered)


def test_the_forms(golden: Golden) -> None:
    golden("request_form", forms.AskFor.of("token", "C1", 5))
    golden("request_decline", forms.Decline.of(request()))
    golden("request_promise", forms.AnswerDays.modal(answer_days=5))


def listed(number: int, **changes: Any) -> RequestRow:
    return RequestRow(
        request(id=number, **changes), SAL, support_count=number, includes_reader=number % 2 == 0
    )


def test_the_list(golden: Golden) -> None:
    found = [listed(3), listed(2, status="proposed"), listed(1, answer_by=NOW - timedelta(days=1))]
    golden("request_list", request_messages.listing(found, 0, 3, NOW))
    golden("request_list_empty", request_messages.listing([], 0, 0, NOW))


def test_a_long_list_has_pages() -> None:
    page = [
        listed(number, text="x" * 3000, audience="&" * 200)
        for number in range(request_messages.PAGE_SIZE)
    ]
    modal = request_messages.listing(page, 3, 100_000, NOW).to_dict()
    assert check_view(modal, "modal") == []
    buttons = [block for block in modal["blocks"] if block["type"] == "actions"][-1]["elements"]
    assert [(each["text"]["text"], each["value"]) for each in buttons] == [
        ("Previous", "2"),
        ("Next", "4"),
    ]


def test_the_longest_words_fit() -> None:
    longest = facts(
        others=7, text="&" * 3000, audience="&" * 200, example="&" * 1000,
        **SEEN, **DECLINED | {"reason": "&" * 500},
    )  # fmt: skip
    for message in (
        request_messages.card(longest, NOW),
        request_messages.for_asker(longest, NOW),
        request_messages.reminder(longest, NOW),
    ):
        assert check_message(message.blocks) == []
        assert len(message.text) < 3000
