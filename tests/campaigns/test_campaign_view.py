"""How campaigns look, each in every state that a person can meet."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from bot.campaigns import forms, list_messages, messages, owner_messages, texts
from bot.campaigns.draft import Draft
from bot.campaigns.models import (
    LONGEST,
    MOST_MATERIALS,
    Campaign,
    CampaignEvent,
    CampaignQuestion,
    Overview,
    Readership,
    SinceAnnouncement,
    Stage,
)
from bot.campaigns.models import CampaignEventType as EventType
from bot.people.models import Person
from bot.slack import Message
from playground.limits import check_message, check_view, text_length
from tests.campaigns.scene import CAPACITY, SPRING, TODAY
from tests.golden_files import Golden
from tests.moved_clock import NINE

MARA = Person(slack_id="U0MARA", name="Mara Berger", roles=["marketer"])
SALES = [
    Person(slack_id=f"U0{name.upper()}", name=name, roles=["salesperson"])
    for name in ("Ana", "Ben", "Cem", "Dora", "Emil", "Finn", "Gül", "Hana", "Ida")
]


def campaign(**changes: Any) -> Campaign:
    facts: dict[str, Any] = {
        "id": 7,
        "owner": MARA,
        "name": SPRING.name,
        "kind": SPRING.kind,
        "audience": SPRING.audience,
        "offer": SPRING.offer,
        "terms": SPRING.terms,
        "talking_points": SPRING.talking_points,
        "starts_on": SPRING.starts_on,
        "ends_on": SPRING.ends_on,
        "utm_campaign": SPRING.utm_campaign,
        "price": "",
        "objections": "",
        "channels": [],
        "materials": [],
        "late_callers": "",
        "stage": Stage.LIVE,
        "version": 1,
        "holds_from": 1,
        "budget_minor": 1_250_000,
        "currency": "EUR",
    }
    return Campaign(**facts | changes)


def announced(**changes: Any) -> Campaign:
    return campaign(announced_at=NINE, **changes)


def sales(read: int, of: int) -> Readership:
    return Readership(SALES[:read], SALES[read:of])


def context(message: Message) -> str:
    [block] = [block for block in message.blocks if block["type"] == "context"]
    return str(block["elements"][0]["text"])


def test_a_new_announcement(golden: Golden) -> None:
    golden("card_new", messages.card(campaign(), sales(0, 7), TODAY))


def test_some_have_read_it(golden: Golden) -> None:
    golden("card_read_by_some", messages.card(campaign(), sales(3, 7), TODAY))


def test_an_announcement_that_is_over(golden: Golden) -> None:
    golden("card_ended", messages.card(campaign(), sales(3, 7), date(2026, 7, 1)))


def test_little_is_known(golden: Golden) -> None:
    bare = campaign(ends_on=None, utm_campaign=None, talking_points="One point")
    golden("card_without_end_and_code", messages.card(bare, sales(0, 0), TODAY))


def test_hostile_words_are_disarmed(golden: Golden) -> None:
    hostile = "<!channel> *free* <https://evil.example|click> & =cmd()"
    words = dict.fromkeys(("name", "audience", "offer", "terms", "talking_points"), hostile)
    card = messages.card(campaign(**words), sales(0, 2), TODAY)
    assert "<!" not in card.text
    golden("card_with_hostile_words", card)


def test_the_budget_is_not_for_the_channel() -> None:
    card = messages.card(campaign(), sales(0, 2), TODAY)
    assert "12,500" not in repr(card.blocks)
    assert "Budget" not in repr(card.blocks)


@pytest.mark.parametrize(
    ("read", "of", "line"),
    [
        (0, 0, "Nobody is in sales yet. Admins assign roles with /handoff people."),
        (0, 7, "Read by 0 of 7 in sales."),
        (1, 1, "Read by 1 of 1 in sales: Ana."),
        (2, 2, "Read by 2 of 2 in sales: Ana and Ben."),
        (1, 3, "Read by 1 of 3 in sales: Ana. Not yet: Ben and Cem."),
        (
            8,
            9,
            "Read by 8 of 9 in sales: Ana, Ben, Cem, Dora, Emil, Finn and 2 more. Not yet: Ida.",
        ),
    ],
)
def test_readers_are_named_up_to_a_number(read: int, of: int, line: str) -> None:
    assert context(messages.card(campaign(), sales(read, of), TODAY)) == line


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-06-01", "2026-06-30", "1–30 Jun 2026"),
        ("2026-06-01", "2026-06-01", "on 1 Jun 2026 only"),
        ("2026-06-01", "2026-07-15", "1 Jun – 15 Jul 2026"),
        ("2026-12-01", "2027-01-31", "1 Dec 2026 – 31 Jan 2027"),
        ("2026-06-01", None, "from 1 Jun 2026 until further notice"),
    ],
)
def test_days_in_plain_words(first: str, last: str | None, words: str) -> None:
    ends_on = date.fromisoformat(last) if last else None
    assert texts.period(campaign(starts_on=date.fromisoformat(first), ends_on=ends_on)) == words


def test_the_offer_in_one_line() -> None:
    offer = "Half price\n for <b>three</b> months"
    assert texts.offer_line(campaign(offer=offer)) == (
        "Half price for &lt;b&gt;three&lt;/b&gt; months · 1–30 Jun 2026"
    )
    assert len(texts.offer_line(campaign(offer="&" * 300))) < 400


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("One\nTwo", ["One", "Two"]),
        ("- One\n\n • Two \n*\tThree", ["One", "Two", "Three"]),
        ("Half price – and *free* delivery", ["Half price – and *free* delivery"]),
        ("-20 % for all\n20 %*", ["-20 % for all", "20 %*"]),
    ],
)
def test_talking_points_are_a_list_whether_or_not_they_were_typed_as_one(
    typed: str, points: list[str]
) -> None:
    card = messages.card(campaign(talking_points=typed), sales(0, 1), TODAY)
    [listed] = [
        part
        for block in card.blocks
        for part in block.get("elements", ())
        if part["type"] == "rich_text_list"
    ]
    assert [point["elements"][0]["text"] for point in listed["elements"]] == points


def test_a_card_without_points_leaves_them_out() -> None:
    card = messages.card(campaign(talking_points=" - \n"), sales(0, 1), TODAY)
    assert check_message(card.blocks) == []
    assert "Talking points" not in repr(card.blocks)


def test_a_question(golden: Golden) -> None:
    question = CampaignQuestion(campaign=campaign(), person=SALES[0], text="Is it for <old> *too*?")
    golden("question", messages.question(question))


def test_the_announcer_hears_where_it_stands(golden: Golden) -> None:
    message = owner_messages.confirmation(
        announced(), "C0LEADS", sales(1, 3), TODAY, posted=True, capacity=CAPACITY
    )
    golden("announced", message)


def test_the_announcer_hears_that_slack_refused(golden: Golden) -> None:
    golden(
        "not_announced",
        owner_messages.confirmation(announced(), "C0LEADS", sales(0, 3), TODAY, posted=False),
    )


def test_the_form(golden: Golden) -> None:
    golden("form", forms.NewCampaign.of("a-token", TODAY, "EUR"))


def test_the_form_of_a_question(golden: Golden) -> None:
    golden("question_form", forms.Ask.of(campaign(), "a-token"))


def test_a_list_of_nothing(golden: Golden) -> None:
    golden("list_empty", list_messages.listing(Overview([], [], [], {}, 7)))


def test_a_list(golden: Golden) -> None:
    running = [campaign(), campaign(id=8, name="Referral bonus", kind="partner", ends_on=None)]
    fair = {"name": "Trade fair", "kind": "event", "offer": "A free trial day"}
    coming = [campaign(id=9, starts_on=date(2026, 9, 8), ends_on=date(2026, 9, 10), **fair)]
    ended = [campaign(id=10, name="May webinar", kind="webinar", starts_on=date(2026, 5, 4),
                      ends_on=date(2026, 5, 29))]  # fmt: skip
    golden("list", list_messages.listing(Overview(running, coming, ended, {7: 3, 10: 7}, 7)))


def test_a_list_that_is_too_long_says_how_many_more() -> None:
    many = [campaign(id=number, name=f"Campaign {number}") for number in range(1_214)]
    long = list_messages.listing(Overview(many, many[:11], many[:10], {}, 7))
    assert check_message(long.blocks) == []
    more = [block["elements"][0]["text"] for block in long.blocks if block["type"] == "context"]
    assert more == ["and 1,204 more", "and 1 more"]
    assert long.text == ("1,214 campaigns live, 11 coming up, 10 ended in the last 30 days.")


def test_the_first_day_and_the_currency_stand_in_the_form() -> None:
    form = forms.NewCampaign.modal(
        token="t", today=TODAY, currency="JPY", starts_on=TODAY + timedelta(days=1)
    ).to_dict()
    fields = {block.get("block_id"): block for block in form["blocks"]}
    assert fields["starts_on"]["element"]["initial_date"] == "2026-06-02"
    assert fields["budget"]["label"]["text"] == "Budget in JPY"


RICH: dict[str, Any] = {
    "price": "EUR 49 a month instead of 98",
    "objections": "Too dear: the first three months cost half.\nNo time: we set it up.",
    "channels": ["Google Ads", "Newsletter"],
    "materials": [["Price list", "https://example.com/prices"], ["example.com", "https://example.com"]],
}  # fmt: skip


def answered(number: int, text: str = "Is it for old customers?", answer: str = "No.") -> Any:
    return CampaignQuestion(
        id=number, campaign=campaign(), person=SALES[0], text=text, asked_at=NINE,
        answer=answer, answerer=MARA, answered_at=NINE + timedelta(hours=1),
    )  # fmt: skip


def test_an_announcement_with_all_there_is(golden: Golden) -> None:
    since = SinceAnnouncement(
        [answered(1), answered(2, "And in Italy?", "From autumn on.")], questions=4
    )
    golden("card_rich", messages.card(campaign(**RICH), sales(3, 7), TODAY, since))


def test_the_longest_announcement_there_can_be_is_taken_by_slack() -> None:
    words = {
        name: "<&> " * (most // 4) for name, most in LONGEST.items() if hasattr(Campaign, name)
    }
    links = [["x" * 80, "https://example.com/" + "y" * 400]] * MOST_MATERIALS
    long = words | {"channels": [words["channels"]], "materials": links, "utm_campaign": "x" * 80}
    fields = ("name", "audience", "offer", "terms", "talking_points", "objections", "channels")
    since = SinceAnnouncement(
        [answered(each, "<&> " * 250, "& " * 500) for each in range(3)],
        questions=1_200,
        change=event(
            EventType.CHANGED,
            version=2,
            live=True,
            changed={name: ["<&> " * 75, "& " * 150] for name in fields},
        ),
    )
    crowd = [Person(slack_id="U1", name="&" * 100, roles=["salesperson"])] * 900
    for stage in (Stage.LIVE, Stage.PAUSED, Stage.ENDED):
        now = campaign(**long, version=2, holds_from=2, stage=stage)
        card = messages.card(now, Readership(crowd, crowd), TODAY, since)
        assert check_message(card.blocks) == []
        assert text_length(card.blocks) <= 12_000


def test_what_happened_since_is_cut_only_where_there_is_no_room() -> None:
    change = {"terms": ["a" * 300, "b" * 300]}
    since = SinceAnnouncement(
        [answered(1, "c" * 400, "d" * 400)],
        change=event(EventType.CHANGED, version=2, changed=change, live=True),
    )

    def shown(**long: str) -> list[int]:
        card = messages.card(campaign(version=2, **long), sales(0, 1), TODAY, since)
        runs = re.findall(r"a{9,}|b{9,}|c{9,}|d{9,}", repr(card.blocks))
        return [len(run) for run in runs]

    assert shown() == [199, 199, 299, 299]
    full = dict.fromkeys(("terms", "talking_points", "objections"), "x " * 1_800)
    [cut, *others] = shown(**full)
    assert 20 < cut < 199
    assert others == [cut, cut, cut]


def test_a_question_that_was_answered(golden: Golden) -> None:
    golden("question_answered", messages.question(answered(3)))
    golden("answered", messages.answered(answered(3, "Is it for <old> *ones*?", "<!here> No.")))


def test_all_questions_page_by_page(golden: Golden) -> None:
    questions = [
        answered(1),
        CampaignQuestion(id=2, campaign=campaign(), person=SALES[1], text="When?", asked_at=NINE),
    ]
    golden("questions", messages.questions(campaign(), questions, 1, 23, 10))
    golden("questions_none", messages.questions(campaign(), [], 0, 0, 10))
    long = [answered(each, "<&> " * 250, "& " * 500) for each in range(10)]
    assert check_view(messages.questions(campaign(), long, 0, 1_000, 10).to_dict(), "modal") == []


def test_the_form_of_an_answer(golden: Golden) -> None:
    golden("answer_form", forms.Answer.of(answered(3)))


def test_the_owner_sees_who_is_missing(golden: Golden) -> None:
    missing = Readership(SALES[:2], SALES[2:], reminded=3)
    golden(
        "owner_missing",
        owner_messages.confirmation(announced(), "C0LEADS", missing, TODAY, posted=True),
    )


def test_the_owner_sees_when_it_will_be_announced(golden: Golden) -> None:
    waits = campaign(stage=Stage.DRAFT, launch_at=NINE + timedelta(days=1))
    message = owner_messages.confirmation(
        waits, "C0LEADS", sales(0, 3), TODAY, posted=False, capacity=CAPACITY
    )
    golden("owner_scheduled", message)
    taken_back = owner_messages.confirmation(
        campaign(), "C0LEADS", sales(0, 3), TODAY, posted=False
    )
    assert taken_back.text == "“Summer trial” isn't announced or scheduled yet."


def test_a_reminder(golden: Golden) -> None:
    golden("reminder", owner_messages.reminder(campaign(), read=False))
    golden("reminder_settled", owner_messages.reminder(campaign(), read=True))


def test_what_was_written_stands_in_the_form_again(golden: Golden) -> None:
    draft = Draft.of(campaign(**RICH, late_callers="Offer the basic plan."))
    form = forms.NewCampaign.modal(token="t", today=TODAY, currency="EUR", **vars(draft))
    golden("form_filled", form)


def event(
    event_type: EventType, hours: int = 0, who: Person | None = MARA, **facts: Any
) -> CampaignEvent:
    return CampaignEvent(
        event_type=event_type, at=NINE + timedelta(hours=hours), person=who, facts=facts
    )


CHANGED = {
    "offer": ["Half price", "Two months <free>"],
    "ends_on": ["2026-06-30", ""],
    "terms": ["x " * 400, "*New* customers only."],
    "budget": ["12,500 EUR", "15,000 EUR"],
}


def test_a_changed_announcement_says_what_changed_and_asks_again(golden: Golden) -> None:
    since = SinceAnnouncement(
        change=event(EventType.CHANGED, 2, version=2, changed=CHANGED, live=True)
    )
    changed = campaign(version=2, holds_from=2)
    card = messages.card(changed, sales(0, 3), TODAY, since)
    assert "12,500" not in repr(card.blocks)
    golden("card_changed", card)


def test_new_words_around_the_offer_ask_nobody() -> None:
    change = event(
        EventType.CHANGED, 2, version=3, changed={"talking_points": ["a", "b"]}, live=True
    )
    for holds_from, asks in ((1, False), (3, True)):
        now = campaign(version=3, holds_from=holds_from)
        card = messages.card(now, sales(0, 3), TODAY, SinceAnnouncement(change=change))
        assert ("Please confirm it again" in repr(card.blocks)) == asks


def test_a_paused_announcement(golden: Golden) -> None:
    golden("card_paused", messages.card(campaign(stage=Stage.PAUSED), sales(2, 3), TODAY))


def test_the_timeline(golden: Golden) -> None:
    happened = [
        event(EventType.PROPOSED), event(EventType.AGREED, 1, SALES[0]),
        event(EventType.ANNOUNCED, 2, None),
        event(EventType.CHANGED, 3, version=2, changed=CHANGED), event(EventType.PAUSED, 4),
        event(EventType.RESUMED, 5), event(EventType.SAVED, 5), event(EventType.ENDED, 6, None),
    ]  # fmt: skip
    golden("timeline", texts.timeline(campaign(), happened))


def test_a_long_timeline_shows_its_end() -> None:
    many = [event(EventType.CHANGED, each, version=each, changed={
        name: ["<&> " * 500, "& " * 900] for name in ("offer", "terms", "audience", "price",
        "talking_points", "objections", "channels", "materials", "name")
    }) for each in range(200)]  # fmt: skip
    long = texts.timeline(campaign(), many)
    assert check_message(long.blocks) == []
    assert "180 earlier steps left out" in repr(long.blocks)
    assert texts.timeline(campaign(), []).text == "What happened to “Summer trial”: nothing yet."


def test_the_channel_hears_of_the_end_once_it_is_over(golden: Golden) -> None:
    assert texts.over(campaign()) is None
    ended = texts.over(campaign(stage=Stage.ENDED, late_callers="Offer <them> the basic plan."))
    cancelled = texts.over(campaign(stage=Stage.CANCELLED))
    assert ended is not None
    assert cancelled is not None
    golden("over", ended)
    golden("cancelled", cancelled)


@pytest.mark.parametrize(
    ("facts", "labels"),
    [
        ({}, ["Change…", "Pause", "End now…"]),
        ({"starts_on": date(2026, 6, 9)}, ["Change…", "Pause", "Cancel"]),
        ({"stage": Stage.PAUSED}, ["Change…", "Resume", "End now…"]),
        ({"stage": Stage.DRAFT}, ["Change…", "Announce…", "Cancel"]),
        (
            {"stage": Stage.DRAFT, "launch_at": NINE},
            ["Change…", "Reschedule…", "Unschedule", "Cancel"],
        ),
        ({"stage": Stage.PROPOSED}, []),
        ({"stage": Stage.AGREED}, []),
        ({"stage": Stage.ENDED}, []),
        ({"stage": Stage.CANCELLED}, []),
        ({"ends_on": date(2026, 5, 30)}, []),
    ],
)
def test_what_may_be_done_depends_on_where_it_stands(
    facts: dict[str, Any], labels: list[str]
) -> None:
    shown = owner_messages.manage([campaign(**facts)], 1, "", TODAY)
    assert check_message(shown.blocks) == []
    found = [
        element["text"]["text"]
        for block in shown.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert found == labels


def test_what_one_may_manage(golden: Golden) -> None:
    waits = campaign(id=8, name="Fair", stage=Stage.DRAFT, launch_at=NINE + timedelta(days=1))
    proposed = campaign(id=9, name="Webinar", stage=Stage.PROPOSED)
    golden("manage", owner_messages.manage([campaign(), waits, proposed], 9, "", TODAY))
    golden("manage_nothing", owner_messages.manage([], 0, "<sum>", TODAY))


def test_the_modals_of_whoever_manages(golden: Golden) -> None:
    golden("change_form", forms.Change.of(announced(**RICH), TODAY))
    golden("end_form", forms.End.of(campaign()))
    golden("preview", forms.Launch.of(campaign(**RICH, launch_at=NINE), "C0LEADS"))


def test_the_owner_sees_that_it_is_paused_or_over() -> None:
    paused = owner_messages.confirmation(
        announced(stage=Stage.PAUSED), "C0LEADS", sales(1, 3), TODAY, posted=True
    )
    assert paused.text.startswith("“Summer trial” is paused. Sales knows not to promise it.")
    over = owner_messages.confirmation(
        announced(stage=Stage.ENDED), "C0LEADS", sales(1, 3), TODAY, posted=True
    )
    assert over.text.startswith("“Summer trial” is over.")


def test_all_campaigns_page_by_page(golden: Golden) -> None:
    found = [campaign(id=number, stage=stage) for number, stage in enumerate(Stage)]
    golden("whole_list", list_messages.all_campaigns(found, 1, 40, 15, {3: 2}))
    golden("whole_list_empty", list_messages.all_campaigns([], 0, 0, 15, {}))
    long = [campaign(name="<&>" * 26, offer="<&>" * 100)] * 15
    assert check_view(list_messages.all_campaigns(long, 0, 1_000, 15, {}).to_dict(), "modal") == []
