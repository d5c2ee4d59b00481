"""How standups look: every message and modal as a person reads it, and within Slack's limits."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.people.model import Person, Team
from bot.playground.limits import check_message, check_view, text_length
from bot.slack import Message
from bot.standups import service, view
from bot.standups.model import Answer, Question, Standup, StandupEntry, StandupRound

Golden = Callable[[str, Any], None]

NINE_THIRTY = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TWENTY_PAST = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
FULL = {
    "did": "Called the six webinar leads.\nTwo want a demo on Thursday.",
    "plan": "Send both offers before lunch.",
    "blockers": "The landing page does not say until when the discount holds.",
    "ideas": "Ask for the phone number last: three gave up on it.",
}
HOSTILE = "<!channel> *urgent* <https://evil.example|your account> &amp; `rm` @here\n>not a quote"


def a_standup(team: str = "Sales", **more: Any) -> Standup:
    facts = {
        "days": "mon-fri", "at": time(9, 30), "zone": "Europe/Berlin", "channel": "C1",
        "remind_after_minutes": 60, "close_after_minutes": 150, "active": True,
    }  # fmt: skip
    return Standup(id=3, team_id=1, team=Team(id=1, name=team), **{**facts, **more})


def a_round(team: str = "Sales", *, closed: bool = False) -> StandupRound:
    return StandupRound(
        id=5, day=date(2026, 11, 23), opened_at=NINE_THIRTY, closes_at=NOON,
        closed_at=NOON if closed else None, standup=a_standup(team), entries=[],
    )  # fmt: skip


def an_entry(
    of: StandupRound, state: Answer = Answer.ASKED, name: str = "Ada", **answers: str
) -> StandupEntry:
    return StandupEntry(
        id=len(of.entries) + 7, round=of, person=Person(id=1, name=name, slack_id="U1"),
        state=state, answers=answers,
        answered_at=TWENTY_PAST if state == Answer.ANSWERED else None,
    )  # fmt: skip


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
    entry = an_entry(a_round(closed=closed), state, **FULL)
    name = f"{state}{'_and_closed' if closed else ''}"
    golden(f"standups.prompt.{name}", message(view.prompt(entry)))


def test_reminder(golden: Golden) -> None:
    golden("standups.reminder", message(view.reminder(an_entry(a_round()))))


@pytest.mark.parametrize("state", Answer)
@pytest.mark.parametrize("closed", [False, True])
def test_a_settled_reminder_has_no_buttons(golden: Golden, state: Answer, closed: bool) -> None:
    if state == Answer.ASKED and not closed:
        return
    settled = message(view.reminder(an_entry(a_round(closed=closed), state)))
    assert [block["type"] for block in settled["blocks"]] == ["section"]
    if state == Answer.ANSWERED and not closed:
        golden("standups.reminder.settled", settled)


def test_form(golden: Golden) -> None:
    golden("standups.form", modal(view.form(an_entry(a_round()))))


def test_form_with_earlier_answers(golden: Golden) -> None:
    entry = an_entry(a_round("Customer Happiness and Growth"), Answer.ANSWERED, **FULL)
    golden("standups.form.again", modal(view.form(entry)))


def test_form_takes_back_the_longest_answer() -> None:
    longest = "<&>" * 1000
    entry = an_entry(a_round(), Answer.ANSWERED, did=longest, plan=longest)
    assert modal(view.form(entry))["blocks"][1]["element"]["initial_value"] == longest


def test_summary(golden: Golden) -> None:
    closed = a_round(closed=True)
    an_entry(closed, Answer.ANSWERED, "Tom Weber", did="Two contracts.", plan="Call Nordwind.")
    an_entry(closed, Answer.ANSWERED, "Ada Lovelace", **FULL)
    an_entry(closed, Answer.SKIPPED, "Bo Lind")
    an_entry(closed, Answer.ASKED, "Cy Young")
    an_entry(closed, Answer.ASKED, "Mia Chen")
    golden("standups.summary", message(view.summary(closed)))


def test_summary_without_blockers(golden: Golden) -> None:
    closed = a_round(closed=True)
    an_entry(closed, Answer.ANSWERED, "Ada Lovelace", did="Two contracts.", plan="Call Nordwind.")
    golden("standups.summary.no_blockers", message(view.summary(closed)))


def test_summary_of_silence(golden: Golden) -> None:
    closed = a_round(closed=True)
    an_entry(closed, Answer.SKIPPED, "Bo Lind")
    an_entry(closed, Answer.ASKED, "Cy Young")
    golden("standups.summary.nobody", message(view.summary(closed)))


def test_summary_of_hostile_text(golden: Golden) -> None:
    closed = a_round("<!here> & Co", closed=True)
    an_entry(closed, Answer.ANSWERED, "<!channel>\n*Boss*", did=HOSTILE, plan="\u202ereversed")
    golden("standups.summary.hostile", message(view.summary(closed)))


def test_short_answers_stay_whole_beside_long_ones() -> None:
    closed = a_round(closed=True)
    for number in range(30):
        an_entry(closed, Answer.ANSWERED, f"P{number}", did="long " * 600, plan=f"Plan {number}.")
    drawn = str(message(view.summary(closed)))
    assert all(f">Plan {number}." in drawn for number in range(30))


def test_one_long_answer_is_hardly_cut() -> None:
    closed = a_round(closed=True)
    an_entry(closed, Answer.ANSWERED, did="word " * 570, plan="None.")
    assert "…" not in str(message(view.summary(closed)))


def test_an_answer_of_many_lines_does_not_fill_the_channel() -> None:
    closed = a_round(closed=True)
    an_entry(closed, Answer.ANSWERED, did="a\n\n" * 900, plan="None.")
    assert str(message(view.summary(closed))).count(">a") == 12


words = st.text(max_size=3000) | st.sampled_from([HOSTILE, "&" * 3000, "a\n" * 1500, "🦊" * 1500])
people = st.builds(
    lambda name, state, said: (name, state, dict(zip(Question, said, strict=True))),
    st.text(min_size=1, max_size=80),
    st.sampled_from(Answer),
    st.lists(words, min_size=4, max_size=4),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(people, max_size=50))
def test_a_summary_always_fits(team: list[tuple[str, Answer, dict[Question, str]]]) -> None:
    closed = a_round(closed=True)
    for name, state, said in team:
        an_entry(closed, state, name, **{str(question): text for question, text in said.items()})
    drawn = message(view.summary(closed))
    assert text_length(drawn["blocks"]) <= 11_000
    assert "<" not in str(drawn).replace("<StandupEntry", "")


def test_a_summary_of_a_very_large_team_fits() -> None:
    closed = a_round(closed=True)
    for number in range(1200):
        an_entry(closed, Answer.ANSWERED, f"{number} {'x' * 74}", **dict.fromkeys(FULL, "y" * 99))
    drawn = message(view.summary(closed))
    assert "There is more than fits" in str(drawn)
    assert text_length(drawn["blocks"]) <= 11_000
    assert "1,195 others" in str(drawn)


def test_settings_of_all(golden: Golden) -> None:
    paused = a_standup("Marketing", days="mon,wed,fri", active=False)
    golden("standups.settings", modal(view.overview([paused, a_standup()])))


def test_settings_of_one(golden: Golden) -> None:
    golden("standups.settings.change", modal(view.change(a_standup())))


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
    assert f"{words} at 09:30" in str(modal(view.overview([a_standup(days=days)])))


def test_what_is_said_to_one_person(golden: Golden) -> None:
    ask = "Please ask <@U1>: an admin puts people into teams with /handoff people."
    at = "<!date^1795509000^{date_short_pretty} at {time}|2026-11-24 08:30 UTC>"
    sentences = {
        "no team": service.NoTeam(ask=ask),
        "paused": service.Paused(team="Sales"),
        "not asked yet": service.NotAskedYet(team="Sales", at=at),
        "closed today": service.ClosedToday(team="Sales", at=at),
        "closed": service.StandupClosed(team="Sales", day="Monday, 23 November"),
        "already answered": service.AlreadyAnswered(),
        "already skipped": service.AlreadySkipped(),
    }
    said = {when: error.message for when, error in sentences.items()}
    said["skipped"] = view.skipped(an_entry(a_round()))
    golden("standups.sentences", said)
