"""How standups look: every message and modal as a person reads it, and within Slack's limits."""

import json
from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot import clock
from bot.campaigns.models import Campaign
from bot.leads.list_models import Arrivals, Workload
from bot.people.models import Person, Team
from bot.slack import Message
from bot.standups import answering, forms, messages, settings_messages, summary_messages
from bot.standups import blockers as standup_blockers
from bot.standups.models import (
    ANSWERS_A_PAGE,
    Answer,
    Facts,
    RoundSummary,
    Standup,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    StandupRound,
    SummaryPage,
    Theme,
    Today,
    Trend,
    Week,
)
from bot.standups.templates import TEMPLATES, Template
from playground.limits import check_message, check_view, text_length
from tests.golden_files import Golden

NINE_THIRTY = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TWENTY_PAST = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
ONE = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FULL: dict[str, Any] = {
    "plan": "Send both offers before lunch.",
    "customers": "They ask on WhatsApp.\nTwo want a demo on Thursday.",
    "product": "A sheet that compares the two plans.",
    "blockers": "The landing page does not say until when the discount holds.",
    "ideas": "Ask for the phone number last: three gave up on it.",
}
HOSTILE = "<!channel> *urgent* <https://evil.example|your account> &amp; `rm` @here\n>not a quote"
BEN = Person(id=90, name="Ben Lind", slack_id="U90")
NOTHING = Facts(Workload(0, 0, 0), [], [])


@pytest.fixture(autouse=True)
def _morning() -> None:
    clock.use(lambda: TWENTY_PAST)


def a_standup(team: str = "Sales", template: Template = Template.SALES, **more: Any) -> Standup:
    facts = {
        "days": "mon-fri", "at": time(9, 30), "zone": None, "channel": "C1", "closing": "each",
        "remind_after_minutes": 60, "close_after_minutes": 150, "active": True,
        "name": f"{team} standup", "readers": None, "readers_in_thread": False,
    }  # fmt: skip
    questions = [
        StandupQuestion(id=number, key=each.key, position=number, label=each.label,
                        theme=each.theme, needs_answer=each.needs_answer, retired=False)
        for number, each in enumerate(TEMPLATES[template])
    ]  # fmt: skip
    return Standup(
        id=3, team_id=1, team=Team(id=1, name=team), questions=questions, **{**facts, **more}
    )


def a_round(team: str = "Sales", **more: Any) -> StandupRound:
    return StandupRound(
        id=5, day=date(2026, 11, 23), opened_at=NINE_THIRTY, closes_at=NOON, closed_at=None,
        standup=a_standup(team, **more), entries=[],
    )  # fmt: skip


def an_entry(
    of: StandupRound, state: Answer = Answer.ASKED, name: str = "Ada", at: datetime = TWENTY_PAST,
    **texts: Any,
) -> StandupEntry:  # fmt: skip
    entry = StandupEntry(
        id=len(of.entries) + 7, round=of, person=Person(id=1, name=name, slack_id="U1"),
        state=state, due_at=NINE_THIRTY, asked_at=NINE_THIRTY, closes_at=NOON, answers=[],
        answered_at=at if state == Answer.ANSWERED else None,
    )  # fmt: skip
    for question in of.standup.questions:
        if text := texts.get(question.key):
            StandupAnswer(id=entry.id * 100 + question.id, entry=entry, question=question,
                          question_id=question.id, text=text)  # fmt: skip
    return entry


def blocker(of: StandupRound, entry: StandupEntry, **facts: Any) -> StandupAnswer:
    found = next(each for each in entry.answers if each.is_blocker)
    for name, value in facts.items():
        setattr(found, name, value)
    return found


def heard(of: StandupRound) -> RoundSummary:
    """The round as the database tells it."""
    answered = [each for each in of.entries if each.state == Answer.ANSWERED]
    answers = [each for entry in answered for each in entry.answers]
    themes = list(Theme)
    answers.sort(key=lambda each: (
        themes.index(Theme(each.question.theme)), each.resolved_at is not None,
        each.entry.person.name, each.entry.id, each.question.position,
    ))  # fmt: skip
    return RoundSummary(of, answers, Counter(each.state for each in of.entries))


def page(of: StandupRound, number: int) -> SummaryPage:
    answers = heard(of).answers
    first = number * ANSWERS_A_PAGE
    return SummaryPage(of, answers[first : first + ANSWERS_A_PAGE], number, len(answers))


def message(drawn: Message) -> dict[str, Any]:
    assert check_message(drawn.blocks) == []
    assert len(drawn.text) <= 4000
    return {"text": drawn.text, "blocks": drawn.blocks}


def modal(drawn: View) -> dict[str, Any]:
    json = drawn.to_dict()
    assert check_view(json, "modal") == []
    return dict(json)


@pytest.mark.parametrize("state", Answer)
@pytest.mark.parametrize("closed", [False, True])
def test_prompt(golden: Golden, state: Answer, closed: bool) -> None:
    clock.use(lambda: ONE if closed else TWENTY_PAST)
    entry = an_entry(a_round(), state, **FULL)
    name = f"{state}{'_and_closed' if closed else ''}"
    golden(f"prompt.{name}", message(messages.prompt(entry)))


def test_prompt_after_a_late_answer(golden: Golden) -> None:
    clock.use(lambda: ONE)
    entry = an_entry(a_round(), Answer.ANSWERED, at=ONE, **FULL)
    golden("prompt.late", message(messages.prompt(entry)))


def test_reminder(golden: Golden) -> None:
    golden("reminder", message(messages.reminder(an_entry(a_round()))))


@pytest.mark.parametrize("state", [Answer.ANSWERED, Answer.SKIPPED])
def test_a_settled_reminder_has_no_buttons(golden: Golden, state: Answer) -> None:
    settled = message(messages.reminder(an_entry(a_round(), state)))
    assert [block["type"] for block in settled["blocks"]] == ["section"]
    if state == Answer.ANSWERED:
        golden("reminder.settled", settled)


@pytest.mark.parametrize("template", Template)
def test_form(golden: Golden, template: Template) -> None:
    entry = an_entry(a_round(template=template))
    golden(f"form.{template}", modal(messages.form(entry, NOTHING)))


def blockers() -> list[StandupAnswer]:
    """Two of Ada's, of which Ben has one; and one of Zoe's, which Ada took."""
    of, zoe = a_round(), Person(id=2, name="Zoe & Co", slack_id="U2")
    texts = (HOSTILE, "No price list.", "No leads from the fair.\n" * 20)
    found = [blocker(of, an_entry(of, Answer.ANSWERED, blockers=text)) for text in texts]
    for each, facts in zip(
        found, ({}, {"taker": BEN}, {"taker": Person(id=1, name="Ada")}), strict=True
    ):
        each.entry.person_id = 1
        for name, value in facts.items():
            setattr(each, name, value)
    found[2].entry.person, found[2].entry.person_id = zoe, 2
    return found


def test_form_with_facts(golden: Golden) -> None:
    spring = Campaign(id=4, name="Spring <start> & more")
    came = [(spring, Arrivals(14, 9, 4, 3)), (spring, Arrivals(1, 0, 0, 0))]
    mine = Facts(Workload(3, 1, 2), blockers(), came)
    entry = an_entry(a_round())
    entry.person_id = 1
    golden("form.facts", modal(messages.form(entry, mine)))
    many = Facts(Workload(0, 0, 1), blockers() * 9, [(spring, Arrivals(0, 0, 0, 0))] * 40)
    drawn = str(modal(messages.form(an_entry(a_round()), many)))
    assert "and 35 more campaigns" in drawn
    assert "and 24 more open blockers" in drawn


def test_form_with_earlier_answers(golden: Golden) -> None:
    entry = an_entry(a_round("Customer Happiness and Growth"), Answer.ANSWERED, **FULL)
    golden("form.again", modal(messages.form(entry, NOTHING)))


def test_form_after_the_closing() -> None:
    clock.use(lambda: ONE)
    assert "marked as late" in str(modal(messages.form(an_entry(a_round()), NOTHING)))


def test_form_takes_back_the_longest_answer() -> None:
    longest = "<&>" * 1000
    entry = an_entry(a_round(), Answer.ANSWERED, plan=longest, ideas=longest)
    assert modal(messages.form(entry, NOTHING))["blocks"][1]["element"]["initial_value"] == longest


def test_choice(golden: Golden) -> None:
    unanswered, answered = an_entry(a_round()), an_entry(a_round(), Answer.ANSWERED, **FULL)
    day = date(2026, 11, 23)
    found = [
        Today(unanswered.round.standup, day, unanswered, None),
        Today(a_standup(name="Look <back>"), day, None, None),
        Today(answered.round.standup, day, answered, None),
    ]
    golden("choice", modal(messages.choice(found)))


def test_summary(golden: Golden) -> None:
    of = a_round()
    an_entry(of, Answer.ANSWERED, "Tom Weber", plan="Call Nordwind.", blockers="No price list.")
    blocker(of, an_entry(of, Answer.ANSWERED, "Ada Lovelace", **FULL), taker=BEN, taken_by=90)
    an_entry(of, Answer.ANSWERED, "Zoe Late", at=ONE, plan="Two visits.")
    an_entry(of, Answer.SKIPPED, "Bo Lind")
    an_entry(of, Answer.ASKED, "Cy Young")
    an_entry(of, Answer.ASKED, "Mia Chen")
    golden("summary", message(summary_messages.summary(heard(of))))


def test_summary_with_a_resolved_blocker(golden: Golden) -> None:
    of = a_round()
    facts = {"taker": BEN, "taken_by": 90, "resolved_at": ONE}
    blocker(of, an_entry(of, Answer.ANSWERED, "Ada Lovelace", **FULL), **facts)
    golden("summary.resolved", message(summary_messages.summary(heard(of))))


def test_summary_without_blockers(golden: Golden) -> None:
    of = a_round()
    an_entry(of, Answer.ANSWERED, "Ada Lovelace", plan="Call Nordwind.")
    golden("summary.no_blockers", message(summary_messages.summary(heard(of))))


def test_summary_of_silence(golden: Golden) -> None:
    of = a_round()
    an_entry(of, Answer.SKIPPED, "Bo Lind")
    an_entry(of, Answer.ASKED, "Cy Young")
    drawn = message(summary_messages.summary(heard(of)))
    golden("summary.nobody", drawn)
    assert "Cy" not in str(drawn)


def test_summary_of_hostile_text(golden: Golden) -> None:
    of = a_round("<!here> & Co")
    an_entry(of, Answer.ANSWERED, "<!channel>\n*Boss*", blockers=HOSTILE, plan="\u202ereversed")
    golden("summary.hostile", message(summary_messages.summary(heard(of))))


def test_the_thread_of_a_week(golden: Golden) -> None:
    golden("week", message(summary_messages.week(a_round("<!here>"))))


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("free", {}),
        ("taken", {"taker": BEN, "taken_by": 90}),
        ("resolved", {"taker": BEN, "taken_by": 90, "resolved_at": ONE}),
    ],
)
def test_a_blockers_card(golden: Golden, name: str, facts: dict[str, Any]) -> None:
    of = a_round()
    found = blocker(of, an_entry(of, Answer.ANSWERED, "Ada", **FULL), **facts)
    golden(f"blocker.{name}", message(messages.blocker(found)))
    if name == "resolved":
        golden("blocker.heard", message(messages.resolved(found)))


def test_short_answers_stay_whole_beside_long_ones() -> None:
    of = a_round()
    for number in range(30):
        an_entry(of, Answer.ANSWERED, f"P{number}", ideas="long " * 600, plan=f"Plan {number}.")
    drawn = str(message(summary_messages.summary(heard(of))))
    assert all(f">Plan {number}." in drawn for number in range(30))
    assert summary_messages.PAGE in drawn


def test_one_long_answer_is_hardly_cut() -> None:
    of = a_round()
    an_entry(of, Answer.ANSWERED, plan="word " * 570)
    assert "…" not in str(message(summary_messages.summary(heard(of))))


def test_an_answer_of_many_lines_does_not_fill_the_channel() -> None:
    of = a_round()
    an_entry(of, Answer.ANSWERED, plan="a\n\n" * 900)
    assert str(message(summary_messages.summary(heard(of)))).count(">a") == 12


words = st.text(max_size=3000) | st.sampled_from([HOSTILE, "&" * 3000, "a\n" * 1500, "🦊" * 1500])
people = st.builds(
    lambda name, state, texts: (name, state, dict(zip(FULL, texts, strict=True))),
    st.text(min_size=1, max_size=80),
    st.sampled_from(Answer),
    st.lists(words, min_size=5, max_size=5),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(people, max_size=50))
def test_a_summary_and_its_pages_always_fit(team: list[tuple[str, Answer, dict[str, Any]]]) -> None:
    of = a_round()
    for name, state, texts in team:
        an_entry(of, state, name, **texts)
    drawn = message(summary_messages.summary(heard(of)))
    assert text_length(drawn["blocks"]) <= 11_500
    assert "<" not in str(drawn).replace("<StandupEntry", "")
    modal(summary_messages.page(page(of, 0)))


def test_a_summary_of_a_very_large_team_fits() -> None:
    of = a_round()
    for number in range(1200):
        an_entry(of, Answer.ANSWERED, f"{number} {'x' * 74}", plan=f"Plan {number}.",
                 blockers="y" * 99, ideas="&" * 3000)  # fmt: skip
    drawn = message(summary_messages.summary(heard(of)))
    assert summary_messages.PAGE in str(drawn)
    assert str(drawn).count(f"'{messages.TAKE}'") == 10
    assert text_length(drawn["blocks"]) <= 11_500
    assert "1,195 others" in str(drawn)


def test_pages(golden: Golden) -> None:
    of = a_round()
    for number in range(9):
        an_entry(of, Answer.ANSWERED, f"Person {number}", **FULL)
    golden("page", modal(summary_messages.page(page(of, 1))))
    assert "Nobody has answered yet" in str(modal(summary_messages.page(page(a_round(), 0))))


def trend(*answered: int) -> Trend:
    return Trend(3, [Week(date(2026, 11, 23), 5 if each >= 0 else 0, each, 0) for each in answered])


def test_settings_of_all(golden: Golden) -> None:
    paused = a_standup("Marketing", days="mon,wed,fri", active=False, zone="Europe/Berlin")
    paused.id = 4
    found = [paused, a_standup()]
    shown = settings_messages.overview(found, {3: trend(4, 3, -1, 5)}, next_runs={3: NINE_THIRTY})
    golden("settings", modal(shown))


def test_settings_without_any(golden: Golden) -> None:
    golden("settings.none", modal(settings_messages.overview([], {})))


def test_settings_of_very_many_have_pages() -> None:
    many = [a_standup(name=f"Standup {number}") for number in range(65)]
    assert "Standup 64" in str(modal(settings_messages.overview(many, {}, 3)))
    assert modal(settings_messages.overview(many, {}, 99)) == modal(
        settings_messages.overview(many, {}, 3)
    )
    assert "standup.overview.next" in str(modal(settings_messages.overview(many, {})))


def test_settings_of_one(golden: Golden) -> None:
    standup = a_standup(readers="C2", readers_in_thread=True, closing="last")
    golden("settings.details", modal(settings_messages.details(standup, trend(4, 3, 2, 1))))
    assert "Resume" in str(modal(settings_messages.details(a_standup(active=False), None)))


def test_settings_forms(golden: Golden) -> None:
    standup = a_standup(readers="C2", readers_in_thread=True)
    golden("settings.change", modal(forms.ChangeStandup.of(standup)))
    golden("settings.questions", modal(forms.ChangeQuestions.of(standup)))
    teams = [Team(id=1, name="Marketing"), Team(id=2, name="Sales")]
    new = modal(forms.NewStandup.of(a_standup(name=""), teams))
    assert len(json.loads(new.pop("private_metadata"))["token"]) == 24
    golden("settings.new", new)


def test_a_full_standup_has_no_room_for_one_more_question() -> None:
    standup = a_standup()
    standup.questions = [
        StandupQuestion(key=f"q{n}", position=n, label="?" * 150, theme="other",
                        needs_answer=True, retired=False)
        for n in range(10)
    ]  # fmt: skip
    assert "questions:new" not in str(modal(forms.ChangeQuestions.of(standup)))
    modal(settings_messages.details(standup, None))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("mon-fri", "Monday to Friday"),
        ("mon,tue,wed,thu,fri,sat,sun", "Every day"),
        ("sat,sun", "Saturday, Sunday"),
        ("mon,wed,fri", "Monday, Wednesday, Friday"),
        ("tue-thu", "Tuesday to Thursday"),
        ("sun", "Sunday"),
    ],
)
def test_days_in_words(days: str, words: str) -> None:
    assert f"{words} at 09:30" in str(modal(settings_messages.overview([a_standup(days=days)], {})))


def test_what_is_said_to_one_person(golden: Golden) -> None:
    ask = "Ask <@U1>: admins add people to teams with /handoff people."
    at = "<!date^1795509000^{date_short_pretty} at {time}|2026-11-24 08:30 UTC>"
    name = "Sales standup"
    sentences = {
        "no team": answering.NoTeam(ask=ask),
        "paused": answering.Paused(standup=name),
        "not asked yet": answering.NotAskedYet(standup=name, at=at),
        "closed today": answering.ClosedToday(standup=name, at=at),
        "closed": answering.StandupClosed(standup=name, day="Monday, 23 November"),
        "already answered": answering.AlreadyAnswered(),
        "already skipped": answering.AlreadySkipped(),
        "not across": standup_blockers.SameTeam(team="Sales"),
        "already taken": standup_blockers.AlreadyTaken(who="Ben Lind is"),
        "already resolved": standup_blockers.AlreadyResolved(),
        "not theirs": standup_blockers.NotTheirs(who="Ben Lind"),
    }
    texts = {when: error.message for when, error in sentences.items()}
    texts["skipped"] = messages.skipping([an_entry(a_round())])
    golden("sentences", texts)
