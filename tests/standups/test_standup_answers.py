"""Answering: one's own entry, while it is open, as often as one likes; and what `today` says."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.errors import FieldErrors, NotFound
from bot.people.model import Person, Role
from bot.slack.cards import Card
from bot.standups import service
from bot.standups.model import Answer, Question, StandupEntry
from bot.store import Store
from tests.standups.scene import HALF_PAST_NINE, SAID, Company, Hands, at_once


def close(company: Company, round_id: int) -> None:
    with company.store.transaction() as session:
        service.close(session, round_id)


def drawn(store: Store) -> None:
    """As if everything that waits had been drawn."""
    with store.transaction() as session:
        for card in session.scalars(select(Card)):
            card.stale = False


def stale(store: Store) -> set[str]:
    with store.transaction() as session:
        return set(session.scalars(select(Card.kind).where(Card.stale)))


def test_answers_are_kept_and_the_prompt_is_redrawn(
    company: Company, ada: Person, hands: Hands
) -> None:
    opened = company.opened()
    with company.store.transaction() as session:
        service.remind(session, opened.id)
    drawn(company.store)
    hands.forward(minutes=30)
    with company.store.transaction() as session:
        entry = service.answer(session, ada, company.entry_of(ada), SAID)
    assert (entry.state, entry.answered_at) == (Answer.ANSWERED, hands.now)
    assert entry.answers == {"did": "Called", "plan": "Call"}
    assert stale(company.store) == {service.PROMPT, service.REMINDER}


def test_newer_answers_replace_the_older(company: Company, ada: Person) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    with company.store.transaction() as session:
        service.answer(session, ada, entry_id, {**SAID, "blockers": "No list"})
    with company.store.transaction() as session:
        entry = service.answer(session, ada, entry_id, {"did": "More", "plan": "Less"})
    assert entry.answers == {"did": "More", "plan": "Less"}


@pytest.mark.parametrize("nothing", ["", "  \n\t ", "\u0000\u200e", None])
def test_did_and_plan_need_words(company: Company, ada: Person, nothing: str | None) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    with pytest.raises(FieldErrors) as refused, company.store.transaction() as session:
        service.answer(session, ada, entry_id, {"did": nothing, "plan": nothing})
    assert set(refused.value.errors) == {"did", "plan"}


def test_what_cannot_be_stored_is_left_out(company: Company, ada: Person) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    said = {"did": " a\u0000b\u202e\r\nc ", "plan": "x" * 10_000}
    with company.store.transaction() as session:
        service.answer(session, ada, entry_id, said)
    with company.store.transaction() as session:
        entry = session.get_one(StandupEntry, entry_id)
    assert entry.said(Question.DID) == "ab\nc"
    assert len(entry.said(Question.PLAN)) == 3000
    assert entry.said(Question.IDEAS) == ""


def test_nobody_answers_for_another(company: Company, ada: Person, bo: Person) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    for wrong in (entry_id, 0, entry_id + 1000):
        with pytest.raises(NotFound), company.store.transaction() as session:
            service.answer(session, bo, wrong, SAID)


def test_a_closed_round_takes_nothing(company: Company, ada: Person) -> None:
    opened = company.opened()
    entry_id = company.entry_of(ada)
    close(company, opened.id)
    with pytest.raises(service.StandupClosed), company.store.transaction() as session:
        service.answer(session, ada, entry_id, SAID)
    with pytest.raises(service.StandupClosed), company.store.transaction() as session:
        service.skip(session, ada, entry_id)
    with company.store.transaction() as session:
        assert session.get_one(StandupEntry, entry_id).state == Answer.ASKED


def test_closing_redraws_every_prompt(company: Company, ada: Person, bo: Person) -> None:
    opened = company.opened()
    drawn(company.store)
    close(company, opened.id)
    assert stale(company.store) == {service.PROMPT, service.SUMMARY}


def test_skipping_and_changing_ones_mind(company: Company, ada: Person) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    with company.store.transaction() as session:
        assert service.skip(session, ada, entry_id).state == Answer.SKIPPED
    with pytest.raises(service.AlreadySkipped), company.store.transaction() as session:
        service.skip(session, ada, entry_id)
    with company.store.transaction() as session:
        assert service.answer(session, ada, entry_id, SAID).state == Answer.ANSWERED
    with pytest.raises(service.AlreadyAnswered), company.store.transaction() as session:
        service.skip(session, ada, entry_id)


def test_one_without_a_team_has_no_today(company: Company, max_: Person) -> None:
    with company.store.transaction() as session:
        assert service.today(session, max_) is None
        with pytest.raises(service.NoTeam):
            service.answerable_now(session, max_)


def test_before_it_is_asked_one_hears_when(company: Company, ada: Person, hands: Hands) -> None:
    hands.forward(hours=-1)
    with company.store.transaction() as session:
        found = service.today(session, ada)
        assert found is not None
        assert (found.round, found.entry, found.is_open) == (None, None, False)
        assert found.next_at == HALF_PAST_NINE
        with pytest.raises(service.NotAskedYet):
            service.answerable_now(session, ada)


def test_while_it_is_open_one_has_an_entry(company: Company, ada: Person) -> None:
    opened = company.opened()
    with company.store.transaction() as session:
        found = service.today(session, ada)
        assert found is not None
        assert found.entry is not None
        assert (found.is_open, found.entry.round_id) == (True, opened.id)
        assert found.standup.team.name == "Sales"
        assert service.answerable_now(session, ada).id == found.entry.id


def test_after_closing_one_hears_of_the_next(company: Company, ada: Person, hands: Hands) -> None:
    close(company, company.opened().id)
    hands.forward(hours=4)
    with company.store.transaction() as session:
        found = service.today(session, ada)
        assert found is not None
        assert not found.is_open
        assert found.next_at == HALF_PAST_NINE + timedelta(days=1)
        with pytest.raises(service.ClosedToday):
            service.answerable_now(session, ada)


def test_yesterdays_round_is_not_todays(company: Company, ada: Person, hands: Hands) -> None:
    close(company, company.opened().id)
    hands.forward(hours=15)
    with company.store.transaction() as session:
        found = service.today(session, ada)
    assert found is not None
    assert (found.round, found.entry) == (None, None)


def test_a_round_may_stay_open_past_midnight(company: Company, ada: Person, hands: Hands) -> None:
    opened = company.opened()
    hands.forward(hours=15)
    with company.store.transaction() as session:
        found = service.today(session, ada)
    assert found is not None
    assert found.round is not None
    assert (found.round.id, found.is_open) == (opened.id, True)


def test_a_day_that_was_asked_is_not_announced_again(
    company: Company, ada: Person, max_: Person, hands: Hands
) -> None:
    close(company, company.opened().id)
    with company.store.transaction() as session:
        standup = company.standup(session)
        service.configure(session, max_, standup.id, {
            "days": ["mon", "tue"], "at": "15:00", "zone": "Europe/Berlin", "active": "yes",
            "remind_after_minutes": "60", "close_after_minutes": "150", "channel": "C1",
        })  # fmt: skip
    with company.store.transaction() as session:
        found = service.today(session, ada)
    assert found is not None
    assert found.next_at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def test_a_paused_standup_says_so(company: Company, ada: Person, hands: Hands) -> None:
    with company.store.transaction() as session:
        company.standup(session).active = False
    with company.store.transaction() as session:
        found = service.today(session, ada)
        assert found is not None
        assert found.next_at is None
        with pytest.raises(service.Paused):
            service.answerable_now(session, ada)


def test_one_who_joined_later_is_asked_once(company: Company, ada: Person) -> None:
    opened = company.opened()
    cy = company.someone("UCY", "Cy", "Sales")

    def ask() -> int:
        with company.store.transaction() as session:
            return service.answerable_now(session, cy).id

    assert len(set(at_once(6, ask))) == 1
    assert company.cards(service.PROMPT) == 2
    with company.store.transaction() as session:
        entry = service.entry_to_show(session, company.entry_of(cy))
    assert entry.round_id == opened.id


def test_one_who_joined_too_late_gets_no_entry(company: Company, ada: Person) -> None:
    close(company, company.opened().id)
    cy = company.someone("UCY", "Cy", "Sales")
    with pytest.raises(service.ClosedToday), company.store.transaction() as session:
        service.answerable_now(session, cy)
    assert company.cards(service.PROMPT) == 1


def test_one_who_changed_the_team_may_still_answer_the_old_one(
    company: Company, ada: Person
) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    moved = company.someone("UADA", "Ada", "Marketing", Role.MARKETER)
    with company.store.transaction() as session:
        assert service.answer(session, moved, entry_id, SAID).state == Answer.ANSWERED
