"""Answering: one's own part, early, in time or late; and what `today` says."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.errors import FieldErrors, NotFound
from bot.people.models import Person, Role
from bot.slack.cards import Card
from bot.standups import answering, asking, queries, rounds, setup
from bot.standups.forms import NewStandup
from bot.standups.models import Answer, Closing, StandupAnswer, StandupEntry, Today
from bot.standups.templates import Template
from bot.store import Store
from tests.moved_clock import MovedClock
from tests.standups.scene import HALF_PAST_NINE, SAID, Company
from tests.threads import at_once


def answers_of(entry: StandupEntry) -> dict[str, str]:
    by_id = {question.id: question.key for question in entry.round.standup.questions}
    return {by_id[each.question_id]: each.text for each in entry.answers}


def drawn(store: Store) -> None:
    """As if everything that waits had been drawn."""
    with store.transaction() as session:
        for card in session.scalars(select(Card)):
            card.stale = False


def stale(store: Store) -> set[str]:
    with store.transaction() as session:
        return set(session.scalars(select(Card.kind).where(Card.stale)))


def today(company: Company, person: Person) -> Today:
    with company.store.transaction() as session:
        found = answering.today(session, person)
    assert found is not None
    return found


def begin(company: Company, person: Person) -> int:
    """Open the form with the command."""
    with company.store.transaction() as session:
        found = answering.answerable_now(session, person)[0]
        return answering.entry_now(session, person, found.standup.id)


def test_answers_are_kept_and_the_messages_are_redrawn(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    company.ask()
    hands.forward(hours=1)
    company.remind()
    drawn(company.store)
    entry = company.says(ada, plan="Call", ideas=" Lunch ")
    assert (entry.state, entry.answered_at) == (Answer.ANSWERED, hands.now)
    assert answers_of(company.entry(ada)) == {"plan": "Call", "ideas": "Lunch"}
    assert stale(company.store) == {asking.PROMPT, rounds.REMINDER}


def test_newer_answers_replace_the_older(company: Company, ada: Person) -> None:
    company.ask()
    company.says(ada, blockers="No list", product="A sheet")
    first = company.blocker_of(ada)
    company.says(ada, plan="Less", blockers="No price list")
    assert answers_of(company.entry(ada)) == {"plan": "Less", "blockers": "No price list"}
    assert company.blocker_of(ada) == first


@pytest.mark.parametrize("nothing", ["", "  \n\t ", "\u0000\u200e"])
def test_what_needs_an_answer_needs_words(company: Company, ada: Person, nothing: str) -> None:
    company.ask()
    with pytest.raises(FieldErrors) as refused, company.store.transaction() as session:
        answering.answer(session, ada, company.entry_of(ada), {"plan": nothing})
    assert set(refused.value.errors) == {"answers:plan"}


def test_where_nothing_is_needed_something_has_to_be_said(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        for question in setup.standups(session, company.someone("UM", Role.MANAGER, name="M")):
            for each in question.questions:
                each.needs_answer = False
    company.ask()
    with pytest.raises(FieldErrors) as refused, company.store.transaction() as session:
        answering.answer(session, ada, company.entry_of(ada), {})
    assert "skip" in refused.value.errors["answers:plan"]


def test_what_cannot_be_stored_is_left_out(company: Company, ada: Person) -> None:
    company.ask()
    company.says(ada, plan=" a\u0000b\u202e\r\nc ", ideas="x" * 10_000)
    kept = answers_of(company.entry(ada))
    assert kept["plan"] == "ab\nc"
    assert len(kept["ideas"]) == 3000


def test_nobody_answers_for_another(company: Company, ada: Person, bo: Person) -> None:
    company.ask()
    entry_id = company.entry_of(ada)
    for wrong in (entry_id, 0, entry_id + 1000):
        with pytest.raises(NotFound), company.store.transaction() as session:
            answering.answer(session, bo, wrong, SAID)
        with pytest.raises(NotFound), company.store.transaction() as session:
            answering.skip(session, bo, wrong)


def test_a_late_answer_is_kept_and_the_summary_drawn_anew(
    company: Company, ada: Person, bo: Person, hands: MovedClock
) -> None:
    company.ask()
    company.says(bo)
    hands.forward(minutes=150)
    company.close()
    drawn(company.store)
    hands.forward(hours=1)
    entry = company.says(ada, plan="Later")
    assert entry.is_late
    assert stale(company.store) == {asking.PROMPT, rounds.SUMMARY}
    assert not company.entry(bo).is_late


def test_what_was_answered_in_time_is_not_changed_after_the_closing(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    company.ask()
    company.says(ada)
    hands.forward(minutes=150)
    for act in (answering.answerable, answering.skip):
        with pytest.raises(answering.StandupClosed), company.store.transaction() as session:
            act(session, ada, company.entry_of(ada))


def test_after_a_week_it_is_too_late(company: Company, ada: Person, hands: MovedClock) -> None:
    company.ask()
    hands.forward(days=7, minutes=149)
    with company.store.transaction() as session:
        answering.answerable(session, ada, company.entry_of(ada))
    hands.forward(minutes=1)
    with pytest.raises(answering.StandupClosed), company.store.transaction() as session:
        answering.answerable(session, ada, company.entry_of(ada))


def test_closing_redraws_nobodys_message(company: Company, ada: Person, hands: MovedClock) -> None:
    """5,000 redraws would take Slack hours; so messages stay true by themselves."""
    company.ask()
    drawn(company.store)
    hands.forward(minutes=150)
    company.close()
    assert stale(company.store) == {rounds.SUMMARY}


def test_skipping_and_changing_ones_mind(company: Company, ada: Person) -> None:
    company.ask()
    entry_id = company.entry_of(ada)
    with company.store.transaction() as session:
        assert answering.skip(session, ada, entry_id).state == Answer.SKIPPED
    with pytest.raises(answering.AlreadySkipped), company.store.transaction() as session:
        answering.skip(session, ada, entry_id)
    assert company.says(ada).state == Answer.ANSWERED
    with pytest.raises(answering.AlreadyAnswered), company.store.transaction() as session:
        answering.skip(session, ada, entry_id)


def test_one_without_a_team_has_no_today(company: Company, max_: Person) -> None:
    with company.store.transaction() as session:
        assert answering.today(session, max_) is None
        with pytest.raises(answering.NoTeam):
            answering.answerable_now(session, max_)


def test_who_comes_first_is_not_asked_again(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    hands.forward(hours=-2)
    found = today(company, ada)
    assert (found.entry, found.is_open, found.waits) == (None, False, True)
    assert found.next_at == HALF_PAST_NINE
    assert begin(company, ada) == company.entry_of(ada)
    assert not company.says(ada).is_late
    hands.forward(hours=2)
    assert company.ask() == 0
    assert len(company.cards(asking.PROMPT)) == 0
    assert company.entry(ada).closes_at == HALF_PAST_NINE + timedelta(minutes=150)
    assert today(company, ada).next_at == HALF_PAST_NINE + timedelta(days=1)


def test_who_only_looked_is_asked_at_their_minute(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    hands.forward(hours=-2)
    assert begin(company, ada) == begin(company, ada)
    hands.forward(hours=2)
    assert company.ask() == 1
    assert company.ask() == 0
    assert len(company.cards(asking.PROMPT)) == 1


def test_on_a_free_day_one_hears_when_it_is_asked(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    hands.forward(days=-2)
    assert not today(company, ada).waits
    with pytest.raises(answering.NotAskedYet), company.store.transaction() as session:
        answering.answerable_now(session, ada)


def test_while_it_is_open_one_has_a_part(company: Company, ada: Person) -> None:
    company.ask()
    found = today(company, ada)
    assert found.entry is not None
    assert (found.is_open, found.waits, found.entry.id) == (True, True, company.entry_of(ada))
    assert begin(company, ada) == found.entry.id


def test_after_the_closing_a_silent_one_may_be_late(
    company: Company, ada: Person, bo: Person, hands: MovedClock
) -> None:
    company.ask()
    company.says(bo)
    hands.forward(hours=4)
    assert begin(company, ada) == company.entry_of(ada)
    with pytest.raises(answering.ClosedToday), company.store.transaction() as session:
        answering.answerable_now(session, bo)
    assert today(company, bo).next_at == HALF_PAST_NINE + timedelta(days=1)


def test_a_part_may_be_open_past_midnight(company: Company, ada: Person, hands: MovedClock) -> None:
    with company.store.transaction() as session:
        company.standup(session).close_after_minutes = 23 * 60
    company.ask()
    hands.forward(hours=15)
    found = today(company, ada)
    assert found.entry is not None
    assert (found.is_open, found.entry.id) == (True, company.entry_of(ada))


def test_yesterdays_part_is_not_todays(company: Company, ada: Person, hands: MovedClock) -> None:
    company.ask()
    hands.forward(hours=15)
    assert today(company, ada).entry is None


def test_a_day_that_was_asked_is_not_announced_again(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    company.ask()
    with company.store.transaction() as session:
        standup = company.standup(session)
        standup.at = standup.at.replace(hour=15)
    assert today(company, ada).next_at == datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


def test_a_paused_standup_says_so(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        company.standup(session).active = False
    assert today(company, ada).next_at is None
    with pytest.raises(answering.Paused), company.store.transaction() as session:
        answering.answerable_now(session, ada)


def test_what_waits_comes_first(company: Company, ada: Person, max_: Person) -> None:
    with company.store.transaction() as session:
        team = company.team(session, "Sales")
        late = setup.create(session, max_, NewStandup(
            token="token", team=team.id, template=Template.LOOK_BACK, name="Look back",
            days=["mon"], at=time(16), zone=None, remind_after_minutes=30,
            close_after_minutes=60, closing=Closing.EACH, channel="C1", readers=None,
            readers_in_thread=False,
        )).id  # fmt: skip
    company.ask()
    company.says(ada)
    with company.store.transaction() as session:
        found = answering.todays(session, ada)
    assert [each.standup.id == late for each in found] == [True, False]
    assert [each.waits for each in found] == [True, False]


def test_one_who_joined_later_may_answer(company: Company, ada: Person) -> None:
    company.ask()
    cy = company.someone("UCY", name="Cy", team="Sales")
    assert len(set(at_once([lambda: begin(company, cy)] * 6))) == 1
    assert company.says(cy).round_id == company.entry(ada).round_id


def test_one_who_changed_the_team_may_still_answer_the_old_one(
    company: Company, ada: Person
) -> None:
    company.ask()
    moved = company.someone("UADA", Role.MARKETER, name="Ada", team="Marketing")
    assert company.says(moved).state == Answer.ANSWERED


def test_an_answer_is_in_the_summary_or_draws_it_anew(company: Company, hands: MovedClock) -> None:
    team = [company.someone(f"U{number}", name=f"P{number}", team="Sales") for number in range(6)]
    opened = company.opened()
    hands.forward(minutes=150)
    turns = iter([*team, None, None])
    seen: list[set[int]] = []

    def act() -> None:
        person = next(turns)
        if person is not None:
            company.says(person)
            return
        with company.store.transaction() as session:
            if rounds.close(session):
                rows = queries.round_summary(session, opened.id).answers
                seen.append({each.entry.person_id for each in rows})
        drawn(company.store)

    at_once([act] * 8)
    company.close()
    with company.store.transaction() as session:
        answers = session.scalars(select(StandupAnswer)).all()
    assert len(answers) == 6
    assert len(company.cards(rounds.SUMMARY)) == 1
